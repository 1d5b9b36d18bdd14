/** DeepVideo-R1 for its page: regression instead of clipping, and prompts moved to a solvable difficulty. */
import { planAugmentation, type DifficultySettings } from "../../difficulty.ts";
import { groupRegression, standardised } from "../../objectives/reg-grpo.ts";
import type { Method } from "../../recipe.ts";

const REWARDS = [2, 1, 1, 0] as const;
const RATIOS = [0.2, 0.05, -0.05, -0.1] as const;
const FLOOR = 0.3;

function predicted(): number[] {
  const mean = RATIOS.reduce((sum, value) => sum + value, 0) / RATIOS.length;
  const { sigma } = groupRegression(RATIOS, standardised(REWARDS)!, FLOOR);
  return RATIOS.map((value) => (value - mean) / sigma);
}

const SETTINGS: DifficultySettings = {
  window: 100,
  band: 0.05,
  hints: true,
  noise: true,
  noiseScale: 0.1,
  level: "adaptive",
  reference: "relative",
  swap: false,
};
const RECENT = 1.4;
const EARNED = [0, 0.5, 1, 1.35, 1.4, 1.6, 1.8, 2] as const;
const plans = EARNED.map((reward) => planAugmentation(reward, [RECENT], SETTINGS));

export const deepVideoR1Method: Method = {
  words: [
    "The best policy near the old one gives an answer a log-ratio that is its reward, up to a scale and to a constant that nobody can compute. Both fall out when a group is normalised. So the group's normalised log-ratios can simply be regressed on its normalised rewards: no minimum, no clip, and no token is left without a gradient.",
    "With one update a batch that is GRPO up to a factor. The two part ways when a batch is used for several updates: then a clip switches tokens off, and the regression goes on until the order and the spacing are right.",
    "A group that is always right or always wrong teaches nothing. So prompts are compared with recent ones: a harder one gets a part of a trace as a hint, an easier one gets noise on its frames, and both are answered again. Measurements never see either.",
  ],
  formulas: [
    { text: 'ρ_i = log π_θ (y_i | x) − log π_{"old"} (y_i | x)', says: "Log-ratio of a whole answer." },
    {
      text: "Â_i = frac{ρ_i − mean(ρ)}{sqrt{var(ρ) + s_0^2}}",
      says: "s₀: a floor, ours; without one it is 0/0 before the first update.",
    },
    {
      text: 'L = frac{1}{G} ∑_i (A_i − Â_i)^2 + β · KL(π_θ ‖ π_{"ref"})',
      says: "Aᵢ: normalised rewards. The paper prints the KL term with the other sign.",
    },
    {
      text: 'Δ = mean(R "of the last 100 prompts") − mean(R "own")',
      says: "Above 0.05: hint; below −0.05: noise; between: as it is.",
    },
  ],
  figures: [
    {
      title: "What is regressed on what",
      places: REWARDS.map((reward) => `reward ${reward}`),
      signed: true,
      rows: [
        { label: "Target A", note: "normalised rewards", values: standardised(REWARDS)! },
        { label: "Policy Â", note: `normalised log-ratios, floor ${FLOOR}`, values: predicted() },
      ],
      caption:
        "The loss is the mean squared difference of the two rows. The policy has the order right and must spread further.",
    },
    {
      title: `What is done with a prompt that earns 0 to 2 when recent ones earn ${RECENT}`,
      places: EARNED.map(String),
      signed: false,
      rows: [
        {
          label: "Hint",
          note: "level: quarters of a trace",
          values: plans.map(({ mode, level }) => (mode === "hint" ? level : 0)),
        },
        {
          label: "Noise",
          note: "σ, tenths of the range",
          values: plans.map(({ mode, level }) => (mode === "noise" ? 10 * level * SETTINGS.noiseScale : 0)),
        },
      ],
      caption: "The further from the mean, the stronger. A hint never holds a sentence that names the answer.",
    },
  ],
};
