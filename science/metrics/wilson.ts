/** Wilson's interval of a share: right also for few items and for shares near 0 and 1, where sub-categories often are. */

/** Two-sided 95 %. */
const Z = 1.959963984540054;

/** @returns [0, 1] for no items. */
export function wilsonInterval(hits: number, count: number, z = Z): [low: number, high: number] {
  if (count === 0) return [0, 1];
  const share = hits / count;
  const weight = (z * z) / count;
  const middle = share + weight / 2;
  const half = z * Math.sqrt((share * (1 - share)) / count + weight / (4 * count));
  return [Math.max(0, (middle - half) / (1 + weight)), Math.min(1, (middle + half) / (1 + weight))];
}
