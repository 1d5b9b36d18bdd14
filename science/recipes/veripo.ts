/** VerIPO: GRPO, a verifier that makes preference pairs of its rollouts, DPO on them, and again (arXiv 2505.19000). */
import { extendRecipe } from "../extend-recipe.ts";
import { JUDGE_NAMES, judgeSource, RULE_JUDGES, type JudgeName, type RuleJudgeName } from "../judge/judge-source.ts";
import { PAIR_KINDS, PAIR_RULES } from "../preference-pairs.ts";
import type { Sample } from "../records.ts";
import type { DpoStageSettings, RlStageSettings, StageSettings } from "../settings.ts";
import { SettingsError } from "../recipe.ts";
import { relativeAccuracyPart } from "../rewards/accuracy.ts";
import { choice, code, flag, integer, number, ours, text } from "./field-builders.ts";
import { veripoMethod } from "./methods/veripo.ts";
import { videoR1 } from "./video-r1.ts";

const SECTION = "Preference stages";
const tiny = videoR1.presets["tiny"]!;
const plain = { "temporal.enabled": false, "rl.shuffledGroupSize": 0, "length.enabled": false } as const;
const small = {
  ...tiny.values,
  ...plain,
  "rl.steps": 100,
  // As the sample pack's own traces take something back.
  "veripo.connective": "Wait, no.",
  "veripo.laterSteps": 60,
  "veripo.laterLearningRate": 2.5e-4,
  "dpo.steps": 20,
  "dpo.batchSize": 16,
  "dpo.learningRate": 1e-4,
} as const;

export const veripo = extendRecipe(videoR1, {
  id: "veripo",
  title: "VerIPO",
  paper: {
    arxiv: "2505.19000",
    title: "VerIPO: Cultivating Long Reasoning in Video-LLMs via Verifier-Guided Iterative Policy Optimization",
  },
  summary:
    "GRPO searches widely; a verifier checks its rollouts for accuracy, consistency, repetition and length and makes " +
    "preference pairs of them; DPO learns the pairs; then GRPO goes on without most of the prompts that are solved.",
  claim: {
    text: "Reasoning that agrees with its answer more often, after cheaper updates than further GRPO would take.",
    check:
      "Share of held-out answers that are right and consistent after each stage, and seconds an update, against GRPO alone and against swapped labels, over seeds.",
  },
  method: veripoMethod,
  fields: {
    "veripo.rounds": integer(SECTION, 2, 1, 8, code, "How often GRPO and DPO alternate; two rounds are published."),
    "veripo.endWithDpo": flag(SECTION, true, ours, "The last round too ends with DPO; otherwise with GRPO."),
    "veripo.activationSteps": integer(
      SECTION,
      0,
      0,
      1_000_000,
      ours,
      "Updates of GRPO on picture rows before anything else, as the published diet begins (documents, texts, pictures). " +
        "Then pairs and later rounds take video rows only. 0: one diet throughout. Rows without a medium cannot be read here.",
    ),
    "veripo.laterSteps": integer(SECTION, 200, 1, 1_000_000, ours, "Updates of GRPO in each round after the first."),
    "veripo.laterLearningRate": number(SECTION, 5e-7, 0, 1, code, "GRPO's rate in each round after the first."),
    "veripo.pruneShare": number(SECTION, 0.8, 0, 1, code, "Share of solved prompts that the next round leaves out."),
    "veripo.kinds": choice(
      SECTION,
      "all",
      ["all", "none", ...PAIR_KINDS],
      ours,
      "Which pairs are built; the mix is not published. none: GRPO alone, for comparison.",
    ),
    "veripo.swapLabels": flag(SECTION, false, ours, "Control: chosen and rejected change places."),
    "veripo.mostOfAKind": integer(
      SECTION,
      PAIR_RULES.mostOfAKind,
      1,
      100,
      ours,
      "Pairs of one kind and one prompt, at most.",
    ),
    "veripo.connective": text(
      SECTION,
      PAIR_RULES.connective,
      ours,
      "Stands between the wrong thought and the right one of a reflection pair. Words that the model never writes make " +
        "every such text unlikely, whatever it says.",
    ),
    "veripo.judge": choice(
      SECTION,
      "rule",
      JUDGE_NAMES,
      ours,
      "Who says whether a thought leads to its answer: a rule (its last letter, or its last option's words), a checkpoint " +
        "that goes on after the thought or is asked, or a service. The paper's is a small language model without a name.",
    ),
    "veripo.judgeAt": {
      ...text(
        SECTION,
        "",
        ours,
        "Folder of the judging checkpoint, or address of the service (http://HOST:PORT/v1, key in SECONDLOOK_ENDPOINT_KEY).",
      ),
      kind: "text",
      default: "",
      offers: "checkpoints",
      when: { setting: "veripo.judge", is: ["checkpoint-continues", "checkpoint-asked", "endpoint"] },
    },
    "veripo.judgeModel": {
      ...text(SECTION, "", ours, "Name of the model that the service runs."),
      when: { setting: "veripo.judge", is: ["endpoint"] },
    },
    "veripo.secondJudge": choice(
      SECTION,
      "option-word",
      ["none", ...Object.keys(RULE_JUDGES)],
      ours,
      "A second opinion on consistency, reported beside the first and never used: so nobody judges themselves.",
    ),
    "veripo.numbers": choice(
      SECTION,
      "mra-11",
      ["mra-11", "mra-10", "relative-error"],
      code,
      "Reward of regression rows: mean relative accuracy with the published scorer's 11 thresholds, with the nominal 10, " +
        "or Video-R1's 1 minus the relative error.",
    ),
    "dpo.steps": integer(SECTION, 100, 1, 1_000_000, ours, "Updates of each DPO stage."),
    "dpo.batchSize": integer(SECTION, 32, 1, 4096, code, "Pairs an update."),
    "dpo.beta": number(SECTION, 0.1, 0, 10, code, "How strongly DPO holds on to the policy that the stage found."),
    "dpo.learningRate": number(SECTION, 5e-7, 0, 1, code, "Learning rate of DPO."),
    "dpo.warmupSteps": integer(SECTION, 0, 0, 1_000_000, ours, "Updates of warm-up in each DPO stage."),
  },
  basePresets: false,
  presets: {
    tiny: { ...tiny, values: small },
    "upstream-code": {
      title: "As the authors' table says",
      summary: "GRPO on 64 prompts, DPO on 32 pairs, two rounds. The training code is not published.",
      values: {
        ...plain,
        "sft.steps": 0,
        "rl.promptsPerStep": 64,
        "rl.learningRate": 1e-6,
        "reward.format": 0.5,
        "format.exactlyOnce": true,
      },
      reasons: {
        "format.exactlyOnce": "The published scorer wants each of the four tags exactly once, the thought first.",
        "reward.format": "The format reward lies between 0 and 0.5 in the paper's review.",
        "rl.promptsPerStep": "Rollout batch of the published table.",
      },
      notes: [
        "Reasoning is first activated on long documents (1K), maths texts (30K) and reasoning pictures (39K), then on pictures and videos; rows without a medium cannot be read here.",
        "Then science pictures (4K), spatial pictures (9K), general pictures (10K) and video questions (24K); pairs and the next round on the video questions.",
        "An update has 128 rollout prompts while reasoning is activated and 64 after; how many epochs each stage has is not published.",
        "Evaluation: temperature 1e-6, 4,096 tokens, 128 frames at 2 a second, repetition penalty 1.05, answers as LaTeX ($B$).",
        "Thresholds of the verifier, prompts of its judge and the mix of pairs are not published.",
      ],
    },
    diet: {
      title: "Pictures before videos",
      summary:
        "The published order of data at small size: GRPO on pictures, then on all rows, then pairs and GRPO on videos.",
      values: { ...small, "veripo.activationSteps": 40 },
    },
    "swapped-labels": {
      title: "Swapped labels",
      summary: "Control at small size: DPO is told to prefer what the verifier rejected. It must make things worse.",
      values: { ...small, "veripo.swapLabels": true },
    },
    "grpo-only": {
      title: "GRPO alone",
      summary: "Baseline at small size: the same rounds and pruning without DPO.",
      values: { ...small, "veripo.kinds": "none" },
    },
  },
  panels: [
    {
      kind: "lineage",
      title: "Preference pairs",
      explanation: "Which rollout was preferred to which, by which rule, and the update that learnt from it.",
    },
    {
      kind: "curve",
      title: "Preference",
      metrics: ["rewards/margins", "rewards/accuracies"],
      explanation:
        "How far DPO puts the chosen above the rejected, against its reference, and on which share of pairs.",
    },
    {
      kind: "curve",
      title: "Log-probabilities",
      metrics: ["logps/chosen", "logps/rejected"],
      explanation: "Of the chosen and the rejected. Both falling together is the known way in which DPO fails.",
    },
    {
      kind: "curve",
      title: "Verifier",
      metrics: [
        "verifier/accuracy",
        "verifier/consistency",
        "verifier/second_consistency",
        "verifier/right_and_consistent",
        "verifier/repetition",
      ],
      explanation:
        "Of all rollouts of the GRPO stage before, once for each DPO stage. Read consistency beside accuracy, and beside what a second judge says.",
    },
  ],
  rewards: (base, values) =>
    values["veripo.numbers"] === "relative-error"
      ? base
      : base.map((part) =>
          part.name === "accuracy"
            ? relativeAccuracyPart(values["veripo.numbers"] === "mra-11" ? 11 : 10, values["reward.accuracy"] as number)
            : part,
        ),
  stages: (base, values) => base.flatMap((stage) => (stage.kind === "rl" ? rounds(stage, values) : [stage])),
});

/** Before a run starts: at the first DPO stage hours may have gone. @throws SettingsError at the field that is wrong. */
function checkJudge(values: Readonly<Record<string, unknown>>): void {
  const [judge, at, model] = ["judge", "judgeAt", "judgeModel"].map((name) => values[`veripo.${name}`] as string);
  const wrong = (field: string, message: string): never => {
    throw new SettingsError(`veripo.${field}`, message);
  };
  if (judge!.startsWith("checkpoint-") && at!.trim() === "")
    wrong("judgeAt", "The judge is a checkpoint: choose one, or give its Hugging Face folder.");
  if (judge!.startsWith("checkpoint-") && at!.includes("://"))
    wrong(
      "judgeAt",
      "The judge is a checkpoint, but this is an address: choose endpoint in veripo.judge, or a folder.",
    );
  if (judge !== "endpoint") return;
  if (!/^https?:\/\/[^/\s]+/.test(at!))
    wrong("judgeAt", "The judge is a service: write its address as http://HOST:PORT/v1.");
  if (model!.trim() === "") wrong("judgeModel", "The judge is a service: say which model it runs.");
}

const isVideo = ({ dataType }: Sample): boolean => dataType === "video";
const isPicture = ({ dataType }: Sample): boolean => dataType === "image";

function rounds(first: RlStageSettings, values: Readonly<Record<string, unknown>>): StageSettings[] {
  const activation = values["veripo.activationSteps"] as number;
  const diet = activation > 0;
  const kind = values["veripo.kinds"] as string;
  const count = values["veripo.rounds"] as number;
  const stages: StageSettings[] = diet ? [{ ...first, name: "activate", steps: activation, rows: isPicture }] : [];
  let search = first;
  for (let round = 1; round <= count; round++) {
    if (round > 1) {
      search = {
        ...first,
        name: `rl-${round}`,
        steps: values["veripo.laterSteps"] as number,
        rows: diet ? isVideo : first.rows,
        pruning: { rolloutsOf: search.name, share: values["veripo.pruneShare"] as number },
        optimizer: { ...first.optimizer, learningRate: values["veripo.laterLearningRate"] as number },
      };
    }
    stages.push(search);
    if (kind === "none" || (round === count && !(values["veripo.endWithDpo"] as boolean))) continue;
    checkJudge(values);
    const dpo: DpoStageSettings = {
      kind: "dpo",
      name: round === 1 ? "dpo" : `dpo-${round}`,
      steps: values["dpo.steps"] as number,
      batchSize: values["dpo.batchSize"] as number,
      beta: values["dpo.beta"] as number,
      rolloutsOf: search.name,
      videosOnly: diet,
      judge: judgeSource(
        values["veripo.judge"] as JudgeName,
        values["veripo.judgeAt"] as string,
        values["veripo.judgeModel"] as string,
      ),
      secondJudge:
        values["veripo.secondJudge"] === "none" ? null : RULE_JUDGES[values["veripo.secondJudge"] as RuleJudgeName],
      pairs: {
        ...PAIR_RULES,
        kinds: PAIR_KINDS.filter((one) => kind === "all" || kind === one),
        connective: values["veripo.connective"] as string,
        mostOfAKind: values["veripo.mostOfAKind"] as number,
        swapLabels: values["veripo.swapLabels"] as boolean,
      },
      optimizer: {
        ...first.optimizer,
        learningRate: values["dpo.learningRate"] as number,
        warmupSteps: values["dpo.warmupSteps"] as number,
      },
    };
    stages.push(dpo);
  }
  return stages;
}
