/** VerIPO for its page: from rollouts over four checks to pairs, and what DPO does with a pair. */
import { dpoObjective } from "../../objectives/dpo.ts";
import type { Method } from "../../recipe.ts";

/** Log-ratios to the reference: of the chosen and the rejected text, in nats. */
const CASES = [
  [-4, 4],
  [-1, 1],
  [0, 0],
  [2, -1],
  [6, -2],
] as const;
const BETA = 0.1;

const lossOf = (chosen: number, rejected: number): number =>
  dpoObjective(
    { chosen: [[chosen]], rejected: [[rejected]], referenceChosen: [[0]], referenceRejected: [[0]] },
    { beta: BETA, losses: [{ loss: "sigmoid", weight: 1 }] },
  ).loss;

/** Right answers, and right ones to which the thought leads, of a group of eight as the verifier may find them. */
const CHECKS = {
  accuracy: [1, 1, 1, 0, 1, 0, 0, 1],
  consistency: [1, 1, 0, 1, 1, 0, 1, 1],
  repetition: [1, 1, 1, 1, 0, 1, 1, 1],
} as const;
const model = CHECKS.accuracy.map((right, index) => right * CHECKS.consistency[index]! * CHECKS.repetition[index]!);

export const veripoMethod: Method = {
  words: [
    "GRPO searches widely and pays for what it finds, but it samples for every update and does not look at how an answer was reached. VerIPO lets a verifier read the rollouts that GRPO has made anyway: is the answer right, does the thought lead to it, does it repeat itself, is it longer than the group's?",
    "From the verdicts it makes pairs of texts. Penalty: a right, consistent answer over one that is wrong or repeats itself. Consistency: of two right answers the one that was thought out; or the same thought with the answer to which it leads. Reflection: a wrong thought, taken up again and ended right, over the wrong one alone.",
    "DPO learns the pairs without sampling anything, so its updates are cheap. Then GRPO goes on, without four fifths of the prompts that are always answered right.",
  ],
  formulas: [
    {
      text: 'm = β ( log frac{π(y_w | x)}{π_{"ref"}(y_w | x)} − log frac{π(y_l | x)}{π_{"ref"}(y_l | x)} )',
      says: "Margin of the chosen text (w) over the rejected one (l), against the policy at the start of the stage (ref); β = 0.1.",
    },
    { text: "L = − log σ(m)", says: "Sums over the tokens of each text." },
    {
      text: 'MRA = mean_θ [ frac{|"answer" − "truth"|}{"truth"} ≤ 1 − θ ]',
      says: "Reward of numbers, the share of thresholds θ that an answer passes: 11 thresholds from 0.5 to 0.95 in the published scorer.",
    },
  ],
  figures: [
    {
      title: "A group before the verifier",
      places: CHECKS.accuracy.map((_, index) => `#${index + 1}`),
      kinds: CHECKS.accuracy.map((right) => (right ? ("right" as const) : ("wrong" as const))),
      signed: false,
      rows: [
        { label: "Right", note: "the rules of the reward", values: [...CHECKS.accuracy] },
        { label: "Follows", note: "the judge: thought leads to answer", values: [...CHECKS.consistency] },
        { label: "No repeats", note: "a rule", values: [...CHECKS.repetition] },
        { label: "Model", note: "passes all three: can be chosen", values: model },
      ],
      caption:
        "#3 is right by luck: it is rejected in a consistency pair. #5 repeats itself, #4 and #7 are wrong but thought out.",
    },
    {
      title: `What a pair costs (β = ${BETA})`,
      places: CASES.map(([chosen, rejected]) => `${chosen} / ${rejected}`),
      signed: false,
      rows: [{ label: "Loss", note: "log-ratios of chosen / rejected", values: CASES.map(([a, b]) => lossOf(a, b)) }],
      caption: "At the start of the stage both ratios are 0 and the loss is log 2 = 0.69.",
    },
  ],
};
