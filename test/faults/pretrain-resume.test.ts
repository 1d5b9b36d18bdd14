/** Pretraining that was killed and started again ends with the very weights of one that went through. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { waitFor } from "../support/processes.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-pretrain-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SIZE = "--steps 14 --rows 3 --threads 1 --checkpoint-every 4 --check-every 100 --check-rows 4".split(" ");

function pretrain(name: string) {
  const place = ["--work", join(folder, name), "--output", join(folder, `${name}-model`)];
  const child = spawn(process.execPath, [resolve("trainer/pretrain-main.ts"), "--seed", "3", ...SIZE, ...place], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
  return { child, ended, output: (): string => Buffer.concat(chunks).toString("utf8") };
}

const weightsOf = (name: string): Buffer => readFileSync(join(folder, `${name}-model`, "model.safetensors"));

it("continues bit for bit after a kill, in the middle of its curriculum", async () => {
  const whole = pretrain("whole");
  expect(await whole.ended, whole.output()).toBe(0);

  const killed = pretrain("killed");
  const checkpoint = join(folder, "killed", "checkpoints", "step-000008", "checkpoint.json");
  await waitFor("a checkpoint", () => existsSync(checkpoint), 120_000, killed.output);
  killed.child.kill("SIGKILL");
  await killed.ended;
  expect(existsSync(join(folder, "killed-model"))).toBe(false);

  const again = pretrain("killed");
  expect(await again.ended, again.output()).toBe(0);
  expect(again.output()).toMatch(/from step (8|12)/);
  expect(weightsOf("killed").equals(weightsOf("whole"))).toBe(true);
});
