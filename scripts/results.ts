/**
 * `npm run results [-- --seeds 1,2,3] [-- --data DIR]`: the demo's claim checked over several seeds, with a control whose
 * rewards are permuted within the group. Writes docs/results.md from the journals, whatever comes out.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { EventOf } from "../contract/journal.ts";
import { pairedBootstrap } from "../science/metrics/bootstrap.ts";
import type { DemoResult } from "../workbench/demo/report.ts";
import { RunFollower } from "../workbench/runs/follow.ts";
import { createRun, startWorker } from "../workbench/runs/launch.ts";
import { newRunFrom } from "../workbench/runs/new-run.ts";
import { listEvents } from "../workbench/runs/summaries.ts";
import { table } from "../workbench/terminal.ts";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "1,2,3" }, data: { type: "string", default: ".secondlook/results" } },
});
const data = resolve(values.data);
const seeds = values.seeds.split(",").map(Number);
mkdirSync(data, { recursive: true });

/** Scores by item: `<label>/<view>` → sample id → score. */
type Scores = ReadonlyMap<string, ReadonlyMap<string, number>>;

function readScores(run: string): Scores {
  const scores = new Map<string, Map<string, number>>();
  for (const line of readFileSync(join(data, "runs", run, "journal.0.ndjson"), "utf8").split("\n")) {
    if (!line.includes('"evaluation_item"')) continue;
    const item = JSON.parse(line) as EventOf<"evaluation_item">;
    if (item.split !== "heldout") continue;
    const key = `${item.label}/${item.view}`;
    const items = scores.get(key) ?? new Map<string, number>();
    scores.set(key, items.set(item.sampleId, item.score));
  }
  return scores;
}

interface SeedResult {
  readonly seed: number;
  readonly demo: DemoResult;
  readonly permuted: EventOf<"evaluation">;
  readonly main: Scores;
  readonly continued: Scores;
  readonly control: Scores;
}

async function oneSeed(seed: number): Promise<SeedResult> {
  const file = join(data, `demo-${seed}.json`);
  const args = ["workbench/cli.ts", "demo", "--seed", String(seed), "--no-open", "--data", data, "--json", file];
  const demo = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (demo.status !== 0) throw new Error(`The demo of seed ${seed} failed; its output is above.`);
  const result = JSON.parse(readFileSync(file, "utf8")) as DemoResult;
  const [main, continued] = result.runs.map((run) => run.id) as [string, string];
  const follower = new RunFollower(data);
  try {
    follower.summary(main);
    const sft = listEvents(follower.database, main, "checkpoint").find((event) => event.label === "sft")!;
    const request = {
      recipe: "video-r1",
      preset: "tiny",
      seed,
      name: `Control · rewards permuted · seed ${seed}`,
      overrides: { "rl.permuteRewards": true },
    };
    const branchFrom = { run: main, checkpoint: sft.path };
    const control = createRun(data, { ...newRunFrom(data, request), branchFrom });
    startWorker(data, control.id);
    await follower.toTheEnd(control.id, "control: rewards permuted within the group");
    const permuted = listEvents(follower.database, control.id, "evaluation").findLast(
      (event) => event.split === "heldout",
    )!;
    return {
      seed,
      demo: result,
      permuted,
      main: readScores(main),
      continued: readScores(continued),
      control: readScores(control.id),
    };
  } finally {
    follower.close();
  }
}

/** Difference of two measurements on the same items, in points, with its paired 95 % interval. */
function difference(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string {
  const ids = [...before.keys()].filter((id) => after.has(id));
  const { difference: mean, interval } = pairedBootstrap(
    ids.map((id) => before.get(id)!),
    ids.map((id) => after.get(id)!),
  );
  return `${points(mean)} (${points(interval[0])} to ${points(interval[1])})`;
}

const points = (share: number): string => `${share >= 0 ? "+" : "−"}${Math.abs(share * 100).toFixed(1)}`;
const percent = (share: number): string => (share * 100).toFixed(1);

function spread(numbers: readonly number[]): string {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, numbers.length - 1);
  return `${percent(mean)} ± ${percent(Math.sqrt(variance))}`;
}

const results: SeedResult[] = [];
for (const seed of seeds) results.push(await oneSeed(seed));

const columns = ["initial", "sft", "sftContinued", "rl"] as const;
const accuracyRows = results.map(({ seed, demo, permuted }) => [
  String(seed),
  ...columns.map((arm) => percent(demo.heldOut[arm]!.accuracy)),
  percent(permuted.accuracy),
]);
accuracyRows.push([
  "mean ± sd",
  ...columns.map((arm) => spread(results.map(({ demo }) => demo.heldOut[arm]!.accuracy))),
  spread(results.map(({ permuted }) => permuted.accuracy)),
]);
const differenceRows = results.map(({ seed, main, continued, control }) => {
  const sft = main.get("sft/ordered")!;
  const rl = main.get("rl/ordered")!;
  return [
    String(seed),
    difference(sft, rl),
    difference(continued.get("sft/ordered")!, rl),
    difference(sft, control.get("rl/ordered")!),
  ];
});
const timeRows = results.flatMap(({ seed, demo }) =>
  (["sft", "rl"] as const).map((arm) => {
    const { temporal, formatRate } = demo.heldOut[arm]!;
    return [
      `${seed} ${arm}`,
      percent(temporal?.ordered ?? 0),
      percent(temporal?.shuffled ?? 0),
      points((temporal?.ordered ?? 0) - (temporal?.shuffled ?? 0)),
      percent(formatRate),
    ];
  }),
);
const tasks = Object.keys(results[0]!.permuted.byTask);
const follower = new RunFollower(data);
const byTask = tasks.map((task) => {
  const cells = (["initial", "sft", "rl"] as const).map((label) => {
    const shares = results.map(({ demo }) => {
      const run = demo.runs[0]!.id;
      follower.summary(run);
      const events = listEvents(follower.database, run, "evaluation");
      return (
        events.findLast((event) => event.split === "heldout" && event.label === label)?.byTask[task]?.accuracy ?? 0
      );
    });
    return percent(shares.reduce((sum, share) => sum + share, 0) / shares.length);
  });
  return [task, String(results[0]!.permuted.byTask[task]!.n), ...cells];
});
follower.close();

const n = results[0]!.demo.heldOut["rl"]!.n;
const block = (text: string): string => `\`\`\`\n${text}\n\`\`\`\n`;
const page = [
  "# Results of the demo over seeds\n",
  `Made by \`npm run results -- --seeds ${seeds.join(",")}\` from the journals; ${n} held-out questions, greedy answers.`,
  "Accuracy in percent, differences in points. The settings were chosen on validation only ([sample-pack.md](sample-pack.md)).\n",
  "## Held-out accuracy\n",
  block(table(["seed", "base", "SFT", "SFT continued", "T-GRPO", "rewards permuted"], accuracyRows)),
  "SFT continued starts from the same checkpoint as T-GRPO and trains on the same traces for the same time.",
  "Rewards permuted is T-GRPO with each group's rewards shuffled among its rollouts: it must not exceed SFT.\n",
  "## Differences on the same questions, with paired 95 % bootstrap intervals\n",
  block(table(["seed", "T-GRPO − SFT", "T-GRPO − SFT continued", "permuted − SFT"], differenceRows)),
  "## Time: questions that need the order of frames\n",
  block(table(["seed", "ordered", "shuffled", "difference", "format"], timeRows)),
  "## By task, mean over seeds\n",
  block(table(["task", "n", "base", "SFT", "T-GRPO"], byTask)),
  `Training took ${results.map(({ demo }) => `${demo.trainSeconds.toFixed(0)} s`).join(", ")} (both arms, without the control).\n`,
].join("\n");
writeFileSync("docs/results.md", page);
console.log(page);
