/** Two programs that answer the same requests, asked in turns, so that both feel the same machine. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

export interface Answer {
  readonly seconds?: readonly number[];
  readonly bytes?: number;
  readonly process?: number;
  readonly about?: string;
}

/** A child process that answers one line of JSON with one line of JSON. */
export class Contestant {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;

  constructor(name: string, command: string, args: readonly string[]) {
    this.#name = name;
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#child.on("error", (error) => console.error(`${name} could not be started: ${error.message}`));
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async ask(row: string, threads: number, seconds = 0): Promise<Answer> {
    this.#child.stdin!.write(`${JSON.stringify({ row, threads, seconds })}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error(`${this.#name} ended while it measured ${row}; its own words stand above.`);
    return JSON.parse(line.value) as Answer;
  }

  end(): void {
    this.#child.stdin!.end();
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export interface Duel {
  /** Median over the slices of each slice's median, seconds. */
  readonly ours: number;
  readonly theirs?: number;
  /** theirs / ours: median over pairs of neighbouring slices, and of the fastest repetitions. */
  readonly ratio?: number;
  readonly ratioOfBest?: number;
}

/** Asks both in turns, `rounds` slices each; `peerRow` where the peer knows the work by another name. */
export async function duel(
  row: string,
  threads: number,
  ours: Contestant,
  peer: Contestant | undefined,
  slices: { readonly rounds: number; readonly seconds: number; readonly peerRow?: string },
): Promise<Duel> {
  const peerRow = slices.peerRow ?? row;
  await ours.ask(row, threads); // makes what it needs
  await peer?.ask(peerRow, threads);
  const pairs: { ours: readonly number[]; theirs: readonly number[] }[] = [];
  for (let round = 0; round < slices.rounds; round++) {
    const mine = (await ours.ask(row, threads, slices.seconds)).seconds!;
    const theirs = peer ? (await peer.ask(peerRow, threads, slices.seconds)).seconds! : [];
    pairs.push({ ours: mine, theirs });
  }
  const value = median(pairs.map((pair) => median(pair.ours)));
  if (!peer) return { ours: value };
  return {
    ours: value,
    theirs: median(pairs.map((pair) => median(pair.theirs))),
    ratio: median(pairs.map((pair) => median(pair.theirs) / median(pair.ours))),
    ratioOfBest:
      Math.min(...pairs.map((pair) => Math.min(...pair.theirs))) /
      Math.min(...pairs.map((pair) => Math.min(...pair.ours))),
  };
}
