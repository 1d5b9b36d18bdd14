/** The command that starts the same run from a terminal. */

export interface LaunchRequest {
  readonly recipe: string;
  readonly preset: string;
  readonly name?: string | undefined;
  readonly seed?: number | undefined;
  readonly overrides?: Readonly<Record<string, unknown>> | undefined;
  readonly model?: string | undefined;
  readonly data?: Readonly<Record<string, string>> | undefined;
  readonly datasets?:
    Readonly<Partial<Record<"train" | "sft" | "validation" | "heldOut", string | undefined>>> | undefined;
  readonly device?: string | undefined;
  readonly processes?: number | undefined;
  readonly branchFrom?: { readonly run: string; readonly checkpoint: string } | undefined;
}

const DATA_OPTIONS: Readonly<Record<string, string>> = {
  train: "--train",
  sft: "--sft",
  validation: "--validation",
  heldOut: "--held-out",
  mediaRoot: "--media-root",
};

const DATASET_OPTIONS = {
  train: "--dataset",
  sft: "--sft-dataset",
  validation: "--validation-dataset",
  heldOut: "--held-out-dataset",
} as const;

/** A word as a POSIX shell reads it back unchanged. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Words of the command line `secondlook train …`, not yet quoted. */
export function launchArguments(request: LaunchRequest): string[] {
  const words = ["train", request.recipe, "--preset", request.preset];
  const option = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== "") words.push(name, String(value));
  };
  option("--seed", request.seed);
  option("--name", request.name);
  option("--model", request.model);
  for (const [key, name] of Object.entries(DATA_OPTIONS)) option(name, request.data?.[key]);
  for (const split of ["train", "sft", "validation", "heldOut"] as const) {
    option(DATASET_OPTIONS[split], request.datasets?.[split]);
  }
  if (request.device !== undefined && request.device !== "auto") option("--device", request.device);
  if (request.processes !== 1) option("--processes", request.processes);
  if (request.branchFrom) option("--branch", `${request.branchFrom.run}:${request.branchFrom.checkpoint}`);
  for (const [name, value] of Object.entries(request.overrides ?? {})) words.push("--set", `${name}=${String(value)}`);
  return words;
}
