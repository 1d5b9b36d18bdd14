/** Requests of the right shape with contents that nobody should trust: they reach the handlers, and these answer or refuse. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { methodInputs } from "../../contract/methods.ts";
import { RandomStream } from "../../science/rng.ts";
import { Service } from "../../workbench/server/service.ts";
import { serviceToken } from "../../workbench/server/token.ts";
import { TestClient } from "../../workbench/testing/client.ts";
import { SyntheticRun } from "../../workbench/testing/synthetic-run.ts";
import { valueOf, type Shape } from "./shaped-values.ts";

const CASES_A_METHOD = Math.ceil(Number(process.env["SECONDLOOK_FUZZ_CASES"] ?? 4000) / 100);
const data = mkdtempSync(join(tmpdir(), "secondlook-methods-"));
const random = new RandomStream("methods", 1);
const answered = new Set<string>();
let service: Service;
let client: TestClient;

beforeAll(async () => {
  for (const id of ["one", "two"]) {
    const run = new SyntheticRun({ dataFolder: data, id, steps: 9, seed: 1, startTime: 0, prompts: 1, videos: false });
    while (run.step());
  }
  service = await Service.start({ data });
  service.catchUp();
  client = await TestClient.connect(service.address, { token: serviceToken(data) });
});
afterAll(async () => {
  client.close();
  await service.stop();
  rmSync(data, { recursive: true, force: true });
});

const WORDS = [
  // What leads to something, so that the rest of a request is looked at.
  ...["one", "two", "one", "two", "reward", "loss", "clip-1", "video-r1", "validation", "ordered"],
  ...[
    "",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "one/../two",
    "one\0",
    "__proto__",
    "constructor",
    "\u202e",
    "💥\ud800",
  ],
  ...["'; DROP TABLE runs; --", "%", "_%", "*", "(", "[", "a".repeat(3000), "NaN", "1e999", "reward>", "tag:", '"'],
];
/** These start processes, read or write where they are told, or take away on purpose; their inputs are tested where they are. */
const LEFT_OUT =
  /^(system|session|launch|media|datasets)\.|\.(start|launch|import|export|continue|resume|control|add|save|delete|stop|apply)$/;
const methods = Object.entries(methodInputs).filter(([name]) => !LEFT_OUT.test(name));

it.each(methods)(
  `%s answers hostile contents or refuses them in the contract's words, and names no path`,
  async (name, schema) => {
    const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape;
    for (let number = 0; number < CASES_A_METHOD; number++) {
      const params = valueOf(shape, random, WORDS);
      const error = await client.callAnything(name, params).then(
        () => null,
        (failure: { error?: object }) => failure.error ?? failure,
      );
      if (error === null) {
        answered.add(name);
        continue;
      }
      const place = JSON.stringify([name, params]).slice(0, 600);
      expect(error, place).toMatchObject({
        code: expect.any(String),
        message: expect.any(String),
        remedy: expect.any(String),
      });
      expect((error as { code: string }).code, `${place}: ${JSON.stringify(error)}`).not.toBe("INTERNAL");
      const said = JSON.stringify(error);
      expect(said.includes(data) || said.includes(process.cwd()) || /node_modules|\.ts:\d+/.test(said), said).toBe(
        false,
      );
    }
    expect(await client.call("runs.get", { run: "one" })).toMatchObject({ step: 9 });
  },
);

it("has got behind the door of most of them", () => {
  expect(answered.size).toBeGreaterThan(methods.length * 0.6);
});

it("has left the runs as they were", async () => {
  expect((await client.call("runs.list", {})).map(({ id }) => id).sort()).toEqual(["one", "two"]);
});
