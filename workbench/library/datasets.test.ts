import { describe, expect, it, onTestFinished } from "vitest";
import { openUser, type Db } from "../store/databases.ts";
import { temporaryData } from "../testing/temporary.ts";
import { datasetFiles, datasetFolder, findDataset, registerDataset, renameDataset } from "./datasets.ts";

function userWith(...datasets: readonly (readonly [id: string, name: string, mediaRoot: string])[]): Db {
  const user = openUser(temporaryData());
  onTestFinished(() => void user.close());
  for (const [id, name, mediaRoot] of datasets) {
    registerDataset(user, { id, name, file: `/data/${name}.json`, mediaRoot, addedAt: 1 });
  }
  return user;
}

describe("registered datasets", () => {
  it("are found by id and by name, and an unknown one names those there are", () => {
    const user = userWith(["d-000000000001", "one", "/media"]);
    expect(findDataset(user, "one")).toEqual(findDataset(user, "d-000000000001"));
    expect(() => findDataset(user, "two")).toThrow('There is no dataset "two"; there are: one.');
  });

  it("keep their names apart", () => {
    const user = userWith(["d-000000000001", "one", "/media"], ["d-000000000002", "two", "/media"]);
    expect(() => renameDataset(user, "d-000000000002", "one")).toThrow(/is called "one" already/);
    renameDataset(user, "d-000000000001", "uno");
    expect(findDataset(user, "uno").id).toBe("d-000000000001");
  });

  it("give a launch their files and the media root that they share", () => {
    const user = userWith(["d-000000000001", "one", "/media"], ["d-000000000002", "two", "/media"]);
    expect(datasetFiles(user, { train: "one", sft: "d-000000000002" })).toEqual({
      train: "/data/one.json",
      sft: "/data/two.json",
      mediaRoot: "/media",
    });
  });

  it("are refused together when their media lie under different roots", () => {
    const user = userWith(["d-000000000001", "one", "/media"], ["d-000000000002", "two", "/elsewhere"]);
    expect(() => datasetFiles(user, { train: "one", heldOut: "two" })).toThrow(/one media root.*\/media.*\/elsewhere/);
  });

  it("never lead to a folder outside the data folder", () => {
    for (const id of ["../runs", "d-1/../..", "", "d-00000000000G"]) {
      expect(() => datasetFolder("/data", id)).toThrow(/is not a dataset's id/);
    }
  });
});
