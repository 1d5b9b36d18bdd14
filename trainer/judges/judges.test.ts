import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JudgeInput } from "../../science/judge/consistency-judge.ts";
import { openEngine } from "../../native/index.ts";
import { TINY_TEMPLATE } from "../../science/prompts.ts";
import { Prompter } from "../data/prompting.ts";
import { loadTokenizer } from "../data/tokens.ts";
import { checkpointJudge } from "./checkpoint-judge.ts";
import { endpointJudge } from "./endpoint-judge.ts";
import { keepingVerdicts } from "./kept-verdicts.ts";
import { checkJudge, openAnswerJudge } from "./open-judge.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-judges-"));
const options = ["A. left", "B. right", "C. up", "D. down"];
const input = (thinking: string, answer: string): JudgeInput => ({
  question: "Which way does the red circle go?",
  problemType: "multiple choice",
  options,
  thinking,
  answer,
});
const signal = new AbortController().signal;

const reply = (response: ServerResponse, content: string): unknown =>
  response
    .writeHead(200, { "content-type": "application/json" })
    .end(JSON.stringify({ choices: [{ message: { content } }] }));

/** Answers chat completions: consistent where the given answer is B. */
let server: Server;
let address = "";
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString("utf8")));
    request.on("end", () => {
      const { messages } = JSON.parse(body) as { messages: { content: string }[] };
      const text = messages[0]!.content;
      asked.push(text);
      if (text.includes("refuse this")) return void response.writeHead(400).end("too long");
      if (text.includes("Right answer: "))
        return void reply(response, `<answer>${text.includes("goes up") ? "correct" : "incorrect"}</answer>`);
      const content = JSON.stringify({
        derived_answer: "B",
        consistent: text.includes("Given answer: B"),
        why: "It says so.",
      });
      reply(response, content);
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a service as the judge", () => {
  it("is asked in words, and its JSON is the verdict", async () => {
    const judge = endpointJudge({ address, model: "m", signal });
    const verdicts = await Promise.all(["A", "B"].map((answer) => judge.judge(input("So right B", answer))));
    expect(verdicts.map(({ consistent }) => consistent)).toEqual([false, true]);
    expect(verdicts[0]).toMatchObject({ derivedAnswer: "B", why: "It says so." });
  });

  it("that refuses one case says so in its verdict and judges the others", async () => {
    const judge = endpointJudge({ address, model: "m", signal });
    const refused = await judge.judge(input("refuse this", "B"));
    expect(refused.consistent).toBe(false);
    expect(refused.why).toContain("400");
  });

  it("is not asked again what it was asked before, also after a kill that tore the last line", async () => {
    const path = join(folder, "verdicts.ndjson");
    const judge = keepingVerdicts(endpointJudge({ address, model: "m", signal }), path);
    const first = await judge.judge(input("So right B", "B"));
    appendFileSync(path, '{"key":"torn');
    const before = asked.length;
    const again = keepingVerdicts(endpointJudge({ address, model: "m", signal }), path);
    expect(await again.judge(input("So right B", "B"))).toEqual(first);
    expect(asked.length).toBe(before);
    await again.judge(input("So left A", "B"));
    expect(asked.length).toBe(before + 1);
    expect(
      readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .filter((line) => line.endsWith("}")),
    ).toHaveLength(2);
  });

  it("has an address that is checked before anything is asked", () => {
    expect(() => endpointJudge({ address: "localhost:8000", model: "m", signal })).toThrow("no http address");
  });
});

describe("a judge that cannot be used", () => {
  it("is refused before anything is trained", () => {
    expect(() => checkJudge({ kind: "checkpoint", folder: join(folder, "none"), manner: "asked" })).toThrow(
      "no config.json",
    );
    expect(() => checkJudge({ kind: "endpoint", address: "h:8000", model: "m" })).toThrow("no http address");
    checkJudge({ kind: "checkpoint", folder: resolve("resources/base-model"), manner: "asked" });
  });
});

describe("a service as the judge of answers", () => {
  it("says correct or incorrect, is asked once for the same answer, and again only where that is wanted", async () => {
    const own = mkdtempSync(join(folder, "answers-"));
    const source = { kind: "endpoint", address, model: "m" } as const;
    const open = () => openAnswerJudge(source, { engine: undefined as never, folder: own, signal });
    const { judge } = await open();
    expect(judge.name).toContain(`m at ${address}, prompt `);
    const about = { question: "Does it fall?", truth: "no", response: "It goes up" };
    expect(await judge.judge(about)).toMatchObject({ correct: true, unsure: false });
    expect(await judge.judge({ ...about, response: "yes" })).toMatchObject({ correct: false, unsure: false });
    const before = asked.length;
    expect(await (await open()).judge.judge(about)).toMatchObject({ correct: true });
    expect(asked.length).toBe(before);
    await judge.again!(about);
    expect(asked.length).toBe(before + 1);
    expect(await judge.judge({ ...about, question: "refuse this" })).toMatchObject({ correct: false, unsure: true });
  });
});

describe("a checkpoint as the judge", () => {
  it("goes on after the thought with one of the options, the same one each time and in any company", async () => {
    const base = resolve("resources/base-model");
    const engine = await openEngine({ threads: 1, seed: 1 });
    const model = await engine.load(base, { dtype: "float32", trainable: false });
    const prompter = new Prompter(await loadTokenizer(base), TINY_TEMPLATE);
    const judge = checkpointJudge({ model, prompter, folder: base, manner: "continues", signal });
    const recall = "Options left A, right B, up C, down D. ";
    const thoughts = ["right B", "up C", "down D", "left A"].map(
      (end) => `${recall}0 s left, 1 s right. So left right ${end}`,
    );
    const together = await Promise.all(thoughts.map((thought) => judge.judge(input(thought, "B"))));
    expect(together.every(({ derivedAnswer }) => "ABCD".includes(derivedAnswer ?? "?"))).toBe(true);
    expect(await judge.judge(input(thoughts[2]!, "B"))).toEqual(together[2]);
    // It was pretrained to write the letter on which a thought ends.
    expect(together.map(({ derivedAnswer }) => derivedAnswer)).toEqual(["B", "C", "D", "A"]);
    expect(together.map(({ consistent }) => consistent)).toEqual([true, false, false, false]);
    model.dispose();
    // It cannot follow an instruction: what it writes is no verdict, and then the answer is not right.
    const open = await openAnswerJudge({ kind: "checkpoint", folder: base }, { engine, folder, signal });
    const verdict = await open.judge.judge({ question: "Does it fall?", truth: "no", response: "no" });
    expect(verdict).toMatchObject({ correct: false, unsure: true });
    open.dispose();
    engine.dispose();
  });
});
