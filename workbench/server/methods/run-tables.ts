/** The table of runs, and the views of it that people keep. */
import type { RunTableResults } from "../../../contract/methods.ts";
import { columnsOfRuns, tableOfRuns } from "../../runs/table.ts";
import { listViews, removeView, saveView } from "../../store/saved-views.ts";
import type { HandlersOf } from "./context.ts";
import { MethodFailure } from "./context.ts";
import { allRuns } from "./runs.ts";

export const runTableMethods: HandlersOf<keyof RunTableResults> = {
  "runs.table": (context, question) => tableOfRuns(allRuns(context), question, context.settings),
  "runs.columns": (context) => columnsOfRuns(allRuns(context), context.settings),
  "views.list": ({ user }) => listViews(user),
  "views.save": ({ user }, { name, view }) => saveView(user, name, view),
  "views.remove": ({ user }, { id }) => {
    if (!removeView(user, id)) {
      throw new MethodFailure("NOT_FOUND", "There is no such view any more.", "Open the list of views again.");
    }
    return { id };
  },
};
