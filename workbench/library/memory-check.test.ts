import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { availableBytes } from "../../science/memory/available.ts";
import { QWEN_7B } from "../../science/memory/qwen.ts";
import { videoR1 } from "../../science/recipes/video-r1.ts";
import { newRunFrom } from "../runs/new-run.ts";
import { checkMemory } from "./memory-check.ts";

const folder = mkdtempSync(join(tmpdir(), "memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("memory before a launch", () => {
  it("is what the system can give, within the control group's limit", () => {
    const meminfo = "MemTotal: 100 kB\nMemAvailable:    2000 kB\n";
    expect(availableBytes({ meminfo, limit: "max", used: "5", free: 1 })).toBe(2_048_000);
    expect(availableBytes({ meminfo, limit: "1500000", used: "500000", free: 1 })).toBe(1_000_000);
    expect(availableBytes({ meminfo: "", limit: "", used: "", free: 7 })).toBe(7);
  });

  it("refuses to launch what cannot fit, with what to change", () => {
    const model = join(folder, "seven");
    mkdirSync(model);
    // No machine holds layers a thousand times as wide.
    writeFileSync(join(model, "config.json"), JSON.stringify({ ...QWEN_7B, intermediate_size: 18_944_000 }));
    writeFileSync(join(folder, "train.json"), "[]");
    const data = { train: join(folder, "train.json"), mediaRoot: folder };
    const launch = (): unknown => newRunFrom(folder, { recipe: "video-r1", preset: "paper-v4", model, data });
    expect(launch).toThrow(/needs about \d+ GB of memory, but .* are free.*(smaller model|Set )/);
  });

  it("counts all processes on the processor, and holds each to its GPU where it has one", () => {
    const model = join(folder, "small");
    mkdirSync(model);
    writeFileSync(join(model, "config.json"), JSON.stringify(QWEN_7B));
    const settings = videoR1.settings("paper-v4");
    const check = (processes: number, gpus: string[] | null) => checkMemory(settings, model, { processes, gpus });
    const four = check(4, null);
    expect(four).toMatchObject({ processes: 4, gpus: false });
    expect(four.allBytes).toBeGreaterThan(3 * four.bytes!);
    const cards = ["NVIDIA H20 (96 GiB)", "NVIDIA H20 (96 GiB)", "NVIDIA H20 (96 GiB)", "NVIDIA A100 (80 GiB)"];
    expect(check(4, cards)).toMatchObject({ availableBytes: 80 * 2 ** 30, refusal: null, gpus: true });
    expect(check(2, cards).refusal).toMatch(/on each of 2 GPUs, but the smallest has 103 GB.*Use 3 GPUs/);
    expect(check(4, cards.slice(1)).refusal).toMatch(/GPUs from the chosen one on: 3\. Ask for fewer processes/);
    expect(check(1, ["a card"])).toMatchObject({ availableBytes: null, refusal: null });
  });

  it("says in a sentence that a config cannot be read", () => {
    const check = checkMemory(videoR1.settings("tiny"), join(folder, "nowhere"));
    expect(check.bytes).toBeNull();
    expect(check.refusal).toMatch(/nowhere\/config\.json cannot be read/);
  });
});
