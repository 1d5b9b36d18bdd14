/** Joining a team: an engine whose models are trained by all members together. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { nativePath, type NativeEngine } from "../module.ts";
import type { Engine, Model } from "../types.ts";
import { EngineError } from "../types.ts";
import { TeamModel } from "./model.ts";
import { LaunchedTeam } from "./team.ts";

export { ALONE } from "./team.ts";

/** Path of the module that speaks MPI; null where the engine was built without. */
export function teamLibrary(): string | null {
  const path = join(dirname(nativePath()), "libsecondlook_mpi.so");
  return existsSync(path) ? path : null;
}

/** @throws EngineError DEVICE where MPI is missing. */
export async function joinTeam(native: NativeEngine, engine: Engine): Promise<Engine> {
  const library = teamLibrary();
  if (library === null) {
    throw new EngineError(
      "DEVICE",
      "Several processes need MPI, which this engine was built without. Install it (Debian: libopenmpi-dev, " +
        "openmpi-bin) and build the engine again with `npm run build:native`.",
    );
  }
  const team = new LaunchedTeam(native, await native.join(library));
  const shared = async (load: () => Promise<Model>): Promise<Model> => {
    let own: Model | undefined;
    // A member that cannot load its copy ends the call for all.
    await team.exchange(async () => {
      own = await load();
    });
    return new TeamModel(own!, team);
  };
  return {
    info: engine.info,
    team,
    load: (directory, options) => shared(() => engine.load(directory, options)),
    initialise: (config, options) => shared(() => engine.initialise(config, options)),
    resize: (frames, size) => engine.resize(frames, size),
    dispose: () => engine.dispose(),
  };
}
