import { readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { methodInputs } from "../../contract/methods.ts";
import { TestClient } from "../testing/client.ts";
import { SyntheticRun } from "../testing/synthetic-run.ts";
import { temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { Service, ServiceRunningError, type ServiceOptions } from "./service.ts";
import { serviceToken } from "./token.ts";

async function startService(data: string, options: Partial<ServiceOptions> = {}): Promise<Service> {
  const service = await Service.start({ data, ...options });
  onTestFinished(() => service.stop().catch(() => undefined));
  return service;
}

async function connect(service: Service): Promise<TestClient> {
  const client = await TestClient.connect(service.address, { token: serviceToken(service.data) });
  onTestFinished(() => client.close());
  return client;
}

describe("the service", () => {
  it("shows a run from its list down to tokens, frames and video", async () => {
    const data = temporaryData();
    writeSyntheticRun(data, "one");
    const service = await startService(data);
    const client = await connect(service);
    await vi.waitFor(async () => expect((await client.call("runs.list", {}))[0]).toMatchObject({ state: "completed" }));
    const detail = await client.call("runs.get", { run: "one" });
    expect(detail).toMatchObject({ id: "one", step: 12, totalSteps: 12, dataErrors: 1, alive: false });
    expect(detail.sparkline.values.length).toBeLessThanOrEqual(40);
    expect(detail.checkpoints.map((checkpoint) => checkpoint.label)).toEqual(["sft", "rl"]);
    const evaluations = await client.call("evaluations.list", { run: "one" });
    expect(evaluations.map((event) => event.label)).toEqual(["initial", "initial", "sft", "sft", "rl", "rl"]);
    const step = (await client.call("rollouts.steps", { run: "one" })).at(-1)!.step;
    const [group] = await client.call("rollouts.groups", { run: "one", step });
    const frame = await fetch(service.address + group!.media!.frameUrls[0]!);
    expect([frame.status, frame.headers.get("content-type")]).toEqual([200, "image/png"]);
    const tokens = await client.call("rollouts.tokens", { run: "one", rollout: group!.rollouts[0]!.id });
    expect(tokens.tokens).toHaveLength(tokens.ids.length);
    const audit = await client.call("system.audit", { run: "one" });
    expect(audit.indexed).toBe(audit.journal);
  });

  it("pushes a step soon after it was written, with numbers that have no gap", async () => {
    const data = temporaryData();
    const run = new SyntheticRun({
      dataFolder: data,
      id: "live",
      steps: 9,
      seed: 1,
      startTime: Date.now(),
      prompts: 0,
    });
    const service = await startService(data);
    const client = await connect(service);
    await client.call("runs.list", {});
    for (let step = 1; step <= 3; step++) {
      run.step();
      await vi.waitFor(
        () => expect(client.pushes.some((push) => push.topic === "run" && push.step === step)).toBe(true),
        2000,
      );
    }
    const numbers = client.pushes.filter((push) => push.topic === "runs").map((push) => push.seq);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  });

  it("answers every method's malformed input with a code and a remedy, and lives on", async () => {
    const service = await startService(temporaryData());
    const client = await connect(service);
    const junk = [null, [], 5, "x", { run: 5 }, { run: "../../etc" }, { run: "unknown" }, { metrics: "loss" }];
    for (const method of [...Object.keys(methodInputs), "no.such", "__proto__", "constructor"]) {
      if (method === "system.doctor") continue;
      for (const params of junk) {
        const failure = await client.callAnything(method, params).then(
          () => null,
          (error: { error?: { code: string; remedy: string } }) => error.error,
        );
        if (failure) {
          expect(["BAD_REQUEST", "NOT_FOUND", "CONFLICT"]).toContain(failure.code);
          expect(failure.remedy).not.toBe("");
        }
      }
    }
    expect(await client.call("runs.list", {})).toEqual([]);
  });

  it("refuses windows without the token, of another contract, or from another page", async () => {
    const service = await startService(temporaryData());
    const token = serviceToken(service.data);
    await expect(TestClient.connect(service.address, { token: "guess" })).rejects.toThrow("proof is wrong");
    await expect(TestClient.connect(service.address, { token, contract: 99 })).rejects.toThrow("speaks version 99");
    await expect(TestClient.connect(service.address, { token, origin: "https://evil.example" })).rejects.toThrow();
  });

  it("answers only its own names, with a strict policy, and survives addresses that cannot be decoded", async () => {
    const service = await startService(temporaryData());
    const port = Number(new URL(service.address).port);
    const status = (path: string, host?: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = host === undefined ? {} : { host };
        request({ port, host: "127.0.0.1", path, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode!);
        })
          .on("error", reject)
          .end();
      });
    expect(await status("/", "rebound.example")).toBe(403);
    expect(await status("/%E0%A4%A")).toBe(400);
    expect([200, 400, 503]).toContain(await status("//"));
    const page = await fetch(`${service.address}/../../package.json`);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(await page.text()).not.toContain('"dependencies"');
  });

  it("keeps the token where only its owner reads it", async () => {
    const service = await startService(temporaryData());
    expect(statSync(join(service.data, "service.token")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(service.data, "service.json"), "utf8")).not.toContain(serviceToken(service.data));
  });

  it("is alone in its data folder, and leaves it free when it ends", async () => {
    const data = temporaryData();
    const first = await startService(data);
    await expect(Service.start({ data })).rejects.toThrow(ServiceRunningError);
    await first.stop();
    await startService(data);
  });

  it("goes on where the one before it stopped", async () => {
    const data = temporaryData();
    const run = new SyntheticRun({
      dataFolder: data,
      id: "one",
      steps: 9,
      seed: 1,
      startTime: 1,
      prompts: 1,
      videos: false,
    });
    for (let step = 0; step < 4; step++) run.step();
    const first = await startService(data);
    first.catchUp();
    await first.stop();
    while (run.step());
    const second = await startService(data);
    second.catchUp();
    const client = await connect(second);
    const audit = await client.call("system.audit", { run: "one" });
    expect(audit.indexed).toBe(audit.journal);
    expect(await client.call("runs.get", { run: "one" })).toMatchObject({ step: 9, state: "completed" });
  });

  it("refuses commands to a run that nobody trains, and forgets a run whose folder went", async () => {
    const data = temporaryData();
    const { folder } = writeSyntheticRun(data, "one", 6, 0);
    const client = await connect(await startService(data));
    await expect(client.call("runs.control", { run: "one", command: { command: "pause" } })).rejects.toThrow(
      "No process trains",
    );
    rmSync(folder, { recursive: true });
    expect(await client.call("runs.list", {})).toEqual([]);
  });
});
