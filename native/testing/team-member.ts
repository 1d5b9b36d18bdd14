/** A member of a team in a test: `mpirun … node team-member.ts '{"device": "cpu", "options": {}, "folder": "/tmp/x"}'`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openEngine, type LoadOptions } from "../index.ts";
import { shortRun } from "./team-run.ts";

interface Task {
  readonly device: "cpu" | "cuda";
  readonly options: LoadOptions;
  /** For the state, and each member's result. */
  readonly folder: string;
}

const { device, options, folder } = JSON.parse(process.argv[2]!) as Task;
const engine = await openEngine({ device, threads: 1, team: "launched" });
const result = await shortRun(engine, options, join(folder, "state"));
writeFileSync(join(folder, `member-${engine.team.rank}.json`), JSON.stringify(result));
await engine.team.leave();
engine.dispose();
