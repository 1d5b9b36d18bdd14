/** Video-R1 for its page: the temporal contrast, with worked examples by the functions that train. */
import type { Method } from "../../recipe.ts";
import { PAPER_LENGTH } from "../../rewards/length.ts";
import { PAPER_TEMPORAL } from "../../rewards/temporal.ts";
import { shapeGroup, type GroupSettings } from "../../tgrpo.ts";

/** Eight answers of a prompt on frames in order, and four of its twin on shuffled ones. */
const LOOKED = { ordered: [1, 1, 1, 0, 0, 1, 0, 0.4], shuffled: [0, 1, 0, 0] } as const;
const GUESSED = { ordered: [1, 1, 0, 0, 0, 1, 0, 0], shuffled: [1, 1, 0, 1] } as const;

const settings: GroupSettings = {
  temporal: PAPER_TEMPORAL,
  length: { ...PAPER_LENGTH, enabled: false },
  advantage: "group",
};

const outcomeOf = ({ ordered, shuffled }: { ordered: readonly number[]; shuffled: readonly number[] }) =>
  shapeGroup(
    {
      accuracies: ordered,
      formats: ordered.map(() => 1),
      tokenCounts: ordered.map(() => 40),
      shuffledAccuracies: shuffled,
    },
    settings,
  );
const kindsOf = (accuracies: readonly number[]) =>
  accuracies.map((accuracy) => (accuracy > 0.1 ? ("right" as const) : ("wrong" as const)));
const placesOf = (accuracies: readonly number[]) => accuracies.map((_, index) => `#${index + 1}`);

export const videoR1Method: Method = {
  words: [
    "First the model learns from written traces how an answer is laid out: a thought between <think> tags, then the answer. That is the cold start, plain supervised learning.",
    "Then it answers each question several times, and rules score every answer: is it right, is it laid out as asked, is its length within bounds? No model judges. An answer that scores more than its group's mean becomes likelier, one that scores less becomes rarer. A group whose answers all score alike teaches nothing.",
    "A video can often be answered from one frame. So the same question is also answered on shuffled frames, by a twin group that is scored and never learnt from. Only where the ordered group does at least as well as its twin, right answers earn a bonus: the order of the frames has to be worth something.",
  ],
  formulas: [
    {
      text: 'r_i = r_{"accuracy"} + r_{"format"} + r_{"length"} + r_{"temporal"}',
      says: "Reward of answer i: rules only. The length bonus of 0.2 is for right answers of 320 to 512 tokens.",
    },
    {
      text: 'r_{"temporal"} = α "if" p ≥ μ · p̃ "and" r_{"accuracy"} > 0.1, "else" 0',
      says: "p, p̃: share of right answers on ordered and on shuffled frames; α = 0.3; μ = 1 in the paper, 0.8 in the code.",
    },
    {
      text: "A_i = frac{r_i − mean(r)}{std(r)}",
      says: "Advantage: what the group learns from the answer.",
    },
    {
      text: 'L = − frac{1}{G} ∑_i frac{1}{|y_i|} ∑_t ( A_i − β · KL_{i,t}(π_θ ‖ π_{"ref"}) )',
      says: "With one update a batch the probability ratio is 1. β = 0.04 holds on to the start.",
    },
  ],
  figures: [
    {
      title: "Who earns the temporal bonus",
      places: placesOf(LOOKED.ordered),
      kinds: kindsOf(LOOKED.ordered),
      signed: false,
      rows: [
        { label: "Accuracy", note: "on ordered frames", values: LOOKED.ordered },
        {
          label: "Order helps",
          note: "twin: 1 of 4 right",
          values: outcomeOf(LOOKED).parts.map((part) => part["temporal"] ?? 0),
        },
        {
          label: "It does not",
          note: "twin: 4 of 4 right",
          values: outcomeOf({ ...LOOKED, shuffled: [1, 1, 1, 1] }).parts.map((part) => part["temporal"] ?? 0),
        },
      ],
      caption:
        "Most answers are right in order, one of them in part. Beside a twin that finds as many without the order, nobody is paid for it.",
    },
    {
      title: "What the group learns",
      places: placesOf(GUESSED.ordered),
      kinds: kindsOf(GUESSED.ordered),
      signed: true,
      rows: [{ label: "Advantage", note: "mean away, spread divided out", values: outcomeOf(GUESSED).advantages }],
      caption: "Three of eight are right: each is pushed up by more than each wrong one is pushed down.",
    },
  ],
};
