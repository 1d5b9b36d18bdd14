/** What is watched while a run goes on. */
import type { WatchResults } from "../../../contract/methods.ts";
import { readControls } from "../../runs/controls.ts";
import { readLog } from "../../runs/logs.ts";
import { readAlerts } from "../../store/alerts.ts";
import { readTimeline } from "../../store/timeline.ts";
import type { HandlersOf, MethodContext } from "./context.ts";

export const watchMethods: HandlersOf<keyof WatchResults> = {
  "alerts.list": ({ database, rules }, { run }) => readAlerts(database, run, rules.list()),
  "alerts.rules": ({ rules }) => rules.list(),
  "alerts.setRule": (context, { id, threshold, steps, enabled }) => {
    context.rules.set(id, threshold, steps, enabled);
    return changed(context);
  },
  "alerts.resetRules": (context) => {
    context.rules.reset();
    return changed(context);
  },
  "controls.list": ({ database, data }, { run }) => readControls(database, data, run),
  "timeline.get": ({ database }, { run, count, toStep }) => readTimeline(database, run, count, toStep),
  "logs.get": ({ database, data }, { run, limit }) => readLog(database, data, run, limit),
};

/** What runs break is another matter under other rules. */
function changed({ rules, summaries, alive, changed: tell }: MethodContext) {
  summaries.forgetAll();
  for (const run of alive()) tell(run);
  return rules.list();
}
