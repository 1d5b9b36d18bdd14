import { describe, expect, it } from "vitest";
import { philox, RandomStream, seedOf } from "./rng.ts";
import { sha256Hex } from "./sha256.ts";

describe("sha256Hex", () => {
  it("gives the published digests", () => {
    expect(sha256Hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256Hex("a".repeat(1000))).toBe("41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
  });
});

describe("philox", () => {
  it("gives the published words of Philox 4x32-10", () => {
    const hex = (words: number[]): string[] => words.map((word) => word.toString(16).padStart(8, "0"));
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).toEqual(["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
    const ones = 0xffffffff;
    expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toEqual([
      "408f276d",
      "41c83b0e",
      "a20bc7c6",
      "6d5451fd",
    ]);
    const pi = philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]);
    expect(hex(pi)).toEqual(["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]);
  });
});

describe("RandomStream", () => {
  it("gives the same numbers for the same key and others for another", () => {
    const draw = (key: string): number[] => {
      const stream = new RandomStream("test", key, 3);
      return Array.from({ length: 5 }, () => stream.uniform());
    };
    expect(draw("a")).toEqual(draw("a"));
    expect(draw("a")).not.toEqual(draw("b"));
    expect(seedOf("a", 1)).not.toBe(seedOf("a", "1"));
  });

  it("is uniform enough to shuffle with", () => {
    const stream = new RandomStream("uniform");
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 6000; i++) counts[stream.permutation(3).reduce((code, place) => code * 3 + place, 0) % 6]!++;
    const total = counts.reduce((a, b) => a + b, 0);
    expect(total).toBe(6000);
    const firsts = new Array<number>(4).fill(0);
    for (let i = 0; i < 8000; i++) firsts[stream.permutation(4)[0]!]!++;
    for (const count of firsts) expect(Math.abs(count - 2000)).toBeLessThan(200);
    const normals = Array.from({ length: 20000 }, () => stream.normal());
    const mean = normals.reduce((a, b) => a + b, 0) / normals.length;
    const variance = normals.reduce((a, b) => a + b * b, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });
});
