/** VideoHallu for its page: what a habit scores, and what an answer earns, by the functions that train and measure. */
import { groupAdvantages } from "../../advantages.ts";
import { balancedAccuracy, type PolarityAnswer } from "../../metrics/balanced.ts";
import { rouge } from "../../metrics/text.ts";
import type { Method } from "../../recipe.ts";
import { gradedScore } from "../../rewards/graded-text.ts";

/** Four clips of five are ordinary: yes. One breaks the law: no. */
const TRUTHS = ["yes", "yes", "yes", "yes", "no"] as const;
const POLICIES: readonly (readonly [label: string, note: string, given: readonly ("yes" | "no")[]])[] = [
  ["Always yes", "a habit", ["yes", "yes", "yes", "yes", "yes"]],
  ["Looks", "one slip", ["yes", "yes", "no", "yes", "no"]],
];

const answers = (given: readonly ("yes" | "no")[]): PolarityAnswer[] =>
  TRUTHS.map((truth, index) => ({ truth, given: given[index]! }));

const TRUTH = "no it goes up";
const SAID = ["no it goes up", "no up it goes", "no", "yes it goes up", "yes it goes down"] as const;
const graded = SAID.map((said) => gradedScore(TRUTH, said));
const overlap = SAID.map((said) => rouge(TRUTH, said, { stem: true }).meanF);

export const videoHalluMethod: Method = {
  words: [
    "Does the ball fall when it is let go? A model need not look to say yes: balls fall. In generated clips they sometimes rise, and models that score well on real videos go on saying yes. What they saw and what they say have come apart.",
    "VideoHallu's remedy is T-GRPO on such clips. Among a group's answers to the same clip, those that say what is seen earn more than those that say what is usual, so looking pays where habit used to. Physics in real clips may come first, the counter-examples after.",
    "Free answers are graded, not only right or wrong. Overlap of words will not do: “yes it goes up” shares three words of four with “no it goes up”. The score must see that the two contradict each other.",
  ],
  formulas: [
    {
      text: '"balanced accuracy" = frac{1}{2} ( "recall on yes" + "recall on no" )',
      says: "One half for any constant answer, however usual it is.",
    },
    {
      text: "s = σ( w_0 + w_1 x_1 + … + w_5 x_5 )",
      says: "x: letter triples shared, recall and precision of words, polarity, numbers. In RewardBert's place (reported as 1 + 4s); fitted on generated paraphrases and contradictions.",
    },
    { text: 'r = s + r_{"format"} ( + r_{"temporal"} + r_{"length"} )', says: "As Video-R1, with s for free answers." },
  ],
  figures: [
    {
      title: "What a habit scores",
      places: ["accuracy", "recall on yes", "recall on no", "balanced accuracy"],
      signed: false,
      rows: POLICIES.map(([label, note, given]) => {
        const { accuracy, recallYes, recallNo, balanced } = balancedAccuracy(answers(given));
        return { label, note, values: [accuracy, recallYes, recallNo, balanced] };
      }),
      caption:
        "Four ordinary clips and one that breaks the law. Accuracy cannot tell the two apart; balanced accuracy can.",
    },
    {
      title: "What an answer earns where “no it goes up” is true",
      places: [...SAID],
      kinds: SAID.map((said) => (said.startsWith("no") ? ("right" as const) : ("wrong" as const))),
      signed: false,
      rows: [
        { label: "ROUGE", note: "as Video-R1 grades", values: overlap },
        { label: "Graded", note: "polarity counts", values: graded },
      ],
      caption: "By ROUGE the fourth answer, which says the opposite, earns more than a plain and right “no”.",
    },
    {
      title: "What the group learns from it",
      places: [...SAID],
      kinds: SAID.map((said) => (said.startsWith("no") ? ("right" as const) : ("wrong" as const))),
      signed: true,
      rows: [
        { label: "ROUGE", note: "advantages", values: groupAdvantages(overlap, "group") },
        { label: "Graded", note: "advantages", values: groupAdvantages(graded, "group") },
      ],
      caption: "With a grade that sees contradiction, all right answers are pushed up and both wrong ones down.",
    },
  ],
};
