/** Step boundaries: where commands are applied, and where a run can be paused, saved and stopped. */
import { setTimeout as delay } from "node:timers/promises";
import type { ControlCommand } from "../../contract/control.ts";
import type { EventBody } from "../../contract/journal.ts";
import type { Team } from "../../native/types.ts";
import { ControlReader } from "./control.ts";
import type { Journal } from "./journal.ts";

/** Thrown to leave the training loop at a boundary. */
export class StopRun extends Error {
  readonly save: boolean;
  constructor(save: boolean, reason: string) {
    super(reason);
    this.name = "StopRun";
    this.save = save;
  }
}

export interface BoundaryHooks {
  readonly journal: Journal;
  /** Who trains together: all apply what the first member read. */
  readonly team: Team;
  /** Aborted: stop here. */
  readonly stop: AbortSignal;
  readonly knobs: Map<string, number>;
  readonly stage: string;
  /** Saves a checkpoint of the state after `step`. */
  readonly save: () => Promise<void>;
  readonly say: (line: string) => void;
}

/** Bounds of what people may set while a run goes on. `logging`: rollouts of every n-th update stand in the journal. */
const KNOB_RANGES: Readonly<Record<string, readonly [number, number]>> = {
  learningRate: [0, 1],
  beta: [0, 10],
  temperature: [0.01, 10],
  groupSize: [2, 256],
  logging: [1, 100_000],
};

const PAUSE_POLL_MS = 200;

export interface KnobChange {
  /** Updates of the run before it was applied. */
  readonly step: number;
  readonly knob: string;
  readonly value: number;
}

/** The knobs that people set and the worker accepted, in order. */
export function knobChanges(
  runFolder: string,
  acknowledged: ReadonlyMap<string, { readonly accepted: boolean; readonly step: number }>,
): KnobChange[] {
  return new ControlReader(runFolder, new Set()).poll().commands.flatMap((command) => {
    const ack = acknowledged.get(command.id);
    if (command.command !== "set_knob" || ack === undefined || !ack.accepted) return [];
    return [{ step: ack.step, knob: command.knob, value: command.value }];
  });
}

export class Boundary {
  readonly #reader: ControlReader;
  /** Knobs that an earlier attempt applied after the checkpoint we go on from, in order. */
  readonly #replay: readonly KnobChange[];

  constructor(runFolder: string, journal: Journal, fromStep: number) {
    const { acknowledged } = journal.before;
    this.#reader = new ControlReader(runFolder, new Set(acknowledged.keys()));
    this.#replay = knobChanges(runFolder, acknowledged).filter(({ step }) => step >= fromStep);
  }

  /** Applies what came since the last boundary; waits while paused. @throws StopRun */
  async pass(step: number, hooks: BoundaryHooks): Promise<void> {
    for (const { knob, value } of this.#replay.filter((known) => known.step === step)) hooks.knobs.set(knob, value);
    let paused = false;
    for (;;) {
      const { stopped, commands, refused } = await hooks.team.share(() => ({
        stopped: hooks.stop.aborted,
        ...this.#reader.poll(),
      }));
      if (stopped) throw new StopRun(true, "The worker was told to stop (SIGTERM).");
      for (const { id, command, reason } of refused) acknowledge(hooks.journal, { id, command, step }, false, reason);
      for (const command of commands) paused = await this.#apply(command, step, hooks, paused);
      hooks.journal.flush();
      if (!paused) return;
      await delay(PAUSE_POLL_MS, undefined, { signal: hooks.stop }).catch(() => undefined);
    }
  }

  async #apply(command: ControlCommand, step: number, hooks: BoundaryHooks, paused: boolean): Promise<boolean> {
    const { journal, stage } = hooks;
    const ack = (accepted: boolean, outcome: string): void =>
      acknowledge(journal, { id: command.id, command: command.command, step }, accepted, outcome);
    switch (command.command) {
      case "pause":
        ack(true, `Paused after step ${step}.`);
        journal.append({ type: "phase", phase: "paused", stage, step });
        hooks.say(`paused after step ${step}`);
        return true;
      case "resume":
        ack(paused, paused ? `Goes on from step ${step}.` : "The run was not paused.");
        if (paused) journal.append({ type: "phase", phase: "training", stage, step });
        return false;
      case "checkpoint":
        await hooks.save();
        ack(true, `Saved a checkpoint of step ${step}.`);
        return paused;
      case "set_knob": {
        const [low, high] = KNOB_RANGES[command.knob]!;
        const fits = command.value >= low && command.value <= high;
        if (fits) hooks.knobs.set(command.knob, command.value);
        ack(
          fits,
          fits
            ? `${command.knob} is ${command.value} from step ${step + 1} on.`
            : `${command.knob} must lie between ${low} and ${high}; it stays as it was.`,
        );
        return paused;
      }
      case "stop":
        ack(true, command.save ? `Stops after step ${step} with a checkpoint.` : `Stops after step ${step}.`);
        throw new StopRun(command.save, "Stopped by a command.");
    }
  }
}

function acknowledge(
  journal: Journal,
  command: Pick<EventBody<"control_ack">, "id" | "command" | "step">,
  accepted: boolean,
  outcome: string,
): void {
  journal.append({ type: "control_ack", ...command, accepted, outcome });
}
