/**
 * Seeded randomness without state to save: every draw is a function of a key and a counter (Philox 4x32-10), so a
 * resumed run draws what the uninterrupted one drew.
 */
import { sha256Words } from "./sha256.ts";

/** What a stream of numbers belongs to, e.g. `["permutation", runSeed, step, sampleId]`. */
export type RandomKey = readonly (string | number)[];

/** High and low half of a 32 x 32 bit product. */
function multiply(a: number, b: number): [high: number, low: number] {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const middle2 = aLow * bHigh + (middle & 0xffff);
  const high = aHigh * bHigh + Math.floor(middle / 0x10000) + (middle2 >>> 16);
  return [high >>> 0, Math.imul(a, b) >>> 0];
}

/** One Philox 4x32-10 block (Salmon et al. 2011): four uniform 32-bit words from a counter and a key. */
export function philox(counter: readonly number[], key: readonly [number, number]): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter as [number, number, number, number];
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0);
    const [high1, low1] = multiply(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** A 31-bit seed for something else (the engine's sampler, say) that belongs to the key. */
export function seedOf(...key: RandomKey): number {
  return sha256Words(JSON.stringify(key))[0]! >>> 1;
}

/** A stream of numbers that belongs to a key. Two streams with equal keys give equal numbers. */
export class RandomStream {
  readonly #key: [number, number];
  readonly #base: [number, number];
  #block: readonly number[] = [];
  #drawn = 0;

  constructor(...key: RandomKey) {
    const words = sha256Words(JSON.stringify(key));
    this.#key = [words[0]!, words[1]!];
    this.#base = [words[2]!, words[3]!];
  }

  /** Uniform 32-bit integer. */
  word(): number {
    const lane = this.#drawn % 4;
    if (lane === 0) this.#block = philox([this.#drawn / 4, 0, this.#base[0], this.#base[1]], this.#key);
    this.#drawn++;
    return this.#block[lane]!;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** Uniform integer in 0 .. bound - 1, without modulo bias. */
  integer(bound: number): number {
    const limit = 0x100000000 - (0x100000000 % bound);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % bound;
    }
  }

  /** Standard normal (Box-Muller, one of the pair). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Uniform random order of 0 .. count - 1 (Fisher-Yates). */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return order;
  }

  /** The items in a uniform random order; the input stays as it is. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    return this.permutation(items.length).map((index) => items[index]!);
  }
}
