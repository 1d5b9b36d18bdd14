import { expect, it, vi } from "vitest";

vi.mock("../connection.ts", () => ({ onPush: () => undefined }));
const { livingProgress } = await import("./taskbar.ts");

it("adds up the runs that are alive, and shows nothing when none is", () => {
  const ended = { alive: false, step: 10, totalSteps: 10 };
  expect(livingProgress([ended])).toEqual({ count: 0, share: null });
  const living = { alive: true, step: 5, totalSteps: 20 };
  expect(livingProgress([ended, living, { alive: true, step: 12, totalSteps: 10 }])).toEqual({ count: 2, share: 0.5 });
  expect(livingProgress([{ alive: true, step: 0, totalSteps: 0 }])).toEqual({ count: 1, share: null });
});
