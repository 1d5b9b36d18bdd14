/** Which curves the page of an imported run begins with: its reward, then its metrics as their names group them. */
import type { Panel } from "../../contract/panels.ts";

type Curve = Extract<Panel, { kind: "curve" }>;

const MOST_CURVES = 12;
const MOST_LINES = 6;
/** Every run's page shows them already. */
const SHOWN = /^(loss|kl|entropy|grad_norm|frac_reward_zero_std|completions\/.*|tokens_per_second|epoch|step)$/;

/** `actor/pg_loss` and `actor/lr` share a curve called "actor"; names without a group get one each. All others stand under All metrics. */
export function curvesFor(names: readonly string[]): Curve[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    if (SHOWN.test(name)) continue;
    const group = /^reward(_std)?$/.test(name)
      ? "Reward"
      : name.includes("/")
        ? name.slice(0, name.lastIndexOf("/"))
        : name;
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  const curves = [...groups].map(([title, metrics]): Curve => {
    const shown = metrics.slice(0, MOST_LINES);
    const more = metrics.length - shown.length;
    const explanation =
      more > 0 ? `${more} more of this group stand under All metrics.` : "As the imported files name them.";
    return { kind: "curve", title, metrics: shown, explanation };
  });
  const isReward = ({ title }: Curve): boolean => title === "Reward";
  return [...curves.filter(isReward), ...curves.filter((curve) => !isReward(curve))].slice(0, MOST_CURVES);
}
