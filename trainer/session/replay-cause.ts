/** Why a replay differs: compares everything that a rollout depends on with what the journal says of it. */
import type { EventOf } from "../../contract/journal.ts";
import type { EngineInfo } from "../../native/types.ts";
import { framesOfView } from "../data/prompting.ts";
import type { RolloutGroup } from "../stages/rollouts.ts";

export interface ReplayComparison {
  readonly logged: EventOf<"group"> | null;
  readonly again: Pick<RolloutGroup, "prepared"> | null;
  readonly engineThen: Readonly<Record<string, unknown>>;
  readonly engineNow: EngineInfo;
  readonly promptHash: string;
}

const ENGINE_FACTS = {
  device: "device",
  instructionSet: "instruction set",
  threads: "number of threads",
  version: "engine's version",
} as const;

/** One sentence, the most telling reason first. */
export function causeOf({ logged, again, engineThen, engineNow, promptHash }: ReplayComparison): string {
  if (logged === null || again === null)
    return "The step samples other groups now: its settings or its rows have changed.";
  const { sample, clip, view, prompt } = again.prepared;
  if (sample.id !== logged.sampleId) {
    return `The data file gives sample ${sample.id} here, where the run had ${logged.sampleId}: its rows have changed.`;
  }
  if (promptHash !== logged.promptHash)
    return `The prompt template is another one (${promptHash}, then ${logged.promptHash}).`;
  const { media } = logged;
  if (media !== null && clip.contentHash !== media.contentHash) {
    return `The file ${media.path} is another one: its content hash is ${clip.contentHash.slice(0, 12)}, then ${media.contentHash.slice(0, 12)}.`;
  }
  const frames = framesOfView(clip, view);
  const changed = media?.frames.findIndex((frame, place) => frame.hash !== frames[place]?.hash) ?? -1;
  if (changed >= 0 || (media !== null && frames.length !== media.frames.length)) {
    return `The frames are other ones, from place ${changed + 1} on: another decoder, or another order.`;
  }
  if (again.prepared.text !== logged.promptText || prompt.ids.length !== logged.promptTokens) {
    return "The prompt's text is another one: the row, the tokenizer or the chat template has changed.";
  }
  for (const [field, name] of Object.entries(ENGINE_FACTS)) {
    const [then, now] = [engineThen[field], engineNow[field as keyof typeof ENGINE_FACTS]];
    if (then !== undefined && then !== now) return `The ${name} is ${now}, then ${String(then)}: sums round otherwise.`;
  }
  return "Row, prompt, frames, sampler and engine are the same: the checkpoint's weights or the program are other ones.";
}
