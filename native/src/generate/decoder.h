// One pass of the network over prompts that are being read and sequences that are being written, with cached keys and
// values. Bits of a row depend on its own sequence alone (determinism level 2): not on its company, nor on the stretches
// in which its prompt was read.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "../model/model.h"
#include "key_value_pool.h"

namespace secondlook {

/// A prompt and how far its keys and values are in its room.
struct ReadPrompt {
  const PackedBatch* batch;
  PromptRows rows;  // of the batch
  KeyValuePool::Room room;
  int64_t read = 0;
  int64_t length() const noexcept { return rows.end - rows.begin; }
};

/// A sequence that sees its prompt and the `fed` tokens in its own room of `roomTokens`; `next` is fed in the next pass.
struct OpenSequence {
  std::shared_ptr<const ReadPrompt> prompt;
  KeyValuePool::Room room;
  int64_t roomTokens = 0;
  int64_t fed = 0;
  int32_t next = 0;
};

/// The next `rows` of a prompt.
struct Stretch {
  ReadPrompt* prompt;
  int64_t rows;
};

class Decoder {
 public:
  /// Stretches but a prompt's last end at a multiple of this: attention adds up blocks of so many keys, in one piece or not.
  static constexpr int64_t stretchTokens = PrefixCache::blockTokens;

  explicit Decoder(Model& model);

  /// Of a room for the keys and values of so many tokens.
  int64_t roomFloats(int64_t tokens) const noexcept;
  /// Logits [prompts now read to the end, then sequences][vocabulary], for operators to read until the next pass. Sequences of one prompt
  /// lie side by side. What is thrown leaves prompts and sequences as they were.
  const float* pass(Context&, std::span<const Stretch> stretches, std::span<OpenSequence* const> sequences);

  /// What a sequence's next token sees in a layer.
  ops::DecodeRow seenBy(const OpenSequence& sequence, int64_t layer) const noexcept;

  /// Keys and values of one of a prompt's blocks of stretchTokens, out of its room and into it.
  std::vector<float> copyBlock(Context&, const ReadPrompt& prompt, int64_t block) const;
  void fillBlock(Context&, const ReadPrompt& prompt, int64_t block, const std::vector<float>& values) const;

 private:
  struct Place {
    float *keys, *values;
  };
  /// Of one layer in a room for `tokens`.
  Place place(const KeyValuePool::Room& room, int64_t tokens, int64_t layer) const noexcept;
  /// Attention of the stretches' rows, which begin at row 0 of `qkv`.
  void attendStretches(Context&, int64_t layer, std::span<const Stretch> stretches, const float* qkv, float* attended);

  Model& model_;
  const BlockShape& shape_;
  const int64_t layers_, vocabulary_, keyWidth_;
  std::shared_ptr<Arena> arena_;
};

}  // namespace secondlook
