/** The knobs of a run: what each is worth now, from the frozen configuration and the commands that changed it since. */
import type { Knob } from "../../../contract/control.ts";
import type { ControlEntry, RunDetail } from "../../../contract/methods.ts";

export interface KnobState {
  readonly knob: Knob;
  readonly title: string;
  readonly explanation: string;
  readonly range: readonly [number, number];
  readonly whole: boolean;
  /** Null where the configuration does not say it. */
  readonly value: number | null;
  /** The newest accepted change; null while it is as launched. */
  readonly changedAtStep: number | null;
  /** A change that the worker has not taken yet. */
  readonly pending: number | null;
}

const KNOBS: readonly Omit<KnobState, "value" | "changedAtStep" | "pending">[] = [
  {
    knob: "learningRate",
    title: "Learning rate",
    explanation: "The full rate, before warm-up and schedule.",
    range: [0, 1],
    whole: false,
  },
  {
    knob: "beta",
    title: "KL weight β",
    explanation: "How strongly the policy is held to the reference. RL only.",
    range: [0, 10],
    whole: false,
  },
  {
    knob: "temperature",
    title: "Temperature",
    explanation: "Of the rollouts: higher is more varied. RL only.",
    range: [0.01, 10],
    whole: false,
  },
  {
    knob: "groupSize",
    title: "Group size",
    explanation: "Rollouts of a prompt on ordered frames. RL only.",
    range: [2, 256],
    whole: true,
  },
  {
    knob: "logging",
    title: "Logged rollouts",
    explanation: "Rollouts of every n-th update are written to the journal; 1 writes all.",
    range: [1, 100_000],
    whole: true,
  },
];

/** @param controls newest first. */
export function knobsOf(
  run: Pick<RunDetail, "config" | "stage" | "stages">,
  controls: readonly ControlEntry[],
): KnobState[] {
  const settings = (run.config["settings"] ?? {}) as Readonly<Record<string, unknown>>;
  const stage = run.stages.find(({ name }) => name === run.stage)?.kind ?? "rl";
  const launched: Readonly<Record<Knob, unknown>> = {
    learningRate: settings[`${stage}.learningRate`],
    beta: settings["rl.klBeta"],
    temperature: settings["sampling.temperature"],
    groupSize: settings["rl.groupSize"],
    logging: 1,
  };
  return KNOBS.map((knob) => {
    const own = controls.filter((entry) => entry.knob === knob.knob);
    const applied = own.find(({ accepted }) => accepted === true);
    const waiting = own.find(({ accepted }) => accepted === null);
    const start = launched[knob.knob];
    return {
      ...knob,
      value: applied?.value ?? (typeof start === "number" ? start : null),
      changedAtStep: applied?.step ?? null,
      pending: waiting?.value ?? null,
    };
  });
}

/** What a knob is called. */
export const knobTitle = (name: string): string => KNOBS.find(({ knob }) => knob === name)?.title ?? name;
