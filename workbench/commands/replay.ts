import { dataFolder } from "../data-folder.ts";
import type { ReplayPlan, ReplayResult, SessionEvent } from "../../contract/session.ts";
import { SessionClient } from "../session/client.ts";
import { integer, text, UsageError, type Command, type OptionValues } from "./command.ts";

export const replay: Command = {
  name: "replay",
  usage: "RUN ROLLOUT | RUN --random N [options]",
  summary: "Generates a logged rollout again, token for token, and names the first difference and its cause.",
  details: [
    "ROLLOUT        as the journal names it, group and index: 12-0-ordered/3",
    "--random N     N rollouts picked at random among those whose policy was saved, in place of one; --seed picks others",
    "--plan         only says from which checkpoint, and how long it takes",
    "--json         the result as JSON",
    "At once where the policy of the step before was saved; else the updates since the newest checkpoint are done again.",
    "Exit codes: 0 identical, 1 different or failed, 2 wrong usage.",
  ],
  options: {
    plan: { type: "boolean" },
    json: { type: "boolean" },
    random: { type: "string" },
    seed: { type: "string" },
  },
  async run(options, [run, rollout, ...more]) {
    const count = integer(options, "random");
    if (count !== undefined) {
      if (run === undefined || rollout !== undefined || count < 1) {
        throw new UsageError("--random takes a number from 1 on and one run, and no rollout.");
      }
      return replayAtRandom(run, count, options);
    }
    const match = /^((\d+)-\d+-\w+)\/(\d+)$/.exec(rollout ?? "");
    if (run === undefined || match === null || more.length > 0) {
      throw new UsageError("A run and a rollout such as 12-0-ordered/3 are needed.");
    }
    const [, group, step, index] = match;
    const isJson = options["json"] === true;
    const { session, stop } = openSession(options);
    try {
      const plan = await session.call("replayPlan", { run, step: Number(step) }, { signal: stop.signal });
      if (!isJson || options["plan"] === true) console.log(isJson ? JSON.stringify(plan, null, 2) : planText(plan));
      if (options["plan"] === true) return 0;
      const result = await session.call(
        "replay",
        { run, group: group!, index: Number(index) },
        {
          signal: stop.signal,
          onEvent: saying(isJson),
        },
      );
      console.log(isJson ? JSON.stringify(result, null, 2) : resultText(result));
      return result.identical ? 0 : 1;
    } finally {
      session.stop();
    }
  },
};

async function replayAtRandom(run: string, count: number, options: OptionValues): Promise<number> {
  const isJson = options["json"] === true;
  const { session, stop } = openSession(options);
  try {
    const params = { run, count, seed: integer(options, "seed") ?? 0 };
    const result = await session.call("replayRandom", params, { signal: stop.signal, onEvent: saying(isJson) });
    const { rollouts, steps, different, seconds } = result;
    const names =
      different.length === 0 ? "" : ` Different: ${different.slice(0, 10).join(", ")}; replay one to see why.`;
    console.log(
      isJson
        ? JSON.stringify(result, null, 2)
        : `${rollouts - different.length} of ${rollouts} rollouts are identical (steps ${steps.join(", ")}; ${seconds.toFixed(1)} s).${names}`,
    );
    return different.length === 0 ? 0 : 1;
  } finally {
    session.stop();
  }
}

function openSession(options: OptionValues): { session: SessionClient; stop: AbortController } {
  const session = new SessionClient(dataFolder(text(options["data"])));
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  return { session, stop };
}

/** Progress goes where it does not mix with results. */
const saying =
  (isJson: boolean) =>
  (event: SessionEvent): void => {
    if (event.type === "progress" && !isJson) console.error(event.text);
  };

function planText({ checkpoint, updates, estimatedSeconds, step }: ReplayPlan): string {
  const from = checkpoint ?? "the model that the run started from";
  return updates === 0
    ? `Step ${step} was sampled by ${from}: no update has to be done again.`
    : `From ${from}: ${updates} update(s) are done again first, about ${Math.ceil(estimatedSeconds)} s by the journal's times.`;
}

function resultText(result: ReplayResult): string {
  const { identical, identicalInStep, rolloutsInStep, firstDifference, cause, tokens, seconds } = result;
  const all = `${identicalInStep} of ${rolloutsInStep} rollouts of the step are identical (${seconds.toFixed(1)} s).`;
  if (identical) return `${result.text}\n\nIdentical: all ${tokens} tokens. ${all}`;
  const said = (token: { id: number; text: string } | null): string =>
    token === null ? "nothing" : `${JSON.stringify(token.text)} (${token.id})`;
  const { token, logged, again } = firstDifference!;
  return `${result.text}\n\nDifferent from token ${token} on: ${said(logged)} was logged, ${said(again)} came now.\n${cause}\n${all}`;
}
