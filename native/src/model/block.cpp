#include "block.h"

#include <cmath>

#include "../device/cancel.h"

namespace secondlook {

void checkCancelled(const Context& context) {
  if (context.cancel) context.cancel->check();
}

ops::AttentionShape BlockShape::attention() const {
  return {queryHeads, keyHeads,   headDim,      qkvWidth(),
          qkvWidth(), qkvWidth(), queryWidth(), 1.0f / std::sqrt(static_cast<float>(headDim))};
}

namespace {
void normForward(Context& context, const BlockShape& shape, int64_t rows, const float* x, const float* weight,
                 const float* bias, float* y, float* mean, float* scale) {
  if (shape.layerNorm)
    ops::layerNorm(context, rows, shape.width, shape.epsilon, x, weight, bias, y, mean, scale);
  else
    ops::rmsNorm(context, rows, shape.width, shape.epsilon, x, weight, y, scale);
}

void normBackward(Context& context, const BlockShape& shape, int64_t rows, const float* x, const float* weight,
                  const float* mean, const float* scale, const float* dy, float* dx, float* dWeight, float* dBias) {
  if (shape.layerNorm)
    ops::layerNormBackward(context, rows, shape.width, x, weight, mean, scale, dy, dx, true, dWeight, dBias);
  else
    ops::rmsNormBackward(context, rows, shape.width, x, weight, scale, dy, dx, true, dWeight);
}
}  // namespace

void blockForward(Context& context, const BlockShape& shape, const BlockWeights& w, const BlockInput& in,
                  const float* x, float* y, Arena& arena, BlockSaved& saved) {
  checkCancelled(context);
  const int64_t rows = in.rows, width = shape.width;
  saved.x = x;
  saved.normed1 = arena.floats(rows * width);
  saved.mean1 = shape.layerNorm ? arena.floats(rows) : nullptr;
  saved.scale1 = arena.floats(rows);
  saved.qkv = arena.floats(rows * shape.qkvWidth());
  saved.attended = arena.floats(rows * shape.queryWidth());
  saved.logSumExp = arena.floats(rows * shape.queryHeads);
  saved.middle = arena.floats(rows * width);
  saved.normed2 = arena.floats(rows * width);
  saved.mean2 = shape.layerNorm ? arena.floats(rows) : nullptr;
  saved.scale2 = arena.floats(rows);
  saved.up = arena.floats(rows * shape.upWidth());
  saved.activated = arena.floats(rows * shape.ffn);

  normForward(context, shape, rows, x, w.norm1, w.norm1Bias, saved.normed1, saved.mean1, saved.scale1);
  ops::linear(context, rows, width, shape.qkvWidth(), saved.normed1, w.qkv, w.qkvBias, saved.qkv);
  ops::rotary(context, rows, shape.queryHeads + shape.keyHeads, shape.headDim, saved.qkv, shape.qkvWidth(), in.cos,
              in.sin, false);
  const float* q = saved.qkv;
  const float* k = q + shape.queryWidth();
  const float* v = k + shape.keyWidth();
  ops::attention(context, shape.attention(), in.segments, rows, q, k, v, saved.attended, saved.logSumExp);
  checkCancelled(context);
  ops::linear(context, rows, shape.queryWidth(), width, saved.attended, w.proj, w.projBias, saved.middle);
  ops::addRows(context, rows * width, x, saved.middle);
  normForward(context, shape, rows, saved.middle, w.norm2, w.norm2Bias, saved.normed2, saved.mean2, saved.scale2);
  ops::linear(context, rows, width, shape.upWidth(), saved.normed2, w.up, w.upBias, saved.up);
  if (shape.gated)
    ops::swiglu(context, rows, shape.ffn, saved.up, saved.activated);
  else
    ops::activation(context, ops::Activation::quickGelu, rows * shape.ffn, saved.up, saved.activated);
  ops::linear(context, rows, shape.ffn, width, saved.activated, w.down, w.downBias, y);
  ops::addRows(context, rows * width, saved.middle, y);
  saved.complete = true;
}

void blockBackward(Context& context, const BlockShape& shape, const BlockWeights& w, const BlockGradients& g,
                   const BlockInput& in, BlockSaved& saved, float* gradient, Arena& arena) {
  checkCancelled(context);
  const ArenaScope scope(arena);
  const int64_t rows = in.rows, width = shape.width;
  if (!saved.complete) {
    const float* x = saved.x;
    float* unused = arena.floats(rows * width);
    blockForward(context, shape, w, in, x, unused, arena, saved);
  }
  float* dActivated = arena.floats(rows * shape.ffn);
  float* dUp = arena.floats(rows * shape.upWidth());
  float* dNormed = arena.floats(rows * width);
  ops::linearBackward(context, rows, shape.ffn, width, saved.activated, w.down, gradient, dActivated, false, g.down,
                      g.downBias);
  if (shape.gated)
    ops::swigluBackward(context, rows, shape.ffn, saved.up, dActivated, dUp);
  else
    ops::activationBackward(context, ops::Activation::quickGelu, rows * shape.ffn, saved.up, dActivated, dUp);
  ops::linearBackward(context, rows, width, shape.upWidth(), saved.normed2, w.up, dUp, dNormed, false, g.up, g.upBias);
  normBackward(context, shape, rows, saved.middle, w.norm2, saved.mean2, saved.scale2, dNormed, gradient, g.norm2,
               g.norm2Bias);
  checkCancelled(context);

  float* dAttended = arena.floats(rows * shape.queryWidth());
  float* dQkv = arena.zeros(rows * shape.qkvWidth());
  ops::linearBackward(context, rows, shape.queryWidth(), width, saved.attended, w.proj, gradient, dAttended, false,
                      g.proj, g.projBias);
  const int64_t keyAt = shape.queryWidth(), valueAt = keyAt + shape.keyWidth();
  ops::attentionBackward(context, shape.attention(), in.segments, rows, rows, saved.qkv, saved.qkv + keyAt,
                         saved.qkv + valueAt, saved.attended, saved.logSumExp, dAttended, dQkv, dQkv + keyAt,
                         dQkv + valueAt);
  ops::rotary(context, rows, shape.queryHeads + shape.keyHeads, shape.headDim, dQkv, shape.qkvWidth(), in.cos, in.sin,
              true);
  ops::linearBackward(context, rows, width, shape.qkvWidth(), saved.normed1, w.qkv, dQkv, dNormed, false, g.qkv,
                      g.qkvBias);
  normBackward(context, shape, rows, saved.x, w.norm1, saved.mean1, saved.scale1, dNormed, gradient, g.norm1,
               g.norm1Bias);
}

}  // namespace secondlook
