import { givenOptions, runScript } from "./by-path.ts";
import type { Command } from "./command.ts";

const text = { type: "string" } as const;

export const pretrain: Command = {
  name: "pretrain",
  usage: "[options]",
  summary:
    "Makes the small base model from random weights with our own engine; Ctrl-C stops, the same command goes on.",
  details: [
    "--output DIR           where the finished model goes (default: resources/base-model)",
    "--work DIR             where checkpoints are kept (default: .secondlook/pretrain)",
    "--seed N, --steps N, --rows N, --threads N",
    "--check-every N        updates between two checks of accuracy; --check-rows N",
    "--checkpoint-every N   updates between two checkpoints",
  ],
  options: {
    output: text,
    work: text,
    seed: text,
    steps: text,
    rows: text,
    threads: text,
    "check-every": text,
    "check-rows": text,
    "checkpoint-every": text,
  },
  run: (options) => runScript("trainer/pretrain-main.ts", givenOptions(pretrain, options)),
};
