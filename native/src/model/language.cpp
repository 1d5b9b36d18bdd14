#include "language.h"

#include "transfer.h"

namespace secondlook {

LanguageModel::LanguageModel(const ModelConfig& config, Storage storage)
    : config_(config), shape_(textBlockShape(config)), table_(config.text.headDim, config.text.ropeTheta) {
  shape_.half = storage == Storage::bfloat16;
}

int64_t LanguageModel::bytesPerRow(const Context& context) const {
  const int64_t inputs = shape_.width, kept = shape_.width + shape_.qkvWidth() + shape_.queryWidth() + shape_.upWidth();
  return config_.text.layers * (4 * inputs + (shape_.roundsKept(context) ? 2 : 4) * kept) + 32 * shape_.width;
}

void LanguageModel::embed(Context& context, const TextWeights& w, const PackedBatch& batch,
                          const float* mediaEmbeddings, float* x, Arena& arena) const {
  const int64_t width = shape_.width;
  const auto count = static_cast<int64_t>(batch.textRows.size());
  if (count == batch.rows) return ops::gatherMatrixRows(context, count, width, batch.textIds.data(), w.embedding, x);
  const ArenaScope scope(arena);
  float* compact = arena.floats(count * width);
  ops::gatherMatrixRows(context, count, width, batch.textIds.data(), w.embedding, compact);
  ops::scatterRows(context, count, width, batch.textRows.data(), compact, x);
  for (const MediaRun& run : batch.mediaRuns)
    ops::copyBytes(context, static_cast<size_t>(run.count * width) * sizeof(float), mediaEmbeddings + run.unit * width,
                   x + run.row * width);
}

RotaryRows LanguageModel::turns(Context& context, const PackedBatch& batch, Arena& arena) {
  const int64_t angles = batch.rows * shape_.headDim;
  const std::array<std::span<const int32_t>, 3> axes{batch.positions[0], batch.positions[1], batch.positions[2]};
  const float* cos =
      filled(context, arena, 2 * angles, [&](float* room) { writeTurns(context, axes, room, room + angles); });
  return {cos, cos + angles};
}

void LanguageModel::writeTurns(Context& context, const std::array<std::span<const int32_t>, 3>& positions, float* cos,
                               float* sin) {
  fillMrope(context, table_, config_.text.mropeSection, positions, cos, sin);
}

LanguagePass LanguageModel::forward(Context& context, const TextWeights& w, const PackedBatch& batch,
                                    const float* mediaEmbeddings, Keep keep, Arena& arena, const TraceSink& trace) {
  const int64_t rows = batch.rows, width = shape_.width;
  LanguagePass pass;
  pass.rows = rows;
  float* x = arena.floats(rows * width);
  float* spare = keep == Keep::nothing ? arena.floats(rows * width) : nullptr;
  const Arena::Mark start = arena.mark();
  const RotaryRows turns = this->turns(context, batch, arena);
  pass.cos = turns.cos;
  pass.sin = turns.sin;

  embed(context, w, batch, mediaEmbeddings, x, arena);
  if (trace) trace("lm.embeds", x, rows * width);

  pass.layers.resize(static_cast<size_t>(config_.text.layers));
  const BlockInput input{rows, batch.segments, pass.cos, pass.sin};
  for (int64_t i = 0; i < config_.text.layers; ++i) {
    BlockSaved& saved = pass.layers[static_cast<size_t>(i)];
    float* y = spare ? spare : arena.floats(rows * width);
    const Arena::Mark before = arena.mark();
    saved.rounded = keep == Keep::everything && shape_.roundsKept(context);
    blockForward(context, shape_, w.layers[static_cast<size_t>(i)], input, x, y, arena, saved);
    if (keep != Keep::everything) {
      arena.release(before);
      saved.complete = false;
    }
    if (trace) trace("lm.layer." + std::to_string(i), y, rows * width);
    if (spare) spare = x;
    x = y;
  }
  pass.last = x;
  if (keep == Keep::nothing) arena.release(start);
  return pass;
}

void LanguageModel::backward(Context& context, const TextWeights& w, const TextGradients& g,
                             const PackedBatch& batch, LanguagePass& pass, float* gradient, float* dMedia,
                             Arena& arena, GradientExchange& exchange) {
  const ArenaScope scope(arena);
  const int64_t width = shape_.width;
  const BlockInput input{pass.rows, batch.segments, pass.cos, pass.sin};
  for (int64_t i = config_.text.layers - 1; i >= 0; --i) {
    blockBackward(context, shape_, w.layers[static_cast<size_t>(i)], g.layers[static_cast<size_t>(i)], input,
                  pass.layers[static_cast<size_t>(i)], gradient, arena);
    exchange.next();
  }
  if (g.embedding != nullptr) {
    const auto count = static_cast<int64_t>(batch.textRows.size());
    float* compact = arena.floats(count * width);
    ops::gatherRows(context, count, width, batch.textRows.data(), gradient, compact);
    ops::scatterAddRows(context, count, width, batch.textIds.data(), compact, g.embedding);
  }
  exchange.next();
  if (dMedia == nullptr) return;
  ops::zero(context, batch.units * width, dMedia);
  for (const MediaRun& run : batch.mediaRuns)
    ops::addRows(context, run.count * width, gradient + run.row * width, dMedia + run.unit * width);
}

}  // namespace secondlook
