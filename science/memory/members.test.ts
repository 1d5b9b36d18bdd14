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
