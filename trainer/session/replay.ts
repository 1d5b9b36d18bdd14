/**
 * Replay: a logged rollout generated again, token for token, from checkpoint, seed, sampler and frames. The whole step is
 * sampled as training sampled it, by the stage's own code; where its policy was not saved, the updates since the newest
 * checkpoint before it are done again first, into a journal that is thrown away.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventOf } from "../../contract/journal.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import type { ReplayDifference, ReplayResult, SessionInput } from "../../contract/session.ts";
import { openEngine } from "../../native/index.ts";
import type { Engine, EngineInfo, InstructionSet } from "../../native/types.ts";
import { knobChanges } from "../run/boundary.ts";
import type { RunContext } from "../run/context.ts";
import { scanJournal } from "../run/journal-scan.ts";
import { Journal } from "../run/journal.ts";
import { openContext } from "../run/open-run.ts";
import type { PromptRollouts, RolloutGroup } from "../stages/rollouts.ts";
import { excludedRows, loadStageModel, openStage } from "../run/stage-start.ts";
import { RlStage } from "../stages/rl.ts";
import type { Call } from "./line-server.ts";
import { causeOf } from "./replay-cause.ts";
import { prepareReplay, type PreparedReplay } from "./replay-plan.ts";

export async function replayRollout(
  dataFolder: string,
  { run, group, index }: SessionInput<"replay">,
  call: Call,
): Promise<ReplayResult> {
  const started = performance.now();
  const prepared = await prepareReplay(dataFolder, run, stepOfGroup(group));
  const { logged, cost } = prepared;
  const wanted = logged.rollouts.find(({ event }) => event.group === group && event.index === index);
  if (wanted === undefined) {
    throw new RangeError(`Run ${run} has no rollout ${group}/${index}: groups are named like 12-0-ordered.`);
  }
  const { differences, groups, engineNow, promptHash } = await replayStep(prepared, call);
  const firstDifference = differences.get(`${group}/${index}`)!;
  const then = { logged: logged.groups.get(group) ?? null, engineThen: logged.started.engine };
  const now = { again: groups.get(group) ?? null, engineNow, promptHash };
  return {
    ...cost,
    group,
    index,
    identical: firstDifference === null,
    identicalInStep: [...differences.values()].filter((one) => one === null).length,
    rolloutsInStep: logged.rollouts.length,
    text: groups.get(group)?.rollouts[index]?.text ?? "",
    tokens: wanted.ids.length,
    firstDifference,
    cause: firstDifference === null ? null : causeOf({ ...then, ...now }),
    seconds: (performance.now() - started) / 1000,
  };
}

interface ReplayedStep {
  /** First difference of each logged rollout, named `12-0-ordered/3`; null where there is none. */
  readonly differences: ReadonlyMap<string, ReplayDifference | null>;
  readonly groups: ReadonlyMap<string, RolloutGroup>;
  readonly engineNow: EngineInfo;
  readonly promptHash: string;
}

/** Samples all rollouts of a step again and compares each with the logged one. */
export function replayStep(prepared: PreparedReplay, call: Call): Promise<ReplayedStep> {
  return withStep(prepared, call, (sampled, context) => {
    const groups = new Map(sampled.flatMap((prompt) => groupsOf(prompt, prepared.cost.step)));
    const differences = new Map(
      prepared.logged.rollouts.map(({ event: { group, index }, ids }) => {
        const again = groups.get(group)?.rollouts[index]?.completion.ids ?? null;
        return [`${group}/${index}`, difference(ids, again, context)] as const;
      }),
    );
    return { differences, groups, engineNow: context.engine.info, promptHash: context.prompter.hash };
  });
}

/** @throws RangeError where the name does not begin with a step. */
function stepOfGroup(group: string): number {
  const match = /^(\d+)-\d+-\w+$/.exec(group);
  if (match === null) throw new RangeError(`"${group}" names no group: write it as 12-0-ordered.`);
  return Number(match[1]);
}

/** Both views of a prompt, by the names that the journal gives them. */
function groupsOf({ position, ordered, shuffled }: PromptRollouts, step: number): [string, RolloutGroup][] {
  const pair = `${step}-${position}`;
  const twin: [string, RolloutGroup][] = shuffled === null ? [] : [[`${pair}-shuffled`, shuffled]];
  return [[`${pair}-ordered`, ordered], ...twin];
}

async function withStep<Result>(
  prepared: PreparedReplay,
  call: Call,
  use: (sampled: readonly PromptRollouts[], context: RunContext) => Result,
): Promise<Result> {
  const { runFolder, logged, cost } = prepared;
  const scratch = mkdtempSync(join(tmpdir(), "secondlook-replay-"));
  const journal = await Journal.open(scratch);
  let engine: Engine | undefined;
  try {
    engine = await engineLike(logged.started);
    const say = (text: string): void => call.emit({ type: "progress", text });
    const { context } = await openContext(runFolder, { engine, journal, signal: call.signal, stop: call.signal, say });
    const changes = await knobsOf(runFolder);
    const stage = await stageFrom(prepared, context);
    try {
      let stageStep = prepared.from?.state.stageStep ?? 0;
      for (let step = cost.step - cost.updates; step < cost.step; step++, stageStep++) {
        call.signal.throwIfAborted();
        for (const { knob, value } of changes.filter((change) => change.step === step - 1))
          context.knobs.set(knob, value);
        say(`update ${step} again, ${cost.step - 1 - step} more to go`);
        await stage.update(stageStep, step);
      }
      for (const { knob, value } of changes.filter((change) => change.step === cost.step - 1)) {
        context.knobs.set(knob, value);
      }
      say(`sampling the rollouts of step ${cost.step}`);
      return use(await stage.sample(stageStep, cost.step), context);
    } finally {
      stage.dispose();
    }
  } finally {
    engine?.dispose();
    journal.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** An engine as the run's was: threads and instruction set decide the order of sums. */
async function engineLike({ engine, seed }: EventOf<"run_started">): Promise<Engine> {
  const { threads, instructionSet, device } = engine as { threads?: number; instructionSet?: string; device?: string };
  const options = {
    device: device === "cuda" ? ("cuda" as const) : ("cpu" as const),
    seed,
    determinism: 1 as const,
    ...(threads === undefined ? {} : { threads }),
  };
  try {
    return await openEngine({ ...options, instructionSet: (instructionSet ?? "auto") as InstructionSet | "auto" });
  } catch {
    // This machine lacks the run's instruction set or device: the comparison then names it as the cause.
    return openEngine({ ...options, device: "auto" });
  }
}

async function knobsOf(runFolder: string) {
  const { acknowledged } = await scanJournal(join(runFolder, RUN_FOLDER.journal(0)));
  return knobChanges(runFolder, acknowledged);
}

/** The stage of the step, its policy as the checkpoint left it. */
async function stageFrom(prepared: PreparedReplay, context: RunContext): Promise<RlStage> {
  const { checkpoints, plan, stageIndex, from, cost } = prepared;
  const policy = await loadStageModel(context, checkpoints, plan, stageIndex);
  const isWithin = from !== null && from.state.stageStep > 0;
  if (isWithin) await policy.loadState(join(from.folder, "state"));
  for (const [knob, value] of Object.entries(from?.state.knobs ?? {})) context.knobs.set(knob, value);
  const { stage } = plan.stages[stageIndex]!;
  const memory = (isWithin ? from.state.memory : undefined) ?? [];
  // Sampling alone needs no reference: the policy stands in its place.
  if (cost.updates === 0 && stage.kind === "rl") {
    return new RlStage(context, stage, policy, policy, { memory, excluded: await excludedRows(context, stage) });
  }
  const runner = await openStage(context, checkpoints, plan, stageIndex, policy, isWithin ? from : null);
  if (runner instanceof RlStage) return runner;
  runner.dispose();
  throw new RangeError(`Step ${cost.step} belongs to stage ${stage.name}, which samples no rollouts.`);
}

function difference(logged: Int32Array, again: Int32Array | null, context: RunContext): ReplayDifference | null {
  const most = Math.max(logged.length, again?.length ?? 0);
  const at = (ids: Int32Array | null, place: number) => {
    const id = ids?.[place];
    return id === undefined ? null : { id, text: context.prompter.tokenizer.tokenText(id) };
  };
  for (let token = 0; token < most; token++) {
    if (logged[token] !== again?.[token]) return { token, logged: at(logged, token), again: at(again, token) };
  }
  return null;
}
