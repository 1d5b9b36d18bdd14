// The table of kernels each instruction set fills in. Kernels are serial: they compute one block; the operators in
// ops/*.cpp cut the work into blocks and give them to the pool.
#pragma once

#include <cstdint>

#include "../ops.h"

namespace secondlook::kernels {

/// C = alpha * A B + beta * C + bias, with A[i,p] = a[i * aRow + p * aStep] and B[p,j] = b[p * bStep + j * bColumn].
struct Product {
  int64_t m, n, k;
  ops::Matrix a;  // strides in elements
  int64_t aRow, aStep;
  ops::Matrix b;
  int64_t bStep, bColumn;
  float alpha, beta;
  const float* bias;  // [n] or null
  float* c;
  int64_t ldc;
};

/// Rows of one block of A at most; its packed form stays in the second-level cache.
constexpr int64_t blockRows = 512;
/// Columns of a block at most where k takes several passes: what is added to again stays in the second-level cache.
constexpr int64_t blockColumns = 512;
/// Depth of a block; fixed, because it decides how sums are grouped. The tile unit's is its own.
constexpr int64_t blockDepth = 256;

/// Rows of logits [rows, stride], of which `columns` belong to vocabulary entries first, first + 1, ...
struct LogitRows {
  int64_t rows, columns, stride, first;
  float inverseTemperature;
  const int32_t* targets;
};

struct Kernels {
  InstructionSet set;
  int64_t tileRows, tileColumns, lanes;
  int64_t depth;  // k beyond this is taken in several passes over a block

  /// Rows m0 .. m1 (at most blockRows) and columns n0 .. n1 of a product; `work` holds productWork() floats, aligned.
  void (*product)(const Product&, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* work);

  // Attention. `work` sizes in floats come from the functions beside them.
  int64_t (*attentionWork)(const ops::AttentionShape&, int64_t rows);
  void (*attention)(const ops::AttentionShape&, const ops::Segment&, int64_t keyHead, int64_t queryBegin, int64_t queryEnd,
                    int64_t totalQueries, const float* q, const float* k, const float* v, float* out,
                    float* logSumExp, float* work);
  void (*attentionDecode)(const ops::AttentionShape&, const ops::DecodeRow* rows, int64_t count, int64_t keyHead,
                          const float* q, const float* k, const float* v, float* out, float* work);
  int64_t (*attentionBackwardWork)(const ops::AttentionShape&, int64_t rows);
  void (*attentionBackward)(const ops::AttentionShape&, const ops::Segment&, int64_t keyHead, int64_t queryBegin,
                            int64_t queryEnd, int64_t totalQueries, const float* q, const float* k, const float* v,
                            const float* out, const float* logSumExp, const float* dOut, float* dq, float* dk,
                            float* dv, float* work);

  // Rows; the gradient of a weight or bias is overwritten with the sum over these rows (null: skip).
  void (*rmsNorm)(int64_t rows, int64_t width, float eps, const float* x, const float* w, float* y, float* r);
  void (*rmsNormBackward)(int64_t rows, int64_t width, const float* x, const float* w, const float* r,
                          const float* dy, float* dx, bool accumulate, float* dw);
  void (*layerNorm)(int64_t rows, int64_t width, float eps, const float* x, const float* w, const float* b, float* y,
                    float* mean, float* r);
  void (*layerNormBackward)(int64_t rows, int64_t width, const float* x, const float* w, const float* mean,
                            const float* r, const float* dy, float* dx, bool accumulate, float* dw, float* db);
  void (*swiglu)(int64_t rows, int64_t width, const float* gateUp, float* y);
  void (*swigluBackward)(int64_t rows, int64_t width, const float* gateUp, const float* dy, float* dGateUp);
  void (*activation)(ops::Activation, int64_t count, const float* x, float* y);
  void (*activationBackward)(ops::Activation, int64_t count, const float* x, const float* dy, float* dx);
  void (*rotary)(int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride, const float* cos,
                 const float* sin, bool inverse);
  void (*add)(int64_t count, const float* x, float* y);
  /// sums[c] += sum over rows of x[row * stride + c].
  void (*columnSums)(int64_t rows, int64_t columns, int64_t stride, const float* x, float* sums);

  /// Folds one tile of logits into running (maximum, sum of e^(z-max), sum of e^(z-max) (z-max)) and picks targets.
  void (*logitStatistics)(const LogitRows&, const float* logits, float* maximum, float* sum, float* weighted,
                          float* target);
  /// logits become d(loss)/d(logit / temperature) / temperature.
  void (*logitGradients)(const LogitRows&, float* logits, const float* entropy, const float* logSumExp,
                         const float* gLogProb, const float* gEntropy);

  void (*adamw)(const ops::AdamW&, float correction1, float correction2, int64_t count, float* parameter,
                const float* gradient, float* m, float* v);
  double (*sumOfSquares)(int64_t count, const float* x);
  void (*narrow)(int64_t count, const float* from, Bfloat16* to);
  void (*widen)(int64_t count, const Bfloat16* from, float* to);
};

/// Floats of workspace for Kernels::product: both operands' panels, one float a value or as bfloat16, and a block's sums.
constexpr int64_t productWork() { return (blockRows + 32 + 32) * blockDepth + blockRows * blockColumns + 64; }

/// The table of an instruction set; the processor must have it.
const Kernels& kernelsFor(InstructionSet set);

}  // namespace secondlook::kernels

namespace secondlook::isa_avx512 {
extern const kernels::Kernels table;
}
namespace secondlook::isa_avx2 {
extern const kernels::Kernels table;
}
namespace secondlook::isa_portable {
extern const kernels::Kernels table;
}
