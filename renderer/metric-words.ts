/** Every metric of the journal in words: what it is called on screen, and what it means, in one sentence or two. */
import type { Unit } from "./parts/format.ts";

export interface MetricWords {
  readonly label: string;
  readonly explanation: string;
  /** A value between 0 and 1 that is read as a percentage. */
  readonly share?: boolean;
  /** Bytes of memory, milliseconds of a phase. */
  readonly unit?: Unit;
}

/** By name; parts of the reward, memory and times follow patterns (`describeMetric`). */
export const METRIC_WORDS: Readonly<Record<string, MetricWords>> = {
  loss: {
    label: "Loss",
    explanation:
      "What the optimiser lowers. In GRPO it stays near zero while learning goes on: look at the reward instead.",
  },
  reward: { label: "Reward", explanation: "Mean over the step's rollouts of the sum of all reward parts." },
  reward_std: {
    label: "Reward spread",
    explanation: "Mean standard deviation of the reward within a group. No spread, no gradient.",
  },
  "accuracy/ordered": {
    label: "Ordered",
    explanation: "Mean accuracy of the answers with the frames in their true order; partly right ones count in part.",
    share: true,
  },
  "accuracy/shuffled": {
    label: "Shuffled",
    explanation: "Mean accuracy of the answers with shuffled frames; partly right ones count in part.",
    share: true,
  },
  "completions/mean_terminated_length": {
    label: "Length when ended",
    explanation: "Mean number of tokens in completions that ended by themselves.",
  },
  "temporal/identity_rate": {
    label: "Unmoved",
    explanation: "Share of shuffled clips whose shuffling left the order as it was.",
    share: true,
  },
  "sampling/tokens_per_second": {
    label: "Sampled per second",
    explanation: "Tokens sampled per second of the rollout phase.",
  },
  token_nll: { label: "Loss per token", explanation: "Mean negative log-likelihood of the traces' tokens, in nats." },
  "temporal/p": {
    label: "p, ordered",
    explanation: "The gate's side of the ordered groups, mean over video prompts: how often they are right.",
    share: true,
  },
  "temporal/p_shuffled": {
    label: "p̃, shuffled",
    explanation: "The gate's side of the shuffled groups, mean over video prompts: how often they are right.",
    share: true,
  },
  "temporal/accuracy_ordered": {
    label: "Ordered",
    explanation: "Mean accuracy on video prompts with the frames in their true order; pictures have no order.",
    share: true,
  },
  "temporal/accuracy_shuffled": {
    label: "Shuffled",
    explanation: "Mean accuracy on the same video prompts with shuffled frames.",
    share: true,
  },
  "temporal/gate_rate": {
    label: "Gate passed",
    explanation: "Share of video prompts whose ordered group did at least as well as the shuffled one.",
    share: true,
  },
  "temporal/gap": { label: "Ordered − shuffled", explanation: "How much the order of the frames helps." },
  "temporal/bonus_rate": {
    label: "Bonus earned",
    explanation:
      "Share of the answers to video prompts that earned the temporal bonus: right ones behind an open gate.",
    share: true,
  },
  kl: {
    label: "KL to reference",
    explanation: "How far the policy has moved from the frozen reference, per token (k3 estimator).",
  },
  entropy: {
    label: "Entropy",
    explanation: "How undecided the policy is at each token, in nats. A fall to zero means that it stopped exploring.",
  },
  "completions/mean_length": { label: "Length", explanation: "Mean number of tokens in a completion." },
  "completions/max_length": { label: "Longest", explanation: "Tokens in the step's longest completion." },
  "completions/min_length": { label: "Shortest", explanation: "Tokens in the step's shortest completion." },
  "completions/clipped_ratio": {
    label: "Truncated",
    explanation: "Share of completions that hit the length limit.",
    share: true,
  },
  frac_reward_zero_std: {
    label: "Dead groups",
    explanation: "Share of groups in which no reward differs: they give no gradient.",
    share: true,
  },
  grad_norm: { label: "Gradient norm", explanation: "Length of the gradient before clipping." },
  update_skipped: {
    label: "Update skipped",
    explanation: "1 where loss or gradient was no finite number: nothing was changed by that update.",
  },
  epoch: { label: "Epoch", explanation: "How often the rows were gone through so far." },
  num_tokens: { label: "Tokens learnt", explanation: "Tokens of the update that carry loss." },
  num_pairs: { label: "Pairs", explanation: "Preference pairs of the update." },
  "sampling/sampling_logp_difference/mean": {
    label: "Sampler against trainer, mean",
    explanation:
      "How far sampling and training disagree about the log-probability of the same tokens under the same weights, in nats. Rounding only: near 0.",
  },
  "sampling/sampling_logp_difference/max": {
    label: "Sampler against trainer, largest",
    explanation: "The largest such disagreement of one token, in nats.",
  },
  "clip_ratio/low_mean": {
    label: "Clipped below",
    explanation: "Share of tokens that the lower clip keeps from becoming still less likely.",
    share: true,
  },
  "clip_ratio/high_mean": {
    label: "Clipped above",
    explanation: "Share of tokens that the upper clip keeps from becoming still more likely.",
    share: true,
  },
  "clip_ratio/region_mean": {
    label: "Clipped",
    explanation: "Share of tokens that either clip holds back.",
    share: true,
  },
  "reg_grpo/sigma": {
    label: "Spread of log-ratios",
    explanation: "Deviation of the group's log-ratios, by which Reg-GRPO normalises what it regresses on the rewards.",
  },
  "reg_grpo/mean_ratio": { label: "Mean log-ratio", explanation: "New against old policy, over the group's answers." },
  "augmentation/hint_rate": {
    label: "With a hint",
    explanation: "Share of prompts that were too hard and got the beginning of a good trace.",
    share: true,
  },
  "augmentation/noise_rate": {
    label: "With noise",
    explanation: "Share of prompts that were too easy and got noise on their frames.",
    share: true,
  },
  "augmentation/dead_before": {
    label: "Dead before",
    explanation: "Share of groups that would have been dead as the prompts stand in the data.",
    share: true,
  },
  "augmentation/extra_rollouts": {
    label: "Extra answers",
    explanation: "Answers that were sampled only to find out how hard prompts are.",
  },
  "augmentation/leaks": {
    label: "Hints with the answer",
    explanation: "Hints that name the answer itself. To such prompts reading is enough.",
  },
  "verifier/accuracy": { label: "Right", explanation: "Share of verified answers that are right.", share: true },
  "verifier/consistency": {
    label: "Follows",
    explanation: "Share of verified answers to which their own reasoning leads.",
    share: true,
  },
  "verifier/right_and_consistent": {
    label: "Right and follows",
    explanation:
      "Share that is right by reasoning that leads there. Read it beside accuracy: trivial thoughts follow easily.",
    share: true,
  },
  "verifier/repetition": { label: "Repeats itself", explanation: "Share of answers that go in circles.", share: true },
  "verifier/thinking_tokens": {
    label: "Tokens of thought",
    explanation: "Mean number of tokens inside the think part.",
  },
  "verifier/second_consistency": {
    label: "Follows, second judge",
    explanation: "The same by the second judge, which is reported and never trained on.",
    share: true,
  },
  "verifier/judges_agree": {
    label: "Judges agree",
    explanation: "Share of answers of which both judges say the same.",
    share: true,
  },
  "pairs/all": { label: "Pairs", explanation: "Preference pairs made out of the phase's rollouts." },
  "pairs/penalty": {
    label: "Penalty pairs",
    explanation: "Pairs of a right answer over one that is wrong or repeats itself.",
  },
  "pairs/consistency": {
    label: "Consistency pairs",
    explanation: "Pairs in which only the chosen answer is the one to which its reasoning leads.",
  },
  "pairs/reflection": {
    label: "Reflection pairs",
    explanation: "Pairs of a wrong thought that is taken up again and ends right, over the wrong answer.",
  },
  "rewards/margins": {
    label: "Margin",
    explanation: "How much more likely the chosen answer became than the rejected one, beside the reference, times β.",
  },
  "rewards/accuracies": {
    label: "Pairs won",
    explanation: "Share of pairs whose chosen answer is ahead of the rejected one.",
    share: true,
  },
  "rewards/chosen": { label: "Chosen", explanation: "Implicit reward of the chosen answers: β times their log-ratio." },
  "rewards/rejected": { label: "Rejected", explanation: "Implicit reward of the rejected answers." },
  "logps/chosen": { label: "Chosen", explanation: "Mean log-probability of the chosen answers, in nats." },
  "logps/rejected": { label: "Rejected", explanation: "Mean log-probability of the rejected answers, in nats." },
  learning_rate: { label: "Learning rate", explanation: "Step size of the optimiser." },
  lr: { label: "Learning rate", explanation: "Step size of the optimiser." },
  tokens_per_second: { label: "Tokens per second", explanation: "Tokens sampled or trained per second." },
  format_rate: {
    label: "Format",
    explanation: "Share of completions with one think and one answer part.",
    share: true,
  },
};
