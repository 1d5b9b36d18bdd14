import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { dataFolder } from "../data-folder.ts";
import { heldOutByLabel, SMALL_OVERRIDES, sftStepsForTheTimeOfRl, wallSeconds } from "../demo/plan.ts";
import { armOf, closingTable, type DemoResult } from "../demo/report.ts";
import { ensureService, pageAt } from "../runs/ensure-service.ts";
import { RunFollower } from "../runs/follow.ts";
import { createRun, startWorker } from "../runs/launch.ts";
import { BASE_MODEL, newRunFrom } from "../runs/new-run.ts";
import { listEvents } from "../runs/summaries.ts";
import { startScript } from "../scripts.ts";
import { auditRun } from "../store/audit.ts";
import { openIndexToRead } from "../store/databases.ts";
import { integer, text, type Command } from "./command.ts";
import { openPage } from "./serve.ts";

export const demo: Command = {
  name: "demo",
  usage: "[--seed N] [--json FILE] [--no-open] [--small]",
  summary: "Trains the small model on real video files and shows it live: SFT, then T-GRPO.",
  details: [
    "--seed N       seed of all randomness (default: 1)",
    "--json FILE    writes the results",
    "--no-open      does not open the page, and ends the service at the end",
    "--small        a rehearsal of a minute, too short to learn much",
  ],
  options: {
    seed: { type: "string" },
    json: { type: "string" },
    open: { type: "boolean", default: true },
    small: { type: "boolean" },
  },
  async run(options) {
    const started = Date.now();
    const data = dataFolder(text(options["data"]));
    const seed = integer(options, "seed") ?? 1;
    const small = options["small"] === true;
    if (!existsSync(join(BASE_MODEL, "config.json"))) {
      throw new Error(
        `${BASE_MODEL} holds no model; "secondlook pretrain" makes it, or restore it from the repository.`,
      );
    }
    await makeSamplePack(data, small);
    const service = await ensureService(data);
    const launch = launcher(data, seed, small);
    const main = launch(`Demo · SFT then T-GRPO · seed ${seed}`, {});
    // The run's own page explains what goes on: nobody has to find it first.
    const page = pageAt(service, `/runs/${main.id}`);
    say(`the page: ${page}`);
    if (options["open"] !== false) openPage(page);
    const follower = new RunFollower(data);
    try {
      const result = await trainBothArms(data, seed, main.id, launch, follower, started);
      const file = text(options["json"]);
      if (file) writeFileSync(resolve(file), `${JSON.stringify(result, null, 2)}\n`);
      console.log(`\n${closingTable(result)}`);
      if (options["open"] !== false) console.log(`\nOpen a rollout: ${pageAt(service, `/runs/${main.id}/rollouts`)}`);
      else if (service.started) process.kill(service.pid, "SIGTERM");
    } finally {
      follower.close();
    }
    return 0;
  },
};

const say = (line: string): void => console.error(`secondlook: ${line}`);

/** Real H.264 files and their questions, made once a data folder. */
async function makeSamplePack(data: string, small: boolean): Promise<void> {
  const folder = join(data, DATA_FOLDER.samplePack);
  // A rehearsal takes what is there; the real demo has the whole pack made where only a small one is.
  if (small && existsSync(join(folder, "manifest.json"))) return;
  mkdirSync(folder, { recursive: true });
  say("the sample pack: short videos of moving shapes as H.264, made where they are not there yet");
  const args = [folder, ...(small ? ["--small"] : [])];
  const child = startScript("trainer/samplepack/main.ts", args, { stdio: ["ignore", "inherit", "inherit"] });
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error("The sample pack could not be made; its output is above.");
}

type Launch = (
  name: string,
  more: Record<string, unknown>,
  branch?: { readonly run: string; readonly checkpoint: string },
) => { readonly id: string };

/** Starts runs of the demo: the tiny preset of Video-R1. */
function launcher(data: string, seed: number, small: boolean): Launch {
  const overrides: Record<string, unknown> = small ? { ...SMALL_OVERRIDES } : {};
  return (name, more, branch) => {
    const recipe = recipeById("video-r1").id;
    const request = { recipe, preset: "tiny", seed, name, overrides: { ...overrides, ...more } };
    const run = createRun(data, { ...newRunFrom(data, request), ...(branch ? { branchFrom: branch } : {}) });
    startWorker(data, run.id);
    return run;
  };
}

/** Follows the main run to its end, then trains on with SFT for as long as RL took. */
async function trainBothArms(
  data: string,
  seed: number,
  main: string,
  launch: Launch,
  follower: RunFollower,
  startedAt: number,
): Promise<DemoResult> {
  const first = await follower.toTheEnd(main, "SFT, then T-GRPO");
  const checkpoint = listEvents(follower.database, main, "checkpoint").find((event) => event.label === "sft");
  const steps = sftStepsForTheTimeOfRl(follower.database, main);
  if (!checkpoint || steps === 0) throw new Error(`Run ${main} left no SFT checkpoint to go on from.`);
  const branch = { run: main, checkpoint: checkpoint.path };
  const continued = launch(`Demo · SFT continued · seed ${seed}`, { "sft.steps": steps, "rl.steps": 0 }, branch);
  const second = await follower.toTheEnd(continued.id, "SFT continued");

  const heldOut = Object.fromEntries(
    [...heldOutByLabel(follower.database, main)].map(([label, event]) => [label, armOf(event)]),
  );
  const continuedEvent = heldOutByLabel(follower.database, continued.id).get("sft");
  const detail = follower.details(main);
  return {
    seed,
    device: detail.device,
    wallSeconds: (Date.now() - startedAt) / 1000,
    trainSeconds: wallSeconds(first) + wallSeconds(second),
    parameters: detail.parameters,
    heldOut: { ...heldOut, ...(continuedEvent ? { sftContinued: armOf(continuedEvent) } : {}) },
    events: await auditBoth(data, [main, continued.id]),
    runs: [
      { id: main, role: "sft then rl", steps: first.totalSteps },
      { id: continued.id, role: "sft continued", steps: second.totalSteps },
    ],
    dataErrors: first.dataErrors + second.dataErrors,
  };
}

/** Gives the service a moment to take the last lines, then counts journals against the index. */
async function auditBoth(data: string, runs: readonly string[]): Promise<DemoResult["events"]> {
  // Whoever ended the service meanwhile: the next one reads on where it stopped.
  await ensureService(data);
  const database = openIndexToRead(data);
  try {
    for (let tries = 0; ; tries++) {
      const audits = await Promise.all(runs.map((run) => auditRun(database, data, run)));
      const journal = audits.reduce((sum, audit) => sum + audit.journal, 0);
      const indexed = audits.reduce((sum, audit) => sum + audit.indexed, 0);
      if (journal === indexed || tries > 50) return { journal, indexed, lost: journal - indexed };
      await delay(100);
    }
  } finally {
    database.close();
  }
}
