/** Rollouts with addresses of the frames and videos that belong to them. */
import { isAbsolute, join } from "node:path";
import type { EventOf } from "../../../contract/journal.ts";
import type { GroupView, RolloutResults } from "../../../contract/methods.ts";
import { runFolder } from "../../data-folder.ts";
import { tokenTexts } from "../../library/token-text.ts";
import { readRunConfig } from "../../runs/launch.ts";
import { modelDirectory } from "../../runs/summaries.ts";
import { listRolloutSteps, readGroups, readTokens, type StoredGroup } from "../../store/rollouts.ts";
import type { MediaSigner } from "../media.ts";
import type { HandlersOf, MethodContext } from "./context.ts";

export const rolloutMethods: HandlersOf<keyof RolloutResults> = {
  "rollouts.steps": ({ database }, { run }) => listRolloutSteps(database, run),
  "rollouts.groups": (context, { run, step }) => groupViews(context, run, readGroups(context.database, run, step)),
  "rollouts.tokens": ({ data, database }, { run, rollout }) => {
    const { ids, channels } = readTokens(database, runFolder(data, run), run, rollout);
    const list = [...ids];
    return {
      ids: list,
      tokens: tokenTexts(modelDirectory(database, run), list),
      channels: Object.fromEntries(Object.entries(channels).map(([name, values]) => [name, [...values]])),
    };
  },
};

/** Groups with signed addresses of their frames and videos. */
export function groupViews(
  { data, media }: Pick<MethodContext, "data" | "media">,
  run: string,
  groups: readonly StoredGroup[],
): GroupView[] {
  const root = mediaRoot(data, run);
  return groups.map((group) => withAddresses(media, root, group));
}

function mediaRoot(data: string, run: string): string {
  try {
    return readRunConfig(data, run).data.mediaRoot;
  } catch {
    return "";
  }
}

function withAddresses(signer: MediaSigner, root: string, { event, rollouts }: StoredGroup): GroupView {
  const { v: _v, attempt: _attempt, seq: _seq, time: _time, type: _type, promptHash: _hash, media, ...group } = event;
  return { ...group, rollouts, media: media && signMedia(signer, root, media) };
}

function signMedia(
  signer: MediaSigner,
  root: string,
  media: NonNullable<EventOf<"group">["media"]>,
): NonNullable<GroupView["media"]> {
  const path = isAbsolute(media.path) ? media.path : join(root, media.path);
  return {
    ...media,
    frameUrls: media.frames.map((frame) => signer.frame(frame.hash)),
    videoUrl: media.kind === "video" ? signer.file(path, root) : null,
  };
}
