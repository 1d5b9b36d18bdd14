#include "vision.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "../device/thread_pool.h"
#include "transfer.h"

namespace secondlook {

namespace {
constexpr float mergerEpsilon = 1e-6f;

/// The patches of all media, one after the other, where operators read them.
const float* concatenate(Context& context, const std::vector<VisionInput>& media, int64_t rowWidth, int64_t patches,
                         Arena& arena) {
  if (media.size() == 1) return placed(context, arena, media[0].patches, patches * rowWidth);
  std::vector<int64_t> begins;
  int64_t at = 0;
  for (const VisionInput& medium : media) {
    begins.push_back(at);
    at += medium.grid.patches();
  }
  return filled(context, arena, patches * rowWidth, [&](float* pixels) {
    context.pool.parallelFor(static_cast<int64_t>(media.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const VisionInput& medium = media[static_cast<size_t>(i)];
        std::memcpy(pixels + begins[static_cast<size_t>(i)] * rowWidth, medium.patches,
                    static_cast<size_t>(medium.grid.patches() * rowWidth) * sizeof(float));
      }
    });
  });
}
}  // namespace

VisionTower::VisionTower(const ModelConfig& config, Storage storage)
    : config_(config), shape_(visionBlockShape(config)), table_(config.vision.headDim() / 2, 10000.0) {
  shape_.half = storage == Storage::bfloat16;
}

int64_t VisionTower::bytesPerPatch(const Context& context) const {
  const int64_t kept = 2 * shape_.width + shape_.qkvWidth() + shape_.upWidth();
  return config_.vision.depth * (4 * shape_.width + (shape_.roundsKept(context) ? 2 : 4) * kept) +
         4 * config_.vision.patch.rowWidth() + 32 * shape_.width;
}

BlockInput VisionTower::blockInput(const VisionPass& pass, int64_t block) const {
  const auto& full = config_.vision.fullAttentionBlocks;
  const bool windowed = config_.vision.windowSize > 0 && std::find(full.begin(), full.end(), block) == full.end();
  return {pass.patches, windowed ? pass.windowSegments : pass.gridSegments, pass.cos, pass.sin};
}

VisionPass VisionTower::forward(Context& context, const VisionWeights& w,
                                const std::vector<VisionInput>& media, Keep keep, Arena& arena,
                                const TraceSink& trace) {
  const VisionConfig& v = config_.vision;
  const int64_t unit = v.unit(), width = v.hidden;
  VisionPass pass;
  std::vector<Grid> grids;
  for (const VisionInput& medium : media) {
    grids.push_back(medium.grid);
    pass.patches += medium.grid.patches();
  }
  pass.units = pass.patches / unit;
  const int64_t patches = pass.patches, units = pass.units;
  pass.plan = planWindows(grids, v.patch, v.windowSize);
  pass.windowSegments = segmentsOf(pass.plan.windowEnds);
  pass.gridSegments = segmentsOf(pass.plan.gridEnds);
  pass.patchOrder.resize(static_cast<size_t>(patches));
  pass.inverseUnits.resize(static_cast<size_t>(units));
  for (int64_t i = 0; i < units; ++i) {
    const int32_t from = pass.plan.windowIndex[static_cast<size_t>(i)];
    pass.inverseUnits[static_cast<size_t>(from)] = static_cast<int32_t>(i);
    for (int64_t j = 0; j < unit; ++j)
      pass.patchOrder[static_cast<size_t>(i * unit + j)] = static_cast<int32_t>(from * unit + j);
  }
  // The result outlives what the pass need not keep, so it is allocated first.
  pass.merged = arena.floats(units * config_.text.hidden);
  const Arena::Mark start = arena.mark();

  const int64_t angles = patches * shape_.headDim;
  pass.cos = filled(context, arena, 2 * angles, [&](float* cos) {
    fillAxial(context, table_, pass.plan.rows, pass.plan.columns, pass.patchOrder, cos, cos + angles);
  });
  pass.sin = pass.cos + angles;
  pass.pixels = concatenate(context, media, v.patch.rowWidth(), patches, arena);
  float* x = arena.floats(patches * width);
  {
    float* y = arena.floats(patches * width);
    linearForward(context, patches, v.patch.rowWidth(), width, pass.pixels, w.patchEmbed, y, arena);
    if (trace) trace("patch_embed", y, patches * width);
    ops::gatherRows(context, patches, width, pass.patchOrder.data(), y, x);
  }
  float* spare = keep == Keep::nothing ? arena.floats(patches * width) : nullptr;
  pass.blocks.resize(static_cast<size_t>(v.depth));
  for (int64_t i = 0; i < v.depth; ++i) {
    BlockSaved& saved = pass.blocks[static_cast<size_t>(i)];
    float* y = spare ? spare : arena.floats(patches * width);
    const Arena::Mark before = arena.mark();
    saved.rounded = keep == Keep::everything && shape_.roundsKept(context);
    blockForward(context, shape_, w.blocks[static_cast<size_t>(i)], blockInput(pass, i), x, y, arena, saved);
    if (keep != Keep::everything) {
      arena.release(before);
      saved.complete = false;
    }
    if (trace) trace("block." + std::to_string(i), y, patches * width);
    if (spare) spare = x;
    x = y;
  }
  pass.last = x;
  pass.normed = arena.floats(patches * width);
  pass.scale = arena.floats(patches);
  pass.mean = arena.floats(patches);
  if (config_.qwen2)
    ops::layerNorm(context, patches, width, mergerEpsilon, x, w.mergerNorm, w.mergerNormBias, pass.normed, pass.mean,
                   pass.scale);
  else
    ops::rmsNorm(context, patches, width, mergerEpsilon, x, w.mergerNorm, pass.normed, pass.scale);
  const int64_t wide = width * unit;
  pass.up = arena.floats(units * wide);
  pass.activated = arena.floats(units * wide);
  float* ordered = arena.floats(units * config_.text.hidden);
  linearForward(context, units, wide, wide, pass.normed, w.mergerUp, pass.up, arena);
  ops::activation(context, ops::Activation::geluErf, units * wide, pass.up, pass.activated);
  linearForward(context, units, wide, config_.text.hidden, pass.activated, w.mergerDown, ordered, arena);
  ops::gatherRows(context, units, config_.text.hidden, pass.inverseUnits.data(), ordered, pass.merged);
  if (trace) trace("merged", pass.merged, units * config_.text.hidden);
  if (keep == Keep::nothing) arena.release(start);
  return pass;
}

void VisionTower::backward(Context& context, const VisionWeights& w, const VisionGradients& g,
                           VisionPass& pass, const float* dMerged, Arena& arena, GradientExchange& exchange) {
  const ArenaScope scope(arena);
  const int64_t unit = config_.vision.unit(), width = shape_.width, wide = width * unit, out = config_.text.hidden;
  float* dOrdered = arena.floats(pass.units * out);
  ops::gatherRows(context, pass.units, out, pass.plan.windowIndex.data(), dMerged, dOrdered);
  float* dActivated = arena.floats(pass.units * wide);
  float* dUp = arena.floats(pass.units * wide);
  float* dNormed = arena.floats(pass.patches * width);
  float* gradient = arena.zeros(pass.patches * width);
  linearBackward(context, pass.units, wide, out, pass.activated, w.mergerDown, dOrdered, dActivated, g.mergerDown,
                 arena);
  ops::activationBackward(context, ops::Activation::geluErf, pass.units * wide, pass.up, dActivated, dUp);
  linearBackward(context, pass.units, wide, wide, pass.normed, w.mergerUp, dUp, dNormed, g.mergerUp, arena);
  if (config_.qwen2)
    ops::layerNormBackward(context, pass.patches, width, pass.last, w.mergerNorm, pass.mean, pass.scale, dNormed,
                           gradient, true, g.mergerNorm, g.mergerNormBias);
  else
    ops::rmsNormBackward(context, pass.patches, width, pass.last, w.mergerNorm, pass.scale, dNormed, gradient, true,
                         g.mergerNorm);
  exchange.next();
  for (int64_t i = config_.vision.depth - 1; i >= 0; --i) {
    blockBackward(context, shape_, w.blocks[static_cast<size_t>(i)], g.blocks[static_cast<size_t>(i)],
                  blockInput(pass, i), pass.blocks[static_cast<size_t>(i)], gradient, arena);
    exchange.next();
  }
  if (g.patchEmbed.matrix == nullptr) return;
  float* dEmbedded = arena.zeros(pass.patches * width);
  ops::scatterAddRows(context, pass.patches, width, pass.patchOrder.data(), gradient, dEmbedded);
  linearBackward(context, pass.patches, config_.vision.patch.rowWidth(), width, pass.pixels, w.patchEmbed, dEmbedded,
                 nullptr, g.patchEmbed, arena);
  exchange.next();
}

}  // namespace secondlook
