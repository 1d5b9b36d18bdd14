/** The command line `secondlook`. Exit codes: 0 done, 1 failed, 2 wrong usage. */
import { productVersion } from "./doctor.ts";
import { helpOf, parseCommand, UsageError, type Command } from "./commands/command.ts";
import { COMMANDS } from "./commands/index.ts";

function overview(): string {
  const width = Math.max(...COMMANDS.map((command) => command.name.length));
  return [
    `secondlook ${productVersion()}: video reasoning by reinforcement learning, on this machine`,
    "",
    ...COMMANDS.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    "",
    'Help on one: "secondlook COMMAND --help". Exit codes: 0 done, 1 failed, 2 wrong usage.',
    "",
  ].join("\n");
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    console.log(productVersion());
    return 0;
  }
  const command: Command | undefined = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    console.error(`There is no command "${name}".\n\n${overview()}`);
    return 2;
  }
  try {
    const { options, positionals } = parseCommand(command, rest);
    if (options["help"]) {
      console.log(helpOf(command));
      return 0;
    }
    return await command.run(options, positionals);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${helpOf(command)}`);
      return 2;
    }
    console.error(`secondlook ${name}: ${error instanceof Error ? error.message : String(error)}`);
    if (process.env["SECONDLOOK_DEBUG"] && error instanceof Error) console.error(error.stack);
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
