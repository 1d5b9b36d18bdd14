// The state of a batch of sequences being decoded: cached keys and values, and one step of the network for given rows.
#pragma once

#include <vector>

#include "../model/model.h"

namespace secondlook {

class Decoder {
 public:
  /// Reads all prompts; `logits(prompt)` is then the distribution of the first token.
  Decoder(Context&, Model& model, const std::vector<PromptInput>& prompts, int64_t completionsPerPrompt,
          int64_t maximumTokens);

  ~Decoder() { model_.returnCache(std::move(cache_)); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Feeds token `ids[i]` to sequence `rows[i]` (prompt * completionsPerPrompt + completion), which has fed[row] tokens
  /// already; returns logits [rows.size(), vocabulary] that stay valid until the next call.
  const float* step(Context&, const std::vector<int32_t>& rows, const std::vector<int32_t>& ids);
  const float* firstLogits(int64_t prompt) const { return firstLogits_.data() + prompt * vocabulary_; }

 private:
  struct PromptState {
    int64_t begin, length;  // tokens in the prompt cache, where rooms of cacheRoom(length) lie one behind the other
    int32_t nextPosition;
  };
  void readPrompts(Context&, const std::vector<PromptInput>& prompts);
  void readPass(Context&, const std::vector<PromptInput>& prompts, int64_t firstRow);
  float* ownKeys(int64_t layer, int64_t row) const {
    return ownKeys_ + (layer * rows_ + row) * ownRoom_ * keyWidth_;
  }
  float* ownValues(int64_t layer, int64_t row) const {
    return ownValues_ + (layer * rows_ + row) * ownRoom_ * keyWidth_;
  }

  Model& model_;
  const BlockShape& shape_;
  int64_t perPrompt_, ownRoom_, rows_, vocabulary_, keyWidth_, promptRows_ = 0;
  std::shared_ptr<Arena> arena_;
  // Caches as ops::keepKeys() writes them: [layer][room of each prompt], [layer][room of each sequence].
  FlatBuffer cache_;
  float *promptKeys_, *promptValues_, *ownKeys_, *ownValues_;
  std::vector<PromptState> prompts_;
  std::vector<int64_t> fed_;
  std::vector<float> firstLogits_;
};

}  // namespace secondlook
