/** TW-GRPO for its page: soft rewards and token weights, with worked examples by the functions that train. */
import { groupAdvantages } from "../../advantages.ts";
import type { Method } from "../../recipe.ts";
import { multiAnswerScore, type MultiAnswerRule } from "../../rewards/multi-answer.ts";
import { weightsFromDivergence } from "../../token-weights.ts";

const KEY = "A,C,D";
/** A group that finds parts of the key and never all of it. */
const ANSWERS = ["A,C", "A", "A,B", "C,D", "B", "D", "A,C", "A,B,D"] as const;

const rewards = (rule: MultiAnswerRule): number[] => ANSWERS.map((answer) => 1 + multiAnswerScore(answer, KEY, rule));

/** Disagreement by position: a group agrees on the template and differs in what it saw and concludes. */
const TOKENS = ["So", " red", " A", ",", " blue", " C", "</think>", "C"] as const;
const DISAGREEMENT = [0.01, 0.42, 0.3, 0.12, 0.71, 0.38, 0.02, 0.18] as const;

export const twGrpoMethod: Method = {
  words: [
    "A group of answers teaches only where its rewards differ. A question with several right letters that is all or nothing mostly gives eight zeros: the group is dead. The soft reward pays for a part of the key, and nothing as soon as one wrong letter is named.",
    "Not every token decides. Where the group's members would say the same next word anyway, there is nothing to learn; where they disagree, there is. TW-GRPO measures that disagreement from the whole distributions at each position and lets such positions weigh up to α times as much.",
    "The loss is averaged over all tokens of the step: a token counts the same in a long answer as in a short one.",
  ],
  formulas: [
    { text: 'r = frac{|S|}{|K|} "if" S ⊆ K, "else" 0', says: "S: letters of the answer, K: letters of the key." },
    {
      text: "D_t = frac{1}{G} ∑_i KL( π_{i,t} ‖ frac{1}{G} ∑_j π_{j,t} )",
      says: "Disagreement at position t over members that still write (the authors' code: another divergence, ended members count as uniform).",
    },
    {
      text: "w_t = 1 + (α − 1) · frac{D_t − min D}{max D − min D}",
      says: "Weight of a position, from 1 to α = 1.7; a constant in the gradient.",
    },
    {
      text: "L = frac{∑_{i,t} w_t L_{i,t}}{∑_{i,t} 1}",
      says: "Sum over all tokens of all answers, clipped surrogate Lᵢₜ.",
    },
  ],
  figures: [
    {
      title: `Advantages of a group when the key is ${KEY}`,
      places: ANSWERS,
      kinds: ANSWERS.map((answer) => (multiAnswerScore(answer, KEY, "soft") > 0 ? "right" : "wrong")),
      signed: true,
      rows: [
        { label: "Fixed reward", note: "all or nothing", values: groupAdvantages(rewards("fixed"), "group") },
        { label: "Soft reward", note: "a part for a part", values: groupAdvantages(rewards("soft"), "group") },
      ],
      caption:
        "Nobody has the whole key: with the fixed reward the group is dead. With the soft one, two letters of three are worth more than one, and a wrong letter spoils everything.",
    },
    {
      title: "Weights of positions",
      places: TOKENS,
      signed: false,
      rows: [
        { label: "Disagreement", note: "Dₜ, nats (invented)", values: DISAGREEMENT },
        { label: "Weight", note: "α = 1.7", values: [...weightsFromDivergence(DISAGREEMENT, 1.7)] },
      ],
      caption: "Words on which the group differs weigh up to 1.7 times as much as those that everybody would write.",
    },
  ],
};
