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
/// the cache when the next one reads it.
constexpr int64_t rowsPerChunk = 512;

/// Calls body(first row, rows) for consecutive chunks.
template <class F>
void forEachChunk(const Context& context, int64_t rows, F&& body) {
  for (int64_t begin = 0; begin < rows; begin += rowsPerChunk) {
    checkCancelled(context);
    body(begin, std::min(rowsPerChunk, rows - begin));
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
  const int64_t rows = in.rows, width = shape.width, qkvWidth = shape.qkvWidth();
  saved.x = x;
  saved.mean1 = shape.layerNorm ? arena.floats(rows) : nullptr;
  saved.scale1 = arena.floats(rows);
  saved.qkv = arena.floats(rows * qkvWidth);
  saved.attended = arena.floats(rows * shape.queryWidth());
  saved.logSumExp = arena.floats(rows * shape.queryHeads);
  saved.middle = arena.floats(rows * width);
  saved.mean2 = shape.layerNorm ? arena.floats(rows) : nullptr;
  saved.scale2 = arena.floats(rows);
  saved.up = arena.floats(rows * shape.upWidth());
  const ArenaScope scope(arena);
  float* normed = arena.floats(std::min(rows, rowsPerChunk) * width);
  float* activated = arena.floats(std::min(rows, rowsPerChunk) * shape.ffn);

  forEachChunk(context, rows, [&](int64_t at, int64_t count) {
    float* qkv = saved.qkv + at * qkvWidth;
    firstNorm(w, saved).forward(context, shape, at, count, x + at * width, normed);
    linearForward(context, count, width, qkvWidth, normed, w.qkv, qkv, arena);
    ops::rotary(context, count, shape.queryHeads + shape.keyHeads, shape.headDim, qkv, qkvWidth,
                in.cos + at * shape.headDim, in.sin + at * shape.headDim, false);
  });
  const float* q = saved.qkv;
  const float* k = q + shape.queryWidth();
  const float* v = k + shape.keyWidth();
  ops::attention(context, shape.attention(), in.segments, rows, q, k, v, saved.attended, saved.logSumExp);
  forEachChunk(context, rows, [&](int64_t at, int64_t count) {
    float* middle = saved.middle + at * width;
    float* up = saved.up + at * shape.upWidth();
    linearForward(context, count, shape.queryWidth(), width, saved.attended + at * shape.queryWidth(), w.proj, middle,
                  arena);
    ops::addRows(context, count * width, x + at * width, middle);
    secondNorm(w, saved).forward(context, shape, at, count, middle, normed);
    linearForward(context, count, width, shape.upWidth(), normed, w.up, up, arena);
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
  const int64_t chunk = std::min(rows, rowsPerChunk);
  float* normed = arena.floats(chunk * width);
  float* dNormed = arena.floats(chunk * width);
  float* activated = arena.floats(chunk * shape.ffn);
  float* dActivated = arena.floats(chunk * shape.ffn);
  float* dUp = arena.floats(chunk * shape.upWidth());
  float* dAttended = arena.floats(rows * queryWidth);
  float* dQkv = arena.zeros(rows * qkvWidth);

  forEachChunk(context, rows, [&](int64_t at, int64_t count) {
    const float* middle = saved.middle + at * width;
    const float* up = saved.up + at * shape.upWidth();
    float* dy = gradient + at * width;
    activate(context, shape, count, up, activated);
    linearBackward(context, count, shape.ffn, width, activated, w.down, dy, dActivated, g.down, arena);
    activateBackward(context, shape, count, up, dActivated, dUp);
    secondNorm(w, saved).forward(context, shape, at, count, middle, normed);
    linearBackward(context, count, width, shape.upWidth(), normed, w.up, dUp, dNormed, g.up, arena);
    secondNorm(w, saved).backward(context, shape, at, count, middle, dNormed, dy, g.norm2, g.norm2Bias);
    linearBackward(context, count, queryWidth, width, saved.attended + at * queryWidth, w.proj, dy,
                   dAttended + at * queryWidth, g.proj, arena);
  });
  const int64_t keyAt = queryWidth, valueAt = keyAt + shape.keyWidth();
  ops::attentionBackward(context, shape.attention(), in.segments, rows, rows, saved.qkv, saved.qkv + keyAt,
                         saved.qkv + valueAt, saved.attended, saved.logSumExp, dAttended, dQkv, dQkv + keyAt,
                         dQkv + valueAt);
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
