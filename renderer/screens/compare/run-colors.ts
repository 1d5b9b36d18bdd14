/** A run's colour on this screen, by its place: the same in chips, curves and tables. */
export const runColor = (place: number): string => `var(--data-${(place % 6) + 1})`;
