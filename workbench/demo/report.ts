/** The demo's closing words: a table that explains itself, and the same as JSON. */
import { duration, percent, table } from "../terminal.ts";
import type { HeldOut } from "./plan.ts";

export interface Arm {
  readonly accuracy: number;
  readonly accuracyShuffled: number | null;
  readonly formatRate: number;
  readonly n: number;
  readonly interval: readonly [number, number];
  readonly temporal: HeldOut["temporal"];
}

/** What `--json FILE` writes. */
export interface DemoResult {
  readonly seed: number;
  readonly device: string;
  readonly wallSeconds: number;
  readonly trainSeconds: number;
  readonly parameters: number;
  readonly heldOut: Readonly<Record<string, Arm>>;
  readonly events: { readonly journal: number; readonly indexed: number; readonly lost: number };
  readonly runs: readonly { readonly id: string; readonly role: string; readonly steps: number }[];
  readonly dataErrors: number;
}

export const armOf = (event: HeldOut): Arm => ({
  accuracy: event.accuracy,
  accuracyShuffled: event.accuracyShuffled,
  formatRate: event.formatRate,
  n: event.n,
  interval: event.interval,
  temporal: event.temporal,
});

const ROWS: readonly (readonly [key: string, name: string])[] = [
  ["initial", "base model, before training"],
  ["sft", "after SFT on a few traces"],
  ["sftContinued", "SFT continued, as long as RL"],
  ["rl", "after T-GRPO on answers"],
];

export function closingTable(result: DemoResult): string {
  const rows = ROWS.flatMap(([key, name]) => {
    const arm = result.heldOut[key];
    if (!arm) return [];
    const [low, high] = arm.interval;
    return [
      [
        name,
        percent(arm.accuracy),
        `${(low * 100).toFixed(0)}–${(high * 100).toFixed(0)}`,
        percent(arm.temporal?.ordered),
        percent(arm.temporal?.shuffled),
        percent(arm.formatRate),
      ],
    ];
  });
  const n = result.heldOut["rl"]?.n ?? result.heldOut["sft"]?.n ?? 0;
  const head = ["held-out questions", "right", "95 %", "time: ordered", "shuffled", "format"];
  return [
    table(head, rows),
    "",
    `right: mean score of ${n} held-out questions: 1 or 0 for a choice or a count, a share for text and estimates. No clip`,
    "and no combination of them was trained on.",
    "time: only the questions that need the order of frames; shuffled: the same with the frames shuffled. If the",
    "model uses time, ordered is above shuffled. format: reasoning in <think>, then an answer in <answer>.",
    "SFT continued is the fair opponent: the same start as T-GRPO, the same time, more of the same traces.",
    "",
    `${result.runs.length} runs in ${duration(result.trainSeconds)} of training, ${duration(result.wallSeconds)} in all; ` +
      `${result.events.journal} journal events, ${result.events.lost} lost.`,
  ].join("\n");
}
