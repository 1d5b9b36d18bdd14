/** Names inside a run's folder `<data>/runs/<id>/`, the same for workers, the service and external trainers. */
export const RUN_FOLDER = {
  journal: (rank: number) => `journal.${rank}.ndjson`,
  tokens: (rank: number) => `tokens.${rank}.bin`,
  /** The configuration the run was launched with: what `secondlook train` reads. */
  config: "run.json",
  control: "control.ndjson",
  lease: "lease.json",
  log: "worker.log",
  checkpoints: "checkpoints",
} as const;

/** In place of a recipe: the run is another tool's, and there is nothing to train, launch or resume. */
export const IMPORTED = "imported";

/** Names inside the data folder. */
export const DATA_FOLDER = {
  runs: "runs",
  /** Content-addressed decoded frames: `<first two of hash>/<hash>.png`, shared by all runs. */
  frames: "frames",
  /** What frozen vision towers made of clips, by content: found again by later evaluations and sessions, or made again. */
  embeddings: "embeddings",
  index: "index.db",
  user: "user.db",
  token: "service.token",
  /** Address and pid of the running service. */
  service: "service.json",
  /** Which process is the service. */
  lock: "service.lock",
  samplePack: "sample-pack",
  /** Further data sets of the program, a folder each, made like the sample pack. */
  sets: "sets",
  /** Copies of the packaged program by hash: what services and workers of a packaged app run from. */
  runtime: "runtime",
  /** Imported datasets: `<id>/rows.db`, made from the dataset's file and to be made again from it. */
  datasets: "datasets",
  evaluations: "evaluations",
  /** Questions of published benchmarks, a folder each, named by the benchmark's id. */
  benchmarks: "benchmarks",
  /** Questions that people kept, with copies of their clips: `cases.json` is written anew from user.db. */
  testCases: "test-cases",
  /** Archives that people make for whoever helps them. */
  diagnostics: "diagnostics",
  /** Runs that the window wrote for other tools. */
  exports: "exports",
  /** What a service that was started in the background said. */
  serviceLog: "service.log",
  /** Media that came through the window or the endpoint. */
  uploads: "uploads",
} as const;

/** Who writes the run: refuses a second writer. Stale when the pid is gone or its start time differs. */
export interface Lease {
  readonly host: string;
  readonly pid: number;
  /** Start of that process, clock ticks since boot (`/proc/<pid>/stat` field 22), or 0 where unknown. */
  readonly processStart: number;
  readonly attempt: number;
}

/** `run.json`: everything that is needed to start or resume the run. */
export interface RunConfigFile {
  readonly id: string;
  readonly name: string;
  readonly recipe: string;
  /**
   * Absolute path of the folder outside the program that holds `<recipe>.ts`: code that the person who launched the run
   * trusted on the command line. Absent for the program's own recipes.
   */
  readonly recipeFolder?: string;
  readonly preset: string;
  readonly seed: number;
  /** Values that differ from the preset's. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly data: {
    readonly train: string;
    readonly sft?: string;
    readonly validation?: string;
    readonly heldOut?: string;
    /** Folder that rows' relative paths start from; nothing outside it is read. */
    readonly mediaRoot: string;
  };
  /** A checkpoint folder of another run to start from, with its stage done. */
  readonly branchFrom?: { readonly run: string; readonly checkpoint: string };
  /** `auto` (where absent), `cpu`, `cuda` or `cuda:0`. */
  readonly device?: string;
  /** Processes of this machine that train together, over MPI; 1 where absent. */
  readonly processes?: number;
  /** Another tool's run, whose records were imported: there is nothing to train or to resume. */
  readonly imported?: { readonly tool: string; readonly from: string };
  /** A rehearsal of a launch: in no list, and removed when its result was seen. */
  readonly dry?: boolean;
  readonly createdAt: number;
}
