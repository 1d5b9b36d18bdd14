#include "decoder.h"

#include <algorithm>

#include "../model/transfer.h"
#include "decode_layers.h"
#include "pass_rows.h"

namespace secondlook {

Decoder::Decoder(Model& model)
    : model_(model),
      shape_(model.language().shape()),
      layers_(model.config().text.layers),
      vocabulary_(model.config().text.vocabulary),
      keyWidth_(shape_.keyWidth()),
      arena_(model.borrowArena()) {}

int64_t Decoder::roomFloats(int64_t tokens) const noexcept {
  return 2 * layers_ * ops::cacheRoom(tokens) * keyWidth_;
}

Decoder::Place Decoder::place(const KeyValuePool::Room& room, int64_t tokens, int64_t layer) const noexcept {
  const int64_t half = ops::cacheRoom(tokens) * keyWidth_;
  float* keys = room.data() + 2 * layer * half;
  return {keys, keys + half};
}

ops::DecodeRow Decoder::seenBy(const OpenSequence& s, int64_t layer) const noexcept {
  const Place prefix = place(s.prompt->room, s.prompt->length(), layer), own = place(s.room, s.roomTokens, layer);
  const auto stride = [&](int64_t tokens) { return 2 * ops::cacheRoom(tokens) * keyWidth_; };
  return {prefix.keys, prefix.values, s.prompt->length(), own.keys,
          own.values,  s.fed + 1,     stride(s.prompt->length()), stride(s.roomTokens)};
}

// Keys and values of all layers lie half a layer apart, so that a block of theirs is one list of rows.

std::vector<float> Decoder::copyBlock(Context& context, const ReadPrompt& prompt, int64_t block) const {
  const int64_t count = stretchTokens * keyWidth_, half = ops::cacheRoom(prompt.length()) * keyWidth_;
  std::vector<float> values(static_cast<size_t>(2 * layers_ * count));
  computed(context, *arena_, 2 * layers_ * count, values.data(), [&](float* to) {
    ops::copyRows(context, 2 * layers_, count, prompt.room.data() + block * count, half, to, count);
  });
  return values;
}

void Decoder::fillBlock(Context& context, const ReadPrompt& prompt, int64_t block, const std::vector<float>& values) const {
  const int64_t count = stretchTokens * keyWidth_, half = ops::cacheRoom(prompt.length()) * keyWidth_;
  const ArenaScope scope(*arena_);
  const float* from = placed(context, *arena_, values.data(), 2 * layers_ * count);
  ops::copyRows(context, 2 * layers_, count, from, count, prompt.room.data() + block * count, half);
}

const float* Decoder::pass(Context& context, std::span<const Stretch> stretches,
                           std::span<OpenSequence* const> sequences) {
  PassRows builder;
  for (const auto& [prompt, rows] : stretches) {
    const int64_t begin = prompt->rows.begin + prompt->read;
    builder.addStretch(*prompt->batch, begin, begin + rows);
  }
  const int64_t reading = builder.batch().rows;
  for (const OpenSequence* s : sequences)
    builder.addToken(s->next, s->prompt->rows.nextPosition + static_cast<int32_t>(s->fed));
  const PackedBatch& batch = builder.batch();
  const int64_t count = batch.rows, width = shape_.width, qkvWidth = shape_.qkvWidth(),
                queryWidth = shape_.queryWidth();
  const TextWeights& w = model_.text();
  arena_->reset();
  PassBuffers b(*arena_, shape_, count);
  const RotaryRows turns = model_.language().turns(context, batch, *arena_);
  {
    const ArenaScope scope(*arena_);
    model_.language().embed(context, w, batch, model_.embeddings(context, batch, *arena_), b.x, *arena_);
  }
  b.takeRest(*arena_, shape_, count);
  const ops::AttentionShape attention = shape_.attention();
  std::vector<ops::DecodeRow> decodeRows(sequences.size());
  decodeLayers(context, shape_, w, count, b, turns, *arena_, [&](int64_t layer) {
    if (reading > 0) attendStretches(context, layer, stretches, b.qkv, b.attended);
    if (sequences.empty()) return;
    for (size_t i = 0; i < sequences.size(); ++i) decodeRows[i] = seenBy(*sequences[i], layer);
    const float* q = b.qkv + reading * qkvWidth;
    const float* k = q + queryWidth;
    ops::attentionDecode(context, attention, decodeRows, q, k, k + keyWidth_, b.attended + reading * queryWidth);
  });

  std::vector<int32_t> wanted;
  int64_t row = 0;
  for (const auto& [prompt, rows] : stretches) {
    row += rows;
    if (prompt->read + rows == prompt->length()) wanted.push_back(static_cast<int32_t>(row - 1));
  }
  for (; row < count; ++row) wanted.push_back(static_cast<int32_t>(row));
  const auto last = static_cast<int64_t>(wanted.size());
  if (last < count) {
    ops::gatherRows(context, last, width, wanted.data(), b.x, b.y);
    std::swap(b.x, b.y);
  }
  float* logits = arena_->floats(last * vocabulary_);
  ops::rmsNorm(context, last, width, shape_.epsilon, b.x, w.norm, b.normed, nullptr);
  ops::linear(context, last, width, vocabulary_, b.normed, w.head, nullptr, logits);
  for (const auto& [prompt, rows] : stretches) prompt->read += rows;
  for (OpenSequence* s : sequences) ++s->fed;
  return logits;
}

void Decoder::attendStretches(Context& context, int64_t layer, std::span<const Stretch> stretches, const float* qkv,
                              float* attended) {
  const ArenaScope scope(*arena_);
  ops::AttentionShape shape = shape_.attention();
  const float* keys = qkv + shape_.queryWidth();
  const float* values = keys + keyWidth_;
  std::vector<ops::CachePlace> kept;
  std::vector<ops::Segment> whole, continued;
  int64_t row = 0, seen = 0;
  for (const auto& [prompt, rows] : stretches) {
    const Place at = place(prompt->room, prompt->length(), layer);
    for (int64_t i = 0; i < rows; ++i) kept.push_back({at.keys, at.values, prompt->read + i});
    if (prompt->read == 0) {
      whole.push_back({row, row + rows, 0, 0, row, row + rows, true});
    } else {
      continued.push_back({row, row + rows, seen, seen + prompt->read, seen + prompt->read, seen + prompt->read + rows, true});
      seen += prompt->read + rows;
    }
    row += rows;
  }
  ops::keepKeys(context, shape, kept, keys, values);
  float* logSumExp = arena_->floats(row * shape_.queryHeads);
  if (!whole.empty()) ops::attention(context, shape, whole, row, qkv, keys, values, attended, logSumExp);
  if (continued.empty()) return;
  // What was read before comes back from the rooms, so that these rows see one run of keys.
  float* allKeys = arena_->floats(seen * keyWidth_);
  float* allValues = arena_->floats(seen * keyWidth_);
  shape.keyStride = shape.valueStride = keyWidth_;
  int64_t token = 0;
  for (const auto& [prompt, rows] : stretches) {
    if (prompt->read == 0) continue;
    const Place at = place(prompt->room, prompt->length(), layer);
    const int64_t tokens = prompt->read + rows;
    ops::recallKeys(context, shape, tokens, at.keys, at.values, allKeys + token * keyWidth_, allValues + token * keyWidth_);
    token += tokens;
  }
  ops::attention(context, shape, continued, row, qkv, allKeys, allValues, attended, logSumExp);
}

}  // namespace secondlook
