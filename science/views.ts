/** Views: in which order, and how completely, the model is shown the frames of a clip. */
import { RandomStream } from "./rng.ts";

export const VIEW_NAMES = ["ordered", "shuffled", "reversed", "masked"] as const;
export type ViewName = (typeof VIEW_NAMES)[number];
/** What a measurement shows: a view of the frames, or nothing but the question. */
export type MeasuredView = ViewName | "question-only";

export interface View {
  readonly name: ViewName;
  /** Place i shows frame `permutation[i]` of the ordered clip; null when frames stand in order. */
  readonly permutation: readonly number[] | null;
  /** Frames (places in the view) that are shown as flat grey. */
  readonly masked: readonly number[];
  /** A shuffle that happened to leave every frame in its place: the contrast says nothing for this sample. */
  readonly identity: boolean;
}

export interface ViewOptions {
  /** Belongs to run, step and sample, so that a resumed run shuffles alike. */
  readonly runSeed: number;
  readonly step: number;
  readonly sampleId: string;
  /** Share of frames that the masked view hides; default 0.5. */
  readonly maskedShare?: number;
}

/**
 * The view of a clip of `frameCount` frames. The shuffle is one uniform permutation of whole frames, drawn before
 * frames are paired for the vision tower (Video-R1, section 3.2); the identity may come out and is reported.
 */
export function viewOf(name: ViewName, frameCount: number, options: ViewOptions): View {
  const stream = new RandomStream(name, options.runSeed, options.step, options.sampleId);
  const inOrder: View = { name, permutation: null, masked: [], identity: false };
  switch (name) {
    case "ordered":
      return inOrder;
    case "shuffled": {
      const permutation = stream.permutation(frameCount);
      return { ...inOrder, permutation, identity: permutation.every((frame, place) => frame === place) };
    }
    case "reversed":
      return { ...inOrder, permutation: Array.from({ length: frameCount }, (_, place) => frameCount - 1 - place) };
    case "masked": {
      const count = Math.round(frameCount * (options.maskedShare ?? 0.5));
      return {
        ...inOrder,
        masked: stream
          .permutation(frameCount)
          .slice(0, count)
          .sort((a, b) => a - b),
      };
    }
  }
}
