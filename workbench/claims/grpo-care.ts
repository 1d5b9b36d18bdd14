/**
 * SEED-Bench-R1 and GRPO-CARE on three levels: RL carries over to new environments and goals better than SFT on the same
 * prompts; plain GRPO becomes right without becoming consistent; the consistency bonus repairs that at no loss.
 */
import type { Item, RunRecord } from "../proof/run-record.ts";
import type { Scores } from "../proof/statistics.ts";
import type { Arm, Claim, RunsOf, SystemClaims } from "./claim.ts";
import { itemScores, meanOver, meanScore, pairSeeds } from "./measure.ts";
import { markdownTable } from "./page.ts";

/** 16 prompts an update of RL, 32 rows an update of SFT: both arms meet as many prompts. */
const RL_STEPS = 40;
const SFT_STEPS = 20;
/** Few enough that something is left to learn, by validation on a seed of its own. */
const COLD_START = 15;

const START = { arm: "start", label: "sft" } as const;
const COMMON = { "evaluation.items": 40 } as const;

const rl = (id: string, title: string, what: string, preset: string, overrides: Arm["overrides"] = {}): Arm => ({
  id,
  title,
  what,
  recipe: "grpo-care",
  preset,
  overrides: { ...COMMON, "rl.steps": RL_STEPS, ...overrides },
  from: START,
});

type Level = "l1" | "l2" | "l3";
const consistent = ({ consistent: is }: Item): number => Number(is === true);
const accuracy = ({ score }: Item): number => score;

/** Held-out questions of some levels; all of them where none is named. */
const onLevels =
  (score: (item: Item) => number, ...levels: readonly Level[]) =>
  (record: RunRecord): Scores =>
    itemScores(record, score, {
      keep: ({ task }) => levels.length === 0 || levels.some((level) => task.startsWith(level)),
    });

/** One arm against another on held-out questions. */
const against =
  (before: string, after: string, score: (record: RunRecord) => Scores): Claim["measure"] =>
  (runs) =>
    pairSeeds(runs(before), runs(after), score);

function beatsSft(level: "l2" | "l3", what: string): Claim {
  const score = onLevels(accuracy, level);
  return {
    id: `grpo-over-sft-${level}`,
    text: `GRPO is at least as good as SFT on the same prompts ${what} (level ${level.slice(1)}).`,
    quantity: "accuracy against SFT continued from the same start",
    statistic: "difference",
    threshold: 0,
    measure: against("sft-continued", "grpo", score),
    control: { title: "rewards permuted within the group", measure: against("sft-continued", "permuted", score) },
  };
}

export const grpoCareClaims: SystemClaims = {
  system: "grpo-care",
  title: "SEED-Bench-R1 and GRPO-CARE",
  data: "levels",
  quick: { "sft.steps": 2 },
  arms: [
    {
      id: "start",
      title: "Cold start",
      what: "SFT on 160 traces: what every other arm starts from.",
      recipe: "video-r1",
      preset: "tiny",
      overrides: { ...COMMON, "sft.steps": COLD_START, "rl.steps": 0 },
      from: "base",
    },
    {
      id: "sft-continued",
      title: "SFT continued",
      what: "SFT on the traces of as many training prompts as RL meets.",
      recipe: "video-r1",
      preset: "tiny",
      overrides: { ...COMMON, "sft.steps": SFT_STEPS, "rl.steps": 0 },
      from: START,
      data: "levels-traced",
    },
    rl("grpo", "GRPO", "Accuracy and format, no bonus, no KL term.", "plain-grpo"),
    rl("care", "GRPO-CARE", "The consistency bonus by a reference that follows.", "tiny"),
    rl("misattributed", "Control: bonus misattributed", "As many bonuses, to others.", "misattributed"),
    rl("permuted", "Control: rewards permuted", "GRPO with each group's rewards permuted.", "plain-grpo", {
      "rl.permuteRewards": true,
    }),
  ],
  ablations: [
    rl("kl", "KL", "GRPO held to the frozen start.", "ablation-kl"),
    rl("kl-ema", "KL to the moving reference", "Held to a reference that follows.", "ablation-kl-ema"),
    rl("kl-ema-accurate", "KL on accurate rollouts", "Only accurate rollouts are held.", "ablation-kl-ema-accurate"),
    rl("kl-split", "KL split", "Thought and answer held alike.", "ablation-kl-split"),
    rl("dense", "Dense bonus", "Accuracy times likelihood for all.", "dense"),
    rl("refgen", "The reference answers again", "The bonus is how right its own answer is.", "refgen"),
    rl("arithmetic", "Arithmetic likelihood", "The bonus as in the paper's algorithm box.", "tiny", {
      "care.likelihood": "arithmetic",
    }),
  ],
  claims: [
    beatsSft("l2", "in an environment that training never showed"),
    beatsSft("l3", "with goals that training never had"),
    {
      id: "grpo-consistency-flat",
      text: "Plain GRPO does not raise the share of consistent answers by more than 2 points.",
      quantity: "share of consistent answers, the start's minus GRPO's",
      statistic: "difference",
      threshold: -0.02,
      measure: against("grpo", "start", onLevels(consistent)),
      control: { title: "the consistency bonus in its place", measure: against("care", "start", onLevels(consistent)) },
    },
    {
      id: "care-consistency",
      text: "The consistency bonus makes answers follow from their reasoning at least 10 points more often than GRPO does.",
      quantity: "share of consistent answers against GRPO",
      statistic: "difference",
      threshold: 0.1,
      measure: against("grpo", "care", onLevels(consistent)),
      control: { title: "bonus misattributed", measure: against("grpo", "misattributed", onLevels(consistent)) },
    },
    {
      id: "care-accuracy",
      text: "The consistency bonus costs at most 2 points of accuracy.",
      quantity: "accuracy against GRPO",
      statistic: "difference",
      threshold: -0.02,
      measure: against("grpo", "care", onLevels(accuracy)),
      control: { title: "rewards permuted", measure: against("grpo", "permuted", onLevels(accuracy)) },
    },
  ],
  tables: (runs) => [levels(runs)],
};

/** Accuracy and consistency of every arm by level. */
function levels(runs: RunsOf): string {
  const ids = [...grpoCareClaims.arms, ...grpoCareClaims.ablations];
  const rows = ids.flatMap(({ id, title }) => {
    const records = runs(id);
    if (records.size === 0) return [];
    const share = (score: (item: Item) => number, ...level: readonly Level[]): string => {
      const value = meanOver(records, (record) => meanScore(onLevels(score, ...level)(record)));
      return Number.isFinite(value) ? (100 * value).toFixed(1) : "–";
    };
    const each = (["l1", "l2", "l3"] as const).flatMap((level) => [share(accuracy, level), share(consistent, level)]);
    return [[title, ...each, share(accuracy), share(consistent)]];
  });
  const head = ["arm", ...["l1", "l2", "l3", "all"].flatMap((level) => [`${level}, right`, `${level}, consistent`])];
  return `Held-out questions by level, percent, means over seeds.\n\n${markdownTable(head, rows)}`;
}
