import { describe, expect, it } from "vitest";
import { combinationKey } from "../clip.ts";
import { renderClip } from "../render.ts";
import { directionBetween } from "../words.ts";
import { LEVELS, markTells, planningClip, renderPlanning, type Level } from "./levels-clips.ts";
import { LEVEL_SETS } from "./levels.ts";

const clips = (level: Level, count = 60) => Array.from({ length: count }, (_, index) => planningClip(level, index));
const files = (name: string): Record<string, string> =>
  Object.assign(
    {},
    ...LEVEL_SETS.find((set) => set.name === name)!
      .splits(true)
      .map((split) => split.files),
  );
const rows = (name: string, file: string) => JSON.parse(files(name)[file]!) as Record<string, unknown>[];

describe("the three levels", () => {
  it("ask for the way from where a thing is last to its goal, or away from it", () => {
    for (const { clip, goal, goalPlace, answer, options } of LEVELS.flatMap((level) => clips(level, 30))) {
      const last = clip.objects[0]!.places.at(-1)!;
      const way = goal === "from-thing" ? directionBetween(goalPlace, last) : directionBetween(last, goalPlace);
      expect(answer).toBe(way);
      expect([...options].sort()).toEqual(["down", "left", "right", "up"]);
      if (goal !== "place") expect(clip.objects[1]!.places[0]).toBe(goalPlace);
    }
  });

  it("share no combination between training, validation and level 1", () => {
    const keys = (["train", "validation", "l1"] as const).map(
      (level) => new Set(clips(level, 150).map(({ clip }) => combinationKey(clip))),
    );
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect([...keys[a]!].filter((key) => keys[b]!.has(key))).toEqual([]);
  });

  it("set out elsewhere and look otherwise on levels 2 and 3, and only level 3 has goals that training never had", () => {
    const starts = (level: Level) => new Set(clips(level).map(({ clip }) => clip.objects[0]!.places[0]));
    expect([...starts("l2"), ...starts("l3")].some((place) => starts("train").has(place!))).toBe(false);
    expect(new Set(clips("l1").map(({ goal }) => goal))).toEqual(new Set(["place"]));
    expect(new Set(clips("l2").map(({ goal }) => goal))).toEqual(new Set(["place"]));
    expect(new Set(clips("l3").map(({ goal }) => goal))).toEqual(new Set(["to-thing", "from-thing"]));
    const middle = (level: Level): number[] => {
      const planning = planningClip(level, 0);
      const at = (56 * 112 + 20) * 3;
      const [own, plain] = [renderPlanning(planning), renderClip(planning.clip).data];
      return [...own.subarray(at, at + 3)].map((value, channel) => value - plain[at + channel]!);
    };
    expect(middle("l1")).toEqual([0, 0, 0]);
    expect(middle("l2").some((difference) => difference !== 0)).toBe(true);
  });

  it("have a mark that tells the letter in training and on level 1, and tells nothing in the new environment", () => {
    const told = (level: Level): number =>
      clips(level, 200).filter(({ mark, options, answer }) => options[mark] === answer).length / 200;
    expect(
      ["train", "validation", "l1"].every((level) => markTells(level as Level) && told(level as Level) === 1),
    ).toBe(true);
    for (const level of ["l2", "l3"] as const) expect(Math.abs(told(level) - 0.25)).toBeLessThan(0.12);
  });

  it("are the same whenever they are made, traced or not, and their traces are right", () => {
    expect(files("levels")).toEqual(files("levels"));
    expect(rows("levels-traced", "train.json")).toEqual(rows("levels", "train.json"));
    expect(rows("levels-traced", "heldout.json")).toEqual(rows("levels", "heldout.json"));
    expect(rows("levels-traced", "sft.json").length).toBe(rows("levels", "train.json").length);
    for (const row of rows("levels-traced", "sft.json")) {
      const letter = /<answer>([A-D])<\/answer>/.exec(row["solution"] as string)![1]!;
      expect((row["process"] as string).endsWith(` ${letter}</think>`)).toBe(true);
    }
    const levels = rows("levels", "heldout.json").map((row) => row["level"]);
    expect([...new Set(levels)]).toEqual(["l1", "l2", "l3"]);
  });
});
