/** `secondlook annotate` as a user runs it: the small base model and an endpoint as teachers, killed and begun again. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accuracyReward } from "../../science/rewards/accuracy.ts";
import { readSamples, type Sample } from "../../science/records.ts";
import { makePack } from "../../trainer/samplepack/pack.ts";
import { startCommand, waitFor } from "../support/processes.ts";

interface Row {
  readonly problem_id: string | number;
  readonly process: string;
  readonly solution: string;
  readonly answer: string;
  readonly reward: number;
}

const folder = mkdtempSync(join(tmpdir(), "secondlook-annotate-"));
const pack = join(folder, "sample-pack");
const rowsOf = (file: string): Row[] => JSON.parse(readFileSync(file, "utf8")) as Row[];
const command = (output: string, ...more: string[]) =>
  startCommand(["annotate", "--data", folder, "--output", output, "--batch", "4", ...more], {
    SECONDLOOK_THREADS: "1",
  });
let samples: readonly Sample[] = [];

beforeAll(async () => {
  await makePack(pack, { train: 12, traced: 2, validation: 2, heldOut: 2, heldOutUnseen: 0 }, () => undefined);
  const file = join(pack, "train.json");
  samples = readSamples(readFileSync(file, "utf8"), file).samples;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the base model as the teacher", () => {
  it("gives rows for SFT that pass the cut, in the published format, the same after being killed", async () => {
    const straight = join(folder, "straight.json");
    const whole = command(straight);
    expect(await whole.ended, whole.output()).toBe(0);
    expect(whole.output()).toMatch(/rows\/s · about \d+ s left/);
    const kept = rowsOf(straight);
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.length).toBeLessThan(samples.length);
    const text = readFileSync(straight, "utf8");
    for (const sample of readSamples(text, straight).samples) {
      expect(sample.process).toMatch(/^<think>[^]*<\/think>$/);
      const own = kept.find(({ problem_id }) => String(problem_id) === sample.id)!;
      expect(own.reward).toBeGreaterThan(0.6);
      expect(accuracyReward(sample.problemType, `<answer>${own.answer}</answer>`, sample.solution)).toBe(own.reward);
    }

    const broken = join(folder, "broken.json");
    // The script itself, so that the signal meets whoever writes.
    const args = ["--data", folder, "--input", join(pack, "train.json"), "--media-root", pack, "--output", broken];
    const script = ["trainer/annotate-main.ts", ...args, "--model", "resources/base-model", "--preset", "tiny"];
    const first = spawn(process.execPath, [...script, "--batch", "4"], {
      env: { ...process.env, SECONDLOOK_THREADS: "1" },
    });
    const log = join(`${broken}.annotations`, "answers.ndjson");
    await waitFor("two batches", () => existsSync(log) && readFileSync(log, "utf8").split("\n").length > 3, 60_000);
    first.kill("SIGSTOP");
    const other = command(broken);
    expect(await other.ended).toBe(1);
    expect(other.output()).toMatch(/is being written by process/);
    first.kill("SIGKILL");
    await new Promise((gone) => first.on("close", gone));
    expect(existsSync(broken)).toBe(false);
    const second = command(broken);
    expect(await second.ended, second.output()).toBe(0);
    expect(readFileSync(broken, "utf8")).toBe(text);
  });

  it("refuses to mix answers under other settings into a file", async () => {
    const again = command(join(folder, "straight.json"), "--temperature", "0.5");
    expect(await again.ended).toBe(1);
    expect(again.output()).toMatch(/begun with other settings \(temperature was 1, now 0.5\)/);
  });
});

describe("an OpenAI-compatible endpoint as the teacher", () => {
  let server: Server;
  let address = "";
  const requests: Record<string, unknown>[] = [];
  let failures = 1;

  const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Record<string, unknown>;
  };

  beforeAll(async () => {
    server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        requests.push({ ...body, key: request.headers.authorization, url: request.url });
        if (failures-- > 0) return response.writeHead(503).end("warming up");
        const content = (body["messages"] as { content: { type: string; text?: string }[] }[])[0]!.content;
        const asked = content.find(({ type }) => type === "text")!.text!;
        const index = samples.findIndex(
          (sample) => asked.startsWith(sample.question) && sample.options.every((option) => asked.includes(option)),
        );
        const sample = samples[index]!;
        if (index === 1) return response.writeHead(400).end("too long");
        const answer = index % 3 === 0 ? "wrong" : sample.answer;
        const said = `<think>row ${sample.id}</think>\n<answer>${answer}</answer>`;
        response.writeHead(200, { "content-type": "application/json" });
        return response.end(JSON.stringify({ choices: [{ message: { role: "assistant", content: said } }] }));
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
  });
  afterAll(() => server.close());

  it("gets the frames as data: URLs, is asked again after an outage, and loses only the row that it refuses", async () => {
    const output = join(folder, "endpoint.json");
    const more = ["--endpoint", address, "--endpoint-model", "teacher-72b", "--preset", "tiny", "--rows", "8"];
    const run = command(output, ...more);
    expect(await run.ended, run.output()).toBe(0);
    expect(run.output()).toContain("1 rows could not be asked");
    const [request] = requests.slice(-1);
    expect(request).toMatchObject({ model: "teacher-72b", n: 1, url: "/v1/chat/completions" });
    const content = (request!["messages"] as { content: { type: string; image_url?: { url: string } }[] }[])[0]!
      .content;
    const pictures = content.filter(({ type }) => type === "image_url");
    expect(pictures).toHaveLength(8);
    expect(pictures[0]!.image_url!.url).toMatch(/^data:image\/png;base64,iVBOR/);
    const kept = rowsOf(output);
    for (const { problem_id, process } of kept) expect(process).toBe(`<think>row ${problem_id}</think>`);
    const log = readFileSync(`${output}.annotations/answers.ndjson`, "utf8");
    expect(log).toContain("The endpoint refused the row: it answered 400: too long");
    // 9 requests: 8 rows and the one that met the outage a second time.
    expect(requests).toHaveLength(9);

    const before = readFileSync(output, "utf8");
    rmSync(output);
    const cut = log.split("\n").slice(0, 2).join("\n");
    writeFileSync(`${output}.annotations/answers.ndjson`, `${cut}\n[{"problem_id":"torn`);
    const again = command(output, ...more);
    expect(await again.ended, again.output()).toBe(0);
    expect(requests).toHaveLength(13);
    expect(readFileSync(output, "utf8")).toBe(before);
  });

  it("ends with a sentence when the endpoint is not what it should be", async () => {
    const run = command(join(folder, "no.json"), "--endpoint", "ftp://x", "--endpoint-model", "m");
    expect(await run.ended).toBe(2);
    expect(run.output()).toMatch(/no http address/);
  });
});
