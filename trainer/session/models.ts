/** Loaded checkpoints: the two used last, each with its tokenizer. */
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Engine, Model } from "../../native/types.ts";
import { PREFIX_CACHE_BYTES, VISION_CACHE_BYTES } from "../../science/memory/plan.ts";
import type { PromptTemplate } from "../../science/prompts.ts";
import { storedPrecision } from "../run/loading.ts";
import { Prompter } from "../data/prompting.ts";
import { loadTokenizer, type TextTokenizer } from "../data/tokens.ts";

export interface LoadedModel {
  readonly model: Model;
  readonly tokenizer: TextTokenizer;
  readonly directory: string;
}

const KEPT = 2;

export class SessionModels {
  readonly #engine: Engine;
  readonly #embeddings: string;
  readonly #loaded = new Map<string, LoadedModel>();

  constructor(engine: Engine, dataFolder: string) {
    this.#engine = engine;
    this.#embeddings = join(dataFolder, DATA_FOLDER.embeddings);
  }

  /** @throws Error when the folder holds no checkpoint, or its tokenizer is another model's. */
  async get(directory: string): Promise<LoadedModel> {
    const known = this.#loaded.get(directory);
    if (known !== undefined) {
      this.#loaded.delete(directory);
      this.#loaded.set(directory, known);
      return known;
    }
    for (const [oldest, { model }] of this.#loaded) {
      if (this.#loaded.size < KEPT) break;
      this.#loaded.delete(oldest);
      model.dispose();
    }
    const tokenizer = await loadTokenizer(directory);
    const model = await this.#engine.load(directory, {
      dtype: storedPrecision(directory),
      trainable: false,
      // Questions about one clip, and the turns of one conversation, begin alike.
      visionCacheBytes: VISION_CACHE_BYTES,
      visionCacheFolder: this.#embeddings,
      prefixCacheBytes: PREFIX_CACHE_BYTES,
    });
    const loaded = { model, tokenizer, directory };
    this.#loaded.set(directory, loaded);
    return loaded;
  }

  dispose(): void {
    for (const { model } of this.#loaded.values()) model.dispose();
    this.#loaded.clear();
  }
}

/** Asks a loaded model with a template. @throws Error when the tokenizer is another model's. */
export function prompterFor({ model, tokenizer, directory }: LoadedModel, template: PromptTemplate): Prompter {
  const prompter = new Prompter(tokenizer, template);
  prompter.checkModel(model, directory);
  return prompter;
}
