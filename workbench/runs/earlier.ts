/** How long the stages of earlier runs took: what the launch form estimates from. */
import type { EventOf } from "../../contract/journal.ts";
import type { EarlierStage } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";

/** Newest runs that are looked at. */
const RUNS = 24;
/** Newest updates of a stage whose median counts. */
const STEPS = 31;

/** Newest first; stages of fewer than two updates say nothing. */
export function earlierStages(database: Db): EarlierStage[] {
  const rows = database
    .prepare("SELECT id, started FROM runs WHERE started IS NOT NULL AND step > 1 ORDER BY started_at DESC LIMIT ?")
    .all(RUNS) as { id: string; started: string }[];
  return rows.flatMap(({ id, started }) => stagesOf(database, id, JSON.parse(started) as EventOf<"run_started">));
}

function stagesOf(database: Db, run: string, started: EventOf<"run_started">): EarlierStage[] {
  const times = database.prepare(
    `SELECT sum(value) AS ms FROM metrics
     WHERE run = @run AND metric >= 'time/' AND metric < 'time0' AND superseded = 0 AND step BETWEEN @from AND @to
     GROUP BY step ORDER BY step DESC LIMIT ${STEPS}`,
  );
  const overrides = started.config["overrides"];
  let first = 1;
  return started.stages.flatMap(({ name, steps }): EarlierStage[] => {
    const [from, to] = [first, first + steps - 1];
    first += steps;
    // The first update of a stage also warms caches up.
    const rows = times.all({ run, from: Math.max(from + 1, to - 10 * STEPS), to }) as { ms: number }[];
    if (rows.length < 2) return [];
    const sorted = rows.map(({ ms }) => ms / 1000).sort((a, b) => a - b);
    return [
      {
        run,
        name: started.name,
        device: String(started.engine["device"] ?? "cpu"),
        parameters: started.model.parameters,
        recipe: started.recipe,
        preset: started.preset,
        overrides: typeof overrides === "object" && overrides !== null ? (overrides as Record<string, unknown>) : {},
        stage: name,
        steps,
        secondsPerStep: sorted[sorted.length >> 1]!,
      },
    ];
  });
}
