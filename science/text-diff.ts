/** Aligned difference of two texts, word by word: longest common subsequence (Wagner & Fischer 1974). */

export interface DiffPiece {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Above this many cells the middle is taken as replaced: a table of a thousand by a thousand words still takes a moment. */
const MOST_CELLS = 4_000_000;

/** Words with the white space that follows them; tags and marks of punctuation are words of their own. */
export function wordsOf(text: string): string[] {
  return text.match(/<[^<>\s]*>\s*|[\p{L}\p{N}_'.:-]+\s*|[^\p{L}\p{N}\s]\s*|\s+/gu) ?? [];
}

/**
 * Pieces in order, equal neighbours joined. All "same" and "removed" pieces joined are `before`, all "same" and "added"
 * ones `after` (white space inside "same" pieces is that of `after`).
 */
export function diffWords(before: string, after: string): DiffPiece[] {
  const left = wordsOf(before);
  const right = wordsOf(after);
  const equal = (a: number, b: number): boolean => left[a]!.trimEnd() === right[b]!.trimEnd();
  let start = 0;
  while (start < left.length && start < right.length && equal(start, start)) start++;
  let [leftEnd, rightEnd] = [left.length, right.length];
  while (leftEnd > start && rightEnd > start && equal(leftEnd - 1, rightEnd - 1)) {
    leftEnd--;
    rightEnd--;
  }
  const pieces: DiffPiece[] = [];
  const add = (kind: DiffPiece["kind"], text: string): void => {
    const last = pieces.at(-1);
    if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text };
    else if (text !== "") pieces.push({ kind, text });
  };
  add("same", right.slice(0, start).join(""));
  const [rows, columns] = [leftEnd - start, rightEnd - start];
  if (rows * columns > MOST_CELLS) {
    add("removed", left.slice(start, leftEnd).join(""));
    add("added", right.slice(start, rightEnd).join(""));
  } else {
    const width = columns + 1;
    // common[i * width + j]: length of the longest common subsequence of left from i on and right from j on.
    const common = new Uint32Array((rows + 1) * width);
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = columns - 1; j >= 0; j--) {
        common[i * width + j] = equal(start + i, start + j)
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
      }
    }
    let [i, j] = [0, 0];
    while (i < rows || j < columns) {
      if (i < rows && j < columns && equal(start + i, start + j)) {
        add("same", right[start + j]!);
        i++;
        j++;
      } else if (j >= columns || (i < rows && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
        add("removed", left[start + i++]!);
      } else add("added", right[start + j++]!);
    }
  }
  add("same", right.slice(rightEnd).join(""));
  return pieces;
}
