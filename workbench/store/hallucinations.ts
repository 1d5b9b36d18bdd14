/** Groups about impossible events: counted by law over a run, and the newest with their answers. */
import type { EventOf } from "../../contract/journal.ts";
import type { HallucinationCount } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";
import { rolloutView, type StoredGroup } from "./rollouts.ts";

const MOST_PROBES = 24;

interface CountedGroup {
  readonly step: number;
  readonly name: string;
  readonly task: string;
  readonly law: string;
  readonly answers: number;
  readonly wrong: number;
}

/** A question is a probe where its row says which law its clip breaks. */
const PROBES = `FROM groups g WHERE g.run = ? AND g.superseded = 0 AND g.view = 'ordered'
  AND g.event LIKE '%"violation":{%'`;

export function hallucinationCounts(database: Db, run: string): HallucinationCount[] {
  const groups = database
    .prepare(
      `SELECT g.step, g.name, g.task, json_extract(g.event, '$.violation.law') AS law,
         (SELECT count(*) FROM rollouts r WHERE r.run = g.run AND r.step = g.step AND r.group_name = g.name AND r.superseded = 0) AS answers,
         (SELECT count(*) FROM rollouts r WHERE r.run = g.run AND r.step = g.step AND r.group_name = g.name AND r.superseded = 0 AND r.correct = 0) AS wrong
       ${PROBES} ORDER BY g.step, g.line`,
    )
    .all(run) as CountedGroup[];
  const laws = [...new Set(groups.map(({ law }) => law))].sort();
  return laws.map((law) => {
    const own = groups.filter((group) => group.law === law);
    const third = Math.max(1, Math.ceil(own.length / 3));
    const answers = sum(own, (group) => group.answers);
    return {
      task: own[0]!.task,
      law,
      groups: own.length,
      answers,
      wrong: sum(own, (group) => group.wrong),
      early: wrongShare(own.slice(0, third)),
      late: wrongShare(own.slice(-third)),
    };
  });
}

const sum = (groups: readonly CountedGroup[], of: (group: CountedGroup) => number): number =>
  groups.reduce((total, group) => total + of(group), 0);
const wrongShare = (groups: readonly CountedGroup[]): number =>
  sum(groups, ({ wrong }) => wrong) /
  Math.max(
    1,
    sum(groups, ({ answers }) => answers),
  );

/** Newest first. */
export function hallucinationProbes(
  database: Db,
  run: string,
  law: string | undefined,
  limit = MOST_PROBES,
): StoredGroup[] {
  const rows = database
    .prepare(
      `SELECT g.event ${PROBES} ${law === undefined ? "" : "AND json_extract(g.event, '$.violation.law') = ?"}
       ORDER BY g.step DESC, g.line DESC LIMIT ?`,
    )
    .all(...(law === undefined ? [run, limit] : [run, law, limit])) as { event: string }[];
  const rollouts = database.prepare(
    "SELECT line AS id, event FROM rollouts WHERE run = ? AND step = ? AND group_name = ? AND superseded = 0 ORDER BY position",
  );
  return rows.map((row) => {
    const event = JSON.parse(row.event) as EventOf<"group">;
    const own = rollouts.all(run, event.step, event.group) as { id: number; event: string }[];
    return { event, rollouts: own.map(({ id, event: line }) => rolloutView(id, line)) };
  });
}
