/** Does exactly what docs/adding-a-recipe.md says: its files in a folder outside the repository, its command. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventOf } from "../../contract/journal.ts";
import { curvesOf } from "../../renderer/panels/defaults.ts";
import { readJournal, startCommand, waitFor } from "../support/processes.ts";
import { makeTinyWorld, TINY_OVERRIDES } from "../support/tiny-run.ts";

const PAGE = readFileSync(new URL("../../docs/adding-a-recipe.md", import.meta.url), "utf8");
const home = mkdtempSync(join(tmpdir(), "secondlook-recipe-"));
const data = join(home, "data");
const folder = join(home, "my-recipes");
const files = [...PAGE.matchAll(/^```ts file=(\S+)\n([^]*?)^```$/gm)];
const command = /^```sh command=train\nnpm run secondlook -- (.+)\n```$/m.exec(PAGE)?.[1]?.split(" ") ?? [];
let model = "";

const overrides = { ...TINY_OVERRIDES, "sft.steps": 2, "rl.steps": 2, "evaluation.every": 0, "temporal.alpha": 0.25 };
const settings = Object.entries(overrides).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
const small = (): string[] => ["--model", model, "--data", data, ...settings];

/** The page's command with the folder's true place and settings for a tiny model. */
async function secondlook(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const real = args.map((argument) => (argument === "my-recipes" ? folder : argument));
  const running = startCommand(real, { SECONDLOOK_THREADS: "1" });
  return { code: await running.ended, output: running.output() };
}

describe("docs/adding-a-recipe.md", () => {
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    for (const [, name, text] of files) writeFileSync(join(folder, name!), text!);
    model = (await makeTinyWorld(data)).model;
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it("has a reward of about ten lines, a small recipe and a command", () => {
    expect(files.map(([, name]) => name)).toEqual(["brief.ts", "video-r1-brief.ts"]);
    expect(files[0]![2]!.trim().split("\n").length).toBeLessThanOrEqual(11);
    expect(command.slice(0, 2)).toEqual(["train", "video-r1-brief"]);
  });

  it("trains with its reward in metrics, rollouts and the panel that it asks for", async () => {
    const { code, output } = await secondlook([...command, ...small()]);
    expect(code, output).toBe(0);
    const [run] = readdirSync(join(data, "runs"));
    const events = readJournal(join(data, "runs", run!, "journal.0.ndjson"));
    const ofType = <Type extends "run_started" | "step" | "rollout">(type: Type) =>
      events.filter((event) => event["type"] === type) as unknown as EventOf<Type>[];
    const [started] = ofType("run_started");
    expect(started).toMatchObject({ recipe: "video-r1-brief", config: { recipeFolder: folder } });
    const metrics = ofType("step").at(-1)!.metrics;
    expect(metrics["rewards/brief/mean"]).toBeGreaterThanOrEqual(0);
    expect(metrics["rewards/accuracy/mean"]).toBeDefined();
    const rollouts = ofType("rollout");
    expect(rollouts.length).toBeGreaterThan(0);
    for (const { rewards, reward } of rollouts) {
      expect(rewards).toHaveProperty("brief");
      expect(Object.values(rewards).reduce((sum, part) => sum! + part!, 0)).toBeCloseTo(reward!, 9);
    }
    const [first] = curvesOf(started!.recipe, Object.keys(metrics), started!.panels);
    expect(first).toMatchObject({ title: "Briefness", metrics: ["rewards/brief/mean", "completions/mean_length"] });
  });

  it("finds its folder again on resume", async () => {
    const launch = await secondlook([...command, ...small(), "--set", "rl.steps=500", "--no-follow"]);
    expect(launch.code, launch.output).toBe(0);
    const run = readdirSync(join(data, "runs")).sort().at(-1)!;
    const place = join(data, "runs", run);
    const events = (): Record<string, unknown>[] => {
      const journal = join(place, "journal.0.ndjson");
      return existsSync(journal) ? readJournal(journal) : [];
    };
    const rewarded = (attempt: number): boolean =>
      events().some((event) => event["attempt"] === attempt && "brief" in ((event["rewards"] ?? {}) as object));
    const stop = async (attempt: number): Promise<void> => {
      await waitFor("a rollout with the reward", () => rewarded(attempt), 60_000);
      const { pid } = JSON.parse(readFileSync(join(place, "lease.json"), "utf8")) as { pid: number };
      process.kill(pid, "SIGTERM");
      const ended = () => events().some((event) => event["type"] === "run_ended" && event["attempt"] === attempt);
      await waitFor("the end of the worker", ended, 30_000);
    };
    await stop(1);
    const resumed = await secondlook(["resume", run, "--data", data, "--no-follow"]);
    expect(resumed.code, resumed.output).toBe(0);
    await stop(2);
    expect(events().at(-1)).toMatchObject({ type: "run_ended", status: "stopped", attempt: 2 });
  });

  it("refuses a wrong recipe before anything is written, with file and remedy", async () => {
    const before = readdirSync(join(data, "runs")).length;
    writeFileSync(
      join(folder, "twice.ts"),
      files[1]![2]!.replace("[...standard, brief]", "[...standard, brief, brief]"),
    );
    const [misnamed, missing, untrusted, wrong] = await Promise.all([
      secondlook(["train", "twice", "--recipe-folder", folder, ...small()]),
      secondlook(["train", "nowhere", "--recipe-folder", folder, ...small()]),
      secondlook(["train", "video-r1-brief", ...small()]),
      secondlook([...command, ...small(), "--set", "rl.groupSize=1"]),
    ]);
    expect(misnamed).toMatchObject({
      code: 1,
      output: expect.stringMatching(/twice\.ts: recipe\.id .* must be "twice"/),
    });
    expect(missing.output).toContain("holds no nowhere.ts");
    expect(untrusted.output).toContain('There is no recipe "video-r1-brief"');
    expect(wrong.output).toContain("rl.groupSize");
    expect(readdirSync(join(data, "runs"))).toHaveLength(before);
  });
});
