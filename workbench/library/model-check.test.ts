import { copyFileSync, mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BASE_MODEL } from "../runs/new-run.ts";
import { temporaryData } from "../testing/temporary.ts";
import { checkModel } from "./model-check.ts";

function copyOfBase(): string {
  const folder = join(temporaryData(), "model");
  mkdirSync(folder);
  for (const name of readdirSync(BASE_MODEL)) copyFileSync(join(BASE_MODEL, name), join(folder, name));
  return folder;
}

describe("the check of a model directory", () => {
  it("reads what a model is from its files alone", () => {
    const check = checkModel(BASE_MODEL);
    expect(check).toMatchObject({
      problems: [],
      modelType: "qwen2_5_vl",
      layers: 4,
      contextLength: 2048,
      dtype: "F32",
    });
    const made = JSON.parse(readFileSync(join(BASE_MODEL, "pretraining.json"), "utf8")) as { parameters: number };
    expect(check.parameters).toBe(made.parameters);
  });

  it("names the file and the remedy: nothing there, cut off, not a model that the engine knows", () => {
    expect(checkModel("/nowhere/at/all").problems).toEqual([
      "/nowhere/at/all is not there: give the path of a Hugging Face model directory.",
    ]);
    const folder = copyOfBase();
    truncateSync(join(folder, "model.safetensors"), 100_000);
    expect(checkModel(folder).problems[0]).toMatch(/model\.safetensors cannot be used .*100000 of \d+ bytes.*again/);
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<string, unknown>;
    writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, model_type: "llama" }));
    expect(checkModel(folder).problems[0]).toMatch(/type "llama".*choose a Qwen2\.5-VL/);
  });
});
