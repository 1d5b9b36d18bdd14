/** What a run's frozen configuration says about rewards and updates. */
import type { RunDetail } from "../../../contract/methods.ts";
import type { LoggedGroup } from "../../../science/what-if.ts";
import { whatIfSettings } from "../../../science/what-if.ts";
import type { Pair } from "./pairs.ts";
import type { PushSettings } from "./token-pushes.ts";

/** Null for a run whose configuration holds no recipe fields, such as one of an external trainer. */
export function runSettings(detail: Pick<RunDetail, "config"> | undefined): PushSettings | null {
  const values = detail?.config["settings"] as Readonly<Record<string, unknown>> | undefined;
  if (!values || !("rl.advantage" in values)) return null;
  const number = (name: string) => (typeof values[name] === "number" ? values[name] : 0);
  return { ...whatIfSettings(values), beta: number("rl.klBeta"), klClamp: number("rl.klClamp") };
}

/** The pairs that are trained on, as the science wants them. */
export function loggedGroups(pairs: readonly Pair[]): LoggedGroup[] {
  return pairs.map(({ ordered, shuffled }) => ({
    ordered: ordered.rollouts,
    // Without a gate there was no contrast, whatever else was sampled.
    shuffled: ordered.gate ? (shuffled?.rollouts ?? null) : null,
  }));
}
