import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { TestClient } from "../../testing/client.ts";
import { encodePng } from "../../testing/png.ts";
import { temporaryData } from "../../testing/temporary.ts";
import { Service } from "../service.ts";
import { serviceToken } from "../token.ts";

const row = (id: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  problem_id: id,
  problem: `Which colour has picture ${id}?`,
  data_type: "image",
  problem_type: "free-form",
  solution: `<answer>${"red ".repeat(id).trim()}</answer>`,
  path: `pictures/${id}.png`,
  data_source: id < 3 ? "first" : "second",
  ...more,
});

/** A service with pictures 1 to 3 (the third a copy of the second), one broken one and one that is missing. */
async function serviceWithPictures(): Promise<{ data: string; media: string; client: TestClient; address: string }> {
  const data = temporaryData();
  const media = join(data, "media");
  mkdirSync(join(media, "pictures"), { recursive: true });
  for (const id of [1, 2]) {
    writeFileSync(join(media, "pictures", `${id}.png`), encodePng(new Uint8Array(40 * 30 * 3).fill(id * 90), 40, 30));
  }
  copyFileSync(join(media, "pictures", "2.png"), join(media, "pictures", "3.png"));
  writeFileSync(join(media, "pictures", "4.png"), "#EXTM3U\nfile:///etc/passwd\n");
  writeFileSync(
    join(data, "rows.json"),
    JSON.stringify([row(1), row(2), row(3), row(4), row(5), row(6, { solution: 7 })]),
  );
  const service = await Service.start({ data });
  onTestFinished(() => service.stop());
  const client = await TestClient.connect(service.address, { token: serviceToken(data) });
  onTestFinished(() => client.close());
  return { data, media, client, address: service.address };
}

async function imported(
  client: TestClient,
  input: { file: string; mediaRoot: string; name?: string },
): Promise<string> {
  const { import: id } = await client.call("datasets.import", input);
  await vi.waitFor(
    async () => {
      expect(await client.call("datasets.imports", {})).toEqual([]);
      const list = await client.call("datasets.list", {});
      expect(list.find((dataset) => dataset.id === id)?.check).toBeNull();
    },
    { timeout: 60_000, interval: 100 },
  );
  return id;
}

describe("the window's datasets", () => {
  it("are imported, checked, paged, filtered, searched and shown row by row", { timeout: 120_000 }, async () => {
    const { data, media, client, address } = await serviceWithPictures();
    const file = join(data, "rows.json");
    const preview = await client.call("datasets.preview", { file });
    expect(preview).toMatchObject({ refusal: null, mediaFound: 0, suggestedMediaRoot: media });
    expect(preview.problems).toMatchObject([{ row: 6, field: "solution" }]);
    const dataset = await imported(client, { file, mediaRoot: media });
    const detail = await client.call("datasets.get", { dataset });
    expect(detail).toMatchObject({ name: "rows", rows: 5, badRows: 1 });
    expect(detail.media).toEqual({ total: 5, present: 0, missing: 1, decodable: 3, undecodable: 1 });
    expect(detail.report.duplicates.media).toBe(1);

    const rowsOf = async (filter: object, more: object = {}): Promise<number[]> => {
      const page = await client.call("datasets.rows", { dataset, filter, from: 0, count: 100, ...more });
      expect(page.total).toBe(page.rows.length);
      return page.rows.map((one) => one.row);
    };
    expect(await rowsOf({})).toEqual([1, 2, 3, 4, 5]);
    expect(await rowsOf({}, { sort: "longest answer" })).toEqual([5, 4, 3, 2, 1]);
    expect(await rowsOf({ sources: ["first"] })).toEqual([1, 2]);
    expect(await rowsOf({ text: "colour 3" })).toEqual([3]);
    expect(await rowsOf({ text: '"; DROP TABLE rows; --' })).toEqual([]);
    expect(await rowsOf({ media: "missing" })).toEqual([5]);
    expect(await rowsOf({ media: "undecodable" })).toEqual([4]);
    expect(await rowsOf({ duplicates: "media" })).toEqual([2, 3]);
    expect(await rowsOf({ dataType: "video" })).toEqual([]);

    const sample = await client.call("datasets.sample", { dataset, row: 3 });
    expect(JSON.parse(sample.record!)).toEqual(row(3));
    expect(sample).toMatchObject({ width: 40, height: 30, sameMedium: [2], sameRow: [] });
    expect(sample.prompts.map(({ text }) => text).every((text) => text.includes("picture 3"))).toBe(true);
    expect((await fetch(address + sample.mediaUrl!)).headers.get("content-type")).toBe("image/png");
    const broken = await client.call("datasets.sample", { dataset, row: 4 });
    expect(broken.mediaFile.reason).toMatch(/no video or picture that can be read/);
    await expect(client.call("datasets.sample", { dataset, row: 6 })).rejects.toThrow(/cannot be used/);
    const { resolution, mediaDecoded } = await client.call("datasets.histograms", { dataset });
    expect([resolution, mediaDecoded]).toEqual([[{ from: 0, to: 120, rows: 3 }], 3]);
  });

  it("show what training and held-out rows share, by content of the media too", { timeout: 120_000 }, async () => {
    const { data, media, client } = await serviceWithPictures();
    const dataset = await imported(client, { file: join(data, "rows.json"), mediaRoot: media });
    const elsewhere = join(data, "evaluation");
    mkdirSync(elsewhere);
    copyFileSync(join(media, "pictures", "1.png"), join(elsewhere, "copy.png"));
    writeFileSync(
      join(data, "held-out.json"),
      JSON.stringify([row(1, { path: "copy.png" }), row(9, { path: "copy.png" })]),
    );
    const other = await imported(client, { file: join(data, "held-out.json"), mediaRoot: elsewhere });
    const [overlap] = await client.call("datasets.overlaps", { dataset: other });
    expect(overlap).toMatchObject({ dataset, rows: 1, rowsWithMedia: 2, hashed: [1, 3], examples: [1, 2] });
  });

  it("offer the sample pack until it was imported", { timeout: 60_000 }, async () => {
    const { data, media, client } = await serviceWithPictures();
    expect(await client.call("datasets.suggested", {})).toEqual([]);
    const pack = join(data, "sample-pack");
    mkdirSync(pack);
    for (const name of ["train", "heldout"]) copyFileSync(join(data, "rows.json"), join(pack, `${name}.json`));
    const offered = await client.call("datasets.suggested", {});
    expect(offered.map(({ name, mediaRoot }) => [name, mediaRoot])).toEqual([
      ["Sample pack, training", pack],
      ["Sample pack, held out", pack],
    ]);
    await imported(client, { file: offered[0]!.file, mediaRoot: media });
    expect(await client.call("datasets.suggested", {})).toEqual([offered[1]]);
  });

  it("say why an import failed, and forget it when told", { timeout: 60_000 }, async () => {
    const { data, media, client } = await serviceWithPictures();
    const file = join(data, "prose.json");
    writeFileSync(file, "no rows here");
    const { import: id } = await client.call("datasets.import", { file, mediaRoot: media });
    await vi.waitFor(
      async () => {
        const [failed] = await client.call("datasets.imports", {});
        expect(failed).toMatchObject({ id, state: "failed", error: expect.stringMatching(/prose\.json is neither/) });
      },
      { timeout: 30_000 },
    );
    await client.call("datasets.dismissImport", { import: id });
    expect(await client.call("datasets.imports", {})).toEqual([]);
    await expect(client.call("datasets.import", { file: "rows.json", mediaRoot: media })).rejects.toThrow(
      /no whole path/,
    );
    await expect(client.call("datasets.import", { file, mediaRoot: join(data, "none") })).rejects.toThrow(/no folder/);
    await expect(client.call("datasets.rows", { dataset: "../runs", from: 0, count: 1 })).rejects.toThrow(/no dataset/);
  });
});
