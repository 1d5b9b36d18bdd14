/** The base model's shape: Qwen2.5-VL's architecture at 1.45 million parameters, for the sample pack's little world. */
import type { Vocabulary } from "../samplepack/vocabulary.ts";

/**
 * A Hugging Face `config.json`. 84 px pictures are 6 x 6 patches, merged to 3 x 3 tokens a grid: the places of the pack's
 * world fall on tokens. theta is low because positions here never pass a few hundred; as many key heads as query heads,
 * because option lookup came faster with them (docs/sample-pack.md).
 */
export function baseModelConfig(vocabulary: Vocabulary): Record<string, unknown> {
  const id = (name: string): number => vocabulary.added[name]!;
  return {
    architectures: ["Qwen2_5_VLForConditionalGeneration"],
    model_type: "qwen2_5_vl",
    attention_dropout: 0,
    bos_token_id: id("<|endoftext|>"),
    eos_token_id: id("<|im_end|>"),
    vision_start_token_id: id("<|vision_start|>"),
    vision_end_token_id: id("<|vision_end|>"),
    vision_token_id: id("<|vision_pad|>"),
    image_token_id: id("<|image_pad|>"),
    video_token_id: id("<|video_pad|>"),
    hidden_act: "silu",
    hidden_size: 128,
    intermediate_size: 384,
    num_hidden_layers: 4,
    max_window_layers: 4,
    num_attention_heads: 4,
    num_key_value_heads: 4,
    max_position_embeddings: 2048,
    initializer_range: 0.02,
    rms_norm_eps: 1e-6,
    rope_theta: 100,
    rope_scaling: { type: "mrope", mrope_section: [4, 6, 6] },
    sliding_window: 2048,
    use_sliding_window: false,
    use_cache: true,
    tie_word_embeddings: true,
    torch_dtype: "float32",
    vocab_size: vocabulary.size,
    vision_config: {
      depth: 2,
      hidden_act: "silu",
      hidden_size: 96,
      intermediate_size: 256,
      num_heads: 3,
      in_chans: 3,
      out_hidden_size: 128,
      patch_size: 14,
      spatial_merge_size: 2,
      spatial_patch_size: 14,
      temporal_patch_size: 2,
      window_size: 112,
      fullatt_block_indexes: [1],
      tokens_per_second: 2,
    },
  };
}
