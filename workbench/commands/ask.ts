import { styleText } from "node:util";
import { frameChangeSchema, type FrameChange } from "../../contract/session.ts";
import { dataFolder } from "../data-folder.ts";
import { modelAt } from "../evaluations/models.ts";
import { SessionClient } from "../session/client.ts";
import { askedAs, lettered, mediumAt, newestModel, protocolOf } from "../session/settings.ts";
import { integer, text, UsageError, type Command, type OptionValues } from "./command.ts";

function number(options: OptionValues, name: string): number | undefined {
  const value = text(options[name]);
  if (value === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(value)) throw new UsageError(`--${name} is "${value}", but must be a number.`);
  return Number(value);
}

/** `drop:3`: frames are counted from 1 by people. */
function changeOf(value: string | undefined): FrameChange | null {
  if (value === undefined) return null;
  const [kind, frame = "1"] = value.split(":");
  const parsed = frameChangeSchema.safeParse({ kind, frame: Number(frame) - 1 });
  if (parsed.success) return parsed.data;
  throw new UsageError(`--change is "${value}", but must be like drop:3, blur:1, reverse or shuffle.`);
}

export const ask: Command = {
  name: "ask",
  usage: 'VIDEO "QUESTION" [options]',
  summary: "Asks a checkpoint about a video or picture and prints the answer as it is written.",
  details: [
    "--model DIR       Hugging Face folder or a run's checkpoint (default: the newest trained one, else the base)",
    "--options A,B,C   answers to choose from, separated by commas",
    "--frames N        most frames that are shown",
    "--temperature X, --top-p X, --max-tokens N, --seed N",
    "--change C        asks with other frames: drop:3, blur:3, repeat:3, replace:3, shuffle, reverse",
    "--json            one JSON object: text, tokens with log-probabilities and entropy, frames",
    "What goes before and after the question, frames and sizes are those that the checkpoint was trained with.",
  ],
  options: {
    model: { type: "string" },
    options: { type: "string" },
    frames: { type: "string" },
    temperature: { type: "string" },
    "top-p": { type: "string" },
    "max-tokens": { type: "string" },
    seed: { type: "string" },
    change: { type: "string" },
    json: { type: "boolean" },
  },
  async run(options, [path, question, ...more]) {
    if (path === undefined || question === undefined || more.length > 0) {
      throw new UsageError("A video (or picture) and one question in quotes are needed.");
    }
    const data = dataFolder(text(options["data"]));
    const given = text(options["model"]);
    const { directory, label } = given === undefined ? newestModel(data) : modelAt(given);
    const protocol = protocolOf(directory);
    const isJson = options["json"] === true;
    const session = new SessionClient(data);
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort());
    try {
      const result = await session.call(
        "ask",
        {
          ...askedAs(directory, integer(options, "frames")),
          medium: mediumAt(path),
          question,
          options: lettered(text(options["options"])?.split(",") ?? []),
          change: changeOf(text(options["change"])),
          sampling: {
            temperature: number(options, "temperature") ?? protocol.temperature,
            topP: number(options, "top-p") ?? protocol.topP,
            maxTokens: integer(options, "max-tokens") ?? protocol.maxTokens,
            seed: integer(options, "seed") ?? 0,
          },
        },
        {
          signal: stop.signal,
          onEvent(event) {
            if (isJson) return;
            if (event.type === "tokens") process.stdout.write(event.text);
            if (event.type === "shown") {
              const seen = event.shown === null ? "no frames" : `${event.shown.frames.length} frame(s)`;
              process.stderr.write(
                styleText("dim", `${label}, ${seen}, ${event.promptTokens} tokens\n`, { stream: process.stderr }),
              );
            }
          },
        },
      );
      if (isJson) console.log(JSON.stringify({ model: directory, ...result }, null, 2));
      else {
        const [answer] = result.answers;
        const rate = (answer!.tokens.length / Math.max(result.seconds, 1e-9)).toFixed(0);
        process.stdout.write("\n");
        const why = answer!.stopReason === "length" ? ", cut off at --max-tokens" : "";
        process.stderr.write(
          styleText("dim", `${answer!.tokens.length} tokens in ${result.seconds.toFixed(1)} s (${rate}/s)${why}\n`, {
            stream: process.stderr,
          }),
        );
      }
      return 0;
    } finally {
      session.stop();
    }
  },
};
