/** The pack's own letters: 5 x 7 bitmaps, none of them an option's letter, drawn by render.ts and read in OCR questions. */

const BITMAPS = {
  H: ["#...#", "#...#", "#...#", "#####", "#...#", "#...#", "#...#"],
  J: ["..###", "...#.", "...#.", "...#.", "...#.", "#..#.", ".##.."],
  K: ["#...#", "#..#.", "#.#..", "##...", "#.#..", "#..#.", "#...#"],
  L: ["#....", "#....", "#....", "#....", "#....", "#....", "#####"],
  O: [".###.", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."],
  P: ["####.", "#...#", "#...#", "####.", "#....", "#....", "#...."],
  T: ["#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."],
  U: ["#...#", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."],
  X: ["#...#", "#...#", ".#.#.", "..#..", ".#.#.", "#...#", "#...#"],
  Z: ["#####", "....#", "...#.", "..#..", ".#...", "#....", "#####"],
} as const;

export type Glyph = keyof typeof BITMAPS;
export const GLYPHS = Object.keys(BITMAPS) as Glyph[];
export const isGlyph = (name: string): name is Glyph => name in BITMAPS;

const COLUMNS = 5;
const ROWS = 7;

/** Whether a point is inked; 0..1 across and down the glyph's box, which is 5 wide and 7 high. */
export function isInked(glyph: Glyph, across: number, down: number): boolean {
  const column = Math.floor(across * COLUMNS);
  const row = Math.floor(down * ROWS);
  if (column < 0 || column >= COLUMNS || row < 0 || row >= ROWS) return false;
  return BITMAPS[glyph][row]![column] === "#";
}
