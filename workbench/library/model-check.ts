/** Looks at a Hugging Face directory without loading it: what the model is, and what would stop a run. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ModelCheck } from "../../contract/methods.ts";

interface Tensors {
  readonly parameters: number;
  readonly bytes: number;
  readonly dtypes: ReadonlySet<string>;
}

type Json = Readonly<Record<string, unknown>>;

const KNOWN_TYPES = ["qwen2_5_vl", "qwen2_vl"];
/** A header larger than this belongs to no model that we know. */
const MAX_HEADER_BYTES = 64 * 2 ** 20;

/** Never throws: what is wrong stands in `problems`, each a sentence with the remedy. */
export function checkModel(directory: string): ModelCheck {
  const folder = resolve(directory);
  const problems: string[] = [];
  const config = readConfig(folder, problems);
  const text = (config["text_config"] ?? config) as Json;
  const number = (name: string): number => Number(text[name] ?? config[name] ?? 0);
  const modelType = String(config["model_type"] ?? "");
  if (problems.length === 0 && !KNOWN_TYPES.includes(modelType)) {
    problems.push(
      `${folder} holds a model of type "${modelType}"; the engine knows ${KNOWN_TYPES.join(" and ")}: choose a Qwen2.5-VL checkpoint.`,
    );
  }
  const tensors = existsSync(join(folder, "config.json")) ? readTensors(folder, problems) : null;
  const tokenizer = ["tokenizer.json", "vocab.json"].some((name) => existsSync(join(folder, name)));
  if (tensors && !tokenizer) {
    problems.push(
      `${folder} has no tokenizer.json: copy the tokenizer's files of the original model beside the weights.`,
    );
  }
  return {
    directory: folder,
    problems,
    modelType,
    parameters: tensors?.parameters ?? 0,
    weightBytes: tensors?.bytes ?? 0,
    contextLength: number("max_position_embeddings"),
    layers: number("num_hidden_layers"),
    hiddenSize: number("hidden_size"),
    vocabulary: number("vocab_size"),
    dtype: [...(tensors?.dtypes ?? [])].sort().join(", "),
  };
}

function readConfig(folder: string, problems: string[]): Json {
  const file = join(folder, "config.json");
  if (!existsSync(folder)) problems.push(`${folder} is not there: give the path of a Hugging Face model directory.`);
  else if (!existsSync(file)) {
    problems.push(`${folder} has no config.json: give the folder that holds config.json and *.safetensors.`);
  } else {
    try {
      return JSON.parse(readFileSync(file, "utf8")) as Json;
    } catch (error) {
      problems.push(`${file} is no JSON (${(error as Error).message}): download it again.`);
    }
  }
  return {};
}

function readTensors(folder: string, problems: string[]): Tensors | null {
  const index = join(folder, "model.safetensors.index.json");
  let names = ["model.safetensors"];
  if (existsSync(index)) {
    try {
      const { weight_map: map } = JSON.parse(readFileSync(index, "utf8")) as { weight_map: Record<string, string> };
      names = [...new Set(Object.values(map))].sort();
    } catch (error) {
      problems.push(`${index} cannot be read (${(error as Error).message}): download it again.`);
      return null;
    }
  }
  let [parameters, bytes] = [0, 0];
  const dtypes = new Set<string>();
  for (const name of names) {
    try {
      const file = readSafetensorsHeader(join(folder, name));
      parameters += file.parameters;
      bytes += file.bytes;
      for (const dtype of file.dtypes) dtypes.add(dtype);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { parameters, bytes, dtypes };
}

/** Names and shapes stand at the head of the file. @throws a sentence when the file is missing or cut off. */
function readSafetensorsHeader(file: string): Tensors {
  if (!existsSync(file)) throw new Error(`${file} is not there: download the model again.`);
  const { size } = statSync(file);
  const descriptor = openSync(file, "r");
  try {
    const head = Buffer.alloc(8);
    readSync(descriptor, head, 0, 8, 0);
    const length = Number(head.readBigUInt64LE(0));
    if (size < 8 || length > Math.min(MAX_HEADER_BYTES, size - 8)) throw new SyntaxError("its header is damaged");
    const text = Buffer.alloc(length);
    readSync(descriptor, text, 0, length, 8);
    const header = JSON.parse(text.toString("utf8")) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    >;
    let [parameters, end] = [0, 0];
    const dtypes = new Set<string>();
    for (const [name, tensor] of Object.entries(header)) {
      if (name === "__metadata__") continue;
      parameters += tensor.shape.reduce((product, side) => product * side, 1);
      end = Math.max(end, tensor.data_offsets[1]);
      dtypes.add(tensor.dtype);
    }
    if (size < 8 + length + end) throw new SyntaxError(`it has ${size} of ${8 + length + end} bytes`);
    return { parameters, bytes: size, dtypes };
  } catch (error) {
    throw new Error(`${file} cannot be used (${(error as Error).message}): download it again.`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}
