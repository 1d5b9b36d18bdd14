import { describe, expect, it } from "vitest";
import { batchOf, sharesOf } from "../../native/team/shares.ts";
import { videoR1 } from "../recipes/video-r1.ts";
import { leastDeviceBytes } from "./available.ts";
import { memoryRefusal } from "./fits.ts";
import { largestShare } from "./members.ts";
import { estimateMemory } from "./plan.ts";
import { QWEN_3B, QWEN_7B } from "./qwen.ts";

const PAPER = videoR1.settings("paper-v4");

describe("the busiest member's share", () => {
  it.each([
    [4, 8, 2],
    [4, 8, 4],
    [4, 8, 5],
    [3, 8, 4],
    [1, 8, 3],
    [1, 2, 4],
    [7, 4, 2],
  ])("of %i groups of %i answers among %i members is what the team gives it", (prompts, completions, members) => {
    const batch = Array.from({ length: prompts }, () => ({
      prompt: { ids: new Int32Array(100), media: [] },
      completions: Array.from({ length: completions }, () => new Int32Array(20)),
    }));
    const parts = sharesOf(batch, members).map((share) => batchOf(batch, share));
    const tokens = (count: number, answers: number): number => count * (100 + answers * 20);
    const given = parts.map((part) => part.reduce((sum, group) => sum + tokens(1, group.completions.length), 0));
    const share = largestShare({ prompts, completions }, members);
    const predicted = tokens(share.prompts, share.completions);
    expect(predicted).toBeGreaterThanOrEqual(Math.max(...given));
    // Parts of a group differ by one answer at most.
    expect(predicted - Math.max(...given)).toBeLessThanOrEqual(share.prompts * 20);
  });
});

describe("the planner by members", () => {
  it("divides the optimiser's state and the passes, and counts every process of the machine", () => {
    const [alone, team] = [
      estimateMemory(PAPER, QWEN_3B),
      estimateMemory(PAPER, QWEN_3B, { processes: 4, gpus: false }),
    ];
    const of = (estimate: typeof alone) => estimate.stages.find(({ stage }) => stage === "rl")!;
    expect(of(team).byPurpose.optimiser).toBe(of(alone).byPurpose.optimiser / 4);
    // A quarter, and the bucket: the tied embedding and the largest layer.
    const gradients = of(alone).byPurpose.gradients;
    expect(of(team).byPurpose.gradients - gradients / 4).toBeGreaterThan(4 * 151_936 * 2048);
    expect(of(team).byPurpose.gradients).toBeLessThan(0.4 * gradients);
    // Masters in four parts, bfloat16 in each process.
    expect(of(team).byPurpose.weights / of(alone).byPurpose.weights).toBeCloseTo((2 + 4 / 4) / 6, 2);
    expect(of(team).byPurpose.keyValueCache).toBeLessThan(of(alone).byPurpose.keyValueCache / 2);
    expect(team.bytes).toBeLessThan(alone.bytes);
    expect(team.allBytes).toBeGreaterThan(alone.allBytes);
    // The reference is read where it lies in the checkpoint's file, by all of them.
    expect(team.allBytes).toBeLessThan(4 * team.bytes - 3 * 7e9);
    expect(alone.allBytes).toBe(alone.bytes);
  });

  it("holds a run on the processor to the whole machine's memory, and says what one process would need", () => {
    const by = { processes: 2, gpus: false };
    const { bytes, allBytes } = estimateMemory(PAPER, QWEN_3B, by);
    expect(memoryRefusal(PAPER, QWEN_3B, allBytes, by)).toBeNull();
    const refusal = memoryRefusal(PAPER, QWEN_3B, bytes + 40e9, by);
    expect(refusal).toMatch(/in each of 2 processes, \d+ GB in all, but \d+ GB are free/);
    expect(refusal).toMatch(/Use one process: it needs about \d+ GB\./);
  });

  it("holds a run on GPUs to each device, and says how many would do", () => {
    const by = { processes: 2, gpus: true };
    const { bytes } = estimateMemory(PAPER, QWEN_7B, by);
    expect(memoryRefusal(PAPER, QWEN_7B, bytes, by)).toBeNull();
    const refusal = memoryRefusal(PAPER, QWEN_7B, bytes - 5e9, by);
    expect(refusal).toMatch(/on each of 2 GPUs, but the smallest has \d+ GB/);
    const wanted = Number(/Use (\d+) GPUs/.exec(refusal!)![1]);
    expect(wanted).toBeGreaterThan(2);
    expect(memoryRefusal(PAPER, QWEN_7B, bytes - 5e9, { processes: wanted, gpus: true })).toBeNull();
  });

  it("takes a GPU's memory from the engine's name for it", () => {
    const cards = ["NVIDIA H20 (96 GiB)", "NVIDIA A100 (80 GiB)"];
    expect(leastDeviceBytes(cards, 1)).toBe(96 * 2 ** 30);
    expect(leastDeviceBytes(cards, 2)).toBe(80 * 2 ** 30);
    expect(leastDeviceBytes(cards, 3)).toBeNull();
    expect(leastDeviceBytes(["a card"], 1)).toBeNull();
  });
});

/**
 * What people trained Video-R1 on, 7B whole: README and #41 (4 x H20-96G or 5 x A100-80G, the fifth for vLLM), #15 (three
 * training A100 run out of memory), #81 (three A40 cannot do the cold start), and a fork's log with 3 x 96 GB, whose peak was
 * 81.4 GB. Here every GPU writes answers and trains.
 */
describe("Video-R1's published set-ups, 7B whole", () => {
  it.each([
    { gpus: 4, gigabytes: 96, fits: true, sft: 57, rl: 75 },
    { gpus: 5, gigabytes: 80, fits: true, sft: 50, rl: 68 },
    { gpus: 4, gigabytes: 80, fits: true, sft: 57, rl: 75 },
    { gpus: 3, gigabytes: 96, fits: true, sft: 68, rl: 87 },
    { gpus: 3, gigabytes: 80, fits: false, sft: 68, rl: 87 },
    { gpus: 3, gigabytes: 48, fits: false, sft: 68, rl: 87 },
    { gpus: 1, gigabytes: 140, fits: false, sft: 156, rl: 179 },
  ])("$gpus x $gigabytes GB: fits $fits", ({ gpus: processes, gigabytes, fits, ...stages }) => {
    const members = { processes, gpus: true };
    const estimate = estimateMemory(PAPER, QWEN_7B, members);
    const found = Object.fromEntries(estimate.stages.map(({ stage, bytes }) => [stage, Math.round(bytes / 1e9)]));
    expect(found).toEqual(stages);
    const refusal = memoryRefusal(PAPER, QWEN_7B, gigabytes * 1e9, members);
    if (fits) expect(refusal).toBeNull();
    else expect(refusal).toMatch(/Stage rl needs about \d+ GB of memory/);
  });
});
