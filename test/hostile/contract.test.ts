/** Whatever comes over the service's line, before or after the hello: it answers or hangs up, lives on, and leaks no path. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { methodInputs } from "../../contract/methods.ts";
import { RandomStream } from "../../science/rng.ts";
import { Service } from "../../workbench/server/service.ts";
import { serviceToken } from "../../workbench/server/token.ts";
import { TestClient } from "../../workbench/testing/client.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";

const CASES = Number(process.env["SECONDLOOK_FUZZ_CASES"] ?? 400);
const data = mkdtempSync(join(tmpdir(), "secondlook-contract-"));
let service: Service;
let client: TestClient;

beforeAll(async () => {
  const run = new SyntheticRun({
    dataFolder: data,
    id: "one",
    steps: 6,
    seed: 1,
    startTime: 0,
    prompts: 0,
    videos: false,
  });
  while (run.step());
  service = await Service.start({ data });
  service.catchUp();
  client = await TestClient.connect(service.address, { token: serviceToken(data) });
});
afterAll(async () => {
  client.close();
  await service.stop();
  rmSync(data, { recursive: true, force: true });
});

const random = new RandomStream("contract", 1);
const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random.uniform() * values.length)]!;
const WORDS = [
  ...[
    "one",
    "",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "one/../../..",
    "__proto__",
    "constructor",
    "\0",
    "\u202e",
    "💥",
  ],
  ...[
    "'; DROP TABLE runs; --",
    "%2e%2e",
    "C:\\Windows",
    "a".repeat(5000),
    "NaN",
    "-1",
    "one\n{}",
    "file:///etc/passwd",
  ],
];
const KEYS = [
  "run",
  "runs",
  "step",
  "metric",
  "metrics",
  "id",
  "file",
  "path",
  "dataset",
  "recipe",
  "name",
  "__proto__",
  "toString",
];

function anyValue(depth: number): unknown {
  const kind = Math.floor(random.uniform() * (depth > 0 ? 8 : 6));
  if (kind === 0) return pick(WORDS);
  if (kind === 1) return pick([0, -1, 1e308, 0.5, 2 ** 53, -0, 7]);
  if (kind === 2) return pick([null, true, false]);
  if (kind < 6) return pick(WORDS);
  const size = Math.floor(random.uniform() * 5);
  if (kind === 6) return Array.from({ length: size }, () => anyValue(depth - 1));
  return Object.fromEntries(Array.from({ length: size }, () => [pick(KEYS), anyValue(depth - 1)]));
}

/** Methods that start things, or that show folders on purpose, are not asked at random. */
const asked = Object.keys(methodInputs).filter(
  (name) =>
    !/^system\.|^launch\.|^datasets?\.|\.(start|launch|import|create|new|stop|remove|delete|send|control)/.test(name),
);

describe("the service's line", () => {
  it("answers random requests with a result or a contract error that names no path of this machine", async () => {
    const leaks: string[] = [];
    for (let index = 0; index < CASES; index++) {
      const method = random.uniform() < 0.9 ? pick(asked) : pick(WORDS);
      const params = anyValue(3);
      const error = await client.callAnything(method, params).then(
        () => null,
        (failure: { error?: { code: string; message: string; remedy: string } }) => failure.error ?? { message: "?" },
      );
      if (error === null) continue;
      expect(error).toMatchObject({ code: expect.any(String), remedy: expect.any(String) });
      const said = JSON.stringify(error);
      if (said.includes(data) || said.includes(process.cwd()) || /node_modules|\.ts:\d+/.test(said)) leaks.push(said);
    }
    expect(leaks).toEqual([]);
    expect(await client.call("runs.get", { run: "one" })).toMatchObject({ step: 6 });
  });

  it("hangs up on what is no message, before the hello and after it, and says nothing of itself", async () => {
    const deep = "[".repeat(100_000);
    const texts = [
      "",
      "{",
      "null",
      "5",
      '"x"',
      deep,
      `{"hello":${deep}`,
      '{"hello":"client","contract":1}',
      "\0\0",
      "{}",
    ];
    const answers: string[] = [];
    for (const text of [...texts, ...Array.from({ length: 30 }, () => JSON.stringify(anyValue(4)))]) {
      await new Promise<void>((resolve) => {
        const socket = new WebSocket(`${service.address.replace("http", "ws")}/socket`);
        socket.on("open", () => socket.send(text));
        socket.on("message", (bytes: Buffer) => answers.push(bytes.toString("utf8")));
        socket.on("error", () => undefined);
        socket.on("close", () => resolve());
        setTimeout(() => socket.terminate(), 500);
      });
    }
    expect(answers.join("\n")).not.toContain(data);
    expect(answers.every((answer) => answer.includes('"refused"'))).toBe(true);
    expect(await client.call("runs.list", {})).toBeTruthy();
  });

  it("hangs up on a message of more than a mebibyte", async () => {
    const other = await TestClient.connect(service.address, { token: serviceToken(data) });
    const outcome = Promise.race([
      other.callAnything("runs.get", { run: "x".repeat(2 << 20) }).then(
        () => "answered",
        () => "refused",
      ),
      new Promise((resolve) => setTimeout(() => resolve("no answer"), 700)),
    ]);
    expect(await outcome).toBe("no answer");
    other.close();
    expect(await client.call("runs.list", {})).toBeTruthy();
  });

  it("reads no body, and serves no file but the window's", async () => {
    const ask = (
      path: string,
      method = "GET",
      headers: Record<string, string> = {},
    ): Promise<{ status: number; body: string }> =>
      new Promise((resolve) => {
        const { hostname, port } = new URL(service.address);
        const asking = request({ host: hostname, port, path, method, headers }, (response) => {
          let body = "";
          response.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
        });
        asking.on("error", () => resolve({ status: 0, body: "" }));
        asking.end(method === "POST" ? "x".repeat(100_000) : undefined);
      });
    expect((await ask("/", "POST")).status).toBe(403);
    expect((await ask("/", "GET", { host: "example.org" })).status).toBe(403);
    expect((await ask("/", "GET", { origin: "https://example.org" })).status).toBe(403);
    for (const path of [
      "/../package.json",
      "/%2e%2e/package.json",
      "/..%2f..%2fpackage.json",
      "/media/",
      "/media/%00",
      "/media/e30.00",
      "/%zz",
    ]) {
      const { body } = await ask(path);
      expect(body).not.toContain('"devDependencies"');
      expect(body).not.toContain(data);
    }
    expect(await client.call("runs.list", {})).toBeTruthy();
  });
});

describe("journals from elsewhere", () => {
  it("are taken line by line: what is damaged, enormous or of another shape is counted, and the service lives on", async () => {
    const folder = join(data, "runs", "foreign");
    mkdirSync(folder);
    const journal = join(folder, "journal.0.ndjson");
    const lines = Array.from({ length: 300 }, (_, index) =>
      index % 3 === 0
        ? JSON.stringify({
            v: 1,
            attempt: 1,
            seq: index,
            time: index,
            type: pick(["step", "rollout", "group", "x", "resume"]),
            ...(anyValue(3) as object),
          })
        : JSON.stringify(anyValue(5)),
    );
    writeFileSync(journal, `${lines.join("\n")}\n`);
    appendFileSync(
      journal,
      `${"[".repeat(50_000)}\n{"v":1,"attempt":1,"seq":1,"time":1,"type":"later-kind","step":3}\n`,
    );
    service.catchUp();
    const audit = await client.call("system.audit", { run: "foreign" });
    expect(audit.indexed).toBeGreaterThan(0);
    expect(audit.indexed).toBeLessThan(audit.journal);
  });

  it("have ids that never become paths, and no line may fill the memory", async () => {
    symlinkSync("/etc", join(data, "runs", "link"));
    mkdirSync(join(data, "runs", ".hidden"));
    const endless = join(data, "runs", "endless");
    mkdirSync(endless);
    writeFileSync(join(endless, "journal.0.ndjson"), "");
    // A file of zeros without a single line, that takes no room on the disk.
    truncateSync(join(endless, "journal.0.ndjson"), 2 ** 33);
    service.catchUp();
    const ids = (JSON.stringify(await client.call("runs.list", {})).match(/"id":"[^"]*"/g) ?? []).join();
    expect(ids).not.toMatch(/link|hidden/);
    for (const run of ["..", "../runs/one", "link", ".hidden", "/etc", "one/"]) {
      await expect(client.callAnything("runs.get", { run })).rejects.toThrow();
    }
    expect(process.memoryUsage().rss).toBeLessThan(2 ** 30);
  });
});
