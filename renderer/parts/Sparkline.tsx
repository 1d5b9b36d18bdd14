/** A curve without axes, in the text's rhythm; nothing to read off, only its course. */
export function Sparkline({
  values,
  others = [],
  width = 96,
  height = 22,
  color = "var(--accent)",
  label,
}: {
  readonly values: readonly number[];
  /** More curves on the same scale, such as those of a group's other runs. */
  readonly others?: readonly (readonly number[])[];
  readonly width?: number | undefined;
  readonly height?: number;
  readonly color?: string;
  readonly label: string;
}) {
  const curves = [values, ...others].map((curve) => curve.filter(Number.isFinite)).filter(({ length }) => length > 1);
  if (curves.length === 0) return <span style={{ color: "var(--text-3)", width, display: "block" }}>–</span>;
  const all = curves.flat();
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const place = (curve: readonly number[]) =>
    curve.map((value, index): [number, number] => [
      1.5 + (index / (curve.length - 1)) * (width - 5),
      height - 3 - ((value - low) / span) * (height - 6),
    ]);
  const text = (points: readonly (readonly [number, number])[]) =>
    points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const first = place(curves[0]!);
  const [lastX, lastY] = first.at(-1)!;
  const alone = curves.length === 1;
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block", flex: "none" }}>
      {alone && (
        <polygon points={`1.5,${height} ${text(first)} ${lastX.toFixed(1)},${height}`} fill={color} opacity={0.09} />
      )}
      {curves.map((curve, index) => (
        <polyline
          key={index}
          points={text(place(curve))}
          fill="none"
          stroke={color}
          strokeWidth={alone ? 1.4 : 1}
          strokeOpacity={alone ? 1 : 0.6}
          strokeLinejoin="round"
        />
      ))}
      {alone && <circle cx={lastX} cy={lastY} r={2} fill={color} />}
    </svg>
  );
}
