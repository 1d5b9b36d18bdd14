/** A curve without axes, in the text's rhythm; nothing to read off, only its course. */
export function Sparkline({
  values,
  width = 96,
  height = 22,
  color = "var(--accent)",
  label,
}: {
  readonly values: readonly number[];
  readonly width?: number;
  readonly height?: number;
  readonly color?: string;
  readonly label: string;
}) {
  const finite = values.filter(Number.isFinite);
  if (finite.length < 2) return <span style={{ color: "var(--text-3)" }}>–</span>;
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  const points = finite.map((value, index): [number, number] => [
    1.5 + (index / (finite.length - 1)) * (width - 5),
    height - 3 - ((value - low) / span) * (height - 6),
  ]);
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const [lastX, lastY] = points.at(-1)!;
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: "block" }}>
      <polygon points={`1.5,${height} ${line} ${lastX.toFixed(1)},${height}`} fill={color} opacity={0.09} />
      <polyline points={line} fill="none" stroke={color} strokeWidth={1.4} strokeLinejoin="round" />
      <circle cx={lastX} cy={lastY} r={2} fill={color} />
    </svg>
  );
}
