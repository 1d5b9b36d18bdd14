/** The newest step that has rollouts, and its groups: what panels show of a run while it trains. */
import type { GroupView } from "../../contract/methods.ts";
import type { ServiceError } from "../connection.ts";
import { useService } from "../state/queries.ts";

export interface NewestGroups {
  readonly step: number | null;
  /** Undefined while they are being read. */
  readonly groups: readonly GroupView[] | undefined;
  readonly error: ServiceError | null;
}

export function useNewestGroups(run: string, visible: boolean): NewestGroups {
  const steps = useService("rollouts.steps", visible ? { run } : null);
  const step = steps.data?.at(-1)?.step ?? null;
  const groups = useService("rollouts.groups", step === null ? null : { run, step });
  return {
    step,
    groups: steps.data && step === null ? [] : groups.data,
    error: steps.error ?? groups.error,
  };
}
