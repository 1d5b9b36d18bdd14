/**
 * VerIPO: DPO on pairs that a verifier makes of GRPO's own rollouts makes reasoning agree with its answer, cheaply. The
 * control learns the same pairs with chosen and rejected exchanged.
 */
import { correctionBits } from "../../science/aha.ts";
import type { Item, RunRecord } from "../proof/run-record.ts";
import type { Scores } from "../proof/statistics.ts";
import type { Arm, Claim, RunsOf, SeedPair, SystemClaims } from "./claim.ts";
import { itemScores, meanOver, meanScore, pairSeeds, stepScores } from "./measure.ts";
import { markdownTable } from "./page.ts";

/** Updates of GRPO, then of DPO. */
const SEARCH = 40;
const ALIGN = 20;

const arm = (
  id: string,
  title: string,
  what: string,
  overrides: Arm["overrides"],
  from: Arm["from"] = FROM_SEARCH,
): Arm => ({
  id,
  title,
  what,
  recipe: "veripo",
  preset: "tiny",
  overrides: { ...COMMON, ...overrides },
  from,
});

const COMMON = { "rl.steps": SEARCH, "dpo.steps": ALIGN, "veripo.rounds": 1, "evaluation.items": 40 } as const;
/** Preference stages of all arms learn from the rollouts of one search: the same prompts, the same answers. */
const FROM_SEARCH = { arm: "search", label: "rl" } as const;

const ALONE = { "veripo.kinds": "none", "sft.steps": 0 } as const;
const ROUND_2 = { "veripo.rounds": 2, "veripo.laterSteps": 25 } as const;
const AFTER_DPO = { arm: "veripo", label: "dpo" } as const;

const consistent = ({ consistent: is }: Item): number => Number(is === true);
const right = ({ score }: Item): number => Number(score === 1);
const rightAndConsistent = (item: Item): number => right(item) * consistent(item);
const correctedAndRight = (item: Item): number => right(item) * Number(correctionBits(item.text) !== 0);

/** Held-out questions before a preference stage, which is where the search ended, and after it. */
const fromSearch = (runs: RunsOf, id: string, score: (item: Item) => number): SeedPair[] =>
  pairSeeds(runs("search"), runs(id), (record) => itemScores(record, score));

const byAligning = (score: (item: Item) => number): Pick<Claim, "measure" | "control"> => ({
  measure: (runs) => fromSearch(runs, "veripo", score),
  control: { title: "labels swapped", measure: (runs) => fromSearch(runs, "swapped", score) },
});

/** Seconds of each update of a stage; what its first one prepares (judging, reference) is spread over all of them. */
function secondsOf(stage: string, count: number): (record: RunRecord) => Scores {
  return (record) => {
    const seconds = stepScores(record, (step) => step.seconds, stage);
    const prepared = stepScores(
      record,
      ({ timings }) => ((timings["pairs"] ?? 0) + (timings["reference"] ?? 0)) / 1000,
      stage,
    );
    if (stage !== "dpo") return firstOf(seconds, count);
    const once = [...prepared.values()].reduce((sum, value) => sum + value, 0);
    const each = [...seconds].map(([step, value]): [string, number] => [
      step,
      value - prepared.get(step)! + once / seconds.size,
    ]);
    return firstOf(new Map(each), count);
  };
}
const firstOf = (scores: Scores, count: number): Scores => new Map([...scores].slice(0, count));

export const veripoClaims: SystemClaims = {
  system: "veripo",
  title: "VerIPO",
  data: "sample-pack",
  quick: { "veripo.laterSteps": 2, "dpo.steps": 2, "dpo.batchSize": 4 },
  arms: [
    arm("search", "GRPO", "The search whose rollouts everything else learns from.", { "veripo.kinds": "none" }, "sft"),
    arm("veripo", "GRPO, then DPO", "DPO on pairs of all three kinds.", {}),
    arm("grpo", "GRPO, then GRPO", "As many further updates of GRPO as DPO has.", {
      ...ALONE,
      "rl.steps": ALIGN,
    }),
    arm("swapped", "Control: labels swapped", "DPO prefers what the verifier rejected.", { "veripo.swapLabels": true }),
  ],
  ablations: [
    arm("penalty", "Penalty pairs only", "Right and consistent over wrong or repeating.", {
      "veripo.kinds": "penalty",
    }),
    arm("consistency", "Consistency pairs only", "A thought that leads to its answer over one that does not.", {
      "veripo.kinds": "consistency",
    }),
    arm("reflection", "Reflection pairs only", "A corrected thought over the wrong one.", {
      "veripo.kinds": "reflection",
    }),
    arm("second", "Second round", "GRPO without most of the solved prompts, then DPO.", ROUND_2, AFTER_DPO),
    arm(
      "unpruned",
      "Second round, solved prompts kept",
      "The same with all prompts.",
      { ...ROUND_2, "veripo.pruneShare": 0 },
      AFTER_DPO,
    ),
  ],
  claims: [
    {
      id: "consistency-up",
      text: "A DPO stage raises the share of held-out answers to which their reasoning leads.",
      quantity: "share of consistent answers after the first DPO stage against before it",
      statistic: "difference",
      threshold: 0,
      ...byAligning(consistent),
    },
    {
      id: "accuracy-kept",
      text: "The DPO stage costs at most 2 points of accuracy.",
      quantity: "held-out accuracy after the first DPO stage against before it",
      statistic: "difference",
      threshold: -0.02,
      ...byAligning(({ score }) => score),
    },
    {
      id: "cheaper",
      text: "An update of DPO on 16 pairs is at least 3 times as cheap as one of GRPO on 16 prompts.",
      quantity: "seconds of a GRPO update over seconds of a DPO update, judging and reference included",
      statistic: "ratio",
      threshold: 3,
      // Both arms go on from the same checkpoint, in the same minutes, with clips that were decoded before.
      measure: (runs) => pairSeeds(runs("grpo"), runs("veripo"), secondsOf("rl", ALIGN), secondsOf("dpo", ALIGN)),
      control: {
        title: "the first updates of GRPO in its place",
        measure: (runs) => pairSeeds(runs("grpo"), runs("search"), secondsOf("rl", ALIGN), secondsOf("rl", ALIGN)),
      },
    },
    {
      id: "right-and-consistent",
      text: "After as many updates, GRPO and DPO have more answers that are right and follow from their reasoning than GRPO alone.",
      quantity: "share of right and consistent held-out answers against GRPO alone",
      statistic: "difference",
      threshold: 0,
      measure: (runs) => pairSeeds(runs("grpo"), runs("veripo"), (record) => itemScores(record, rightAndConsistent)),
      control: {
        title: "labels swapped",
        measure: (runs) => pairSeeds(runs("grpo"), runs("swapped"), (record) => itemScores(record, rightAndConsistent)),
      },
    },
    {
      id: "reflection",
      text: "The DPO stage raises the share of answers that correct themselves and end right.",
      quantity:
        "share of held-out answers with a correction that end right, after the first DPO stage against before it",
      statistic: "difference",
      threshold: 0,
      ...byAligning(correctedAndRight),
    },
  ],
  tables: (runs) => [phases(runs), verifier(runs)],
};

const ARM_IDS = ["search", "veripo", "grpo", "swapped", "penalty", "consistency", "reflection", "second", "unpruned"];
const percent = (value: number): string => (Number.isFinite(value) ? (100 * value).toFixed(1) : "–");

/** Held-out questions after every stage. */
function phases(runs: RunsOf): string {
  const rows = ARM_IDS.flatMap((id) => {
    const records = runs(id);
    const stages = [...records.values()][0]?.stages ?? [];
    return stages.map((label) => {
      const share = (score: (item: Item) => number): string =>
        percent(meanOver(records, (record) => meanScore(itemScores(record, score, { label }))));
      return [
        id,
        label,
        share((item) => item.score),
        share(consistent),
        share(rightAndConsistent),
        share(correctedAndRight),
      ];
    });
  });
  const head = ["arm", "after", "accuracy", "consistent", "right and consistent", "corrected and right"];
  return `Held-out questions after each stage, percent, means over seeds.\n\n${markdownTable(head, rows, 2)}`;
}

/** What the verifier found of the rollouts, what became of them, and how DPO learnt. */
function verifier(runs: RunsOf): string {
  const names = [
    ["consistent", "verifier/consistency"],
    ["by the second judge", "verifier/second_consistency"],
    ["judges agree", "verifier/judges_agree"],
    ["repeating", "verifier/repetition"],
  ] as const;
  const counts = ["all", "penalty", "consistency", "reflection"] as const;
  const rows = ARM_IDS.flatMap((id) => {
    const records = runs(id);
    const stages = ([...records.values()][0]?.stages ?? []).filter((stage) => stage.startsWith("dpo"));
    return stages.map((stage) => {
      const metric = (name: string): number =>
        meanOver(records, (record) => meanScore(stepScores(record, ({ metrics }) => metrics[name], stage)));
      return [
        id,
        stage,
        ...names.map(([, name]) => percent(metric(name))),
        ...counts.map((kind) => metric(`pairs/${kind}`).toFixed(0)),
        percent(metric("rewards/accuracies")),
        metric("rewards/margins").toFixed(2),
      ];
    });
  });
  const head = ["arm", "stage", ...names.map(([title]) => title), ...counts.map((kind) => `pairs: ${kind}`)];
  return (
    "What the verifier found of the rollouts of the GRPO stage before (percent), the pairs it made of them, and on how many " +
    `of them DPO put the chosen first (percent, and by how much).\n\n${markdownTable([...head, "learnt", "margin"], rows, 2)}`
  );
}
