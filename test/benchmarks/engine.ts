/**
 * `npm run bench -- engine [--peer PYTHON] [--json FILE] [--rows PATTERN] [--threads 1,2] [--rounds N]`: named rows of
 * the engine's speed, and with `--peer` the same work in torch and transformers in alternation. A ratio above 1 means
 * that the engine is faster (or takes less memory).
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Contestant, type Duel, duel } from "./alternate.ts";

interface Row {
  readonly name: string;
  readonly threads: number;
  readonly value: number;
  readonly unit: string;
  readonly peer?: number;
  readonly ratio?: number;
  readonly ratioOfBest?: number;
}

const products = [128, 256, 512, 1024].map((size) => ({ name: `gemm_f32_${size}`, operations: 2 * size ** 3 }));
/** What is measured, under which name the peer knows it, and how a time becomes the row's value. */
const rows: readonly { readonly name: string; readonly operations?: number; readonly peerRow?: string }[] = [
  ...products,
  { name: "gemm_bf16_512", operations: 2 * 512 ** 3 },
  { name: "tiny_forward_b8" },
  { name: "tiny_train_step_b8" },
  { name: "tiny_grpo_group_step" },
  { name: "tiny_grpo_group_step", peerRow: "tiny_grpo_group_step_shared" },
  { name: "tiny_decode_b1" },
  { name: "tiny_decode_b8" },
];

function describe(name: string, threads: number, result: Duel, operations: number | undefined): Row {
  const convert = (seconds: number): number => (operations ? operations / seconds / 1e9 : seconds * 1000);
  const { ratio, ratioOfBest } = result;
  const peer = result.theirs === undefined ? {} : { peer: convert(result.theirs), ratio, ratioOfBest };
  return { name, threads, value: convert(result.ours), unit: operations ? "GFLOP/s" : "ms", ...peer };
}

const number = (value: number | undefined): string => (value === undefined ? "" : value.toPrecision(4));
function print(row: Row): void {
  const cells = [row.name.padEnd(30), `${row.threads}t`, `${number(row.value)} ${row.unit}`.padStart(16)];
  if (row.peer !== undefined) {
    cells.push(`peer ${number(row.peer)}`.padStart(14), `ratio ${row.ratio!.toFixed(2)}`.padStart(13));
    if (row.ratioOfBest !== undefined) cells.push(`(of the fastest ${row.ratioOfBest.toFixed(2)})`);
  }
  console.log(cells.join("  "));
}

async function memoryRow(peerPython: string | undefined): Promise<Row> {
  const ours = startOurs();
  const mine = await ours.ask("memory", 1);
  ours.end();
  const row = { name: "grpo_group_step_peak", threads: 1, value: mine.bytes! / 2 ** 20, unit: "MiB" };
  if (peerPython === undefined) return row;
  const peer = startPeer(peerPython);
  const theirs = await peer.ask("memory", 1);
  peer.end();
  return { ...row, peer: theirs.bytes! / 2 ** 20, ratio: theirs.bytes! / mine.bytes! };
}

const startOurs = (): Contestant =>
  new Contestant("the engine", process.execPath, ["test/benchmarks/engine-worker.ts"]);
const startPeer = (python: string): Contestant => new Contestant(python, python, ["test/peers/torch_engine_peer.py"]);

export async function benchEngine(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      peer: { type: "string" },
      json: { type: "string" },
      rows: { type: "string", default: "" },
      threads: { type: "string", default: "1,2" },
      rounds: { type: "string", default: "7" },
      seconds: { type: "string", default: "0.3" },
    },
  });
  const wanted = new RegExp(values.rows);
  const slices = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  const ours = startOurs();
  const peer = values.peer === undefined ? undefined : startPeer(values.peer);
  if (peer) console.log(`peer: ${(await peer.ask("about", 1)).about}`);
  const results: Row[] = [];
  const add = (row: Row): void => {
    results.push(row);
    print(row);
  };
  for (const threads of values.threads.split(",").map(Number)) {
    for (const row of rows) {
      if (row.peerRow !== undefined && !peer) continue;
      const name = row.peerRow ?? row.name;
      if (!wanted.test(name)) continue;
      const result = await duel(row.name, threads, ours, peer, { ...slices, ...row });
      add(describe(name, threads, result, row.operations));
    }
  }
  ours.end();
  peer?.end();
  if (wanted.test("grpo_group_step_peak")) add(await memoryRow(values.peer));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ rows: results }, null, 2)}\n`);
}
