/**
 * The engine's TypeScript face: finds engine.node, wraps its handles in the interfaces of types.ts, turns native
 * failures into {@link EngineError} and AbortSignals into the engine's cancel handles.
 */
import { EngineModel } from "./model.ts";
import { type NativeEngine, loadNative } from "./module.ts";
import { translated } from "./failures.ts";
import { ALONE, joinTeam } from "./team/index.ts";
import type { Engine, EngineInfo, EngineOptions, Frames, InitialiseOptions, LoadOptions, Model } from "./types.ts";
import { EngineError } from "./types.ts";

export * from "./types.ts";
export * from "./helpers.ts";

const version = "0.1.0";

/** Opens an engine with its own threads. Rejects with an EngineError: DEVICE when a device asked for is not there. */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  return translated(() => {
    requireDeterminism(options);
    const { device, team } = options;
    const native = loadNative();
    const opened = new native.Engine({
      threads: options.threads,
      instructionSet: instructionSetOf(options),
      device: device === "cuda" ? "cuda" : "cpu",
    });
    const engine = new OpenEngine(opened);
    return team === undefined ? engine : joinTeam(opened, engine);
  });
}

/** Level 2 leaves the tile unit alone: its sums depend on whether a batch is large enough for it. */
function instructionSetOf({ instructionSet, determinism }: EngineOptions): string {
  const wanted = instructionSet ?? process.env.SECONDLOOK_INSTRUCTION_SET ?? "auto";
  return determinism === 2 && (wanted === "auto" || wanted === "amx") ? "avx512" : wanted;
}

function requireDeterminism({ determinism = 2 }: EngineOptions): void {
  if (![0, 1, 2].includes(determinism)) {
    throw new EngineError("BAD_ARGUMENT", `determinism is ${String(determinism)}, but must be 0, 1 or 2.`);
  }
}

class OpenEngine implements Engine {
  readonly info: EngineInfo;
  readonly team = ALONE;
  readonly #native: NativeEngine;

  constructor(native: NativeEngine) {
    this.#native = native;
    const info = native.info();
    const determinism = info.device === "cuda" || info.instructionSet === "amx" ? 1 : 2;
    this.info = { version, determinism, ...info };
  }

  load(directory: string, options?: LoadOptions): Promise<Model> {
    return translated(async () => new EngineModel(await this.#native.load(directory, options)));
  }

  initialise(config: object, options: InitialiseOptions): Promise<Model> {
    return translated(async () => new EngineModel(await this.#native.initialise(JSON.stringify(config), options)));
  }

  resize(frames: Frames, size: { readonly height: number; readonly width: number }): Promise<Frames> {
    return translated(async () => {
      const data = await this.#native.resize(frames, size);
      return { data, count: frames.count, height: size.height, width: size.width };
    });
  }

  dispose(): void {
    this.#native.dispose();
  }
}
