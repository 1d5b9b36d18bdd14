/** docs/results.md out of the measurements. */
import { duration } from "../../workbench/terminal.ts";
import type { Arm } from "./arms.ts";
import type { RunRecord } from "./journal.ts";
import type { Policy, Results, View } from "./results.ts";
import { deviation, mean, type Difference } from "../../workbench/proof/statistics.ts";
import { verdicts, withInterval } from "./verdicts.ts";

export interface PageInput {
  readonly results: Results;
  readonly arms: readonly Arm[];
  readonly command: string;
  /** Arms and seeds without a run, each with why. */
  readonly missing: readonly string[];
  readonly figure: string;
  readonly quick: boolean;
}

const percent = (share: number): string => (share * 100).toFixed(1);
const spread = (values: readonly number[]): string =>
  values.length === 0
    ? "–"
    : values.length === 1
      ? percent(values[0]!)
      : `${percent(mean(values))} ± ${percent(deviation(values))}`;

/** Numbers stand to the right, so all columns do but the first; `text` leaves every column to the left. */
function table(head: readonly string[], rows: readonly (readonly string[])[], text = false): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (column === 0 || text ? "---" : "--:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

export function resultsPage(input: PageInput): string {
  const { results, missing, quick } = input;
  const records = results.policies.flatMap(({ runs }) => [...runs.values()]);
  const unique = [...new Map(records.map((record) => [record.run, record])).values()];
  return [
    "# Results: does the method hold on the sample pack?",
    quick
      ? "**This is a rehearsal with a few updates a run: it shows that the page can be made, and nothing else.**"
      : "",
    introduction(input, unique),
    "## What came out",
    verdictList(results),
    missing.length === 0 ? "" : `Not measured: ${missing.map((entry) => `\n- ${entry}`).join("")}`,
    `![Validation accuracy by update for every arm, all seeds](${input.figure})`,
    "## The arms",
    table(
      ["arm", "what it is"],
      [["initial", "The base model, before anything."], ...input.arms.map(({ title, what }) => [title, what])],
      true,
    ),
    "Every RL arm and SFT continued start from the same SFT checkpoint of their seed.",
    "## Held-out accuracy, percent",
    accuracyTable(results),
    "## Differences on the same questions",
    "In points, T-GRPO being the arm with the bonus in the reward. The last column resamples questions (2,000 paired bootstrap " +
      "resamples, 95 %), each counted with its mean over seeds; it says nothing about seeds that were not run.",
    differenceTable(results),
    "## What the model was shown",
    viewIntroduction(results),
    viewTable(results),
    "## By answer type",
    breakdown(results, "answer type", (sample) => results.questions().get(sample)?.type || "(none)"),
    ...(results.unseen.size === 0 ? [] : ["## By combination", combinations(results)]),
    "## By task",
    breakdown(results, "task", (sample) => results.questions().get(sample)?.task || "(none)"),
    "## What the temporal bonus did",
    "A bonus in the reward is normalised with its group. Where rewards are right or wrong and every format is right, it cancels. " +
      "_Moved_ counts the rewarded groups in which some advantage differs by more than 0.01 from what it would be without the " +
      "bonus; _mean move_ is over their rollouts. Recomputed from the journals' rewards by the function that trains.",
    gateTable(results),
    "## The runs",
    runTable(unique),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function introduction({ results, command, arms }: PageInput, records: readonly RunRecord[]): string {
  const first = records[0];
  const n = results.questions().size;
  const seconds = records.reduce((sum, { wallSeconds }) => sum + wallSeconds, 0);
  const rows = Object.entries(first?.rows ?? {}).map(([name, count]) => `${count} ${name}`);
  return [
    `Made by \`${command}\` from the journals of ${records.length} runs (${results.seeds.length} seeds, ${arms.length} arms each):`,
    `${duration(seconds)} of one run after the other on ${first?.device ?? "an unknown device"}, a model of`,
    `${((first?.model.parameters ?? 0) / 1e6).toFixed(2)} million parameters. Rows: ${rows.join(", ")}.`,
    `Accuracy is the mean score of ${n} held-out questions by the rules of [the rewards](data.md), answered greedily; no clip and no`,
    "combination of them was trained on, and settings were chosen on validation only ([sample-pack.md](sample-pack.md)).",
    "A verdict says yes or no only when the interval leaves out zero and no seed points the other way.",
  ].join("\n");
}

function verdictList(results: Results): string {
  const mark = { finding: "", passed: " **Passed.**", failed: " **Failed.**" } as const;
  return verdicts(results)
    .map(({ question, answer, kind }) => `- _${question}_ ${answer}${mark[kind]}`)
    .join("\n");
}

function accuracyTable(results: Results): string {
  const rows = results.policies.map(({ id, title }) => {
    const bySeed = results.seeds.map((seed) => {
      const scores = results.scores(id, seed);
      return scores === null ? "–" : percent(mean([...scores.values()]));
    });
    return [title, ...bySeed, spread(results.accuracies(id)), formatOf(results.policy(id)!)];
  });
  return table(["arm", ...results.seeds.map((seed) => `seed ${seed}`), "mean ± sd", "format"], rows);
}

function formatOf({ label, runs }: Policy): string {
  const rates = [...runs.values()].flatMap(({ evaluations }) =>
    evaluations.filter((event) => event.split === "heldout" && event.label === label).map((event) => event.formatRate),
  );
  return rates.length === 0 ? "–" : percent(mean(rates));
}

function differenceTable(results: Results): string {
  const others = results.policies.filter(({ id }) => id !== "tgrpo");
  const row = (name: string, difference: Difference | null): string[][] =>
    difference === null
      ? []
      : [
          [
            name,
            ...results.seeds.map((seed) => {
              const own = difference.bySeed.find((entry) => entry.seed === seed);
              return own === undefined ? "–" : withInterval(own);
            }),
            withInterval(difference),
          ],
        ];
  const rows = [
    ...others.flatMap(({ id, title }) => row(`T-GRPO − ${title}`, results.difference(id, "tgrpo"))),
    ...others
      .filter(({ id }) => id !== "sft" && id !== "initial")
      .flatMap(({ id, title }) => row(`${title} − SFT`, results.difference("sft", id))),
  ];
  return table(["difference", ...results.seeds.map((seed) => `seed ${seed}`), "all seeds"], rows);
}

function viewIntroduction(results: Results): string {
  const time = results.timeDependent.size;
  return (
    "The same questions with the frames in order, with the same frames shuffled (a picture counts as it is), and without any frame: " +
    `what the words alone give away. The last three columns are the ${time} questions whose answer needs the order of frames; ` +
    "_ordered − shuffled_ is what order is worth there."
  );
}

function viewTable(results: Results): string {
  const inTime = (sample: string): boolean => results.timeDependent.has(sample);
  const of = (id: string, view: View, keep?: (sample: string) => boolean): string =>
    spread(results.accuracies(id, view, keep));
  const rows = results.policies.map(({ id, title }) => {
    const gap = results.viewGap(id, "shuffled", "ordered", inTime);
    return [
      title,
      of(id, "ordered"),
      of(id, "shuffled"),
      of(id, "question-only"),
      of(id, "ordered", inTime),
      of(id, "shuffled", inTime),
      gap === null ? "–" : withInterval(gap),
    ];
  });
  const head = ["arm", "ordered", "shuffled", "question only", "time: ordered", "time: shuffled", "ordered − shuffled"];
  return table(head, rows);
}

function breakdown(results: Results, name: string, keyOf: (sample: string) => string): string {
  const samples = [...results.questions().keys()];
  const rows = [...new Set(samples.map(keyOf))].sort().map((key) => {
    const keep = (sample: string): boolean => keyOf(sample) === key;
    const n = samples.filter(keep).length;
    const cells = results.policies.map(({ id }) => spread(results.accuracies(id, "ordered", keep)));
    return [key, String(n), ...cells];
  });
  return table([name, "n", ...results.policies.map(({ title }) => title)], rows);
}

function combinations(results: Results): string {
  const said = "Questions about a pair of color and shape that no clip outside the held-out set shows, and the others.";
  const keyOf = (sample: string): string => (results.unseen.has(sample) ? "pair never shown" : "other questions");
  return `${said}\n\n${breakdown(results, "question", keyOf)}`;
}

function gateTable(results: Results): string {
  const rows = results.policies
    .filter(({ id }) => !["initial", "sft", "sft-continued"].includes(id))
    .map(({ title, runs }) => {
      const all = [...runs.values()].map(({ gates }) => gates);
      const sum = (pick: (gate: (typeof all)[number]) => number): number =>
        all.reduce((total, gate) => total + pick(gate), 0);
      const [groups, gated, rewarded, moved] = [
        sum((gate) => gate.groups),
        sum((gate) => gate.gated),
        sum((gate) => gate.rewarded),
        sum((gate) => gate.moved),
      ];
      if (gated === 0) return [title, String(groups), "not applicable", "–", "–", "–"];
      const share = (part: number, whole: number): string => (whole === 0 ? "–" : `${percent(part / whole)} %`);
      const meanMove = sum((gate) => gate.meanMove * gate.rewarded) / Math.max(1, rewarded);
      return [
        title,
        String(groups),
        share(gated, groups),
        share(rewarded, gated),
        share(moved, rewarded),
        meanMove.toFixed(3),
      ];
    });
  return table(["arm", "groups", "with a gate", "rewarded", "moved", "mean move"], rows);
}

function runTable(records: readonly RunRecord[]): string {
  const rows = records.map(({ run, name, totalSteps, updateSeconds, wallSeconds, settings }) => [
    name,
    String(totalSteps),
    duration(updateSeconds),
    duration(wallSeconds),
    `\`${run}\``,
    String(settings[name.includes("SFT") ? "sft.learningRate" : "rl.learningRate"]),
  ]);
  return table(["run", "updates", "in updates", "in all", "folder", "learning rate"], rows);
}
