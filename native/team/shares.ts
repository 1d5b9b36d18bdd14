/** How a batch is divided among the members of a team, and its rows put together again. */
import type { Batch, PackedGroup } from "../types.ts";

/** Completions `from .. to - 1` of a group, behind its whole prompt. */
export interface Piece {
  readonly group: number;
  readonly from: number;
  readonly to: number;
}

const tokens = (rows: readonly Int32Array[]): number => rows.reduce((sum, ids) => sum + ids.length, 0);

/**
 * The pieces of each member, in the batch's order: whole groups where there are enough of them (or `whole` asks for it),
 * else parts of groups; the largest first to whom has least. Every member finds the same.
 */
export function sharesOf(batch: Batch, members: number, { whole = false } = {}): Piece[][] {
  const parts = whole || batch.length >= members ? 1 : Math.ceil(members / Math.max(1, batch.length));
  const pieces = batch.flatMap((group, index) => piecesOf(group, index, parts));
  const cost = ({ group, from, to }: Piece): number =>
    batch[group]!.prompt.ids.length + tokens(batch[group]!.completions.slice(from, to));
  const shares: Piece[][] = Array.from({ length: members }, () => []);
  const loads = shares.map(() => 0);
  for (const piece of [...pieces].sort((a, b) => cost(b) - cost(a))) {
    const member = loads.indexOf(Math.min(...loads));
    shares[member]!.push(piece);
    loads[member]! += cost(piece);
  }
  for (const share of shares) share.sort((a, b) => a.group - b.group || a.from - b.from);
  return shares;
}

function piecesOf(group: PackedGroup, index: number, parts: number): Piece[] {
  const count = group.completions.length;
  const used = Math.max(1, Math.min(parts, count));
  return Array.from({ length: used }, (_, part) => ({
    group: index,
    from: Math.floor((part * count) / used),
    to: Math.floor(((part + 1) * count) / used),
  }));
}

/** A member's part of the batch. The prompt's own tokens are scored by the piece that begins its group. */
export function batchOf(batch: Batch, share: readonly Piece[]): PackedGroup[] {
  return share.map(({ group, from, to }) => ({
    prompt: batch[group]!.prompt,
    completions: batch[group]!.completions.slice(from, to),
    ...(batch[group]!.scorePrompt && from === 0 ? { scorePrompt: true } : {}),
  }));
}

/** Rows of the whole batch (see `Scores`) that each row of a member's part is, in the part's order. */
export function rowsOf(batch: Batch, share: readonly Piece[]): number[] {
  const first: number[] = [];
  let rows = 0;
  for (const { completions, scorePrompt } of batch) {
    first.push(rows);
    rows += completions.length + (scorePrompt ? 1 : 0);
  }
  return share.flatMap(({ group, from, to }) => {
    const own = batch[group]!.scorePrompt ? 1 : 0;
    const begin = first[group]! + own;
    const completions = Array.from({ length: to - from }, (_, i) => begin + from + i);
    return own === 1 && from === 0 ? [first[group]!, ...completions] : completions;
  });
}

/** Offsets of the whole batch's rows, `[rows + 1]`. */
export function offsetsOf(batch: Batch): Int32Array {
  const lengths = batch.flatMap(({ prompt, completions, scorePrompt }) => [
    ...(scorePrompt ? [prompt.ids.length - 1] : []),
    ...completions.map((ids) => ids.length),
  ]);
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, row) => (offsets[row + 1] = offsets[row]! + length));
  return offsets;
}

/** Copies rows between the whole batch's flat values and a part's. */
export function copyRows(
  rows: readonly number[],
  offsets: Int32Array,
  whole: Float32Array,
  part: Float32Array,
  direction: "gather" | "scatter",
): void {
  let at = 0;
  for (const row of rows) {
    const [begin, end] = [offsets[row]!, offsets[row + 1]!];
    if (direction === "scatter") whole.set(part.subarray(at, at + end - begin), begin);
    else part.set(whole.subarray(begin, end), at);
    at += end - begin;
  }
}
