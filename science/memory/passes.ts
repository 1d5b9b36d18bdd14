/**
 * Peak bytes of the engine's passes, allocation by allocation as they are made in native/src/model (block, vision, language,
 * tape, score) and native/src/generate: change them together. A test holds the sums against the engine's own figures.
 * They are the processor's: a device keeps most rows of a bf16 tape as bfloat16, about half of it, and needs a little more
 * for its pieces of work.
 */
import type { Architecture } from "./architecture.ts";
import type { ModelChoices } from "./choices.ts";

/** A packed batch: all prompts and completions of one pass. */
export interface PackedShape {
  /** Tokens, each prompt once. */
  readonly rows: number;
  /** Tokens whose log-probabilities are wanted. */
  readonly scored: number;
  /** Patches and tokens of all distinct media. */
  readonly patches: number;
  readonly units: number;
  readonly media: number;
}

const FLOAT = 4;
/** Rows that go through a block's products together. */
const CHUNK = 512;
/** A tape keeps blocks' inputs only once everything would take more (native/src/model/tape.cpp). */
const KEPT_ACTIVATION_BYTES = 3 * 2 ** 30;
const PATCHES_PER_ENCODING = 8192;
/** Tokens of prompts in a pass of generate(), and what stretches are multiples of. */
const READING_ROWS = 512;
const STRETCH = 64;

interface Block {
  readonly width: number;
  readonly queryWidth: number;
  readonly qkvWidth: number;
  readonly up: number;
  readonly ffn: number;
  readonly heads: number;
  readonly norms: number;
}

function textBlock({ text }: Architecture): Block {
  const queryWidth = text.heads * text.headDim;
  const qkvWidth = queryWidth + 2 * text.keyHeads * text.headDim;
  return { width: text.hidden, queryWidth, qkvWidth, up: 2 * text.ffn, ffn: text.ffn, heads: text.heads, norms: 2 };
}

function visionBlock({ vision: v }: Architecture): Block {
  const up = v.layerNorm ? v.ffn : 2 * v.ffn;
  return {
    width: v.hidden,
    queryWidth: v.hidden,
    qkvWidth: 3 * v.hidden,
    up,
    ffn: v.ffn,
    heads: v.heads,
    norms: v.layerNorm ? 4 : 2,
  };
}

/** Floats that a block's forward pass leaves for its backward pass. */
const saved = (b: Block, rows: number): number =>
  rows * (b.norms + b.qkvWidth + b.queryWidth + b.heads + b.width + b.up);
const forwardScratch = (b: Block, rows: number, rank: number): number =>
  Math.min(rows, CHUNK) * (b.width + b.ffn + rank);
const backwardScratch = (b: Block, rows: number, rank: number): number =>
  Math.min(rows, CHUNK) * (2 * b.width + 2 * b.ffn + b.up + 2 * rank) + rows * (b.queryWidth + b.qkvWidth);

/** Floats kept by a forward pass over blocks, and the most beyond that while it runs. */
function blocksForward(
  b: Block,
  depth: number,
  rows: number,
  keep: Keep,
  rank: number,
): { kept: number; extra: number } {
  const passing = saved(b, rows) + forwardScratch(b, rows, rank);
  if (keep === "everything")
    return { kept: depth * (rows * b.width + saved(b, rows)), extra: forwardScratch(b, rows, rank) };
  if (keep === "inputs") return { kept: depth * rows * b.width, extra: passing };
  return { kept: rows * b.width, extra: passing };
}

function blocksBackward(b: Block, rows: number, keep: Keep, rank: number): number {
  const scratch = backwardScratch(b, rows, rank);
  if (keep === "everything") return scratch;
  return rows * b.width + saved(b, rows) + Math.max(scratch, forwardScratch(b, rows, rank));
}

type Keep = "nothing" | "inputs" | "everything";

interface Usage {
  /** Floats still there after the pass. */
  readonly kept: number;
  readonly peak: number;
}

function visionForward(a: Architecture, { patches, units, media }: PackedShape, keep: Keep): Usage {
  const v = a.vision;
  const block = visionBlock(a);
  const merged = units * a.text.hidden;
  const patchRow = 3 * v.temporal * v.patch ** 2;
  const pixels = media > 1 ? patches * patchRow : 0;
  const start = merged + 2 * patches * (v.hidden / v.heads) + pixels + 2 * patches * v.hidden;
  const blocks = blocksForward(block, v.depth, patches, keep, 0);
  const merger = patches * v.hidden + 2 * patches + 2 * patches * v.hidden + units * a.text.hidden;
  const peak = start + blocks.kept + Math.max(blocks.extra, merger);
  return { kept: keep === "nothing" ? merged : start + blocks.kept + merger, peak };
}

function visionBackward(a: Architecture, { patches, units }: PackedShape, keep: Keep): number {
  const start = units * a.text.hidden + 4 * patches * a.vision.hidden;
  return start + Math.max(blocksBackward(visionBlock(a), patches, keep, 0), patches * a.vision.hidden);
}

/** Embeddings from the cache, made where they are missing: a part of the media at a time. */
function embeddings(a: Architecture, batch: PackedShape): Usage {
  const kept = batch.units * a.text.hidden;
  const perMedium = batch.patches / Math.max(1, batch.media);
  const together = Math.min(batch.media, Math.max(1, Math.floor(PATCHES_PER_ENCODING / Math.max(1, perMedium))));
  const part = {
    ...batch,
    patches: perMedium * together,
    units: (batch.units / Math.max(1, batch.media)) * together,
    media: Math.max(2, together), // each two frames go in by themselves, and several inputs are copied side by side
  };
  return { kept, peak: Math.max(kept, batch.media > 0 ? visionForward(a, part, "nothing").peak : 0) };
}

function languageForward(a: Architecture, batch: PackedShape, keep: Keep, rank: number): Usage {
  const { rows, units } = batch;
  const width = a.text.hidden;
  const start = rows * width + 2 * rows * a.text.headDim;
  const blocks = blocksForward(textBlock(a), a.text.layers, rows, keep, rank);
  const peak =
    start + Math.max((rows - units) * width + (keep === "nothing" ? blocks.kept : 0), blocks.kept + blocks.extra);
  return { kept: keep === "nothing" ? 2 * rows * width : start + blocks.kept, peak };
}

/** Activations of forward() and backward() on one batch. */
export function tapeBytes(a: Architecture, choices: ModelChoices, batch: PackedShape): number {
  const encodes = !choices.frozenVision && choices.lora === null && batch.media > 0;
  const rank = choices.lora?.rank ?? 0;
  const keep = keepOf(a, choices, batch, encodes);
  const vision = encodes ? visionForward(a, batch, keep) : embeddings(a, batch);
  const language = languageForward(a, batch, keep, rank);
  const width = a.text.hidden;
  const ends = batch.scored * (2 * width + 2);
  const kept = vision.kept + language.kept + ends;
  const gradients = batch.scored * (1 + 2 * width) + batch.rows * width + (encodes ? batch.units * width : 0);
  const trainsEmbedding = choices.lora === null;
  const languageBackward = Math.max(
    blocksBackward(textBlock(a), batch.rows, keep, rank),
    trainsEmbedding ? (batch.rows - batch.units) * width : 0,
  );
  const backward = Math.max(languageBackward, encodes ? visionBackward(a, batch, keep) : 0);
  return FLOAT * Math.max(vision.peak, vision.kept + language.peak, kept + gradients + backward);
}

function keepOf(a: Architecture, choices: ModelChoices, batch: PackedShape, encodes: boolean): Keep {
  if (choices.checkpointing !== "auto") return choices.checkpointing === "always" ? "inputs" : "everything";
  // LanguageModel::bytesPerRow and VisionTower::bytesPerPatch
  const t = textBlock(a);
  const v = visionBlock(a);
  const perRow = a.text.layers * (2 * t.width + t.qkvWidth + t.queryWidth + t.up) + 8 * t.width;
  const perPatch =
    a.vision.depth * (3 * v.width + v.qkvWidth + v.up) + 3 * a.vision.temporal * a.vision.patch ** 2 + 8 * v.width;
  const bytes = FLOAT * (batch.rows * perRow + (encodes ? batch.patches * perPatch : 0));
  return bytes > KEPT_ACTIVATION_BYTES ? "inputs" : "everything";
}

/** Activations of score() on one batch. */
export function scoreBytes(a: Architecture, batch: PackedShape): number {
  const vision = embeddings(a, batch);
  const language = languageForward(a, batch, "nothing", 0);
  const ends = batch.scored * (2 * a.text.hidden + 1);
  return FLOAT * Math.max(vision.peak, vision.kept + language.peak, vision.kept + language.kept + ends);
}

export interface GenerationShape {
  readonly prompts: number;
  /** Tokens of one prompt. */
  readonly promptTokens: number;
  readonly patches: number;
  readonly units: number;
  /** On average. */
  readonly completions: number;
  readonly maxTokens: number;
  /** Completions that are written at once; default all. */
  readonly rowsAtOnce?: number;
}

/**
 * Activations and cached keys and values of generate(): room for every completion's longest form is taken at once. Prompts are
 * read in stretches while those read before are written on (native/src/generate/scheduler.cpp, decoder.cpp): the largest pass.
 */
export function generationBytes(
  a: Architecture,
  choices: ModelChoices,
  g: GenerationShape,
): { activations: number; keyValueCache: number } {
  const keyWidth = a.text.keyHeads * a.text.headDim;
  const sequences = Math.min(g.prompts * g.completions, g.rowsAtOnce ?? Infinity);
  const tokens = g.prompts * room(g.promptTokens) + sequences * room(g.maxTokens);
  const writing: ReadingPass = { rows: 0, begun: 0, touched: 0, read: 0, before: g.prompts, seen: 0 };
  const passes = [...readingPasses(g), writing].map((pass) => passFloats(a, choices, g, pass));
  return {
    activations: FLOAT * Math.max(...passes),
    keyValueCache: FLOAT * 2 * a.text.layers * keyWidth * tokens,
  };
}

/** native/src/ops/ops.h, cacheRoom */
const room = (tokens: number): number => Math.ceil(tokens / 16) * 16;

interface ReadingPass {
  /** Tokens of prompts. */
  readonly rows: number;
  /** Prompts whose first tokens, whose tokens and whose last tokens are among them; those read before. */
  readonly begun: number;
  readonly touched: number;
  readonly read: number;
  readonly before: number;
  /** Tokens of a prompt that is gone on with, these included. */
  readonly seen: number;
}

function readingPasses({ prompts, promptTokens }: GenerationShape): ReadingPass[] {
  const passes: ReadingPass[] = [];
  let [before, done] = [0, 0];
  while (before < prompts) {
    let [rows, begun, touched, read, seen] = [0, 0, 0, 0, 0];
    while (before + read < prompts) {
      const rest = promptTokens - done;
      const left = READING_ROWS - rows;
      const stretch = rest <= left ? rest : Math.floor(left / STRETCH) * STRETCH;
      if (stretch === 0) break;
      rows += stretch;
      touched++;
      if (done === 0) begun++;
      else seen += done + stretch;
      done = stretch === rest ? 0 : done + stretch;
      if (done === 0) read++;
    }
    passes.push({ rows, begun, touched, read, before, seen });
    before += read;
  }
  return passes;
}

/** Floats in the arena at most, as Decoder::pass takes them. */
function passFloats(a: Architecture, choices: ModelChoices, g: GenerationShape, pass: ReadingPass): number {
  const block = textBlock(a);
  const width = a.text.hidden;
  const written = Math.min(pass.before * g.completions, g.rowsAtOnce ?? Infinity);
  const rows = pass.rows + written;
  const hasMedia = g.patches > 0;
  const media = (count: number): PackedShape => ({
    rows: pass.rows,
    scored: 0,
    patches: count * g.patches,
    units: count * g.units,
    media: hasMedia ? count : 0,
  });
  const shown = embeddings(a, media(pass.touched)).kept;
  const start = rows * (2 * width + 2 * a.text.headDim);
  const textRows = Math.max(0, pass.rows - pass.begun * g.units) + written;
  const embedding = Math.max(embeddings(a, media(pass.begun)).peak, shown + (shown > 0 ? textRows * width : 0));
  const buffers = rows * (width + block.qkvWidth + block.queryWidth + block.up + block.ffn);
  const attention = pass.rows * block.heads + 2 * pass.seen * a.text.keyHeads * a.text.headDim;
  const logits = (pass.read + written) * a.text.vocabulary;
  const rank = choices.lora?.rank ?? 0;
  return start + Math.max(embedding, buffers + Math.max(attention, rank * rows, logits));
}

/** Normalised patches of media and, while they are alive, their embeddings. */
export function mediaBytes(a: Architecture, patches: number, units: number): number {
  return FLOAT * (patches * 3 * a.vision.temporal * a.vision.patch ** 2 + units * a.text.hidden);
}
