import { dataFolder } from "../data-folder.ts";
import type { ReplayPlan, ReplayResult } from "../../contract/session.ts";
import { SessionClient } from "../session/client.ts";
import { text, UsageError, type Command } from "./command.ts";

export const replay: Command = {
  name: "replay",
  usage: "RUN ROLLOUT [--plan] [--json]",
  summary: "Generates a logged rollout again, token for token, and names the first difference and its cause.",
  details: [
    "ROLLOUT        as the journal names it, group and index: 12-0-ordered/3",
    "--plan         only says from which checkpoint, and how long it takes",
    "--json         the result as JSON",
    "At once where the policy of the step before was saved; else the updates since the newest checkpoint are done again.",
    "Exit codes: 0 identical, 1 different or failed, 2 wrong usage.",
  ],
  options: { plan: { type: "boolean" }, json: { type: "boolean" } },
  async run(options, [run, rollout, ...more]) {
    const match = /^((\d+)-\d+-\w+)\/(\d+)$/.exec(rollout ?? "");
    if (run === undefined || match === null || more.length > 0) {
      throw new UsageError("A run and a rollout such as 12-0-ordered/3 are needed.");
    }
    const [, group, step, index] = match;
    const isJson = options["json"] === true;
    const session = new SessionClient(dataFolder(text(options["data"])));
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort());
    try {
      const plan = await session.call("replayPlan", { run, step: Number(step) }, { signal: stop.signal });
      if (!isJson || options["plan"] === true) console.log(isJson ? JSON.stringify(plan, null, 2) : planText(plan));
      if (options["plan"] === true) return 0;
      const result = await session.call(
        "replay",
        { run, group: group!, index: Number(index) },
        {
          signal: stop.signal,
          onEvent: (event) => void (event.type === "progress" && !isJson && console.error(event.text)),
        },
      );
      console.log(isJson ? JSON.stringify(result, null, 2) : resultText(result));
      return result.identical ? 0 : 1;
    } finally {
      session.stop();
    }
  },
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
