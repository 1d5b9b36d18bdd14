import type { GroupView } from "../../contract/methods.ts";
import type { Augmentation } from "../../contract/journal.ts";
import { formatNumber } from "./format.ts";
import { Readout } from "./Readout.tsx";
import type { ReadoutFact } from "./Readout.tsx";

const WORDS = {
  none: {
    verdict: "Asked as it is",
    why: "Near the mean of recent prompts, or nothing could be done.",
    icon: "check",
    tone: undefined,
  },
  hint: { verdict: "Hint given", why: "Harder than recent prompts.", icon: "info", tone: "ordered" },
  noise: { verdict: "Noise on the frames", why: "Easier than recent prompts.", icon: "sun", tone: "shuffled" },
} as const;

const orDead = (reward: number | null, dead: boolean): string => `${formatNumber(reward, 2)}${dead ? " (dead)" : ""}`;

/** How difficult a prompt was, what was done about it, and what that did to its group. */
export function AugmentationReadout({
  augmentation,
  group,
}: {
  readonly augmentation: Augmentation;
  readonly group: GroupView;
}) {
  const { mode, rewardBefore, deadBefore, delta, level, hint, sigma } = augmentation;
  const { verdict, why, icon, tone } = WORDS[mode];
  const facts: ReadoutFact[] = [
    {
      name: "reward before",
      hint: "Mean reward of the prompt as it stands in the data",
      value: orDead(rewardBefore, deadBefore),
    },
    {
      name: "difficulty Δ",
      hint: "Mean reward of recent prompts minus its own: above 0 it is hard",
      value: delta === null ? "no history" : formatNumber(delta, 2),
    },
  ];
  if (mode !== "none") {
    const value = orDead(group.rewardMean, group.dead);
    facts.push({ name: "reward after", hint: "Mean reward of the answers below", value });
  }
  if (mode === "hint") {
    const how = "How many quarters of the best trace were revealed";
    facts.push({ name: "level", hint: how, value: formatNumber(level, 0) });
  }
  if (sigma !== null) {
    facts.push({ name: "σ", hint: "Deviation of the noise, pixels from 0 to 1", value: formatNumber(sigma, 2) });
  }
  return (
    <Readout label="Difficulty" icon={icon} verdict={verdict} tone={tone} explanation={why} facts={facts}>
      {hint !== null && <p>“{hint}”</p>}
    </Readout>
  );
}
