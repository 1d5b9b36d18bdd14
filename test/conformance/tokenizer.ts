/** Text <-> ids, padding and chat renderings, with the libraries that the product uses. All exact. */
import path from "node:path";
import { loadTokenizer } from "../../trainer/data/tokens.ts";
import { checkpointFolders } from "./checkpoints.ts";
import { has, readJson } from "./files.ts";
import type { Section } from "./report.ts";

interface Cases {
  readonly cases: readonly { text: string; ids: number[]; decoded: string; decoded_skip_special: string }[];
  readonly decode: readonly { ids: number[]; decoded: string; decoded_skip_special: string }[];
}
interface Padding {
  readonly texts: readonly string[];
  readonly left: { input_ids: number[][]; attention_mask: number[][] };
  readonly right: { input_ids: number[][]; attention_mask: number[][] };
}
interface Chats {
  readonly chats: readonly {
    name: string;
    messages: object[];
    add_generation_prompt: boolean;
    add_vision_id: boolean;
    text: string;
    ids: number[];
  }[];
}

export async function tokenizerSection(directory: string, section: Section): Promise<void> {
  for (const checkpoint of checkpointFolders(directory)) {
    await section.attempt(checkpoint, async () => {
      const tokenizer = await loadTokenizer(path.join(directory, checkpoint));
      const { cases, decode } = readJson<Cases>(directory, "tokenizer", "cases.json");
      const encoded = section.check(`${checkpoint}: text to ids`);
      const decoded = section.check(`${checkpoint}: ids to text`);
      for (const one of cases) {
        encoded.same(tokenizer.encode(one.text), one.ids, JSON.stringify(one.text));
        decoded.same(tokenizer.decode(one.ids), one.decoded, JSON.stringify(one.text));
        decoded.same(
          tokenizer.decode(one.ids, { skipSpecial: true }),
          one.decoded_skip_special,
          JSON.stringify(one.text),
        );
      }
      encoded.done();
      decoded.done();
      const broken = section.check(`${checkpoint}: any ids to text`);
      decode.forEach((one, index) => {
        broken.same(tokenizer.decode(one.ids), one.decoded, `case ${index}`);
        broken.same(tokenizer.decode(one.ids, { skipSpecial: true }), one.decoded_skip_special, `case ${index}`);
      });
      broken.done();
      const { chats } = readJson<Chats>(directory, "tokenizer", "chat.json");
      const rendered = section.check(`${checkpoint}: chat template`);
      for (const one of chats) {
        const options = { addGenerationPrompt: one.add_generation_prompt, addVisionId: one.add_vision_id };
        const text = tokenizer.renderChat(one.messages, options);
        rendered.same(text, one.text, one.name);
        rendered.same(tokenizer.encode(text), one.ids, `${one.name} ids`);
      }
      rendered.done();
      if (has(directory, "tokenizer", "padding.json")) {
        const padding = readJson<Padding>(directory, "tokenizer", "padding.json");
        const padded = section.check(`${checkpoint}: padding`);
        const rows = padding.texts.map((text) => tokenizer.encode(text));
        const pad = tokenizer.specialId("<|endoftext|>");
        const width = Math.max(...rows.map((row) => row.length));
        rows.forEach((row, index) => {
          const fill = new Array<number>(width - row.length).fill(pad);
          const off = fill.map(() => 0);
          const on = row.map(() => 1);
          padded.same([...fill, ...row], padding.left.input_ids[index], `left ${index}`);
          padded.same([...off, ...on], padding.left.attention_mask[index], `left mask ${index}`);
          padded.same([...row, ...fill], padding.right.input_ids[index], `right ${index}`);
          padded.same([...on, ...off], padding.right.attention_mask[index], `right mask ${index}`);
        });
        padded.done();
      }
    });
  }
}
