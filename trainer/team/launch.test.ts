import { describe, expect, it } from "vitest";
import { seeOwnDevice, whyEnded } from "./launch.ts";

describe("a member of a team on GPUs", () => {
  it("sees the one of its rank only, of those that the run was shown", () => {
    const seen = (rank: number, shown?: string): string | undefined => {
      const environment = shown === undefined ? {} : { CUDA_VISIBLE_DEVICES: shown };
      seeOwnDevice(rank, environment);
      return (environment as Record<string, string>)["CUDA_VISIBLE_DEVICES"];
    };
    expect(seen(3)).toBe("3");
    expect(seen(1, "2,3")).toBe("3");
    expect(seen(0, "GPU-4a, GPU-7f")).toBe("GPU-4a");
    expect(() => seen(2, "2,3")).toThrow(/names 2 GPUs \("2,3"\), but every process needs one/);
  });

  it("has its error told as its process's", () => {
    const said = "member 2: Several processes on GPUs need NCCL, which does not load.";
    expect(whyEnded(["mpirun noticed", said], 4)).toBe(
      "Process 2 of 4 failed: Several processes on GPUs need NCCL, which does not load.",
    );
  });
});
