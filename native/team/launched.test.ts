/**
 * A team of processes trains what one process trains: on processors over MPI, and on devices over NCCL's interface. There the
 * CUDA shim stands for GPUs and native/test/fake_nccl.cpp for NCCL; the code between is the product's.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngine, type Engine, type LoadOptions } from "../index.ts";
import { launchMembers } from "../testing/launch.ts";
import { shortRun, type ShortRun } from "../testing/team-run.ts";

const SCRIPT = fileURLToPath(new URL("../testing/team-member.ts", import.meta.url));
const built = (name: string): string => fileURLToPath(new URL(`../build/${name}`, import.meta.url));
/** The device's memory is closed to the host outside of copies, and NCCL's stand-in takes no other. */
const DEVICES = {
  SECONDLOOK_CUDA_LIBRARY: built("libsecondlook_shim.so"),
  SECONDLOOK_NCCL_LIBRARY: built("libsecondlook_fake_nccl.so"),
  SECONDLOOK_SHIM_GUARD: "1",
};
const patience = { timeout: 120_000 };

let folder: string;
let processor: Engine;
let device: Engine;

beforeAll(async () => {
  Object.assign(process.env, DEVICES); // before the engine looks for its device
  folder = mkdtempSync(join(tmpdir(), "team-"));
  processor = await openEngine({ device: "cpu", threads: 1 });
  device = await openEngine({ device: "cuda", threads: 1 });
});
afterAll(() => {
  processor.dispose();
  device.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Each member's result. */
async function byTeam(
  name: string,
  members: number,
  device: "cpu" | "cuda",
  options: LoadOptions,
  environment: Readonly<Record<string, string>> = {},
): Promise<ShortRun[]> {
  const own = join(folder, name);
  mkdirSync(own);
  await launchMembers(members, SCRIPT, JSON.stringify({ device, options, folder: own }), environment);
  return Array.from(
    { length: members },
    (_, rank) => JSON.parse(readFileSync(join(own, `member-${rank}.json`), "utf8")) as ShortRun,
  );
}

function expectNumbers(run: ShortRun, wanted: ShortRun, tolerance: number): void {
  for (const kind of ["losses", "norms", "gradient", "weights"] as const) {
    expect(run[kind]).toHaveLength(wanted[kind].length);
    const worst = run[kind].reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[kind][i]!)), 0);
    expect(worst, kind).toBeLessThan(tolerance * (kind === "losses" || kind === "norms" ? 10 : 1));
  }
}

describe.each<[string, LoadOptions, number]>([
  ["every weight", {}, 1e-5],
  ["matrices stored as bfloat16, the tower frozen", { dtype: "bf16", frozen: ["visual."] }, 5e-3],
])("a team of processes: %s", patience, (name, options, tolerance) => {
  it("has the numbers of one process on two processors", async () => {
    const alone = await shortRun(processor, options, join(folder, `${name}, alone`));
    const [first, second] = await byTeam(`${name}, processors`, 2, "cpu", options);
    expectNumbers(first!, alone, tolerance);
    expect(second!.weights).toEqual(first!.weights);
    const share = (purpose: string): number => first!.memory.byPurpose[purpose]! / alone.memory.byPurpose[purpose]!;
    expect(share("optimiser")).toBeCloseTo(0.5, 1);
    // The language model alone, two layers and an embedding that is the head too, is hardly more than a bucket.
    if (!options.frozen) expect(share("gradients")).toBeLessThan(0.9);
  });

  it("has the numbers of one process on two devices", async () => {
    const alone = await shortRun(device, options, join(folder, `${name}, one device`));
    const [first, second] = await byTeam(`${name}, devices`, 2, "cuda", options);
    expectNumbers(first!, alone, tolerance);
    expect(second!.weights).toEqual(first!.weights);
  });
});

it("says what is missing where NCCL is not there", patience, async () => {
  const missing = { SECONDLOOK_NCCL_LIBRARY: "/nowhere/libnccl.so.2" };
  await expect(byTeam("without NCCL", 2, "cuda", {}, missing)).rejects.toThrow(
    /need NCCL, which does not load: .*nowhere.*Install it/s,
  );
});
