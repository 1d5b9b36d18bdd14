/** The machine and the state of the index. */
import type { SystemResults } from "../../../contract/methods.ts";
import { examine } from "../../doctor.ts";
import { auditRun } from "../../store/audit.ts";
import type { HandlersOf } from "./context.ts";

export const systemMethods: HandlersOf<keyof SystemResults> = {
  "system.doctor": async ({ data }) => (await examine(data)).checks,
  "system.audit": ({ data, database }, { run }) => auditRun(database, data, run),
};
