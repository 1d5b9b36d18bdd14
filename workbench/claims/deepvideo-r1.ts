/** DeepVideo-R1: prompts moved to a solvable difficulty leave fewer dead groups. */
import type { Arm, RunsOf, SystemClaims } from "./claim.ts";
import { groupScores, isDead, meanOver, pairSeeds, stepScores, meanScore } from "./measure.ts";
import { markdownTable } from "./page.ts";

const STEPS = { "rl.steps": 40 } as const;

const arm = (id: string, title: string, what: string, overrides: Arm["overrides"], preset = "tiny"): Arm => ({
  id,
  title,
  what,
  recipe: "deepvideo-r1",
  preset,
  overrides: { ...STEPS, ...overrides },
  from: "sft",
});

export const deepVideoR1Claims: SystemClaims = {
  system: "deepvideo-r1",
  title: "DeepVideo-R1",
  data: "difficulty",
  arms: [
    arm("da", "Reg-GRPO with augmentation", "Hints for hard prompts, noise for easy ones.", {}),
    arm("reg", "Reg-GRPO", "The same without augmentation.", { "da.enabled": false }),
    arm("swapped", "Control: augmentation swapped", "Noise for the hard prompts, hints for the easy ones.", {
      "da.swap": true,
    }),
  ],
  ablations: [
    arm("up", "Hints only", "Augmentation for hard prompts only.", { "da.noise": false }),
    arm("down", "Noise only", "Augmentation for easy prompts only.", { "da.hints": false }),
    arm("grpo", "GRPO", "Clipped GRPO with the same number of inner updates.", {}, "plain-grpo"),
  ],
  claims: [
    {
      id: "dead-groups",
      text: "Moving prompts to a solvable difficulty leaves at least 30 % fewer dead groups at equal updates.",
      quantity: "share of dead groups, relative reduction against Reg-GRPO without augmentation",
      statistic: "reduction",
      threshold: 0.3,
      measure: (runs) => pairSeeds(runs("reg"), runs("da"), (record) => groupScores(record, isDead)),
      control: {
        title: "hints and noise swapped",
        measure: (runs) => pairSeeds(runs("reg"), runs("swapped"), (record) => groupScores(record, isDead)),
      },
    },
  ],
  tables: (runs) => [costs(runs)],
};

/** What the second pass of a step costs. */
function costs(runs: RunsOf): string {
  const rows = ["da", "reg", "swapped", "up", "down", "grpo"].flatMap((id) => {
    const records = runs(id);
    if (records.size === 0) return [];
    const metric = (name: string): number =>
      meanOver(records, (record) => meanScore(stepScores(record, ({ metrics }) => metrics[name])));
    const seconds = meanOver(records, (record) => meanScore(stepScores(record, (step) => step.seconds)));
    const show = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : "–");
    return [
      [
        id,
        show(100 * metric("augmentation/dead_before"), 1),
        show(100 * metric("frac_reward_zero_std"), 1),
        show(metric("augmentation/extra_rollouts"), 1),
        show(seconds, 2),
      ],
    ];
  });
  return markdownTable(["arm", "dead before, %", "dead, %", "extra rollouts an update", "seconds an update"], rows);
}
