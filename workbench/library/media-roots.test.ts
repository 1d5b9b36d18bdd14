import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openUser } from "../store/databases.ts";
import { temporaryData } from "../testing/temporary.ts";
import { addMediaRoot, adoptMediaRoots, isUnderMediaRoot, listMediaRoots, removeMediaRoot } from "./media-roots.ts";

function world() {
  const data = temporaryData();
  const outside = temporaryData();
  const root = join(outside, "videos");
  mkdirSync(root);
  for (const file of [join(root, "clip.mp4"), join(outside, "secret.mp4")]) writeFileSync(file, "");
  symlinkSync(join(outside, "secret.mp4"), join(root, "link.mp4"));
  return { data, root, outside, user: openUser(data) };
}

it("opens a folder's media once it is registered, and no longer than that", () => {
  const { data, root, user } = world();
  const clip = realpathSync(join(root, "clip.mp4"));
  expect(isUnderMediaRoot(data, user, clip)).toBe(false);
  addMediaRoot(user, root);
  expect(isUnderMediaRoot(data, user, clip)).toBe(true);
  expect(listMediaRoots(user)).toMatchObject([{ path: root, exists: true, datasets: [] }]);
  removeMediaRoot(user, root);
  expect(isUnderMediaRoot(data, user, clip)).toBe(false);
});

it("follows links and .. before it decides", () => {
  const { data, root, user } = world();
  addMediaRoot(user, root);
  expect(isUnderMediaRoot(data, user, realpathSync(join(root, "link.mp4")))).toBe(false);
  expect(isUnderMediaRoot(data, user, realpathSync(join(root, "..", "secret.mp4")))).toBe(false);
});

it("refuses files, relative paths and the whole disk", () => {
  const { root, user } = world();
  expect(() => addMediaRoot(user, join(root, "clip.mp4"))).toThrow("is no folder");
  expect(() => addMediaRoot(user, "videos")).toThrow("no whole path");
  expect(() => addMediaRoot(user, "/")).toThrow("whole disk");
});

it("takes over the roots of runs from before once: one that was removed stays out", () => {
  const { root, user } = world();
  adoptMediaRoots(user, () => [root, "/nowhere"]);
  expect(listMediaRoots(user).map(({ path }) => path)).toEqual([root]);
  removeMediaRoot(user, root);
  adoptMediaRoots(user, () => [root]);
  expect(listMediaRoots(user)).toEqual([]);
});
