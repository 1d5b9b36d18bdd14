import { describe, expect, it } from "vitest";
import { droppedOf } from "./dropped-kind.ts";

const file = (name: string, type = ""): File => new File(["x"], name, { type });
const pathOf = ({ name }: File): string => `/data/${name}`;

describe("a file dropped on the window", () => {
  it("is imported when it is a dataset, by the path that the shell knows", () => {
    expect(droppedOf(file("rows.jsonl"), pathOf)).toEqual({ kind: "dataset", path: "/data/rows.jsonl" });
    expect(droppedOf(file("Rows.JSON", "application/json"), pathOf)).toEqual({
      kind: "dataset",
      path: "/data/Rows.JSON",
    });
  });

  it("is asked about when it is a video or a picture, in a browser too", () => {
    const clip = file("clip.mp4", "video/mp4");
    expect(droppedOf(clip, undefined)).toEqual({ kind: "medium", file: clip });
    // Systems without a type for it.
    expect(droppedOf(file("clip.mkv"), pathOf).kind).toBe("medium");
    expect(droppedOf(file("frame.png", "image/png"), pathOf).kind).toBe("medium");
  });

  it("is refused with a reason when it is neither, or when its place is not known", () => {
    expect(droppedOf(file("notes.pdf", "application/pdf"), pathOf)).toEqual({
      kind: "refused",
      why: "notes.pdf is no dataset (JSON, JSONL), video or picture.",
    });
    expect(droppedOf(file("rows.json"), undefined)).toMatchObject({ kind: "refused" });
  });
});
