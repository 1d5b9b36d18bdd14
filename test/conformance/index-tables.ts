/** M-RoPE positions and window plans without any network: the engine's helpers against model/*_cases.json. Exact. */
import type { PositionRun } from "../../native/index.ts";
import { loadEngine, type EngineModule } from "./engine.ts";
import { has, readJson } from "./files.ts";
import type { Section } from "./report.ts";

type Grid = [number, number, number];

export async function indexTableRows(directory: string, section: Section): Promise<void> {
  const engine = await loadEngine();
  if (typeof engine === "string") {
    section.notYet("positions and windows", engine);
    return;
  }
  await section.attempt("windows", () => windows(directory, section, engine));
  await section.attempt("positions", () => positions(directory, section, engine));
}

function windows(directory: string, section: Section, engine: EngineModule): void {
  interface Case {
    grids: Grid[];
    window: number;
    window_index: number[];
    cu_window_seqlens: number[];
    cu_seqlens: number[];
    position_hw?: [number, number][];
  }
  if (!has(directory, "model", "window_cases.json"))
    return section.notYet("window plans", "the folder has no model/window_cases.json");
  const file = readJson<{ merge: number; patch: number; cases: Case[] }>(directory, "model", "window_cases.json");
  const check = section.check("window plans");
  for (const one of file.cases) {
    const plan = engine.windowPlan(one.grids, { patch: file.patch, merge: file.merge, windowSize: one.window });
    const where = JSON.stringify([one.grids, one.window]);
    check.same([...plan.windowIndex], one.window_index, `${where}: order`);
    check.same([...plan.windowEnds], one.cu_window_seqlens, `${where}: windows`);
    check.same([...plan.gridEnds], one.cu_seqlens, `${where}: grids`);
    if (one.position_hw !== undefined) {
      check.same(
        Array.from(plan.rows, (row, i) => [row, plan.columns[i]!]),
        one.position_hw,
        `${where}: positions`,
      );
    }
  }
  check.done();
}

function positions(directory: string, section: Section, engine: EngineModule): void {
  interface Case {
    type: string;
    tokens_per_second: number | null;
    token_types: number[][];
    attention_mask: number[][];
    image_grid_thw: Grid[];
    video_grid_thw: Grid[];
    second_per_grid_ts: number[];
    position_ids: number[][][];
    rope_deltas: number[];
  }
  if (!has(directory, "model", "rope_cases.json"))
    return section.notYet("positions", "the folder has no model/rope_cases.json");
  const file = readJson<{ merge: number; cases: Case[] }>(directory, "model", "rope_cases.json");
  const check = section.check("positions");
  file.cases.forEach((one, index) => {
    let image = 0;
    let video = 0;
    one.token_types.forEach((types, row) => {
      const places = types.flatMap((_, place) => (one.attention_mask[row]![place] === 1 ? [place] : []));
      const runs: PositionRun[] = [];
      for (let at = 0; at < places.length;) {
        const type = types[places[at]!]!;
        if (type === 0) {
          let tokens = 0;
          while (at + tokens < places.length && types[places[at + tokens]!] === 0) tokens++;
          runs.push({ tokens });
          at += tokens;
          continue;
        }
        const isVideo = type === 2;
        const secondsPerGrid = isVideo ? one.second_per_grid_ts[video] : undefined;
        const grid = isVideo ? one.video_grid_thw[video++]! : one.image_grid_thw[image++]!;
        runs.push({ grid, video: isVideo, secondsPerGrid });
        at += (grid[0] * grid[1] * grid[2]) / file.merge ** 2;
      }
      const result = engine.mropePositions(runs, { merge: file.merge, tokensPerSecond: one.tokens_per_second ?? 0 });
      for (const axis of [0, 1, 2] as const) {
        const expected = places.map((place) => one.position_ids[axis]![row]![place]!);
        check.same([...result.positions[axis]], expected, `case ${index}, row ${row}, axis ${axis}`);
      }
      check.same(
        result.next - places.length,
        one.rope_deltas[row],
        `case ${index}, row ${row}: where the text goes on`,
      );
    });
  });
  check.done();
}
