// The transformer block that the vision tower and the language model share:
//   x += attention(norm(x)); x += mlp(norm(x)).
// Hand-written forward and backward over named saved buffers. What differs between families is data.
#pragma once

#include <span>
#include <vector>

#include "../ops/ops.h"
#include "arena.h"
#include "linear.h"

namespace secondlook {

struct BlockShape {
  int64_t width, queryHeads, keyHeads, headDim, ffn;
  float epsilon;
  bool layerNorm;  // else RMSNorm
  bool gated;      // SwiGLU over gate|up, else quick GELU
  bool half = false;  // matrices are stored as bfloat16: a device then rounds operands of products and attention, and what a
                      // tape keeps for them
  bool roundsKept(const Context& context) const { return half && context.device != nullptr; }
  int64_t queryWidth() const { return queryHeads * headDim; }
  int64_t keyWidth() const { return keyHeads * headDim; }
  int64_t qkvWidth() const { return queryWidth() + 2 * keyWidth(); }
  int64_t upWidth() const { return gated ? 2 * ffn : ffn; }
  ops::AttentionShape attention() const;
};

/// Weights or gradients; norms are null where a family has none.
template <class Layer, class T>
struct BlockTensors {
  T *norm1, *norm1Bias, *norm2, *norm2Bias;
  Layer qkv, proj, up, down;
};
using BlockWeights = BlockTensors<LinearWeight, const float>;
using BlockGradients = BlockTensors<LinearGradient, float>;

/// Which rows attend to which, and where they stand.
struct BlockInput {
  int64_t rows;
  std::span<const ops::Segment> segments;
  const float *cos, *sin;  // [rows, headDim]
};

/// Rows kept for the backward pass: one of the two. Rounded ones take half the memory.
struct KeptRows {
  float* wide = nullptr;
  Bfloat16* half = nullptr;
};

/// Activations kept for the backward pass; `x` belongs to the caller. What is cheap to make again from these (the
/// normed rows, the activated ones) is not kept: writing it to memory would cost more than computing it twice.
struct BlockSaved {
  const float* x = nullptr;
  float *mean1, *scale1, *logSumExp, *mean2, *scale2;
  KeptRows qkv, attended, middle, up;
  bool complete = false;  // false: only x is kept, and backward computes the rest again
  bool rounded = false;   // asked for before the forward pass: rows as bfloat16
};

/// y[rows, width] from x[rows, width]; what backward needs is allocated in `arena`.
void blockForward(Context&, const BlockShape&, const BlockWeights&, const BlockInput&, const float* x, float* y,
                  Arena& arena, BlockSaved& saved);

/// `gradient` holds d(loss)/dy and becomes d(loss)/dx. Null gradient tensors are skipped.
void blockBackward(Context&, const BlockShape&, const BlockWeights&, const BlockGradients&, const BlockInput&,
                   BlockSaved& saved, float* gradient, Arena& arena);

void checkCancelled(const Context& context);

}  // namespace secondlook
