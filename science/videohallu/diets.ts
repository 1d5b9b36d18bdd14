/**
 * The diets on which VideoHallu trains, and which of them a stage gets: general real-world questions (Video-R1's data),
 * physics in real clips (PhysBench), and synthetic clips, the counter-examples. A row says its diet in `diet`.
 */
import type { Sample } from "../records.ts";

export const DIETS = ["general", "physics", "synthetic"] as const;
export type Diet = (typeof DIETS)[number];

/** How the paper's tables call them. */
export const DIET_FACTS: Readonly<Record<Diet, { readonly paper: string; readonly title: string }>> = {
  general: { paper: "GRW", title: "general real-world" },
  physics: { paper: "PRW", title: "physics real-world" },
  synthetic: { paper: "SR", title: "synthetic, with counter-examples" },
};

/** What is trained, block by block; a block with several diets mixes them by the number of their rows. */
export const CURRICULA = {
  /** The published best. */
  "physics then synthetic": [["physics"], ["synthetic"]],
  "general then synthetic": [["general"], ["synthetic"]],
  synthetic: [["synthetic"]],
  physics: [["physics"]],
  general: [["general"]],
  /** The order's control: the same updates on both at once. */
  "physics and synthetic mixed": [["physics", "synthetic"]],
} as const satisfies Readonly<Record<string, readonly (readonly Diet[])[]>>;
export type Curriculum = keyof typeof CURRICULA;

/** The diet of a row: what it says, else by its source, as the published files are named. Null: none of them. */
export function dietOf(sample: Pick<Sample, "extra" | "task">): Diet | null {
  const said = sample.extra["diet"];
  if (typeof said === "string") return DIETS.find((diet) => diet === said) ?? null;
  return sample.task === "videohallu" ? "synthetic" : sample.task === "physbench" ? "physics" : "general";
}

export interface DietBlock {
  readonly name: string;
  readonly steps: number;
  readonly diets: readonly Diet[];
}

/**
 * The blocks of a curriculum with `steps` updates in all, so that every order costs the same: the first block takes
 * `firstShare` of them, the last one what is left. A block without updates is left out.
 */
export function dietBlocks(curriculum: Curriculum, steps: number, firstShare: number): DietBlock[] {
  const blocks: readonly (readonly Diet[])[] = CURRICULA[curriculum];
  const first = blocks.length === 1 ? steps : Math.round(steps * firstShare);
  return blocks
    .map((diets, index) => ({
      name: index === 0 ? "rl" : "rl-2",
      steps: index === 0 ? first : steps - first,
      diets,
    }))
    .filter((block) => block.steps > 0);
}
