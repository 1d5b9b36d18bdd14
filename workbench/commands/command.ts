/** What a command of `secondlook` is. Exit codes: 0 done, 1 failed, 2 wrong usage. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

export interface Command {
  readonly name: string;
  /** After the name: `RECIPE [options]`. */
  readonly usage: string;
  readonly summary: string;
  /** Lines of help, one an option or remark. */
  readonly details: readonly string[];
  readonly options: ParseArgsOptionsConfig;
  run(options: OptionValues, positionals: readonly string[]): Promise<number>;
}

export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** Wrong usage: printed with the command's help, exit code 2. */
export class UsageError extends Error {}

export function parseCommand(
  command: Command,
  args: readonly string[],
): { options: OptionValues; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...command.options, help: { type: "boolean", short: "h" }, data: { type: "string" } },
      allowPositionals: true,
      allowNegative: true,
    });
    return { options: values, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export function helpOf(command: Command): string {
  const usage = `secondlook ${command.name}${command.usage ? ` ${command.usage}` : ""}`;
  const details = command.details.map((line) => `  ${line}`);
  const common = ["  --data DIR     data folder (default: SECONDLOOK_DATA, else ~/.local/share/secondlook)"];
  return [usage, "", command.summary, "", ...details, ...common, ""].join("\n");
}

export const text = (value: OptionValues[string]): string | undefined =>
  typeof value === "string" ? value : undefined;

/** @throws UsageError when the option is given and not a whole number. */
export function integer(options: OptionValues, name: string): number | undefined {
  const value = text(options[name]);
  if (value === undefined) return undefined;
  if (!/^-?\d+$/.test(value)) throw new UsageError(`--${name} is "${value}", but must be a whole number.`);
  return Number(value);
}
