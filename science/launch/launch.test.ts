import { describe, expect, it } from "vitest";
import { videoR1 } from "../recipes/video-r1.ts";
import { checkLaunch } from "./checks.ts";
import { launchArguments, shellWord } from "./command-line.ts";
import { differencesFromPaper } from "./difference.ts";
import { estimateDuration, type StageTiming } from "./duration.ts";
import { stageShape, visualShape } from "./shape.ts";

const settings = (overrides: Record<string, unknown>, preset = "paper-v4") => videoR1.settings(preset, overrides);
const fields = (overrides: Record<string, unknown>, model = { parameters: 7e9, contextLength: 128_000 }) =>
  checkLaunch(settings(overrides), model).map(({ field }) => field);

describe("the size of a launch", () => {
  it("counts a clip of the paper as 16 frames of 128 tokens in pairs", () => {
    expect(visualShape(settings({}).vision)).toEqual({ frames: 16, pixels: 134 * 784 + 313, tokens: 8 * 134 });
  });

  it("counts rollouts of both views, and trains on the ordered ones", () => {
    const rl = settings({}).stages.find(({ kind }) => kind === "rl")!;
    const shape = stageShape(settings({}), rl);
    expect([shape.sequences, shape.trained]).toEqual([4 * 12, 4 * 8]);
  });
});

describe("the checks of a launch", () => {
  it("find nothing wrong with the paper's own settings", () => {
    expect(fields({})).toEqual([]);
  });

  it("name the setting: odd frames, a context that is too short, rewards that cannot be earned, uneven updates", () => {
    expect(fields({ "vision.maxFrames": 15 })).toEqual(["vision.maxFrames"]);
    expect(fields({}, { parameters: 1e6, contextLength: 1024 })).toEqual(["vision.maxFrames", "sampling.maxTokens"]);
    expect(fields({ "sampling.maxTokens": 200 })).toEqual(["length.minTokens"]);
    expect(fields({ "rl.innerUpdates": 5, "sampling.topP": 1 })).toEqual(["rl.innerUpdates"]);
    expect(fields({ "sft.steps": 0, "rl.steps": 0 })).toEqual(["rl.steps"]);
  });
});

describe("the difference from the paper", () => {
  it("is empty for the paper's preset and names what the published code does otherwise", () => {
    expect(differencesFromPaper(videoR1, settings({}).values)).toEqual([]);
    const code = differencesFromPaper(videoR1, settings({}, "upstream-code").values);
    expect(code.map(({ field }) => field)).toEqual(["sft.lossOn", "temporal.mu", "temporal.rule", "length.needsTwo"]);
  });
});

describe("the command line", () => {
  it("quotes what a shell would take apart", () => {
    expect(shellWord("it's")).toBe(`'it'\\''s'`);
    expect(
      launchArguments({
        recipe: "video-r1",
        preset: "tiny",
        seed: 2,
        name: "two words",
        model: "/m",
        overrides: { "rl.steps": 3 },
        branchFrom: { run: "a", checkpoint: "checkpoints/step-000080-sft" },
      })
        .map(shellWord)
        .join(" "),
    ).toBe(
      "train video-r1 --preset tiny --seed 2 --name 'two words' --model /m --branch a:checkpoints/step-000080-sft --set rl.steps=3",
    );
  });
});

describe("the time of a launch", () => {
  const rl = stageShape(settings({}), settings({}).stages[1]!);
  const earlier = (change: Partial<StageTiming>): StageTiming => ({
    run: "a",
    device: "cpu",
    parameters: 1000,
    shape: rl,
    secondsPerStep: 2,
    ...change,
  });

  it("is that of runs of the same shape where there are some", () => {
    const others = [earlier({ run: "b", secondsPerStep: 50, parameters: 9 }), earlier({})];
    const estimate = estimateDuration(rl, 1000, "cpu", others);
    expect(estimate).toMatchObject({ exact: true, secondsPerStep: 2, seconds: 2 * rl.steps, runs: ["a"] });
  });

  it("is scaled by tokens and parameters where there are none, and unknown on another device", () => {
    const half = { ...rl, sequences: rl.sequences / 2 };
    expect(estimateDuration(rl, 2000, "cpu", [earlier({ shape: half })])).toMatchObject({
      exact: false,
      secondsPerStep: 8,
    });
    expect(estimateDuration(rl, 1000, "cuda", [earlier({})])).toBeNull();
  });
});
