/**
 * What is kept of old runs, when the process that removes the rest is killed in the middle: no half of a checkpoint, nothing
 * lost that is kept, and the next time ends where one that nobody disturbed ends.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { OldWorld } from "../../workbench/testing/old-world.ts";

const CHECKPOINTS = 12;
const FILES = 150;
const FRAMES = 1500;
const name = (number: number): string => `step-${String(number).padStart(6, "0")}`;
const SHARED = Array.from({ length: 50 }, (_, frame) => `shared-${frame}`);

const worlds: OldWorld[] = [];
afterEach(() => worlds.splice(0).forEach((world) => world.remove()));

function makeWorld(): OldWorld {
  const world = new OldWorld(mkdtempSync(join(tmpdir(), "secondlook-retention-killed-")));
  worlds.push(world);
  const checkpoints = Array.from({ length: CHECKPOINTS }, (_, step) => name(step));
  const own = Array.from({ length: FRAMES }, (_, frame) => `own-${frame}`);
  world.run("old", [...own, ...SHARED], { checkpoints, files: FILES });
  world.run("kept", SHARED, { endedDaysAgo: 1, checkpoints, files: FILES });
  world.index();
  return world;
}

/** Everything that is there, with the number of files of each checkpoint. */
function contents(world: OldWorld) {
  const checkpoints = ["old", "kept"].flatMap((run) => {
    const folder = join(world.folderOf(run), "checkpoints");
    return readdirSync(folder).map((one) => [`${run}/${one}`, readdirSync(join(folder, one)).length] as const);
  });
  return { checkpoints: Object.fromEntries(checkpoints), frames: world.frames() };
}

/** Removes in a process of its own, and kills it as soon as `path` is gone; false when it was done before. */
async function removeUntilGone(world: OldWorld, path: string | null): Promise<boolean> {
  const { data, retention } = world;
  const child = spawn(process.execPath, ["test/support/retention-process.ts", data, JSON.stringify(retention.runs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  while (path !== null && !isOver() && existsSync(path)) await new Promise((resume) => setImmediate(resume));
  if (path !== null) child.kill("SIGKILL");
  await ended;
  if (path === null) expect(output).toMatch(/done/);
  return child.signalCode === "SIGKILL";
}

it("a removal that is killed again and again leaves whole what is kept, and ends as one that nobody disturbed", async () => {
  const undisturbed = makeWorld();
  undisturbed.apply();
  const wanted = contents(undisturbed);
  expect(Object.keys(wanted.checkpoints).filter((one) => one.startsWith("old/"))).toEqual([
    `old/${name(CHECKPOINTS - 1)}`,
  ]);
  expect(wanted.frames).toEqual([...SHARED].sort());

  const world = makeWorld();
  const checkpoint = (step: number): string => join(world.folderOf("old"), "checkpoints", name(step));
  let killed = 0;
  for (const path of [
    checkpoint(0),
    checkpoint(1),
    checkpoint(5),
    checkpoint(CHECKPOINTS - 2),
    world.frameFile("own-0"),
    world.frameFile(`own-${FRAMES / 2}`),
  ]) {
    killed += Number(await removeUntilGone(world, path));
    const { checkpoints, frames } = contents(world);
    for (const [one, files] of Object.entries(checkpoints))
      if (!one.endsWith(".tmp")) expect([one, files]).toEqual([one, FILES]);
    expect(Object.keys(checkpoints)).toEqual(expect.arrayContaining(Object.keys(wanted.checkpoints)));
    expect(frames).toEqual(expect.arrayContaining(wanted.frames));
  }
  expect(killed).toBeGreaterThan(3);
  await removeUntilGone(world, null);
  expect(contents(world)).toEqual(wanted);
});
