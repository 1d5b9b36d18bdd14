/** How an advantage comes out of a reward, in the words of its normalisation. */
export function normalisationWords(mode: string): string {
  switch (mode) {
    case "none":
      return "minus the group's mean (Dr. GRPO)";
    case "reward":
      return "itself, without a baseline (REINFORCE)";
    case "batch":
      return "minus the group's mean, by the spread of the whole step";
    case "normalize_then_sum":
      return "each part by its own spread, then summed and whitened over the step";
    case "rloo":
      return "minus the mean of the group's other answers";
    case "rloo_normalized":
      return "minus the mean of the others, whitened over the step";
    default:
      return "minus the group's mean, by the group's spread";
  }
}
