/** Preference pairs of a run with their rollouts and what the verifier found of those. */
import type { EventOf } from "../../contract/journal.ts";
import type { PairSideView, PreferencePair, RolloutVerdict, RolloutView } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";
import { rolloutView } from "./rollouts.ts";

const MOST_PAIRS = 200;

type PairEvent = EventOf<"preference_pair">;
type Verdicts = EventOf<"verdicts">;

/** Journalled preference pairs, newest first; of lines about one pair the last one counts. */
export function preferencePairs(database: Db, run: string): PreferencePair[] {
  const newest = new Map<string, { line: number; event: PairEvent }>();
  for (const { line, event } of eventsOf<PairEvent>(database, run, "preference_pair")) {
    newest.set(`${event.group} ${event.chosen} ${event.rejected} ${event.kind ?? ""}`, { line, event });
  }
  const shown = [...newest.values()].reverse().slice(0, MOST_PAIRS);
  const verdicts = verdictsOf(database, run, new Set(shown.map(({ event }) => event.group)));
  const group = database.prepare("SELECT step, event FROM groups WHERE run = ? AND name = ? AND superseded = 0");
  const rollouts = database.prepare(
    "SELECT line AS id, event FROM rollouts WHERE run = ? AND step = ? AND group_name = ? AND superseded = 0 ORDER BY position",
  );
  return shown.flatMap(({ line, event }): PreferencePair[] => {
    const source = event.run ?? run;
    const found = group.get(source, event.group) as { step: number; event: string } | undefined;
    if (!found) return [];
    const { pair, sampleId, question, answer } = JSON.parse(found.event) as EventOf<"group">;
    const all = (rollouts.all(source, found.step, event.group) as { id: number; event: string }[]).map((row) =>
      rolloutView(row.id, row.event),
    );
    const chosen = all.find(({ index }) => index === event.chosen);
    const rejected = all.find(({ index }) => index === event.rejected);
    if (!chosen || !rejected) return [];
    const { verdict, rationale, usedAtStep, margin, kind = null, stage = null } = event;
    const judged = verdicts.get(event.group);
    return [
      {
        ...{ id: line, step: found.step, pair, sampleId, question, answer, rollouts: all.length },
        ...{ kind, stage, run: source, verdict, rationale, usedAtStep, margin },
        chosen: sideOf(chosen, event.chosenText, judged),
        rejected: sideOf(rejected, event.rejectedText, judged),
      },
    ];
  });
}

function eventsOf<Event>(database: Db, run: string, type: string): { line: number; event: Event }[] {
  const rows = database
    .prepare("SELECT line, event FROM events WHERE run = ? AND type = ? AND superseded = 0 ORDER BY line")
    .all(run, type) as { line: number; event: string }[];
  return rows.map(({ line, event }) => ({ line, event: JSON.parse(event) as Event }));
}

/** The newest verdicts of each group that is asked for. */
function verdictsOf(database: Db, run: string, groups: ReadonlySet<string>): Map<string, Verdicts> {
  const found = new Map<string, Verdicts>();
  if (groups.size === 0) return found;
  for (const { event } of eventsOf<Verdicts>(database, run, "verdicts"))
    if (groups.has(event.group)) found.set(event.group, event);
  return found;
}

function sideOf(rollout: RolloutView, composed: string | undefined, judged: Verdicts | undefined): PairSideView {
  const own = judged?.rollouts.find(({ index }) => index === rollout.index);
  const verdict: RolloutVerdict | null =
    judged === undefined || own === undefined ? null : { ...own, judge: judged.judge, secondJudge: judged.secondJudge };
  return { rollout, text: composed ?? rollout.text, composed: composed !== undefined, verdict };
}
