// A small model with random weights and prompts for it: for tests of what does not depend on the values.
#pragma once

#include "fixtures.h"
#include "io/json.h"
#include "model/storage.h"

namespace fixtures {

constexpr int32_t tinyVocabulary = 64, tinyVideo = 60;

inline ModelOptions frozenOptions() {
  ModelOptions options;
  options.trainable = false;
  return options;
}

inline std::shared_ptr<Model> tinyModel(Context& context, const ModelOptions& options = frozenOptions()) {
  const char* config = R"({"model_type":"qwen2_5_vl","vocab_size":64,"hidden_size":32,"intermediate_size":48,
    "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"rms_norm_eps":1e-6,"rope_theta":1e6,
    "rope_scaling":{"type":"mrope","mrope_section":[1,1,2]},"tie_word_embeddings":true,"image_token_id":59,"video_token_id":60,
    "vision_config":{"depth":2,"hidden_size":32,"intermediate_size":48,"num_heads":2,"in_chans":3,"patch_size":14,
    "temporal_patch_size":2,"spatial_merge_size":2,"window_size":112,"fullatt_block_indexes":[1],"out_hidden_size":32,
    "tokens_per_second":2}})";
  return initialiseModel(context, Json::parse(config, "config.json"), options, {7, 2.0, 0.5});
}

/// A clip of two-frame grids with different noise; equal seeds show the same.
inline std::shared_ptr<Media> tinyClip(const std::vector<unsigned>& gridSeeds, int64_t height = 4, int64_t width = 4) {
  const PatchSize size;
  const Grid grid{static_cast<int64_t>(gridSeeds.size()), height, width};
  std::vector<float> patches;
  for (const unsigned seed : gridSeeds) {
    const Floats values = randomFloats(height * width * size.rowWidth(), seed);
    patches.insert(patches.end(), values.begin(), values.end());
  }
  return std::make_shared<Media>(true, grid, 1.0, size.merge * size.merge, size, std::move(patches));
}

/// `before` random words, the clip, `after` more.
inline PromptInput tinyPrompt(int64_t before, std::shared_ptr<Media> clip, int64_t after, unsigned seed) {
  PromptInput prompt;
  prompt.ids = randomIds(before, 58, 100);
  if (clip) {
    prompt.ids.insert(prompt.ids.end(), static_cast<size_t>(clip->tokens), tinyVideo);
    prompt.media.push_back(std::move(clip));
  }
  const std::vector<int32_t> question = randomIds(after, 58, seed);
  prompt.ids.insert(prompt.ids.end(), question.begin(), question.end());
  return prompt;
}

/// On every level that keeps determinism 2, on one thread and on three.
template <class F>
void atLevelTwo(F&& body) {
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    for (const InstructionSet set : instructionSets())
      if (set != InstructionSet::amx) {
        Context context{pool, set};
        body(context);
      }
  }
}

}  // namespace fixtures
