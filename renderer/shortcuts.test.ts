import { expect, it } from "vitest";
import type { Action } from "./actions.ts";
import { keyName, matchKeys } from "./shortcuts.ts";

const action = (id: string, shortcut: string, enabled = true): Action => ({
  id,
  shortcut,
  enabled,
  label: id,
  group: "View",
  perform: () => undefined,
});

it("tells a finished sequence from one that only begins", () => {
  const actions = [action("runs", "g r"), action("next", "n"), action("palette", "Ctrl+K")];
  expect(matchKeys(actions, ["g"])).toBe("prefix");
  expect(matchKeys(actions, ["g", "r"])).toMatchObject({ id: "runs" });
  expect(matchKeys(actions, ["n"])).toMatchObject({ id: "next" });
  expect(matchKeys(actions, ["x"])).toBeNull();
});

it("skips an action that is not possible now", () => {
  expect(matchKeys([action("stop", "s", false)], ["s"])).toBeNull();
});

it("names keys the same with Ctrl and with ⌘", () => {
  expect(keyName({ key: "k", ctrlKey: true, metaKey: false })).toBe("Ctrl+K");
  expect(keyName({ key: "k", ctrlKey: false, metaKey: true })).toBe("Ctrl+K");
  expect(keyName({ key: " ", ctrlKey: false, metaKey: false })).toBe("Space");
});
