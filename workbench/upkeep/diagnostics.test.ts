import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { RunSummary } from "../../contract/methods.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { makeDiagnostics } from "./diagnostics.ts";
import { withoutSecrets } from "./secrets.ts";

it("takes known secrets, keys of services, tokens in addresses and the home folder out of a text", () => {
  const text = [
    "at http://127.0.0.1:1234/#token=5f363df0b49f9e8a",
    "HF_TOKEN=hf_AbCdEfGh1234 and sk-proj-12345678abcd",
    'Authorization: Bearer abc.def.ghi-123, "apiKey": "topsecret99"',
    "/home/ada/videos/clip.mp4 with sesame-open",
  ].join("\n");
  const clean = withoutSecrets(text, ["sesame-open"], "/home/ada");
  for (const secret of ["5f363df0b49f9e8a", "hf_AbC", "sk-proj", "abc.def", "topsecret99", "sesame", "/home/ada"]) {
    expect(clean, secret).not.toContain(secret);
  }
  expect(clean).toContain("~/videos/clip.mp4");
  expect(clean).toContain("http://127.0.0.1:1234/#token=[removed]");
});

it("packs versions, the doctor's words, states of runs and ends of logs, and none of the tokens", async () => {
  const data = temporaryData();
  writeSyntheticRun(data, "one", 2);
  writeFileSync(join(data, DATA_FOLDER.token), "the-services-own-token");
  appendFileSync(join(data, "runs", "one", "worker.log"), "loading with the-services-own-token\nthe end\n");
  const run = { id: "one", state: "failed", endReason: "out of memory", alerts: [] } as unknown as RunSummary;
  const secrets = [readFileSync(join(data, DATA_FOLDER.token), "utf8")];
  const bundle = await makeDiagnostics({ data, runs: [run], settings: { retention: null }, secrets }, new Date());
  const names = execFileSync("tar", ["-tzf", bundle.path], { encoding: "utf8" });
  for (const name of ["versions.json", "doctor.json", "settings.json", "runs.json", "logs/one.log"]) {
    expect(names).toContain(`/${name}\n`);
    expect(bundle.files.map((file) => file.name)).toContain(name);
  }
  const all = execFileSync("tar", ["-xzOf", bundle.path], { encoding: "utf8" });
  expect(all).toContain("the end");
  expect(all).toContain("out of memory");
  expect(all).not.toContain("the-services-own-token");
  expect(names).not.toMatch(/journal|tokens|frames|safetensors/);
});
