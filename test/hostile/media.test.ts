/** Videos and pictures from strangers: each becomes frames or a refusal, in good time, and reads nothing but itself. */
import { execFileSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, Frames } from "../../native/types.ts";
import { openEngine } from "../../native/index.ts";
import type { Sample } from "../../science/records.ts";
import { readRow } from "../../science/records.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { ClipLoader, type Clip } from "../../trainer/media/clips.ts";
import { containerOf } from "../../trainer/media/container.ts";
import { decodeFrames } from "../../trainer/media/decode.ts";
import { FrameStore } from "../../trainer/media/frame-store.ts";
import { mediaRefusalOf } from "./expect-refusal.ts";
import { blackPng, claimTenHours, cmykJpeg, H264, make, source, turnedByNinety } from "./files.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-hostile-"));
const root = join(folder, "media");
const outside = join(folder, "outside");
const inRoot = (name: string): string => join(root, name);
let engine: Engine;
let clips: ClipLoader;

const sampleOf = (path: string, dataType: "image" | "video" = "video"): Sample => ({
  id: "1",
  question: "What?",
  dataType,
  problemType: "free-form",
  options: [],
  solution: "<answer>x</answer>",
  answer: "x",
  path,
  task: "",
  extra: {},
});
const load = (path: string, dataType: "image" | "video" = "video"): Promise<Clip> =>
  clips.load(sampleOf(path, dataType));
const refused = (name: string, dataType: "image" | "video" = "video") =>
  mediaRefusalOf(name, () => load(name, dataType));

beforeAll(async () => {
  mkdirSync(root);
  mkdirSync(outside);
  make(...source("64x48", "8", 2), ...H264, inRoot("good.mp4"));
  engine = await openEngine({ threads: 1 });
  const { vision } = recipeById("video-r1").settings("tiny", {});
  const store = new FrameStore(join(folder, "frames"));
  clips = new ClipLoader({ engine, store, cacheFolder: join(folder, "clips"), mediaRoot: root, vision });
});
afterAll(async () => {
  // Whatever came before, a good clip still loads, and nothing half-written is left.
  expect((await load("good.mp4")).frames.length).toBeGreaterThan(1);
  const left = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tmp"));
  expect(left).toEqual([]);
  engine.dispose();
  rmSync(folder, { recursive: true });
});

/** Width, height and count of frames; the sides are multiples of 28 with an area. */
async function usable(name: string, dataType: "image" | "video" = "video"): Promise<Clip> {
  const clip = await load(name, dataType);
  expect(clip.pixels.length).toBe(clip.frames.length * clip.width * clip.height * 3);
  expect([clip.width % 28, clip.height % 28, clip.pixels.length > 0]).toEqual([0, 0, true]);
  return clip;
}

describe("odd but honest media are shown as they are", () => {
  it("a frame 7680 pixels wide is scaled down", async () => {
    make(...source("7680x64", "4", 1), ...H264, inRoot("wide.mp4"));
    const clip = await usable("wide.mp4").catch((error: Error) => error);
    // 120 times as wide as high: within the settings' pixels no side may be left, which is a refusal with its reason.
    if (clip instanceof Error) expect(clip.message).toMatch(/wide\.mp4.*pixels.*\.$/);
    make(...source("7680x1080", "2", 1), ...H264, inRoot("wide.mp4"));
    const large = await decodeFrames(inRoot("wide.mp4"), () => [0, 1]);
    expect([large.width, large.frames.length]).toEqual([7680, 2]);
  });

  it("a rate of 23.976", async () => {
    make(...source("64x48", "24000/1001", 2), ...H264, inRoot("odd-rate.mp4"));
    const decoded = await decodeFrames(inRoot("odd-rate.mp4"), () => [0]);
    expect(decoded.framesPerSecond).toBeCloseTo(23.976, 2);
    await usable("odd-rate.mp4");
  });

  it("a variable rate keeps its times, no frame doubled", async () => {
    const filter = "select='lt(n,8)+not(mod(n,5))'";
    make(...source("64x48", "16", 3), "-vf", filter, "-fps_mode", "passthrough", ...H264, inRoot("vfr.mkv"));
    const decoded = await decodeFrames(inRoot("vfr.mkv"), () => [0]);
    const gaps = decoded.ptsSec.slice(1).map((pts, at) => pts - decoded.ptsSec[at]!);
    expect(Math.max(...gaps)).toBeGreaterThan(4 * Math.min(...gaps));
    await usable("vfr.mkv");
  });

  it("a rotation flag turns the picture", async () => {
    writeFileSync(inRoot("turned.mp4"), turnedByNinety(readFileSync(inRoot("good.mp4"))));
    const decoded = await decodeFrames(inRoot("turned.mp4"), () => [0]);
    expect([decoded.width, decoded.height]).toEqual([48, 64]);
  });

  it("a header that claims ten hours over two seconds of data", async () => {
    writeFileSync(inRoot("hours.mp4"), claimTenHours(readFileSync(inRoot("good.mp4"))));
    const started = performance.now();
    const clip = await load("hours.mp4");
    expect(clip.frames.length).toBeLessThanOrEqual(16);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it("an animated GIF", async () => {
    make(...source("64x48", "8", 1), inRoot("moving.gif"));
    expect((await usable("moving.gif")).frames.length).toBeGreaterThan(1);
  });

  it("a CMYK JPEG", async () => {
    writeFileSync(inRoot("print.jpg"), cmykJpeg());
    expect((await usable("print.jpg", "image")).frames).toHaveLength(1);
  });

  it("a video under a picture's name is what its bytes say", async () => {
    writeFileSync(inRoot("really-mp4.png"), readFileSync(inRoot("good.mp4")));
    expect((await usable("really-mp4.png")).frames.length).toBeGreaterThan(1);
  });

  it("a video where a picture was promised gives its first frame", async () => {
    expect((await usable("good.mp4", "image")).frames).toHaveLength(1);
  });
});

describe("media that cannot be used are refused", () => {
  it("a video of one frame", async () => {
    make(...source("64x48", "8", 1), "-frames:v", "1", ...H264, inRoot("one.mp4"));
    expect((await refused("one.mp4")).place).toBe("frame sampling");
  });

  it("a picture of 1 x 10000", async () => {
    writeFileSync(inRoot("line.png"), blackPng(1, 10_000, 10_000));
    expect((await refused("line.png", "image")).reason).toContain("200 times");
  });

  it("a picture so long that no side is left within the pixels allowed", async () => {
    writeFileSync(inRoot("strip.png"), blackPng(9000, 50, 50));
    expect((await refused("strip.png", "image")).reason).toContain("no side left");
  });

  it("an animated WebP that this ffmpeg cannot decode", async () => {
    make(...source("64x48", "4", 1), "-c:v", "libwebp_anim", inRoot("moving.webp"));
    const clip = await load("moving.webp").catch((error: Error) => error);
    if (clip instanceof Error) await refused("moving.webp");
    else expect(clip.frames.length).toBeGreaterThan(1);
  });

  it("a PNG of a few kilobytes that claims 60000 x 60000 pixels", async () => {
    writeFileSync(inRoot("bomb.png"), blackPng(60_000, 60_000, 10));
    await refused("bomb.png", "image");
  });

  it("a PNG whose 20000 x 20000 black pixels are really there", async () => {
    writeFileSync(inRoot("black.png"), blackPng(20_000, 20_000, 500));
    await refused("black.png", "image");
  });

  it("a file of zero bytes, and one of a few", async () => {
    writeFileSync(inRoot("empty.mp4"), "");
    expect((await refused("empty.mp4")).reason).toContain("empty");
    writeFileSync(inRoot("few.mp4"), "\0\0\0\x18ftyp");
    await refused("few.mp4");
  });

  it("a thousand zeros", async () => {
    writeFileSync(inRoot("zeros.mp4"), Buffer.alloc(1000));
    await refused("zeros.mp4");
  });

  it("noise behind the first bytes of each container", async () => {
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7919 + (at >> 3) * 31) & 255));
    const heads = {
      mp4: "\0\0\0\x18ftypisom\0\0\0\0",
      mkv: "\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1f",
      avi: "RIFF\xff\xff\0\0AVI LIST",
      gif: "GIF89a\xff\xff\xff\xff\xf7\0\0\0\0\0",
      png: "\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
      jpg: "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0",
      webp: "RIFF\xff\xff\0\0WEBPVP8 ",
      bmp: "BM\xff\xff\0\0\0\0\0\0\x36\0\0\0(\0",
    };
    for (const [kind, head] of Object.entries(heads)) {
      writeFileSync(inRoot(`noise.${kind}`), Buffer.concat([Buffer.from(head, "latin1"), noise]));
      await refused(`noise.${kind}`);
    }
  });

  it("a truncated video", async () => {
    const bytes = readFileSync(inRoot("good.mp4"));
    writeFileSync(inRoot("cut.mp4"), bytes.subarray(0, bytes.length / 2));
    await refused("cut.mp4");
  });

  it("sound without a picture", async () => {
    make("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", inRoot("sound.mp4"));
    await refused("sound.mp4");
  });

  it("a picture whose content is text", async () => {
    writeFileSync(inRoot("text.jpg"), "Not a picture, whatever the name says.");
    expect((await refused("text.jpg", "image")).place).toBe("byte 0");
  });
});

describe("paths lead nowhere else", () => {
  it("a file that is missing", async () => {
    expect((await refused("missing.mp4")).reason).toContain("does not exist");
  });

  it("symbolic links out of the media root, of files and of folders", async () => {
    writeFileSync(join(outside, "secret.mp4"), readFileSync(inRoot("good.mp4")));
    symlinkSync(join(outside, "secret.mp4"), inRoot("link.mp4"));
    symlinkSync(outside, inRoot("folder"));
    for (const name of ["link.mp4", "folder/secret.mp4"]) expect((await refused(name)).reason).toContain("out of");
  });

  it("symbolic links in a circle, and into /proc and /dev", async () => {
    symlinkSync(inRoot("circle.mp4"), inRoot("circle.mp4"));
    symlinkSync("/dev/zero", inRoot("zero.mp4"));
    symlinkSync("/proc/self/environ", inRoot("environment.mp4"));
    for (const name of ["circle.mp4", "zero.mp4", "environment.mp4"]) await refused(name);
  });

  it("`..`, absolute paths, back slashes and NUL in a row", () => {
    for (const path of ["../outside/secret.mp4", "a/../../x.mp4", "/etc/passwd", "..\\x.mp4", "a\0.mp4", ".", "./"]) {
      const row = {
        problem_id: 1,
        problem: "?",
        data_type: "video",
        problem_type: "free-form",
        solution: "<answer>x</answer>",
        path,
      };
      const result = readRow(row, "train.json", 3);
      expect(result).toMatchObject({ kind: "problem", problem: { place: "row 3, field path" } });
    }
  });

  it("`..` past the row's check is stopped at the media root too", async () => {
    const escape = await mediaRefusalOf("outside/secret.mp4", () => load("../outside/secret.mp4"));
    expect(escape.reason).toContain("out of");
  });

  it("a folder named .mp4", async () => {
    mkdirSync(inRoot("folder.mp4"));
    expect((await refused("folder.mp4")).reason).toContain("folder");
    await mediaRefusalOf("folder.mp4", () => containerOf(inRoot("folder.mp4")));
  });

  it("a pipe that nobody writes to", async () => {
    execFileSync("mkfifo", [inRoot("pipe.mp4")]);
    await refused("pipe.mp4");
    await mediaRefusalOf("pipe.mp4", () => containerOf(inRoot("pipe.mp4")));
  });

  it("a file that this user may not read", async () => {
    writeFileSync(inRoot("private.mp4"), readFileSync(inRoot("good.mp4")), { mode: 0o000 });
    // Nothing is closed to the superuser: as such the test becomes somebody else for a moment.
    const isRoot = process.getuid!() === 0;
    if (isRoot) execFileSync("chmod", ["755", folder, root]);
    if (isRoot) process.seteuid!(65534);
    try {
      const error = await mediaRefusalOf("private.mp4", () => containerOf(inRoot("private.mp4")));
      expect(error.reason).toContain("EACCES");
    } finally {
      if (isRoot) process.seteuid!(0);
    }
  });
});

describe("scripts under a video's name open nothing", () => {
  const requests: string[] = [];
  let server: Server;
  let address: string;
  const CANARY = "canary-5f1c9b";

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request.url ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(join(outside, "canary.txt"), `${CANARY}\n`.repeat(100));
  });
  afterAll(() => {
    expect(requests).toEqual([]);
    server.close();
  });

  const scripts: Record<string, (target: string) => string> = {
    "an HLS playlist": (target) => `#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:2,\n${target}\n#EXT-X-ENDLIST\n`,
    "an HLS playlist with an encryption key": (target) =>
      `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="${target}"\n#EXTINF:2,\n${target}\n#EXT-X-ENDLIST\n`,
    "a concat script": (target) => `ffconcat version 1.0\nfile '${target}'\n`,
    "a session description": (target) =>
      `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=${target}\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n`,
    "a DASH manifest": (target) =>
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet><Representation id="1"><BaseURL>${target}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
    "an SVG that names a picture": (target) =>
      `<svg xmlns="http://www.w3.org/2000/svg"><image href="${target}"/></svg>`,
    "a filter graph": (target) => `movie=${target}[out0]`,
    "a subtitle file": (target) => `1\n00:00:00,000 --> 00:00:02,000\n{\\pos}${target}\n`,
  };

  it.each(Object.keys(scripts))("%s", async (kind) => {
    for (const target of [join(outside, "canary.txt"), `file:${join(outside, "canary.txt")}`, `${address}/asked`]) {
      for (const extension of ["mp4", "m3u8", "png"]) {
        const name = `script.${extension}`;
        writeFileSync(inRoot(name), scripts[kind]!(target));
        const error = await mediaRefusalOf(name, () => decodeFrames(inRoot(name), () => [0]));
        expect([error.place, error.message.includes(CANARY)]).toEqual(["byte 0", false]);
      }
    }
  });

  it("a film whose data lie in another file gives none of that file's bytes", async () => {
    // The reference box names the canary: `url ` with its own-file flag cleared.
    const bytes = readFileSync(inRoot("good.mp4"));
    const at = bytes.indexOf("url ", 0, "latin1");
    expect(at).toBeGreaterThan(0);
    bytes.writeUInt32BE(0, at + 4);
    writeFileSync(inRoot("reference.mp4"), bytes);
    const result = await decodeFrames(inRoot("reference.mp4"), () => [0]).catch((error: Error) => error);
    if (result instanceof Error) expect(result.message).not.toContain(CANARY);
    else expect(result.frameCount).toBe(16);
  });
});

describe("limits hold whatever the film says", () => {
  it("a resolution that changes in the middle", async () => {
    make(...source("64x48", "8", 1), ...H264, "-f", "h264", inRoot("a.h264"));
    make(...source("128x96", "8", 1), ...H264, "-f", "h264", inRoot("b.h264"));
    const joined = Buffer.concat([readFileSync(inRoot("a.h264")), readFileSync(inRoot("b.h264"))]);
    writeFileSync(inRoot("both.h264"), joined);
    make("-i", inRoot("both.h264"), "-c", "copy", inRoot("both.mkv"));
    expect((await refused("both.mkv")).message).toMatch(/size|decode/);
  });

  it("frames that are not what they were said to be never reach the engine", async () => {
    const frames: Frames = { data: new Uint8Array(10), count: 1, height: 28, width: 28 };
    await expect(engine.resize(frames, { height: 28, width: 28 })).rejects.toThrow(/\.$/);
    const vast = { height: 2 ** 30, width: 2 ** 30 };
    await expect(engine.resize({ ...frames, data: new Uint8Array(28 * 28 * 3) }, vast)).rejects.toThrow(/\.$/);
  });
});
