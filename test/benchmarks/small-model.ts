/** The small model of the engine's benchmarks, and prompts of a clip and a question for it. */
import type { Frames, Media, Prompt } from "../../native/index.ts";

export const vocabulary = 2048;
export const video = 2041;
export const frameCount = 8;
export const pixels = 224;

export const config = {
  architectures: ["Qwen2_5_VLForConditionalGeneration"],
  model_type: "qwen2_5_vl",
  vocab_size: vocabulary,
  hidden_size: 128,
  intermediate_size: 344,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  rope_scaling: { type: "mrope", mrope_section: [4, 6, 6] },
  tie_word_embeddings: true,
  image_token_id: 2040,
  video_token_id: video,
  vision_start_token_id: 2042,
  vision_end_token_id: 2043,
  eos_token_id: 1,
  vision_config: {
    depth: 4,
    hidden_size: 128,
    intermediate_size: 344,
    num_heads: 4,
    in_chans: 3,
    patch_size: 14,
    temporal_patch_size: 2,
    spatial_merge_size: 2,
    window_size: 112,
    fullatt_block_indexes: [3],
    out_hidden_size: 128,
    tokens_per_second: 2,
  },
};

export const range = (begin: number, count: number): number[] => Array.from({ length: count }, (_, i) => begin + i);

export function noise(count: number, seed: number): Frames {
  let state = seed;
  const data = Uint8Array.from({ length: count * pixels * pixels * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { data, count, height: pixels, width: pixels };
}

export function promptOf(media: Media): Prompt {
  const ids = [...Array<number>(8).fill(2), 2042, ...Array<number>(media.tokens).fill(video), 2043, ...range(3, 24)];
  return { ids: Int32Array.from(ids), media: [media] };
}
