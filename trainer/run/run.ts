/** One run from start or resume to its end: stages in order, measurements and checkpoints at their boundaries. */
import { hostname } from "node:os";
import { join } from "node:path";
import { EngineError, type Model } from "../../native/types.ts";
import { Boundary, StopRun } from "./boundary.ts";
import { ASKED, Checkpoints, type Checkpoint } from "./checkpoints.ts";
import type { RunContext, StageRunner } from "./context.ts";
import { checkMedia } from "../data/dataset.ts";
import { finiteMetrics } from "./journal.ts";
import { requireMemory } from "./loading.ts";
import { measureEnds, measureInterval, measureStart } from "../evaluation/measuring.ts";
import { openContext, type RunOptions } from "./open-run.ts";
import { NonFiniteGuard } from "../stages/non-finite.ts";
import { planRun, type RunPlan, type StagePlan } from "./plan.ts";
import { Progress } from "./progress.ts";
import { readRunConfig } from "./run-config.ts";
import { loadStageModel, openStage } from "./stage-start.ts";

export interface RunEnd {
  readonly status: "completed" | "stopped";
  readonly step: number;
  readonly reason: string;
}

/** Media of more rows than this are not looked at before they are needed. */
const CHECKED_AT_START = 20_000;

/** @throws Error with a sentence when the run cannot go on; what is on disk stays resumable. */
export async function runTraining(runFolder: string, options: RunOptions): Promise<RunEnd> {
  const { config, settings } = await readRunConfig(runFolder);
  const plan = await planRun(runFolder, config, settings);
  const { team } = options.engine;
  const checkpoints = new Checkpoints(runFolder, { team });
  await team.share(() => checkpoints.clean());
  const { checkpoint, damaged } = await checkpoints.newest();
  await requireMemory(settings, plan.startModel, options.engine);
  const { context, problems, dataReport } = await openContext(runFolder, options);
  const { journal } = options;
  const fromStep = checkpoint?.step ?? 0;
  const firstModel = await loadStart(context, checkpoints, plan, checkpoint);
  journalStart(context, plan, firstModel?.parameterCount ?? 0, fromStep);
  problems.forEach(context.report);
  for (const message of damaged)
    journal.append({ type: "notice", level: "warning", message, step: fromStep, rule: "checkpoint" });
  const run = new Run(context, plan, checkpoints, checkpoint);
  const end = await run.toTheEnd(firstModel);
  dataReport.finish();
  return end;
}

/** The model of the stage that comes next, with the checkpoint's state; null when every stage is done. */
async function loadStart(
  context: RunContext,
  checkpoints: Checkpoints,
  plan: RunPlan,
  checkpoint: Checkpoint | null,
): Promise<Model | null> {
  const index = checkpoint?.state.stageIndex ?? 0;
  if (index >= plan.stages.length) return null;
  const policy = await loadStageModel(context, checkpoints, plan, index);
  if (checkpoint !== null && checkpoint.state.stageStep > 0) await policy.loadState(join(checkpoint.folder, "state"));
  for (const [knob, value] of Object.entries(checkpoint?.state.knobs ?? {})) context.knobs.set(knob, value);
  return policy;
}

function journalStart(context: RunContext, plan: RunPlan, parameters: number, fromStep: number): void {
  const { journal, config, recipe, settings, engine, samples } = context;
  if (!journal.before.started) {
    journal.append({
      type: "run_started",
      run: config.id,
      name: config.name,
      recipe: config.recipe,
      preset: config.preset,
      seed: config.seed,
      config: {
        settings: settings.values,
        overrides: config.overrides,
        ...(config.recipeFolder === undefined ? {} : { recipeFolder: config.recipeFolder }),
        data: config.data,
        rows: Object.fromEntries(Object.entries(samples).map(([name, rows]) => [name, rows.length])),
        ...(config.branchFrom === undefined ? {} : { branchFrom: config.branchFrom }),
      },
      model: { directory: config.model, parameters },
      totalSteps: plan.totalSteps,
      stages: plan.stages.map(({ stage: { name, kind, steps } }) => ({ name, kind, steps })),
      engine: { ...engine.info },
      host: {
        name: hostname(),
        pid: process.pid,
        node: process.version,
        ...(process.env["SECONDLOOK_RUNTIME"] ? { runtime: process.env["SECONDLOOK_RUNTIME"] } : {}),
      },
      // The window never imports a foreign recipe: what it should show travels as data.
      ...(config.recipeFolder === undefined ? {} : { panels: [...recipe.panels] }),
    });
  }
  if (journal.attempt > 1) journal.append({ type: "resume", fromStep });
  journal.flush();
}

class Run {
  readonly #context: RunContext;
  readonly #plan: RunPlan;
  readonly #checkpoints: Checkpoints;
  readonly #boundary: Boundary;
  readonly #progress: Progress;
  readonly #fromStep: number;
  /** The checkpoint that the run resumed from; only its stage may use it. */
  readonly #resumedFrom: Checkpoint | null;
  #step: number;
  #stageIndex: number;
  #stageStep: number;

  constructor(context: RunContext, plan: RunPlan, checkpoints: Checkpoints, from: Checkpoint | null) {
    this.#context = context;
    this.#plan = plan;
    this.#checkpoints = checkpoints;
    this.#fromStep = from?.step ?? 0;
    this.#resumedFrom = from !== null && from.state.stageStep > 0 ? from : null;
    this.#step = this.#fromStep;
    this.#stageIndex = from?.state.stageIndex ?? 0;
    this.#stageStep = from?.state.stageStep ?? 0;
    this.#boundary = new Boundary(context.runFolder, context.journal, this.#step);
    this.#progress = new Progress(plan.totalSteps, from?.state.trainSeconds ?? 0, context.say);
  }

  async toTheEnd(firstModel: Model | null): Promise<RunEnd> {
    const { config, samples, report, signal } = this.#context;
    let model = firstModel;
    try {
      this.#phase("decoding", "looking at the media files");
      const all = [...samples.train, ...samples.sft, ...samples.validation, ...samples.heldOut];
      if (all.length <= CHECKED_AT_START) await checkMedia(all, config.data.mediaRoot, report, signal);
      for (; this.#stageIndex < this.#plan.stages.length; this.#stageIndex++, this.#stageStep = 0) {
        model ??= await loadStageModel(this.#context, this.#checkpoints, this.#plan, this.#stageIndex);
        await this.#stage(this.#plan.stages[this.#stageIndex]!, model);
        model = null;
      }
    } catch (error) {
      if (error instanceof StopRun) return { status: "stopped", step: this.#step, reason: error.message };
      throw error;
    }
    return { status: "completed", step: this.#step, reason: "All stages are done." };
  }

  async #stage(plan: StagePlan, policy: Model): Promise<void> {
    const resumed = this.#stageStep > 0 ? this.#resumedFrom : null;
    const runner = await openStage(this.#context, this.#checkpoints, this.#plan, this.#stageIndex, policy, resumed);
    try {
      await this.#updates(plan, runner);
    } catch (error) {
      const aborted = this.#context.signal.aborted && (!(error instanceof EngineError) || error.code === "ABORTED");
      const stop =
        error instanceof StopRun ? error : aborted ? new StopRun(true, "The worker was told to stop (SIGTERM).") : null;
      if (stop === null) throw error;
      if (stop.save) await this.#save(runner, null);
      throw stop;
    } finally {
      runner.dispose();
    }
  }

  async #updates({ stage, firstStep }: StagePlan, runner: StageRunner): Promise<void> {
    const { journal, settings } = this.#context;
    const { policy } = runner;
    const measuring = {
      stage: stage.name,
      fromStep: this.#fromStep,
      phase: (detail: string) => this.#phase("evaluating", detail),
    };
    if (firstStep === 0 && !this.#plan.branched) await measureStart(this.#context, policy, this.#step, measuring);
    const isDue = (every: number): boolean =>
      every > 0 && this.#stageStep % every === 0 && this.#stageStep < stage.steps;
    this.#phase("training");
    for (;;) {
      if (this.#stageStep > 0 && isDue(settings.evaluation.every)) {
        if (await measureInterval(this.#context, policy, this.#step, measuring)) this.#phase("training");
      }
      if (this.#stageStep > 0 && isDue(settings.checkpointEvery) && this.#lastSaved !== this.#step)
        await this.#save(runner, null);
      if (this.#stageStep >= stage.steps) break;
      await this.#boundary.pass(this.#step, {
        journal,
        team: this.#context.engine.team,
        stop: this.#context.stop,
        knobs: this.#context.knobs,
        stage: stage.name,
        save: () => this.#save(runner, ASKED),
        say: this.#context.say,
      });
      await this.#oneUpdate(stage.name, runner);
    }
    await measureEnds(this.#context, policy, this.#step, measuring);
    await this.#save(runner, stage.name);
  }

  #lastSaved = -1;
  readonly #nonFinite = new NonFiniteGuard();

  async #oneUpdate(stage: string, runner: StageRunner): Promise<void> {
    const { journal } = this.#context;
    const { metrics, timings, culprit } = await runner.update(this.#stageStep, this.#step + 1);
    this.#step++;
    this.#stageStep++;
    const { byPurpose, current, peak } = runner.policy.memory();
    const memory = { ...byPurpose, current, peak };
    journal.append({
      type: "step",
      step: this.#step,
      stage,
      stageStep: this.#stageStep,
      ...finiteMetrics(metrics),
      timings,
      memory,
    });
    this.#nonFinite.check(journal, this.#step, culprit);
    this.#progress.step(this.#step, stage, metrics, timings);
  }

  async #save(runner: StageRunner, label: string | null): Promise<void> {
    const { journal, config, knobs } = this.#context;
    const isEnd = label !== null && label !== ASKED;
    this.#phase("checkpointing");
    // What the checkpoint stands on must be on disk before it counts.
    journal.flush();
    const state = {
      step: this.#step,
      stageIndex: this.#stageIndex + (isEnd ? 1 : 0),
      stageStep: isEnd ? 0 : this.#stageStep,
      knobs: Object.fromEntries(knobs),
      trainSeconds: this.#progress.trainSeconds(),
      ...(isEnd ? {} : { stage: this.#plan.stages[this.#stageIndex]!.stage.name }),
      ...(isEnd || runner.memory === undefined ? {} : { memory: runner.memory() }),
    };
    const folder = await this.#checkpoints.save(runner.policy, state, {
      label,
      tokenizerDirectory: config.model,
      ...(runner.movingReference ? { reference: runner.movingReference } : {}),
    });
    this.#lastSaved = this.#step;
    const path = this.#checkpoints.relativePath(folder);
    journal.append({ type: "checkpoint", step: this.#step, path, kind: "full", label });
    this.#phase("training");
    journal.flush();
  }

  #phase(phase: "decoding" | "training" | "evaluating" | "checkpointing", detail?: string): void {
    const stage = this.#plan.stages[this.#stageIndex]?.stage.name ?? null;
    this.#context.journal.append({ type: "phase", phase, stage, step: this.#step, ...(detail ? { detail } : {}) });
    this.#context.journal.flush();
  }
}
