/**
 * VideoHallu: T-GRPO on counter-examples makes a model look where it answered from habit. Held out are pairs of clips, one
 * possible and one not, with the same question and opposite answers, so accuracy over them is balanced accuracy and the
 * question alone gives one half. The control has the same questions and updates, and never a counter-example.
 */
import { readPolarity } from "../../science/extraction/polarity.ts";
import { balancedAccuracy, type PolarityAnswer } from "../../science/metrics/balanced.ts";
import { wilsonInterval } from "../../science/metrics/wilson.ts";
import { CATEGORIES, isAlignment } from "../../science/videohallu/taxonomy.ts";
import type { Item, RunRecord } from "../proof/run-record.ts";
import type { Arm, RunsOf, SeedPair, SystemClaims } from "./claim.ts";
import { itemScores, pairSeeds } from "./measure.ts";
import { markdownTable } from "./page.ts";

/** Updates of every arm. */
const STEPS = 120;

const arm = (id: string, title: string, what: string, preset: string, overrides: Arm["overrides"] = {}): Arm => ({
  id,
  title,
  what,
  recipe: "videohallu",
  preset,
  // Shuffled frames and none at all: what is learnt without looking.
  overrides: { "rl.steps": STEPS, "evaluation.contrasts": true, ...overrides },
  from: "sft",
});

const right = ({ score }: Item): number => Number(score === 1);
const aboutViolations = ({ task }: Item): boolean => !isAlignment(task);
const aboutAlignment = ({ task }: Item): boolean => isAlignment(task);

/** Questions where all arms start, and after an arm's last update under a view. */
function since(runs: RunsOf, id: string, keep: (item: Item) => boolean, view = "ordered"): SeedPair[] {
  const after = (record: RunRecord) => itemScores(record, right, { keep, view });
  return pairSeeds(runs("start"), runs(id), (record) => itemScores(record, right, { keep }), after);
}

export const videoHalluClaims: SystemClaims = {
  system: "videohallu",
  title: "VideoHallu",
  data: "impossible",
  sft: { "sft.steps": 200 },
  arms: [
    arm("start", "SFT, where all start", "Measured by the same rules: one update at a learning rate of 0.", "tiny", {
      "rl.steps": 1,
      "rl.promptsPerStep": 1,
      "rl.learningRate": 0,
    }),
    arm("counter-examples", "Counter-examples", "Pairs of possible and impossible clips.", "tiny"),
    arm(
      "possible-only",
      "Control: possible clips only",
      "As many updates on clips that obey the laws.",
      "possible-only",
    ),
  ],
  ablations: [
    arm("curriculum", "Physics, then counter-examples", "The published order, the same updates in all.", "curriculum"),
    arm("mixed", "Both mixed", "The order's control: the same rows at once.", "mixed"),
    arm("rouge", "Graded by ROUGE", "Free answers earn their ROUGE.", "rouge"),
    arm("contrast", "With the temporal contrast", "T-GRPO's bonus, as the authors' scripts have it.", "tiny", {
      "temporal.enabled": true,
      "rl.shuffledGroupSize": 4,
    }),
  ],
  claims: [
    {
      id: "violations-up",
      text: "Counter-examples raise balanced accuracy on violations by at least 15 points.",
      quantity: "balanced accuracy on held-out pairs after 120 updates against before",
      statistic: "difference",
      threshold: 0.15,
      measure: (runs) => since(runs, "counter-examples", aboutViolations),
      control: {
        title: "the same updates without counter-examples",
        measure: (runs) => since(runs, "possible-only", aboutViolations),
      },
    },
    {
      id: "alignment-kept",
      text: "Questions about what the clips show lose at most 3 points.",
      quantity: "accuracy on held-out alignment questions after 120 updates against before",
      statistic: "difference",
      threshold: -0.03,
      measure: (runs) => since(runs, "counter-examples", aboutAlignment),
      control: {
        title: "the same policy asked without the clip",
        measure: (runs) => since(runs, "counter-examples", aboutAlignment, "question-only"),
      },
    },
  ],
  tables: (runs) => [policiesTable(runs), categoriesTable(runs)],
};

const percent = (share: number): string => (Number.isFinite(share) ? (share * 100).toFixed(1) : "–");

/** Held-out items of the last stage's end. */
const itemsOf = (record: RunRecord, view: string): readonly Item[] => [
  ...(record.items.get(`heldout/${record.stages.at(-1)!}/${view}`)?.values() ?? []),
];

/** Every arm before and after, under each view: habit shows as a yes-rate, looking as what shuffling and blinding cost. */
function policiesTable(runs: RunsOf): string {
  const rows = [...videoHalluClaims.arms, ...videoHalluClaims.ablations].flatMap(({ id, title }) => {
    const records = [...runs(id).values()];
    if (records.length === 0) return [];
    const row = (name: string, view: string): string[][] => {
      const items = records.flatMap((record) => itemsOf(record, view));
      if (items.length === 0) return [];
      const violations = items.filter(aboutViolations);
      const { balanced, yesRate } = balancedAccuracy(violations.map(polarityOf));
      const share = (keep: (item: Item) => boolean): number => {
        const own = violations.filter(keep);
        return own.filter((item) => right(item) === 1).length / own.length;
      };
      const alignment = items.filter(aboutAlignment);
      const cells = [
        balanced,
        share(({ sampleId }) => sampleId.includes("-possible-")),
        share(({ sampleId }) => sampleId.includes("-impossible-")),
        yesRate,
        alignment.filter((item) => right(item) === 1).length / alignment.length,
      ];
      return [[name, ...cells.map(percent)]];
    };
    return [
      ...row(title, "ordered"),
      ...row(`${title}, frames shuffled`, "shuffled"),
      ...row(`${title}, question alone`, "question-only"),
    ];
  });
  const head = ["policy", "balanced accuracy", "possible", "impossible", "says yes", "alignment"];
  return `Held-out questions, percent over seeds; a constant yes or no has a balanced accuracy of 50.0.\n\n${markdownTable(head, rows)}`;
}

const polarityOf = ({ answer, prediction }: Item): PolarityAnswer => ({
  truth: readPolarity(answer).value!,
  given: readPolarity(prediction).value,
});

/** By sub-category, before and after the counter-examples. */
function categoriesTable(runs: RunsOf): string {
  const [before, after] = ["start", "counter-examples"].map((id) =>
    [...runs(id).values()].flatMap((record) => itemsOf(record, "ordered")),
  ) as [Item[], Item[]];
  const cell = (items: readonly Item[], code: string): string => {
    const own = items.filter(({ task }) => task === code);
    const hits = own.filter((item) => right(item) === 1).length;
    const [low, high] = wilsonInterval(hits, own.length);
    return `${percent(hits / own.length)} (${percent(low)} to ${percent(high)})`;
  };
  const rows = CATEGORIES.filter(({ code }) => before.some(({ task }) => task === code)).map(({ code, title }) => [
    `${code} ${title}`,
    String(before.filter(({ task }) => task === code).length),
    cell(before, code),
    cell(after, code),
  ]);
  const table = markdownTable(["sub-category", "answers", "before", "after"], rows);
  return `By sub-category, answers of all seeds, Wilson's 95 %:\n\n${table}`;
}
