/** Checkpoints from strangers: weights, configs, tokenizers and templates that are damaged or lie. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineError, openEngine, type Engine } from "../../native/index.ts";
import { loadTokenizer } from "../../trainer/data/tokens.ts";
import { refusalOf } from "./expect-refusal.ts";

const TINY = "test/fixtures/oracle/tiny-qwen25vl";
const folder = mkdtempSync(join(tmpdir(), "secondlook-checkpoints-"));
let engine: Engine;
let made = 0;

beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
});
afterAll(async () => {
  const model = await engine.load(TINY);
  expect(model.parameterCount).toBeGreaterThan(0);
  engine.dispose();
  rmSync(folder, { recursive: true });
});

type Header = Record<string, { dtype: string; shape: unknown; data_offsets: unknown }>;

/** A copy of the tiny checkpoint. */
function copy(): string {
  const directory = join(folder, `copy-${made++}`);
  cpSync(TINY, directory, { recursive: true });
  return directory;
}

async function refusedLoad(directory: string): Promise<string> {
  const error = await refusalOf(() => engine.load(directory));
  expect(error).toBeInstanceOf(EngineError);
  expect(error.message).toContain(directory);
  expect(error.message).toMatch(/\.$/);
  expect(error.message.length).toBeLessThan(2000);
  return error.message;
}

describe("safetensors", () => {
  const original = readFileSync(join(TINY, "model.safetensors"));
  const headerBytes = Number(original.readBigUInt64LE(0));
  const data = original.subarray(8 + headerBytes);
  const entries = (): Header => JSON.parse(original.toString("utf8", 8, 8 + headerBytes)) as Header;

  const packed = (header: string | Buffer, body: Buffer = data, claimed = Buffer.byteLength(header)): Buffer => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(claimed), 0);
    return Buffer.concat([length, Buffer.from(header), body]);
  };
  const NAME = "model.norm.weight";
  const changed = (change: (header: Header) => void): Buffer => {
    const header = entries();
    change(header);
    return packed(JSON.stringify(header));
  };
  const offsets = (header: Header, name = NAME): [number, number] => header[name]!.data_offsets as [number, number];

  const files: Record<string, () => Buffer> = {
    "zero bytes": () => Buffer.alloc(0),
    "seven bytes": () => Buffer.alloc(7),
    "cut inside the header": () => original.subarray(0, headerBytes / 2),
    "cut inside the data": () => original.subarray(0, original.length - 1000),
    "a header of 2^63 bytes": () => {
      const bytes = Buffer.from(original);
      bytes.writeBigUInt64LE(2n ** 63n, 0);
      return bytes;
    },
    "a header of zero bytes": () => packed("", data),
    "a header that is no JSON": () => packed("x".repeat(1000)),
    "a header that is a list": () => packed("[]"),
    "a header of half a million brackets": () => packed("[".repeat(500_000)),
    "a header of nested objects": () => packed('{"a":'.repeat(100_000)),
    "a header with broken escapes": () => packed('{"\\u12":1}'),
    "an entry that is null": () => packed(`{"${NAME}":null}`),
    "an entry that is text": () => packed(`{"${NAME}":"F32"}`),
    "metadata that is a number": () => packed('{"__metadata__":5}'),
    "an unknown dtype": () => changed((header) => (header[NAME]!.dtype = "Q4_0")),
    "a dtype of integers": () =>
      changed((header) => {
        header[NAME]!.dtype = "I32";
      }),
    "a dtype of the wrong width": () => changed((header) => (header[NAME]!.dtype = "BF16")),
    "another shape of the same size": () => changed((header) => (header[NAME]!.shape = [8, 8])),
    "another size": () => changed((header) => (header[NAME]!.shape = [65])),
    "negative extents that cancel": () => changed((header) => (header[NAME]!.shape = [-8, -8])),
    "extents that overflow": () => changed((header) => (header[NAME]!.shape = [2 ** 53, 2 ** 53])),
    "extents that overflow around zero": () => changed((header) => (header[NAME]!.shape = [2 ** 32, 2 ** 32, 0])),
    "a fractional extent": () => changed((header) => (header[NAME]!.shape = [6.5])),
    "a shape that is text": () => changed((header) => (header[NAME]!.shape = "64")),
    "ten thousand extents": () => changed((header) => (header[NAME]!.shape = new Array<number>(10_000).fill(1))),
    "negative offsets": () => changed((header) => (header[NAME]!.data_offsets = [-256, 0])),
    "offsets the wrong way round": () => changed((header) => (header[NAME]!.data_offsets = offsets(header).reverse())),
    "offsets past the end": () => changed((header) => (header[NAME]!.data_offsets = [1e15, 1e15 + 256])),
    "three offsets": () => changed((header) => (header[NAME]!.data_offsets = [...offsets(header), 0])),
    "overlapping tensors": () =>
      changed((header) => {
        const [begin, end] = offsets(header);
        header[NAME]!.data_offsets = begin > 0 ? [begin - 128, end - 128] : [begin + 128, end + 128];
      }),
    "two tensors on the same bytes": () =>
      changed((header) => (header["model.layers.0.input_layernorm.weight"]!.data_offsets = offsets(header))),
    "a hole": () =>
      changed((header) => {
        for (const entry of Object.values(header)) {
          const range = entry.data_offsets as [number, number] | undefined;
          if (range && range[0] >= offsets(entries())[1]) entry.data_offsets = [range[0] + 64, range[1] + 64];
        }
      }),
    "a missing tensor": () =>
      changed((header) => {
        header["model.norn.weight"] = header[NAME]!;
        Reflect.deleteProperty(header, NAME);
      }),
    "a tensor listed twice": () => {
      const text = JSON.stringify(entries());
      return packed(`${text.slice(0, -1)},${JSON.stringify({ [NAME]: entries()[NAME] }).slice(1)}`);
    },
    "bytes behind the last tensor": () => Buffer.concat([original, Buffer.alloc(64)]),
  };

  it.each(Object.keys(files))("%s", async (name) => {
    const directory = copy();
    writeFileSync(join(directory, "model.safetensors"), files[name]!());
    await refusedLoad(directory);
  });

  it("a folder, a pipe or nothing in the place of the weights", async () => {
    for (const put of [(path: string) => mkdirSync(path), (path: string) => execFileSync("mkfifo", [path]), () => {}]) {
      const directory = copy();
      rmSync(join(directory, "model.safetensors"));
      put(join(directory, "model.safetensors"));
      await refusedLoad(directory);
    }
  });

  it("an index that leads out of the folder, names no shard, or lies", async () => {
    for (const map of [
      { [NAME]: "../outside.safetensors" },
      { [NAME]: "/etc/passwd" },
      { [NAME]: "missing.safetensors" },
      { [NAME]: 5 },
      [],
      null,
    ]) {
      const directory = copy();
      rmSync(join(directory, "model.safetensors"));
      writeFileSync(join(directory, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
      await refusedLoad(directory);
    }
  });
});

describe("a config.json that lies", () => {
  type Config = Record<string, unknown> & {
    text_config?: Record<string, unknown>;
    vision_config: Record<string, unknown>;
  };
  const original = JSON.parse(readFileSync(join(TINY, "config.json"), "utf8")) as Config;
  const textOf = (config: Config): Record<string, unknown> => config.text_config ?? config;
  const text =
    (key: string, value: unknown) =>
    (config: Config): void => {
      textOf(config)[key] = value;
      if (config.text_config && key in config) config[key] = value;
    };
  const vision =
    (key: string, value: unknown) =>
    (config: Config): void => {
      config.vision_config[key] = value;
    };

  const lies: Record<string, (config: Config) => void> = {
    "no heads": text("num_attention_heads", 0),
    "a negative number of heads": text("num_attention_heads", -4),
    "heads that do not divide the width": text("num_attention_heads", 5),
    "key heads that do not divide the heads": text("num_key_value_heads", 3),
    "a width of zero": text("hidden_size", 0),
    "a width that is not the weights'": text("hidden_size", 128),
    "a huge width": text("hidden_size", 65_536),
    "an impossible width": text("hidden_size", 1e18),
    "a fractional width": text("hidden_size", 64.5),
    "a width in quotes": text("hidden_size", "64"),
    "no layers": text("num_hidden_layers", 0),
    "more layers than there are weights": text("num_hidden_layers", 1000),
    "a million layers": text("num_hidden_layers", 1e6),
    "a vocabulary smaller than its own ids": text("vocab_size", 10),
    "a vocabulary larger than the weights'": text("vocab_size", 1_000_000),
    "a huge inner width": text("intermediate_size", 1_048_576),
    "a negative norm epsilon": text("rms_norm_eps", -1),
    "no rope section": (config) => {
      for (const part of [config, textOf(config)]) {
        delete part["rope_scaling"];
        delete part["rope_parameters"];
      }
    },
    "no vision part": (config) => {
      delete (config as Record<string, unknown>)["vision_config"];
    },
    "no blocks of vision": vision("depth", 0),
    "heads of vision that do not divide": vision("num_heads", 7),
    "a patch of zero": vision("patch_size", 0),
    "a huge patch": vision("patch_size", 256),
    "four channels": vision("in_chans", 4),
    "an output width that is not the text's": vision("out_hidden_size", 63),
    "a window smaller than a patch": vision("window_size", 1),
    "a mark outside the vocabulary": (config) => {
      config["video_token_id"] = 10_000_000;
    },
    "another kind of model": (config) => {
      config["model_type"] = "llama";
    },
    "a model type that is a number": (config) => {
      config["model_type"] = 5;
    },
  };
  it.each(Object.keys(lies))("%s", async (name) => {
    const directory = copy();
    const config = structuredClone(original);
    lies[name]!(config);
    writeFileSync(join(directory, "config.json"), JSON.stringify(config));
    await refusedLoad(directory);
  });

  it("no JSON, no object, nothing, too much", async () => {
    for (const content of ["", "{", "[]", "null", "5", '"x"', "[".repeat(1e6), "\0", " ".repeat(17 * 2 ** 20)]) {
      const directory = copy();
      writeFileSync(join(directory, "config.json"), content);
      await refusedLoad(directory);
    }
  });
});

describe("tokenizers and chat templates", () => {
  const BASE = "resources/base-model";
  const FILES = ["tokenizer.json", "tokenizer_config.json", "chat_template.json", "config.json"];
  const withFile = (name: string, content: string): string => {
    const directory = join(folder, `tokenizer-${made++}`);
    mkdirSync(directory);
    for (const file of FILES) cpSync(join(BASE, file), join(directory, file));
    writeFileSync(join(directory, name), content);
    return directory;
  };
  const refusedTokenizer = async (
    directory: string,
    work?: (tokenizer: Awaited<ReturnType<typeof loadTokenizer>>) => void,
  ) => {
    const error = await refusalOf(async () => {
      const tokenizer = await loadTokenizer(directory);
      work?.(tokenizer);
    });
    expect(error.message).toContain(directory);
    expect(error.message).toMatch(/[.?]$/);
    return error.message;
  };

  it("tokenizer.json that is empty, no JSON, no tokenizer", async () => {
    for (const content of ["", "{", "{}", "null", "[]", '{"model":{}}', '{"model":{"type":"BPE"}}', '{"model":5}']) {
      await refusedTokenizer(withFile("tokenizer.json", content));
    }
  });

  it("tokenizer_config.json that is no object", async () => {
    await refusedTokenizer(withFile("tokenizer_config.json", "{"));
  });

  const messages = [{ role: "user", content: [{ type: "video" }, { type: "text", text: "Where?" }] }];
  const templates: Record<string, string> = {
    "never ends": "{% for i in range(10000000) %}{% for j in range(10000000) %}x{% endfor %}{% endfor %}",
    "asks for a list of a billion": "{% for i in range(1000000000) %}x{% endfor %}",
    "doubles a list for ever":
      "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
    "doubles a text for ever":
      "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x | upper }}",
    "calls itself": "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}",
    "reaches for the process": "{{ messages.constructor.constructor('return process')().exit() }}",
    "is torn": "{% for m in messages %}{{ m.role",
    raises: "{{ raise_exception('no') }}",
  };
  it.each(Object.keys(templates))("a chat template that %s", async (name) => {
    const directory = withFile("chat_template.json", JSON.stringify({ chat_template: templates[name] }));
    await refusedTokenizer(directory, (tokenizer) => tokenizer.renderChat(messages, { addGenerationPrompt: true }));
  });

  it("a checkpoint without the marks of vision", async () => {
    const text = readFileSync(join(BASE, "tokenizer.json"), "utf8").replaceAll("<|video_pad|>", "<|video_pax|>");
    await refusedTokenizer(withFile("tokenizer.json", text), (tokenizer) => tokenizer.specialId("<|video_pad|>"));
  });
});
