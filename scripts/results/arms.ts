/** The arms of the proof as data: what each trains, where it starts, and which question it answers. */

export interface Arm {
  readonly id: string;
  readonly title: string;
  /** What it differs in, for the page. */
  readonly what: string;
  /** Values that differ from the preset. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** `base`: from the base model; `sft`: from the seed's SFT checkpoint, like every other arm. */
  readonly from: "base" | "sft";
  /** Arms of the same seed that must be there first. */
  readonly needs: readonly string[];
  /** Only with rows of this kind. */
  readonly wants?: "image" | "video";
  readonly control?: true;
}

/** SFT takes as many more updates as fit into the time of this arm. */
export const TIME_REFERENCE = "tgrpo";

export const ARMS: readonly Arm[] = [
  {
    id: "sft",
    title: "SFT",
    what: "Cold start on the traces. Its start is the row “initial”.",
    overrides: { "rl.steps": 0 },
    from: "base",
    needs: [],
  },
  {
    id: "tgrpo",
    title: "T-GRPO (bonus in reward)",
    what: "The paper's method: the temporal bonus joins the reward before the group is normalised.",
    overrides: { "temporal.enabled": true, "temporal.apply": "reward" },
    from: "sft",
    needs: ["sft"],
  },
  {
    id: "sft-continued",
    title: "SFT continued",
    what: "More SFT on the same traces, for as many seconds of updates as T-GRPO took.",
    overrides: { "rl.steps": 0 },
    from: "sft",
    needs: ["sft", TIME_REFERENCE],
  },
  {
    id: "grpo",
    title: "GRPO",
    what: "No temporal contrast: no shuffled group, no bonus.",
    overrides: { "temporal.enabled": false, "rl.shuffledGroupSize": 0 },
    from: "sft",
    needs: ["sft"],
  },
  {
    id: "tgrpo-advantage",
    title: "T-GRPO (bonus in advantage)",
    what: "The bonus joins the advantage after normalisation, where it cannot cancel.",
    overrides: { "temporal.enabled": true, "temporal.apply": "advantage" },
    from: "sft",
    needs: ["sft"],
  },
  {
    id: "video-only",
    title: "T-GRPO without images",
    what: "T-GRPO (bonus in reward) on the video rows only.",
    overrides: { "temporal.enabled": true, "temporal.apply": "reward", "rl.modality": "video" },
    from: "sft",
    needs: ["sft"],
    wants: "image",
  },
  {
    id: "permuted",
    title: "Control: rewards permuted",
    what: "T-GRPO with each group's rewards permuted among its rollouts: nothing can be learnt from them.",
    overrides: { "temporal.enabled": true, "temporal.apply": "reward", "rl.permuteRewards": true },
    from: "sft",
    needs: ["sft"],
    control: true,
  },
  {
    id: "images-only",
    title: "Control: images only",
    what: "T-GRPO on the image rows only: a picture has no order, so the gate must not apply.",
    overrides: { "temporal.enabled": true, "temporal.apply": "reward", "rl.modality": "image" },
    from: "sft",
    needs: ["sft"],
    wants: "image",
    control: true,
  },
];

/** Settings of `--quick`: everything runs, nothing is learnt. */
export const QUICK_OVERRIDES = {
  "sft.steps": 5,
  "sft.batchSize": 8,
  "rl.steps": 5,
  "rl.promptsPerStep": 4,
  "rl.groupSize": 4,
  "rl.shuffledGroupSize": 2,
  "evaluation.items": 16,
} as const;

/**
 * The arms asked for with those that they need, in the order of {@link ARMS}.
 * @throws RangeError for a name that no arm has.
 */
export function chosenArms(names: readonly string[] | null): readonly Arm[] {
  if (names === null) return ARMS;
  const wanted = new Set<string>();
  const add = (name: string): void => {
    const arm = ARMS.find(({ id }) => id === name);
    if (arm === undefined) {
      throw new RangeError(`There is no arm "${name}". Choose from: ${ARMS.map(({ id }) => id).join(", ")}.`);
    }
    wanted.add(name);
    arm.needs.forEach(add);
  };
  names.forEach(add);
  return ARMS.filter(({ id }) => wanted.has(id));
}
