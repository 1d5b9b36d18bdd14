import { symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { temporaryData } from "../testing/temporary.ts";
import { MediaSigner, parseRange } from "./media.ts";

describe("a byte range", () => {
  it.each([
    [undefined, null],
    ["bytes=0-3", [0, 3]],
    ["bytes=4-", [4, 9]],
    ["bytes=-2", [8, 9]],
    ["bytes=-50", [0, 9]],
    ["bytes=0-500", [0, 9]],
    ["bytes=10-", "bad"],
    ["bytes=-0", "bad"],
    ["bytes=0-1,4-5", null],
    ["lines=1-2", null],
  ])("%s of ten bytes is %s", (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected);
  });
});

async function mediaServer(data: string) {
  const signer = new MediaSigner("token", data);
  const server = createServer((request, response) => signer.answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { signer, get: (path: string, init?: RequestInit) => fetch(address + path, init) };
}

function mediaFolder() {
  const data = temporaryData();
  const root = join(data, "media");
  mkdirSync(root);
  writeFileSync(join(root, "clip.mp4"), "0123456789");
  return { data, root, clip: join(root, "clip.mp4") };
}

describe("media", () => {
  it("come whole, in part, and as a head without body", async () => {
    const { data, root, clip } = mediaFolder();
    const { signer, get } = await mediaServer(data);
    const url = signer.file(clip, root)!;
    const whole = await get(url);
    expect([whole.status, await whole.text(), whole.headers.get("accept-ranges")]).toEqual([
      200,
      "0123456789",
      "bytes",
    ]);
    const part = await get(url, { headers: { range: "bytes=2-4" } });
    expect([part.status, await part.text(), part.headers.get("content-range")]).toEqual([206, "234", "bytes 2-4/10"]);
    const outside = await get(url, { headers: { range: "bytes=99-" } });
    expect([outside.status, outside.headers.get("content-range")]).toEqual([416, "bytes */10"]);
    const head = await get(url, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
  });

  it("are refused without the right signature, and never by path", async () => {
    const { data, root, clip } = mediaFolder();
    const { signer, get } = await mediaServer(data);
    const url = signer.file(clip, root)!;
    const forged = Buffer.from(JSON.stringify({ kind: "file", path: "/etc/passwd", expires: 9e15 })).toString(
      "base64url",
    );
    expect((await get(`/media/${forged}.${url.split(".")[1]!}`)).status).toBe(403);
    expect((await get(`/media/${clip}`)).status).toBe(403);
    expect(url).not.toContain("clip.mp4");
  });

  it("have addresses that last an hour or two and no longer", async () => {
    const { data, root, clip } = mediaFolder();
    const { signer, get } = await mediaServer(data);
    const url = signer.file(clip, root)!;
    const now = Date.now();
    const clock = vi.spyOn(Date, "now");
    onTestFinished(() => clock.mockRestore());
    clock.mockReturnValue(now + 59 * 60_000);
    expect((await get(url)).status).toBe(200);
    clock.mockReturnValue(now + 121 * 60_000);
    expect((await get(url)).status).toBe(403);
  });

  it("are only what lies under the run's root, links followed", () => {
    const { data, root } = mediaFolder();
    const signer = new MediaSigner("token", data);
    writeFileSync(join(data, "secret.mp4"), "secret");
    symlinkSync(join(data, "secret.mp4"), join(root, "link.mp4"));
    expect(signer.file(join(root, "link.mp4"), root)).toBeNull();
    expect(signer.file(join(root, "..", "secret.mp4"), root)).toBeNull();
    expect(signer.file(join(root, "missing.mp4"), root)).toBeNull();
    expect(() => signer.frame("../../secret")).toThrow("is not a frame's hash");
  });

  it("of the frame store come as pictures", async () => {
    const data = temporaryData();
    const hash = "ab".repeat(32);
    mkdirSync(join(data, "frames", "ab"), { recursive: true });
    writeFileSync(join(data, "frames", "ab", `${hash}.png`), "png");
    const { signer, get } = await mediaServer(data);
    const answer = await get(signer.frame(hash));
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect((await get(signer.frame("cd".repeat(32)))).status).toBe(404);
  });
});
