import { describe, expect, it } from "vitest";
import type { Sample } from "../../science/records.ts";
import { TrainingSet } from "./dataset.ts";
import type { Clip, ClipLoader } from "../media/clips.ts";
import { MediaError } from "../media/errors.ts";
import type { DataProblem } from "./samples.ts";

const samples = Array.from({ length: 7 }, (_, index) => ({ id: String(index), path: `${index}.mp4` }) as Sample);

function set(bad: readonly string[] = [], problems: DataProblem[] = [], seed = 1): TrainingSet {
  const load = (sample: Sample): Promise<Clip> =>
    bad.includes(sample.id)
      ? Promise.reject(new MediaError({ file: sample.path, place: "byte 0", reason: "broken", remedy: "repair it" }))
      : Promise.resolve({ path: sample.path } as Clip);
  const clips = { load, prefetch: () => undefined } as unknown as ClipLoader;
  return new TrainingSet(samples, [seed, "rl"], clips, (problem) => problems.push(problem));
}
const ids = (drawn: readonly Sample[]): string[] => drawn.map(({ id }) => id);

describe("the order of samples", () => {
  it("is a function of seed and step alone", () => {
    const forwards = Array.from({ length: 9 }, (_, step) => ids(set().planned(step, 3)));
    const backwards = set();
    for (let step = 8; step >= 0; step--) expect(ids(backwards.planned(step, 3))).toEqual(forwards[step]);
    expect(ids(set([], [], 2).planned(0, 7))).not.toEqual(ids(set().planned(0, 7)));
  });

  it("shows every sample once an epoch, in another order each time", () => {
    const data = set();
    expect(ids(data.planned(0, 7)).sort()).toEqual(ids(samples));
    expect(ids(data.planned(1, 7)).sort()).toEqual(ids(samples));
    expect(ids(data.planned(1, 7))).not.toEqual(ids(data.planned(0, 7)));
  });

  it("replaces what cannot be used by a draw that a resume repeats, and reports it", async () => {
    const problems: DataProblem[] = [];
    const bad = ["2", "5"];
    const first = await set(bad, problems).load(0, 7);
    const again = await set(bad).load(0, 7);
    expect(first.map(({ sample }) => sample.id)).toEqual(again.map(({ sample }) => sample.id));
    expect(first.some(({ sample }) => bad.includes(sample.id))).toBe(false);
    expect(first).toHaveLength(7);
    expect([...new Set(problems.map(({ file }) => file))].sort()).toEqual(["2.mp4", "5.mp4"]);
  });

  it("gives up with a remedy when nothing can be used", async () => {
    await expect(set(ids(samples)).load(0, 1)).rejects.toThrow("media root");
  });
});
