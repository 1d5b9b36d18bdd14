/** Retention, media roots and the archive for whoever helps. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { UpkeepResults } from "../../../contract/methods.ts";
import { DATA_FOLDER } from "../../../contract/run-folder.ts";
import { addMediaRoot, listMediaRoots, removeMediaRoot } from "../../library/media-roots.ts";
import { makeDiagnostics } from "../../upkeep/diagnostics.ts";
import { applyRetention, previewRetention, readRetention, writeRetention } from "../../upkeep/retention.ts";
import type { HandlersOf, MethodContext } from "./context.ts";
import { allRuns } from "./runs.ts";

export const upkeepMethods: HandlersOf<keyof UpkeepResults> = {
  "retention.get": ({ user }) => readRetention(user),
  "retention.set": ({ user }, rule) => {
    writeRetention(user, rule);
    return readRetention(user);
  },
  "retention.preview": (context, rule) => previewRetention(worldOf(context), rule, Date.now()),
  "retention.apply": (context, rule) => {
    const done = applyRetention(worldOf(context), rule, Date.now());
    for (const { run } of done.items) context.changed(run);
    return done;
  },
  "media.roots": ({ user }) => listMediaRoots(user),
  "media.addRoot": ({ user }, { path }) => {
    addMediaRoot(user, path);
    return listMediaRoots(user);
  },
  "media.removeRoot": ({ user }, { path }) => {
    removeMediaRoot(user, path);
    return listMediaRoots(user);
  },
  "system.diagnostics": (context) => {
    const { data, user, rules } = context;
    const runs = allRuns(context).sort((a, b) => b.createdAt - a.createdAt);
    const settings = { retention: readRetention(user), alertRules: rules.list(), mediaRoots: listMediaRoots(user) };
    const secrets = [readFileSync(join(data, DATA_FOLDER.token), "utf8").trim()];
    return makeDiagnostics({ data, runs, settings, secrets }, new Date());
  },
};

/** What the retention rule looks at. */
export const worldOf = (context: MethodContext) => ({
  data: context.data,
  index: context.database,
  runs: allRuns(context),
  marks: (run: string) => context.marks.get(run),
});
