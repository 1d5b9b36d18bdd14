import { describe, expect, it } from "vitest";
import {
  acceleratorOf,
  asMenuEntries,
  CONTENT_POLICY,
  dataFolder,
  fittedTo,
  isOurPage,
  isReachable,
  linkFragment,
  linkOfArguments,
  mayOpenOutside,
  pageFile,
  progressOf,
} from "./rules.ts";

describe("what the page may load", () => {
  it("serves files of the build and nothing outside of it", () => {
    expect(pageFile("/app/dist/window", "/")).toBe("/app/dist/window/index.html");
    expect(pageFile("/app/dist/window", "/assets/a.js")).toBe("/app/dist/window/assets/a.js");
    expect(pageFile("/app/dist/window", "/../../etc/passwd")).toBe("/app/dist/window/etc/passwd");
    expect(pageFile("/app/dist/window", "%2e%2e/%2e%2e/secret")).toBeNull();
    expect(pageFile("/app/dist/window", "/%zz")).toBeNull();
  });

  it("allows scripts of its own only, and no connection but to this machine", () => {
    const policy = new Map(CONTENT_POLICY.split("; ").map((rule) => [rule.split(" ")[0], rule.split(" ").slice(1)]));
    expect(policy.get("default-src")).toEqual(["'none'"]);
    expect(policy.get("script-src")).toEqual(["'self'"]);
    for (const source of policy.get("connect-src")!) expect(source).toMatch(/^'self'$|^(ws|http):\/\/127\.0\.0\.1:\*$/);
  });
});

it("answers its own page and nobody else", () => {
  expect(isOurPage("app://secondlook/index.html")).toBe(true);
  expect(isOurPage("app://secondlook.evil/")).toBe(false);
  expect(isOurPage("https://example.org/app://secondlook/")).toBe(false);
  expect(isOurPage(undefined)).toBe(false);
});

it("hands papers to the system's browser, and no other address", () => {
  expect(mayOpenOutside("https://arxiv.org/abs/2503.21776")).toBe(true);
  for (const url of [
    "https://arxiv.org.evil.example/",
    "https://arxiv.org@evil.example/",
    "http://arxiv.org/abs/1",
    "https://arxiv.org:8443/",
    "https://example.org/https://arxiv.org/",
    "file:///etc/passwd",
    "smb://arxiv.org/x",
    "javascript:alert(1)",
  ])
    expect([url, mayOpenOutside(url)]).toEqual([url, false]);
});

describe("a link", () => {
  it("leads to a screen", () => {
    expect(linkFragment("secondlook://runs/20261121-a/rollouts?step=12&pair=12-0")).toBe(
      "#/runs/20261121-a/rollouts?step=12&pair=12-0",
    );
    expect(linkFragment("secondlook://system")).toBe("#/system");
    expect(linkOfArguments(["electron", ".", "--data=/a", "secondlook://runs/x"])).toBe("#/runs/x");
  });

  it.each([
    "secondlook://launch?recipe=video-r1",
    "secondlook://runs/../launch",
    "secondlook://runs/%2e%2e/launch",
    "secondlook://runs/a%2f..%2flaunch",
    "secondlook://runs/%zz",
    "secondlook://runs/<script>",
    "secondlook://runs/a#/launch",
    "secondlook://token=abc",
    "https://example.org/",
    "javascript:alert(1)",
    `secondlook://runs/${"a".repeat(3000)}`,
    null,
    7,
  ])("that is not ours is ignored: %s", (link) => {
    expect(linkFragment(link)).toBeNull();
  });
});

it("shows progress between 0 and 1 and nothing else", () => {
  expect([0, 0.5, 1].map(progressOf)).toEqual([0, 0.5, 1]);
  expect([-1, 2, Number.NaN, "0.5", null, undefined].map(progressOf)).toEqual([-1, -1, -1, -1, -1, -1]);
});

it("takes the data folder from the command line, then the environment, then the user's own", () => {
  expect(dataFolder(["electron", ".", "--data", "/a"], { SECONDLOOK_DATA: "/b" })).toBe("/a");
  expect(dataFolder(["electron", ".", "--data=/c"], {})).toBe("/c");
  expect(dataFolder(["electron", "."], { SECONDLOOK_DATA: "/b" })).toBe("/b");
  expect(dataFolder(["electron", "."], { XDG_DATA_HOME: "/home/u/.data" })).toBe("/home/u/.data/secondlook");
});

it("does not restore a window to a screen that is gone", () => {
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
  expect(isReachable({ x: 100, y: 100, width: 800, height: 600 }, screens)).toBe(true);
  expect(isReachable({ x: 2500, y: 100, width: 800, height: 600 }, screens)).toBe(false);
});

it("makes a window that was stored on a large screen no larger than the one it comes to", () => {
  const [small, large] = [
    { x: 0, y: 0, width: 1280, height: 720 },
    { x: 1280, y: 0, width: 3840, height: 2160 },
  ];
  const stored = { x: 10, y: 20, width: 3000, height: 1800 };
  expect(fittedTo(stored, [small])).toEqual({ x: 10, y: 20, width: 1280, height: 720 });
  expect(fittedTo({ ...stored, x: 1400 }, [small, large])).toEqual({ ...stored, x: 1400 });
});

it("shows accelerators where a menu can, and ignores what is no menu entry", () => {
  expect(acceleratorOf("Ctrl+K")).toBe("CmdOrCtrl+K");
  expect(acceleratorOf("g r")).toBeUndefined();
  const entry = { id: "a", label: "A", group: "Run", shortcut: null, enabled: true };
  expect(asMenuEntries([entry, { id: 3 }, null])).toEqual([entry]);
  expect(asMenuEntries("no list")).toEqual([]);
});
