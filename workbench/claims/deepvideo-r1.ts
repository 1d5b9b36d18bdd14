/**
 * DeepVideo-R1: prompts moved to a solvable difficulty leave fewer dead groups. Measured inside a run: every prompt is
 * answered as it stands and again as it was moved, by the same policy.
 */
import type { Group, RunRecord } from "../proof/run-record.ts";
import { mean, type Scores } from "../proof/statistics.ts";
import type { Arm, RunsOf, SystemClaims } from "./claim.ts";
import { groupScores, isDead, meanOver, pairSeeds, stepScores, meanScore } from "./measure.ts";
import { markdownTable } from "./page.ts";

const STEPS = { "rl.steps": 20 } as const;

const arm = (id: string, title: string, what: string, overrides: Arm["overrides"], preset = "tiny"): Arm => ({
  id,
  title,
  what,
  recipe: "deepvideo-r1",
  preset,
  overrides: { ...STEPS, ...overrides },
  from: "sft",
});

const deadBefore = (record: RunRecord): Scores =>
  groupScores(record, ({ augmentation, dead }) => Number(augmentation?.deadBefore ?? dead));
const deadAfter = (record: RunRecord): Scores => groupScores(record, isDead);

export const deepVideoR1Claims: SystemClaims = {
  system: "deepvideo-r1",
  title: "DeepVideo-R1",
  data: "difficulty",
  arms: [
    arm("da", "Reg-GRPO with augmentation", "Hints for hard prompts, noise for easy ones.", {}),
    arm("swapped", "Control: augmentation swapped", "Noise for the hard prompts, hints for the easy ones.", {
      "da.swap": true,
    }),
  ],
  ablations: [
    arm("reg", "Reg-GRPO", "The same without augmentation.", { "da.enabled": false }),
    arm("up", "Hints only", "Augmentation for hard prompts only.", { "da.noise": false }),
    arm("down", "Noise only", "Augmentation for easy prompts only.", { "da.hints": false }),
    arm("fixed", "Fixed level", "Hints and noise of level 1, however far from the mean.", { "da.level": "fixed" }),
    arm("absolute", "Absolute reference", "Difficulty against half of the largest reward.", {
      "da.reference": "absolute",
    }),
    arm("grpo", "GRPO", "Clipped GRPO with the same number of inner updates.", {}, "plain-grpo"),
    arm("grpo-da", "GRPO with augmentation", "The same on moved prompts.", { "da.enabled": true }, "plain-grpo"),
    arm("unclipped", "GRPO without a clip", "The paper's own baseline.", { "rl.objective": "video_r1" }, "plain-grpo"),
    ...(["reinforce", "rloo", "rebel", "online-dpo", "reward-regression"] as const).map((objective) =>
      arm(objective, `Baseline: ${objective}`, "Another loss on the same rollouts, no augmentation.", {
        "reg.objective": objective,
        "da.enabled": false,
      }),
    ),
  ],
  claims: [
    {
      id: "dead-groups",
      text: "Moving prompts to a solvable difficulty leaves at least 30 % fewer dead groups than the same prompts as they stand.",
      quantity: "share of dead groups after moving against before, relative reduction",
      statistic: "reduction",
      threshold: 0.3,
      measure: (runs) => pairSeeds(runs("da"), runs("da"), deadBefore, deadAfter),
      control: {
        title: "hints for the easy and noise for the hard",
        measure: (runs) => pairSeeds(runs("swapped"), runs("swapped"), deadBefore, deadAfter),
      },
    },
  ],
  tables: (runs) => [byDifficulty(runs), costs(runs)],
};

/** What moving did to prompts of each task, whose difficulty the set states. */
function byDifficulty(runs: RunsOf): string {
  const rows = (["da", "swapped"] as const).flatMap((id) => {
    const groups = [...runs(id).values()].flatMap((record) => [...record.groups.values()]);
    const kinds = Object.entries(STATED).flatMap(([task, difficulty]) =>
      (["hint", "noise", "none"] as const).map((mode) => ({ task, difficulty, mode })),
    );
    return kinds.flatMap(({ task, difficulty, mode }) => {
      const own = groups.filter((group) => group.task === task && group.augmentation?.mode === mode);
      if (own.length === 0) return [];
      const share = (of: (group: Group) => number): string => (100 * mean(own.map(of))).toFixed(0);
      const level = (of: (group: Group) => number): string => mean(own.map(of)).toFixed(2);
      return [
        [
          id,
          difficulty,
          mode,
          String(own.length),
          level(({ augmentation }) => augmentation!.rewardBefore),
          level(({ rewardMean }) => rewardMean ?? 0),
          share(({ augmentation }) => Number(augmentation!.deadBefore)),
          share(isDead),
        ],
      ];
    });
  });
  const head = ["arm", "stated", "done", "groups", "reward before", "after", "dead before, %", "after"];
  return `What moving did, by the difficulty that the set states:\n\n${markdownTable(head, rows, 3)}`;
}

const STATED = { "place-first": "easy", "bar-last": "middle", "bar-both": "hard" } as const;

/** What the second pass of a step costs. */
function costs(runs: RunsOf): string {
  const { arms, ablations } = deepVideoR1Claims;
  const rows = [...arms, ...ablations].flatMap(({ id }) => {
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
