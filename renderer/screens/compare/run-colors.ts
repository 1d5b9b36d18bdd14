const NAMED = 6;
/** Turns of the hue that never come back to where they were. */
const GOLDEN_ANGLE = 137.508;

/** A run's colour on this screen, by its place: the same in chips, curves and tables. */
export function runColor(place: number): string {
  return place < NAMED ? `var(--data-${place + 1})` : `hsl(${((place * GOLDEN_ANGLE) % 360).toFixed(0)} 48% 52%)`;
}
