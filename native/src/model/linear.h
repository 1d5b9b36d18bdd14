// A linear layer as the networks use it: one product or several side by side (q|k|v, gate|up), with low-rank adapters.
#pragma once

#include <cstdint>
#include <vector>

#include "../ops/ops.h"
#include "arena.h"

namespace secondlook {

/// Rows [begin, begin + out) of the layer's output come from this matrix [out, in].
struct LinearPart {
  ops::Matrix matrix;
  int64_t begin, out;
};

struct LinearAdapter {
  const float *a, *b;  // [rank, in], [out, rank]
  int64_t begin, out, rank;
  float scale;
};

struct LinearWeight {
  std::vector<LinearPart> parts;
  const float* bias = nullptr;  // [out] of the whole layer, or null
  std::vector<LinearAdapter> adapters;
};

struct AdapterGradient {
  float *a, *b;
};

struct LinearGradient {
  float* matrix = nullptr;  // [out, in] of the whole layer; null: it takes none
  float* bias = nullptr;
  std::vector<AdapterGradient> adapters;  // as the weight's
};

/// y[rows, out] = x[rows, in] W^T + bias + sum of scale (x A^T) B^T.
void linearForward(Context&, int64_t rows, int64_t in, int64_t out, const float* x, const LinearWeight& w, float* y,
                   Arena& scratch);
/// dx overwritten; gradients accumulate.
void linearBackward(Context&, int64_t rows, int64_t in, int64_t out, const float* x, const LinearWeight& w,
                    const float* dy, float* dx, const LinearGradient& g, Arena& scratch);

}  // namespace secondlook
