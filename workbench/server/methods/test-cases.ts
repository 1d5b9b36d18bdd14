import type { TestCaseResults } from "../../../contract/methods.ts";
import { caseRows, listCases, removeCase, saveCase, testCasesFolder } from "../../library/test-cases.ts";
import { allowedMedium } from "../../session/media-roots.ts";
import type { HandlersOf } from "./context.ts";

export const testCaseMethods: HandlersOf<keyof TestCaseResults> = {
  "cases.list": ({ data, user }) => listCases(data, user),
  "cases.save": ({ data, user }, kept) =>
    saveCase(data, user, { ...kept, path: allowedMedium(data, user, kept.path).path }),
  "cases.remove": ({ data, user }, { id }) => ({ removed: removeCase(data, user, id) }),
  "cases.export": ({ data, user }) => ({ rows: caseRows(data, user), folder: testCasesFolder(data) }),
};
