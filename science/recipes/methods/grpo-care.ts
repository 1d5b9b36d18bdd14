/** GRPO-CARE for its page: who earns the consistency bonus, with a worked example by the functions that train. */
import { groupAdvantages } from "../../advantages.ts";
import type { Method } from "../../recipe.ts";
import { consistencyBonuses, type BonusForm } from "../../rewards/consistency.ts";

/** The specification's worked example. */
const ACCURACY = [1, 1, 0, 1] as const;
const LIKELIHOOD = [0.97, 0.6, 0.9, 0.8] as const;

const GROUP = ACCURACY.map((accuracy, index) => ({
  text: "",
  prediction: "",
  accuracy,
  tokenCount: 0,
  answerLikelihood: LIKELIHOOD[index]!,
}));
const bonuses = (form: BonusForm): number[] =>
  consistencyBonuses(GROUP, { form, weight: 0.5, ceiling: 0.95, margin: 0 });
const rewards = (bonus: readonly number[]): number[] => ACCURACY.map((accuracy, index) => accuracy + 1 + bonus[index]!);

export const grpoCareMethod: Method = {
  words: [
    "A policy that is paid for right answers only can become right without its reasoning: it finds the answer by a shortcut and writes a thought that would lead elsewhere. Plain GRPO cannot tell such an answer from one that was thought out.",
    "GRPO-CARE asks a second model, which follows the policy slowly, how likely the answer is after this very thought. A right answer that this reference finds at least as likely as the group's right answers on average earns half a point more. A wrong one never does, however convinced the reference is.",
    "There is no KL term: the reference is used as a judge, not as a leash. SEED-Bench-R1 measures what carries over: to kitchens that training never showed (level 2), and to other goals too (level 3).",
  ],
  formulas: [
    {
      text: "p = min( 0.95, exp frac{1}{|a|} ∑_t log φ(a_t | x, τ, a_{<t}) )",
      says: "How likely the reference φ finds the answer a after the thought τ. The paper's algorithm box has the arithmetic mean instead.",
    },
    {
      text: "H = [ g : r_g > 0.1, r_g ≥ mean(r) ]",
      says: "Who can earn the bonus: right answers, at least as right (r) as the group on average.",
    },
    {
      text: 'R = r + r_{"format"} + frac{1}{2} r · [ g ∈ H, p ≥ mean_H(p) − ε ]',
      says: "The bracket is 1 where both are true, else 0. Margin ε: 0, or 0.01 on general benchmarks.",
    },
    { text: "φ ← 0.995 φ + 0.005 θ", says: "Every 10 updates." },
  ],
  figures: [
    {
      title: "Who earns the bonus",
      places: ACCURACY.map((accuracy, index) => `${accuracy === 1 ? "right" : "wrong"} ${index + 1}`),
      kinds: ACCURACY.map((accuracy) => (accuracy === 1 ? ("right" as const) : ("wrong" as const))),
      signed: false,
      rows: [
        {
          label: "Likelihood",
          note: "by the reference, cut at 0.95",
          values: LIKELIHOOD.map((p) => Math.min(p, 0.95)),
        },
        { label: "Bonus", note: "the mean of the right ones is 0.78", values: bonuses("care") },
        { label: "Dense", note: "ablation: accuracy times likelihood", values: bonuses("dense") },
      ],
      caption: "The third answer is likely and wrong: it earns nothing. The second is right, but not from its thought.",
    },
    {
      title: "What the group learns from it",
      places: ACCURACY.map((_, index) => `answer ${index + 1}`),
      kinds: ACCURACY.map((accuracy) => (accuracy === 1 ? ("right" as const) : ("wrong" as const))),
      signed: true,
      rows: [
        {
          label: "GRPO",
          note: "advantages without the bonus",
          values: groupAdvantages(rewards([0, 0, 0, 0]), "group"),
        },
        { label: "GRPO-CARE", note: "advantages with it", values: groupAdvantages(rewards(bonuses("care")), "group") },
      ],
      caption: "A right answer that does not follow from its thought no longer stands above the mean.",
    },
  ],
};
