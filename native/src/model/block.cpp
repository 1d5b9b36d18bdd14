#include "block.h"

#include <algorithm>
#include <cmath>

#include "../device/cancel.h"

namespace secondlook {

void checkCancelled(const Context& context) {
  if (context.cancel) context.cancel->check();
}

ops::AttentionShape BlockShape::attention() const {
  return {queryHeads, keyHeads,   headDim,      qkvWidth(),
          qkvWidth(), qkvWidth(), queryWidth(), 1.0f / std::sqrt(static_cast<float>(headDim)), half};
}

namespace {
/// Rows are taken through a block's matrix products in chunks of this many, so that what one product writes is still in
/// the processor's cache when the next one reads it. A device reads and writes the whole gradient of a matrix for each chunk.
int64_t rowsPerChunk(const Context& context) { return context.device ? 2048 : 512; }

/// Calls body(first row, rows) for consecutive chunks.
template <class F>
void forEachChunk(const Context& context, int64_t rows, F&& body) {
  const int64_t most = rowsPerChunk(context);
  for (int64_t begin = 0; begin < rows; begin += most) {
    checkCancelled(context);
    body(begin, std::min(most, rows - begin));
  }
}

/// One of the block's two norms over all rows' buffers.
struct Norm {
  const float *weight, *bias;
  float *mean, *scale;  // [rows]

  void forward(Context& context, const BlockShape& shape, int64_t at, int64_t rows, const float* x, float* y) const {
    if (shape.layerNorm)
      ops::layerNorm(context, rows, shape.width, shape.epsilon, x, weight, bias, y, mean + at, scale + at);
    else
      ops::rmsNorm(context, rows, shape.width, shape.epsilon, x, weight, y, scale + at);
  }
  /// Adds to dx.
  void backward(Context& context, const BlockShape& shape, int64_t at, int64_t rows, const float* x, const float* dy,
                float* dx, float* dWeight, float* dBias) const {
    if (shape.layerNorm)
      ops::layerNormBackward(context, rows, shape.width, x, weight, mean + at, scale + at, dy, dx, true, dWeight,
                             dBias);
    else
      ops::rmsNormBackward(context, rows, shape.width, x, weight, scale + at, dy, dx, true, dWeight);
  }
};

void activate(Context& context, const BlockShape& shape, int64_t rows, const float* up, float* activated) {
  if (shape.gated)
    ops::swiglu(context, rows, shape.ffn, up, activated);
  else
    ops::activation(context, ops::Activation::quickGelu, rows * shape.ffn, up, activated);
}

void activateBackward(Context& context, const BlockShape& shape, int64_t rows, const float* up, const float* dActivated,
                      float* dUp) {
  if (shape.gated)
    ops::swigluBackward(context, rows, shape.ffn, up, dActivated, dUp);
  else
    ops::activationBackward(context, ops::Activation::quickGelu, rows * shape.ffn, up, dActivated, dUp);
}

KeptRows keptRows(Arena& arena, bool rounded, int64_t count) {
  if (!rounded) return {arena.floats(count), nullptr};
  return {nullptr, reinterpret_cast<Bfloat16*>(arena.floats((count + 1) / 2))};
}

/// Where values `at` and on are computed before they are kept: in place, or in `room`.
float* computedIn(const KeptRows& kept, int64_t at, float* room) { return kept.half ? room : kept.wide + at; }

void keep(Context& context, const KeptRows& kept, int64_t at, int64_t count, const float* values) {
  if (kept.half) ops::narrow(context, count, values, kept.half + at);
}

/// The `count` values from `at` on as float32: in place, or widened into `room`.
const float* recalled(Context& context, const KeptRows& kept, int64_t at, int64_t count, float* room) {
  if (!kept.half) return kept.wide + at;
  ops::widen(context, count, kept.half + at, room);
  return room;
}

Norm firstNorm(const BlockWeights& w, const BlockSaved& saved) {
  return {w.norm1, w.norm1Bias, saved.mean1, saved.scale1};
}
Norm secondNorm(const BlockWeights& w, const BlockSaved& saved) {
  return {w.norm2, w.norm2Bias, saved.mean2, saved.scale2};
}
}  // namespace

void blockForward(Context& context, const BlockShape& shape, const BlockWeights& w, const BlockInput& in,
                  const float* x, float* y, Arena& arena, BlockSaved& saved) {
  checkCancelled(context);
  const int64_t rows = in.rows, width = shape.width, queryWidth = shape.queryWidth(), qkvWidth = shape.qkvWidth();
  const bool rounded = saved.rounded;
  saved.x = x;
  saved.mean1 = shape.layerNorm ? arena.floats(rows) : nullptr;
  saved.scale1 = arena.floats(rows);
  saved.qkv = keptRows(arena, rounded, rows * qkvWidth);
  saved.attended = keptRows(arena, rounded, rows * queryWidth);
  saved.logSumExp = arena.floats(rows * shape.queryHeads);
  saved.middle = keptRows(arena, rounded, rows * width);
  saved.mean2 = shape.layerNorm ? arena.floats(rows) : nullptr;
  saved.scale2 = arena.floats(rows);
  saved.up = keptRows(arena, rounded, rows * shape.upWidth());
  const ArenaScope scope(arena);
  const int64_t chunk = std::min(rows, rowsPerChunk(context));
  float* normed = arena.floats(chunk * width);
  float* activated = arena.floats(chunk * shape.ffn);
  float* roomOfMiddle = rounded ? arena.floats(chunk * width) : nullptr;
  float* roomOfUp = rounded ? arena.floats(chunk * shape.upWidth()) : nullptr;
  float* allQkv = rounded ? arena.floats(rows * qkvWidth) : saved.qkv.wide;
  float* attended = rounded ? arena.floats(rows * queryWidth) : saved.attended.wide;

  forEachChunk(context, rows, [&](int64_t at, int64_t count) {
    float* qkv = allQkv + at * qkvWidth;
    firstNorm(w, saved).forward(context, shape, at, count, x + at * width, normed);
    linearForward(context, count, width, qkvWidth, normed, w.qkv, qkv, arena);
    ops::rotary(context, count, shape.queryHeads + shape.keyHeads, shape.headDim, qkv, qkvWidth,
                in.cos + at * shape.headDim, in.sin + at * shape.headDim, false);
    keep(context, saved.qkv, at * qkvWidth, count * qkvWidth, qkv);
  });
  const float* k = allQkv + queryWidth;
  ops::attention(context, shape.attention(), in.segments, rows, allQkv, k, k + shape.keyWidth(), attended, saved.logSumExp);
  forEachChunk(context, rows, [&](int64_t at, int64_t count) {
    float* middle = computedIn(saved.middle, at * width, roomOfMiddle);
    float* up = computedIn(saved.up, at * shape.upWidth(), roomOfUp);
    keep(context, saved.attended, at * queryWidth, count * queryWidth, attended + at * queryWidth);
    linearForward(context, count, queryWidth, width, attended + at * queryWidth, w.proj, middle, arena);
    ops::addRows(context, count * width, x + at * width, middle);
    keep(context, saved.middle, at * width, count * width, middle);
    secondNorm(w, saved).forward(context, shape, at, count, middle, normed);
    linearForward(context, count, width, shape.upWidth(), normed, w.up, up, arena);
    keep(context, saved.up, at * shape.upWidth(), count * shape.upWidth(), up);
    activate(context, shape, count, up, activated);
    linearForward(context, count, shape.ffn, width, activated, w.down, y + at * width, arena);
    ops::addRows(context, count * width, middle, y + at * width);
  });
  saved.complete = true;
}

void blockBackward(Context& context, const BlockShape& shape, const BlockWeights& w, const BlockGradients& g,
                   const BlockInput& in, BlockSaved& saved, float* gradient, Arena& arena) {
  checkCancelled(context);
  const ArenaScope scope(arena);
  const int64_t rows = in.rows, width = shape.width, queryWidth = shape.queryWidth(), qkvWidth = shape.qkvWidth();
  if (!saved.complete) {
    const float* x = saved.x;
    float* unused = arena.floats(rows * width);
    blockForward(context, shape, w, in, x, unused, arena, saved);
  }
  const int64_t chunk = std::min(rows, rowsPerChunk(context));
  float* normed = arena.floats(chunk * width);
  float* dNormed = arena.floats(chunk * width);
  float* activated = arena.floats(chunk * shape.ffn);
  float* dActivated = arena.floats(chunk * shape.ffn);
  float* dUp = arena.floats(chunk * shape.upWidth());
  float* dAttended = arena.floats(rows * queryWidth);
  float* dQkv = arena.zeros(rows * qkvWidth);
  const bool rounded = saved.rounded;
  float* roomOfMiddle = rounded ? arena.floats(chunk * width) : nullptr;
  float* roomOfUp = rounded ? arena.floats(chunk * shape.upWidth()) : nullptr;
  const float* attended = recalled(context, saved.attended, 0, rows * queryWidth, rounded ? arena.floats(rows * queryWidth) : nullptr);
  const float* qkv = recalled(context, saved.qkv, 0, rows * qkvWidth, rounded ? arena.floats(rows * qkvWidth) : nullptr);

  forEachChunk(context, rows, [&](int64_t at, int64_t count) {
    const float* middle = recalled(context, saved.middle, at * width, count * width, roomOfMiddle);
    const float* up = recalled(context, saved.up, at * shape.upWidth(), count * shape.upWidth(), roomOfUp);
    float* dy = gradient + at * width;
    activate(context, shape, count, up, activated);
    linearBackward(context, count, shape.ffn, width, activated, w.down, dy, dActivated, g.down, arena);
    activateBackward(context, shape, count, up, dActivated, dUp);
    secondNorm(w, saved).forward(context, shape, at, count, middle, normed);
    linearBackward(context, count, width, shape.upWidth(), normed, w.up, dUp, dNormed, g.up, arena);
    secondNorm(w, saved).backward(context, shape, at, count, middle, dNormed, dy, g.norm2, g.norm2Bias);
    linearBackward(context, count, queryWidth, width, attended + at * queryWidth, w.proj, dy,
                   dAttended + at * queryWidth, g.proj, arena);
  });
  const int64_t keyAt = queryWidth, valueAt = keyAt + shape.keyWidth();
  ops::attentionBackward(context, shape.attention(), in.segments, rows, rows, qkv, qkv + keyAt, qkv + valueAt, attended,
                         saved.logSumExp, dAttended, dQkv, dQkv + keyAt, dQkv + valueAt);
  forEachChunk(context, rows, [&](int64_t at, int64_t count) {
    const float* x = saved.x + at * width;
    float* dProjected = dQkv + at * qkvWidth;
    ops::rotary(context, count, shape.queryHeads + shape.keyHeads, shape.headDim, dProjected, qkvWidth,
                in.cos + at * shape.headDim, in.sin + at * shape.headDim, true);
    firstNorm(w, saved).forward(context, shape, at, count, x, normed);
    linearBackward(context, count, width, qkvWidth, normed, w.qkv, dProjected, dNormed, g.qkv, arena);
    firstNorm(w, saved).backward(context, shape, at, count, x, dNormed, gradient + at * width, g.norm1, g.norm1Bias);
  });
}

}  // namespace secondlook
