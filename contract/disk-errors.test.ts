import { expect, it } from "vitest";
import { diskSentence } from "./disk-errors.ts";

it("tells full from read-only, and leaves other errors to others", () => {
  expect(diskSentence("/data", { code: "ENOSPC" })).toContain("disk is full: /data");
  expect(diskSentence("/data", { code: "SQLITE_FULL" })).toContain("Free some space");
  expect(diskSentence("/data", { code: "EROFS" })).toContain("read-only");
  expect(diskSentence("/data", { message: "cannot write a.bin: No space left on device" })).toContain("disk is full");
  expect(diskSentence("/data", { code: "ENOENT" })).toBeNull();
  expect(diskSentence("/data", null)).toBeNull();
});
