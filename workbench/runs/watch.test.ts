import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { DEFAULT_ALERT_RULES } from "../../science/alerts/rules.ts";
import { runFolder } from "../data-folder.ts";
import { AlertRules, readAlerts, readOngoingAlerts } from "../store/alerts.ts";
import { openIndexInMemory, openUser } from "../store/databases.ts";
import { Ingest } from "../store/ingest.ts";
import { readTimeline } from "../store/timeline.ts";
import { JournalWriter } from "../testing/journal-writer.ts";
import { stepBody, temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { readControls } from "./controls.ts";
import { sendControl } from "./launch.ts";
import { readLog } from "./logs.ts";

function runWith(write: (journal: JournalWriter) => void) {
  const data = temporaryData();
  const run = writeSyntheticRun(data, "run", 6, 0);
  const journal = new JournalWriter(run.folder);
  write(journal);
  journal.flush();
  const database = openIndexInMemory();
  new Ingest(database, data).run("run");
  return { data, database };
}

describe("what is watched of a run", () => {
  it("finds a loss that was no number, at its step, and forgets nothing when the run goes on", () => {
    const { database } = runWith((journal) => {
      journal.write(stepBody(7, { loss: null }), 1);
      journal.write(stepBody(8, { loss: 1 }), 2);
      journal.write(stepBody(9, { loss: null }), 3);
    });
    const alerts = readAlerts(database, "run", DEFAULT_ALERT_RULES).filter(({ rule }) => rule === "not-finite");
    expect(alerts.map(({ fromStep, ongoing }) => [fromStep, ongoing])).toEqual([
      [9, true],
      [7, false],
    ]);
    expect(readOngoingAlerts(database, "run", 9, DEFAULT_ALERT_RULES).map(({ rule }) => rule)).toContain("not-finite");
  });

  it("keeps a changed rule in user.db, and the defaults of all others", () => {
    const user = openUser(temporaryData());
    new AlertRules(user).set("dead-groups", 0.4, 3, true);
    const rules = new AlertRules(user);
    expect(rules.list().find(({ id }) => id === "dead-groups")).toMatchObject({ threshold: 0.4, steps: 3 });
    expect(rules.list()).toHaveLength(DEFAULT_ALERT_RULES.length);
    expect(() => rules.set("no-such-rule", 1, 1, true)).toThrow('no alert rule "no-such-rule"');
    rules.reset();
    expect(rules.list()).toEqual(DEFAULT_ALERT_RULES);
  });

  it("joins each command with its acknowledgement, and shows what still waits", () => {
    const data = temporaryData();
    const run = writeSyntheticRun(data, "run", 6, 0);
    const taken = sendControl(data, "run", { command: "set_knob", knob: "beta", value: 0.1 });
    const waiting = sendControl(data, "run", { command: "pause" });
    appendFileSync(join(run.folder, RUN_FOLDER.control), '{"half');
    const journal = new JournalWriter(run.folder);
    const ack = { id: taken, command: "set_knob", step: 3, accepted: true, outcome: "beta is 0.1 from step 4 on." };
    journal.write({ type: "control_ack", ...ack }, 5);
    journal.flush();
    const database = openIndexInMemory();
    new Ingest(database, data).run("run");
    const controls = readControls(database, data, "run");
    expect(controls.map(({ id, accepted }) => [id, accepted])).toEqual([
      [waiting, null],
      [taken, true],
    ]);
    expect(controls[1]).toMatchObject({ knob: "beta", value: 0.1, step: 3, outcome: ack.outcome });
    expect(controls[0]!.askedAt).toBeGreaterThan(1e12);
  });

  it("lays the phases of each update end to end before the time of its line", () => {
    const { database } = runWith(() => undefined);
    const { steps, phases } = readTimeline(database, "run", 3);
    expect(steps.map(({ step, stage }) => [step, stage])).toEqual([
      [4, "rl"],
      [5, "rl"],
      [6, "rl"],
    ]);
    expect(steps[0]!.timings.map(([phase]) => phase)).toEqual([
      "data",
      "vision",
      "rollout",
      "reward",
      "reference",
      "update",
    ]);
    expect(phases.every(({ from, to }) => from <= to)).toBe(true);
  });

  it("makes one log of the journal's words and the worker's lines, a stack kept with its line", () => {
    const { data, database } = runWith((journal) =>
      journal.write({ type: "notice", level: "warning", message: "Careful.", step: 6 }, 1_800_000_000_000),
    );
    const log = join(runFolder(data, "run"), RUN_FOLDER.log);
    writeFileSync(log, "2030-01-01T00:00:00.000Z failed: Error: no memory\n    at somewhere\n");
    const entries = readLog(database, data, "run");
    expect(entries.at(-1)).toMatchObject({
      kind: "worker",
      level: "error",
      text: "failed: Error: no memory\n    at somewhere",
    });
    expect(entries.at(-2)).toMatchObject({ kind: "notice", level: "warning", text: "Careful.", step: 6 });
    expect(new Set(entries.map(({ kind }) => kind))).toContain("phase");
    expect(readLog(database, data, "run", 2)).toEqual(entries.slice(-2));
  });
});
