/** A chart narrower than this cannot hold its axis and legend; one wider is a waste of the row. */
const LEAST_PX = 318;
const MOST_PX = 580;
const GAP_PX = 16;

/** How many columns to lay `count` cards out in, so that the last row has the fewest holes: more columns where two do equally well. */
export function evenColumns(count: number, width: number): number {
  const most = Math.max(1, Math.floor((width + GAP_PX) / (LEAST_PX + GAP_PX)));
  const least = Math.max(1, Math.min(most, Math.ceil((width + GAP_PX) / (MOST_PX + GAP_PX))));
  const holes = (columns: number): number => (columns - (count % columns)) % columns;
  let best = most;
  for (let columns = most; columns >= least; columns--) if (holes(columns) < holes(best)) best = columns;
  return best;
}
