import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FULL_PACK, packFiles, sha256 } from "./pack.ts";

interface Row {
  readonly problem_id: string;
  readonly options: readonly string[];
  readonly solution: string;
  readonly clip_seed: string;
}

const files = packFiles(FULL_PACK);
const rowsOf = (file: string): Row[] => JSON.parse(files[file]!) as Row[];

describe("the sample pack", () => {
  it("holds out the questions whose hash was committed before tuning", () => {
    const { heldOut } = JSON.parse(readFileSync("resources/sample-pack.json", "utf8")) as {
      heldOut: { sha256: string };
    };
    expect(sha256(files["heldout.json"]!)).toBe(heldOut.sha256);
  });

  it("holds out at least 400 questions, on clips that no other split shows", () => {
    const heldOut = rowsOf("heldout.json");
    expect(heldOut.length).toBeGreaterThanOrEqual(400);
    const seeds = new Set(heldOut.map((row) => row.clip_seed));
    for (const file of ["train.json", "sft.json", "validation.json"]) {
      expect(rowsOf(file).filter((row) => seeds.has(row.clip_seed))).toEqual([]);
    }
  });

  it("puts the right option at every letter about equally often", () => {
    const letters = rowsOf("train.json")
      .filter((row) => row.options.length === 4)
      .map((row) => row.solution);
    for (const letter of ["A", "B", "C", "D"]) {
      const share = letters.filter((solution) => solution === `<answer>${letter}</answer>`).length / letters.length;
      expect(share).toBeGreaterThan(0.2);
      expect(share).toBeLessThan(0.3);
    }
  });
});
