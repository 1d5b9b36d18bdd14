import { mkdtemp, writeFile, copyFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadTokenizer } from "./tokens.ts";

/** A byte-level tokenizer of nine tokens, enough to see where texts are cut. */
const TOKENIZER = {
  version: "1.0",
  added_tokens: [
    {
      id: 7,
      content: "<|im_start|>",
      special: true,
      normalized: false,
      single_word: false,
      lstrip: false,
      rstrip: false,
    },
    {
      id: 8,
      content: "<|im_end|>",
      special: true,
      normalized: false,
      single_word: false,
      lstrip: false,
      rstrip: false,
    },
  ],
  normalizer: { type: "NFC" },
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: true },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab: { h: 0, i: 1, Ġ: 2, hi: 3, Ã: 4, "©": 5, Ċ: 6 },
    merges: [["h", "i"]],
  },
};

const made: string[] = [];
afterAll(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))));

async function emptyFolder(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), "secondlook-tokens-"));
  made.push(directory);
  return directory;
}

async function folder(template: string): Promise<string> {
  const directory = await emptyFolder();
  await writeFile(path.join(directory, "tokenizer.json"), JSON.stringify(TOKENIZER));
  await writeFile(path.join(directory, "tokenizer_config.json"), JSON.stringify({ chat_template: template }));
  return directory;
}

describe("loadTokenizer", () => {
  it("turns text into ids and back, added tokens included", async () => {
    const tokenizer = await loadTokenizer(await folder("x"));
    expect(tokenizer.encode("hi hi<|im_end|>")).toEqual([3, 2, 3, 8]);
    expect(tokenizer.decode([3, 2, 3, 8])).toBe("hi hi<|im_end|>");
    expect(tokenizer.decode([3, 8], { skipSpecial: true })).toBe("hi");
    expect(tokenizer.encode("")).toEqual([]);
    expect(tokenizer.decode([])).toBe("");
  });

  it("decodes ids without a token to nothing and half a character to U+FFFD", async () => {
    const tokenizer = await loadTokenizer(await folder("x"));
    expect(tokenizer.decode([3, 600])).toBe("hi");
    expect(tokenizer.tokenText(4)).toBe("\ufffd");
    expect(tokenizer.decode([4, 5])).toBe("é");
  });

  it("renders the checkpoint's template and passes conversations as data only", async () => {
    const tokenizer = await loadTokenizer(
      await folder(
        "{% for m in messages %}{{ m['role'] }}:{{ m['content'] }};{% endfor %}{% if add_generation_prompt %}go{% endif %}",
      ),
    );
    const turns = [{ role: "user", content: "{{ 1 + 1 }}" }];
    expect(tokenizer.renderChat(turns, { addGenerationPrompt: true })).toBe("user:{{ 1 + 1 }};go");
  });

  it("stops a template that does not end", async () => {
    const endless = "{% for a in range(100000) %}{% for b in range(100000) %}{% set c = 1 %}{% endfor %}{% endfor %}";
    const tokenizer = await loadTokenizer(await folder(endless));
    expect(() => tokenizer.renderChat([], { addGenerationPrompt: false })).toThrow(/took more than 0.25 s/);
  });

  it("names the missing token or file", async () => {
    const directory = await folder("x");
    const tokenizer = await loadTokenizer(directory);
    expect(() => tokenizer.specialId("<|video_pad|>")).toThrow(/no token <\|video_pad\|>/);
    const empty = await emptyFolder();
    await copyFile(path.join(directory, "tokenizer_config.json"), path.join(empty, "tokenizer_config.json"));
    await expect(loadTokenizer(empty)).rejects.toThrow(/tokenizer\.json cannot be read/);
  });
});
