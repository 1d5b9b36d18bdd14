// What the engine needs to know of a Hugging Face config.json, whichever of its spellings it uses.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "../io/json.h"
#include "../preprocess/patchify.h"

namespace secondlook {

struct TextConfig {
  int64_t hidden, ffn, layers, heads, keyHeads, headDim, vocabulary;
  float normEpsilon;
  double ropeTheta;
  std::array<int64_t, 3> mropeSection;  // frequencies of the time, height and width axis; sum headDim / 2
  bool tied;
};

struct VisionConfig {
  int64_t depth, hidden, heads, ffn, windowSize;  // windowSize 0: no windows
  std::vector<int64_t> fullAttentionBlocks;
  PatchSize patch;
  double tokensPerSecond;  // 0: one position per temporal grid
  int64_t headDim() const { return hidden / heads; }
  int64_t unit() const { return patch.merge * patch.merge; }
};

struct ModelConfig {
  bool qwen2;  // Qwen2-VL's tower: LayerNorm, quick GELU, no windows
  TextConfig text;
  VisionConfig vision;
  int32_t imageToken, videoToken;
  Json source;  // as read
};

/// Throws Error(badCheckpoint / unsupported) naming `where` and the key.
ModelConfig parseModelConfig(const Json& json, const std::string& where);

/// The config in the hub's flat spelling, readable by every transformers and vLLM: what save() writes.
Json flatConfig(const Json& source, const std::string& dtype = "float32");

}  // namespace secondlook
