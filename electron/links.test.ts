import { describe, expect, it } from "vitest";
import { Links } from "./links.ts";

describe("a link", () => {
  it("of the program's arguments is where the first window begins, and only that", () => {
    const links = new Links("#/runs/a");
    expect(links.takeWaiting()).toBe("#/runs/a");
    expect(links.takeWaiting()).toBeNull();
  });

  it("that comes while the page loads, or after it crashed, is followed as soon as a page listens", () => {
    const links = new Links(null);
    const followed: string[] = [];
    links.follow("#/runs/early");
    links.pageListens((fragment) => followed.push(fragment));
    links.follow("#/runs/now");
    links.pageIsGone();
    links.follow("#/runs/lost");
    links.follow("#/runs/late");
    expect(followed).toEqual(["#/runs/early", "#/runs/now"]);
    links.pageListens((fragment) => followed.push(fragment));
    expect(followed).toEqual(["#/runs/early", "#/runs/now", "#/runs/late"]);
  });
});
