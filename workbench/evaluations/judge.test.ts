import { describe, expect, it } from "vitest";
import { answerJudgeOf } from "./judge.ts";

describe("who judges free answers", () => {
  it("is the rule unless a folder or an address is given", () => {
    expect(answerJudgeOf("", undefined)).toBeUndefined();
    expect(answerJudgeOf("rule", "m")).toBeUndefined();
    expect(answerJudgeOf("resources/base-model", undefined)).toMatchObject({ kind: "checkpoint" });
    expect(answerJudgeOf("http://h:8000/v1", "m")).toEqual({
      kind: "endpoint",
      address: "http://h:8000/v1",
      model: "m",
    });
  });

  it("is refused with the remedy where it could not judge", () => {
    expect(() => answerJudgeOf("http://h/v1", " ")).toThrow("--judge-model");
    expect(() => answerJudgeOf("ftp://h/v1", "m")).toThrow("no http address");
    expect(() => answerJudgeOf("/nowhere/model", "m")).toThrow("no config.json");
  });
});
