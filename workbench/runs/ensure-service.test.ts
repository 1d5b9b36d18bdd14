import { expect, it } from "vitest";
import { pageAt } from "./ensure-service.ts";

it("leads to a view with the token behind it, where the window takes it out", () => {
  expect(pageAt({ pageAddress: "http://127.0.0.1:4100/#token=abc" }, "/runs/r-1/rollouts")).toBe(
    "http://127.0.0.1:4100/#/runs/r-1/rollouts&token=abc",
  );
});
