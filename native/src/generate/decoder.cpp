#include "decoder.h"

#include <algorithm>
#include <cstring>

#include "../device/thread_pool.h"

namespace secondlook {

namespace {
constexpr int64_t rowsPerPass = 8192;  // bounds the memory of reading prompts
}

Decoder::Decoder(Context& context, Model& model, const std::vector<PromptInput>& prompts, int64_t completionsPerPrompt,
                 int64_t maximumTokens)
    : model_(model),
      shape_(model.language().shape()),
      perPrompt_(completionsPerPrompt),
      ownRoom_(ops::cacheRoom(maximumTokens)),
      rows_(static_cast<int64_t>(prompts.size()) * completionsPerPrompt),
      vocabulary_(model.config().text.vocabulary),
      keyWidth_(shape_.keyWidth()),
      arena_(model.borrowArena()),
      fed_(static_cast<size_t>(rows_), 0) {
  for (const PromptInput& prompt : prompts) promptRows_ += ops::cacheRoom(static_cast<int64_t>(prompt.ids.size()));
  const int64_t layers = model.config().text.layers;
  const int64_t prompt = layers * promptRows_ * keyWidth_, own = layers * rows_ * ownRoom_ * keyWidth_;
  cache_ = model.takeCache(2 * (prompt + own));
  promptKeys_ = cache_.data();
  promptValues_ = promptKeys_ + prompt;
  ownKeys_ = promptValues_ + prompt;
  ownValues_ = ownKeys_ + own;
  firstLogits_.resize(prompts.size() * static_cast<size_t>(vocabulary_));
  readPrompts(context, prompts);
}

void Decoder::readPrompts(Context& context, const std::vector<PromptInput>& prompts) {
  int64_t row = 0;
  for (size_t begin = 0; begin < prompts.size();) {
    size_t end = begin;
    int64_t rows = 0, room = 0;
    for (; end < prompts.size(); ++end) {
      const auto length = static_cast<int64_t>(prompts[end].ids.size());
      if (end > begin && rows + length > rowsPerPass) break;
      rows += length;
      room += ops::cacheRoom(length);
    }
    readPass(context,
             {prompts.begin() + static_cast<std::ptrdiff_t>(begin), prompts.begin() + static_cast<std::ptrdiff_t>(end)},
             row);
    row += room;
    begin = end;
  }
}

void Decoder::readPass(Context& context, const std::vector<PromptInput>& prompts, int64_t firstRow) {
  const ArenaScope scope(*arena_);
  std::vector<GroupInput> groups;
  for (const PromptInput& prompt : prompts) groups.push_back({prompt, {}, false, {}});
  const PackedBatch batch = packBatch(model_.config(), model_.options().positionRule, groups);
  const float* media = model_.embeddings(context, batch, *arena_);
  std::vector<ops::CachePlace> places(static_cast<size_t>(batch.rows));
  const auto keep = [&](int64_t layer, const BlockSaved& saved) {
    int64_t room = firstRow;
    for (const PromptRows& rows : batch.prompts) {
      const int64_t at = (layer * promptRows_ + room) * keyWidth_;
      for (int64_t row = rows.begin; row < rows.end; ++row)
        places[static_cast<size_t>(row)] = {promptKeys_ + at, promptValues_ + at, row - rows.begin};
      room += ops::cacheRoom(rows.end - rows.begin);
    }
    const float* keys = saved.qkv + shape_.queryWidth();
    ops::keepKeys(context, shape_.attention(), places, keys, keys + keyWidth_);
  };
  const LanguagePass pass =
      model_.language().forward(context, model_.text(), batch, media, Keep::nothing, *arena_, {}, keep);
  const int64_t width = shape_.width, count = static_cast<int64_t>(prompts.size());
  std::vector<int32_t> last;
  const size_t firstPrompt = prompts_.size();
  for (const PromptRows& rows : batch.prompts) {
    const int64_t length = rows.end - rows.begin;
    last.push_back(static_cast<int32_t>(rows.end - 1));
    prompts_.push_back({firstRow, length, rows.nextPosition});
    firstRow += ops::cacheRoom(length);
  }
  float* gathered = arena_->floats(count * width);
  float* normed = arena_->floats(count * width);
  ops::gatherRows(context, count, width, last.data(), pass.last, gathered);
  ops::rmsNorm(context, count, width, shape_.epsilon, gathered, model_.text().norm, normed, nullptr);
  ops::linear(context, count, width, vocabulary_, normed, model_.text().head, nullptr,
              firstLogits_.data() + static_cast<int64_t>(firstPrompt) * vocabulary_);
}

const float* Decoder::step(Context& context, const std::vector<int32_t>& rows, const std::vector<int32_t>& ids) {
  const auto count = static_cast<int64_t>(rows.size());
  const int64_t width = shape_.width, qkvWidth = shape_.qkvWidth(), queryWidth = shape_.queryWidth(),
                half = shape_.headDim / 2;
  const TextWeights& w = model_.text();
  arena_->reset();
  float* x = arena_->floats(count * width);
  float* y = arena_->floats(count * width);
  float* normed = arena_->floats(count * width);
  float* qkv = arena_->floats(count * qkvWidth);
  float* attended = arena_->floats(count * queryWidth);
  float* up = arena_->floats(count * shape_.upWidth());
  float* activated = arena_->floats(count * shape_.ffn);
  float* cos = arena_->floats(count * shape_.headDim);
  float* sin = arena_->floats(count * shape_.headDim);
  float* logits = arena_->floats(count * vocabulary_);

  RotaryTable& table = model_.language().rotary();
  for (int64_t i = 0; i < count; ++i) {
    const int32_t row = rows[static_cast<size_t>(i)];
    const auto position = static_cast<int32_t>(prompts_[static_cast<size_t>(row / perPrompt_)].nextPosition +
                                               fed_[static_cast<size_t>(row)]);
    table.extend(position);
    for (int64_t copy = 0; copy < 2; ++copy) {
      std::memcpy(cos + i * shape_.headDim + copy * half, table.cosines(position),
                  static_cast<size_t>(half) * sizeof(float));
      std::memcpy(sin + i * shape_.headDim + copy * half, table.sines(position),
                  static_cast<size_t>(half) * sizeof(float));
    }
  }
  ops::gatherMatrixRows(context, count, width, ids.data(), w.embedding, x);
  const ops::AttentionShape attention = shape_.attention();
  std::vector<ops::DecodeRow> decodeRows(static_cast<size_t>(count));
  for (int64_t layer = 0; layer < model_.config().text.layers; ++layer) {
    checkCancelled(context);
    const BlockWeights& b = w.layers[static_cast<size_t>(layer)];
    ops::rmsNorm(context, count, width, shape_.epsilon, x, b.norm1, normed, nullptr);
    linearForward(context, count, width, qkvWidth, normed, b.qkv, qkv, *arena_);
    ops::rotary(context, count, shape_.queryHeads + shape_.keyHeads, shape_.headDim, qkv, qkvWidth, cos, sin, false);
    for (int64_t i = 0; i < count; ++i) {
      const int32_t row = rows[static_cast<size_t>(i)];
      const PromptState& prompt = prompts_[static_cast<size_t>(row / perPrompt_)];
      const int64_t at = (layer * promptRows_ + prompt.begin) * keyWidth_, own = fed_[static_cast<size_t>(row)];
      decodeRows[static_cast<size_t>(i)] = {promptKeys_ + at, promptValues_ + at, prompt.length,
                                            ownKeys(layer, row),     ownValues(layer, row),     own + 1};
    }
    const float* keys = qkv + queryWidth;
    ops::attentionDecode(context, attention, decodeRows, qkv, keys, keys + keyWidth_, attended);
    linearForward(context, count, queryWidth, width, attended, b.proj, y, *arena_);
    ops::addRows(context, count * width, y, x);
    ops::rmsNorm(context, count, width, shape_.epsilon, x, b.norm2, normed, nullptr);
    linearForward(context, count, width, shape_.upWidth(), normed, b.up, up, *arena_);
    ops::swiglu(context, count, shape_.ffn, up, activated);
    linearForward(context, count, shape_.ffn, width, activated, b.down, y, *arena_);
    ops::addRows(context, count * width, y, x);
  }
  for (const int32_t row : rows) ++fed_[static_cast<size_t>(row)];
  ops::rmsNorm(context, count, width, shape_.epsilon, x, w.norm, normed, nullptr);
  ops::linear(context, count, width, vocabulary_, normed, w.head, nullptr, logits);
  return logits;
}

}  // namespace secondlook
