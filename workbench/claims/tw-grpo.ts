/** TW-GRPO: a part of the reward for a part of the key leaves fewer dead groups and reaches more exact answers. */
import { multiAnswerScore } from "../../science/rewards/multi-answer.ts";
import type { Group, Item, RunRecord } from "../proof/run-record.ts";
import { deviation, mean, type Scores } from "../proof/statistics.ts";
import type { Arm, RunsOf, SystemClaims } from "./claim.ts";
import { groupScores, isDead, itemScores, meanScore, pairSeeds } from "./measure.ts";
import { markdownTable } from "./page.ts";

/** A trace names up to four options, what is seen, and up to four letters. */
const LENGTH = { "sampling.maxTokens": 80, "evaluation.maxTokens": 80 } as const;

const arm = (id: string, title: string, what: string, overrides: Arm["overrides"]): Arm => ({
  id,
  title,
  what,
  recipe: "tw-grpo",
  preset: "tiny",
  overrides: { ...LENGTH, "rl.steps": 60, ...overrides },
  from: "sft",
});

interface Cell {
  readonly soft: boolean;
  readonly weights: boolean;
  readonly token: boolean;
}

/** The 2 x 2 x 2 cells in which TW-GRPO may differ from GRPO. */
const CELLS: readonly Cell[] = [true, false].flatMap((soft) =>
  [true, false].flatMap((weights) => [true, false].map((token) => ({ soft, weights, token }))),
);

const nameOf = ({ soft, weights, token }: Cell): string =>
  `${soft ? "soft" : "fixed"}${weights ? "-weights" : ""}${token ? "-tokens" : ""}`;

function cellArm(cell: Cell): Arm {
  const reward = cell.soft ? "soft reward" : "fixed reward";
  const weights = cell.weights ? "weights" : "no weights";
  const reduction = cell.token ? "mean over tokens" : "mean by completion";
  return arm(nameOf(cell), `${reward}, ${weights}, ${reduction}`, "A cell of the table.", {
    "tw.reward": cell.soft ? "soft" : "fixed",
    "tw.alpha": cell.weights ? 1.7 : 1,
    "tw.tokenReduction": cell.token,
  });
}

const TW = nameOf({ soft: true, weights: true, token: true });
const FIXED = nameOf({ soft: false, weights: true, token: true });

const isExact = ({ prediction, answer }: Item): number => multiAnswerScore(prediction, answer, "fixed");
const isSoft = ({ prediction, answer }: Item): number => multiAnswerScore(prediction, answer, "soft");
const isMany = ({ answer }: Pick<Item | Group, "answer">): boolean => answer.includes(",");
const exactOfMany = (record: RunRecord): Scores => itemScores(record, isExact, { keep: isMany });
const deadOfMany = (record: RunRecord): Scores => groupScores(record, isDead, isMany);
const deadOfOne = (record: RunRecord): Scores => groupScores(record, isDead, (group) => !isMany(group));

export const twGrpoClaims: SystemClaims = {
  system: "tw-grpo",
  title: "TW-GRPO",
  data: "multi-answer",
  sft: { "evaluation.maxTokens": 80 },
  arms: [
    { ...cellArm(CELLS[0]!), title: "TW-GRPO", what: "Soft reward, token weights up to 1.7, mean over tokens." },
    {
      ...cellArm(CELLS.find((cell) => nameOf(cell) === FIXED)!),
      title: "TW-GRPO with the fixed reward",
      what: "The same with all or nothing for questions with several right letters.",
    },
    arm("permuted", "Control: rewards permuted", "TW-GRPO with each group's rewards permuted among its rollouts.", {
      "rl.permuteRewards": true,
    }),
  ],
  ablations: [
    ...CELLS.filter((cell) => ![TW, FIXED].includes(nameOf(cell))).map(cellArm),
    arm("one-letter", "Questions with one letter", "TW-GRPO without questions that have several right letters.", {
      "tw.questions": "one letter",
    }),
    arm("code", "The code's measure and fill", "Weights by k3 over the vocabulary, ended completions as uniform.", {
      "tw.measure": "code_k3",
      "tw.fill": "uniform",
    }),
    arm("variance", "Weights by variance", "Weights by the variance of log-probabilities.", {
      "tw.measure": "variance_of_logp",
    }),
  ],
  claims: [
    {
      id: "dead-groups",
      text: "At equal updates the soft reward leaves fewer dead groups than the fixed one, on questions with several right letters.",
      quantity: "share of dead groups, relative reduction",
      statistic: "reduction",
      threshold: 0,
      measure: (runs) => pairSeeds(runs(FIXED), runs(TW), deadOfMany),
      control: {
        title: "questions with one right letter, where both rewards are the same",
        measure: (runs) => pairSeeds(runs(FIXED), runs(TW), deadOfOne),
      },
    },
    {
      id: "exact-accuracy",
      text: "At equal updates the soft reward reaches more exactly right answers to held-out questions with several right letters.",
      quantity: "share of exact answers, difference",
      statistic: "difference",
      threshold: 0,
      measure: (runs) => pairSeeds(runs(FIXED), runs(TW), exactOfMany),
      control: {
        title: "rewards permuted within the group",
        measure: (runs) => pairSeeds(runs(FIXED), runs("permuted"), exactOfMany),
      },
    },
  ],
  tables: (runs) => [armsTable(runs)],
};

const TITLES: Readonly<Record<string, string>> = {
  sft: "after the cold start",
  ...Object.fromEntries(CELLS.map((cell) => [nameOf(cell), cellArm(cell).title])),
  "one-letter": "trained on one letter",
  code: "the code's measure and fill",
  variance: "weights by variance",
  permuted: "control: rewards permuted",
};

/** Different letters that a rollout names on average, in one quarter (0 to 3) of training; none without rollouts. */
function lettersOf({ groups, steps }: RunRecord, quarter: number): number[] {
  const inside = [...groups.values()].filter(
    ({ step }) => Math.min(3, Math.floor((4 * (step - 1)) / steps.length)) === quarter,
  );
  const counts = inside.flatMap(({ rollouts }) =>
    rollouts.map(({ prediction }) => new Set(prediction.replaceAll(" ", "").split(",").filter(Boolean)).size),
  );
  return counts.length === 0 ? [] : [mean(counts)];
}

/** Every cell that was trained: accuracy as TW-GRPO's tables have it, dead groups and length. */
function armsTable(runs: RunsOf): string {
  const rows = Object.entries(TITLES).flatMap(([id, title]) => {
    const records = [...runs(id).values()];
    if (records.length === 0) return [];
    const percent = (scores: (record: RunRecord) => Scores): string => {
      const values = records.map((record) => 100 * meanScore(scores(record)));
      return `${mean(values).toFixed(1)} ± ${deviation(values).toFixed(1)}`;
    };
    const letters = (share: number): string => {
      const values = records.flatMap((record) => lettersOf(record, share));
      return values.length === 0 ? "–" : mean(values).toFixed(2);
    };
    const dead = (scores: (record: RunRecord) => Scores): string => (id === "sft" ? "–" : percent(scores));
    return [
      [
        title,
        percent((record) => itemScores(record, isExact, { keep: (item) => !isMany(item) })),
        percent(exactOfMany),
        percent((record) => itemScores(record, isSoft, { keep: isMany })),
        percent((record) => itemScores(record, isExact)),
        dead(deadOfMany),
        dead(deadOfOne),
        letters(0),
        letters(3),
      ],
    ];
  });
  const head = ["arm", "one letter", "several, exact", "several, soft", "all, exact", "dead: several", "dead: one"];
  return `Held-out accuracy and dead groups of training, percent (mean ± sd over seeds), and how many letters a rollout names in the first and in the last quarter of training:\n\n${markdownTable([...head, "letters, first", "last"], rows)}`;
}
