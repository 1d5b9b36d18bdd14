/**
 * Which samples each step gets: a pure function of seed and step, so that a resumed run sees what the uninterrupted one
 * saw. A sample whose medium cannot be used is replaced by a draw that belongs to its place, and reported.
 */
import type { Sample } from "../../science/records.ts";
import { RandomStream, type RandomKey } from "../../science/rng.ts";
import type { Clip, ClipLoader } from "../media/clips.ts";
import { containerOf } from "../media/container.ts";
import { MediaError } from "../media/errors.ts";
import { mediaPath, type DataProblem } from "./samples.ts";

export interface LoadedSample {
  readonly sample: Sample;
  readonly clip: Clip;
}

export class TrainingSet {
  readonly samples: readonly Sample[];
  readonly #key: RandomKey;
  readonly #clips: ClipLoader;
  readonly #report: (problem: DataProblem) => void;
  #epoch = -1;
  #order: number[] = [];

  constructor(samples: readonly Sample[], key: RandomKey, clips: ClipLoader, report: (problem: DataProblem) => void) {
    this.samples = samples;
    this.#key = key;
    this.#clips = clips;
    this.#report = report;
  }

  /** The samples of update `step` (from 0), `count` an update: every epoch is one new order of all. */
  planned(step: number, count: number): Sample[] {
    return Array.from({ length: count }, (_, slot) => this.samples[this.#at(step * count + slot)]!);
  }

  /** The same with their clips. @throws Error when hardly any sample can be used. */
  async load(step: number, count: number): Promise<LoadedSample[]> {
    return Promise.all(this.planned(step, count).map((sample, slot) => this.#loadUsable(sample, step, slot)));
  }

  /** Starts decoding what the updates `from .. to - 1` will need. */
  prefetch(from: number, to: number, count: number): void {
    for (let step = from; step < to; step++) this.#clips.prefetch(this.planned(step, count));
  }

  #at(position: number): number {
    const epoch = Math.floor(position / this.samples.length);
    if (epoch !== this.#epoch) {
      this.#order = new RandomStream("order", ...this.#key, epoch).permutation(this.samples.length);
      this.#epoch = epoch;
    }
    return this.#order[position % this.samples.length]!;
  }

  async #loadUsable(planned: Sample, step: number, slot: number): Promise<LoadedSample> {
    const spare = new RandomStream("spare", ...this.#key, step, slot);
    let sample = planned;
    for (let tries = 0; tries < 50; tries++) {
      try {
        return { sample, clip: await this.#clips.load(sample) };
      } catch (error) {
        if (!(error instanceof MediaError)) throw error;
        this.#report(error);
        sample = this.samples[spare.integer(this.samples.length)]!;
      }
    }
    throw new Error(
      `50 samples in a row could not be used; the last one is ${sample.path}. ` +
        "Look at the run's data errors: most likely the media root is wrong.",
    );
  }
}

/** Looks at every medium's first bytes, so that missing files and impostors are known from the start. */
export async function checkMedia(
  samples: readonly Sample[],
  mediaRoot: string,
  report: (problem: DataProblem) => void,
  signal: AbortSignal,
): Promise<void> {
  const byPath = new Map(samples.map((sample) => [sample.path, sample]));
  const waiting = [...byPath.values()];
  const check = async (): Promise<void> => {
    for (let sample = waiting.pop(); sample !== undefined && !signal.aborted; sample = waiting.pop()) {
      try {
        await containerOf(await mediaPath(mediaRoot, sample));
      } catch (error) {
        if (!(error instanceof MediaError)) throw error;
        report(error);
      }
    }
  };
  await Promise.all(Array.from({ length: 16 }, check));
}
