// Matrix products on the device: which kernel computes which.
#pragma once

#include "session.h"

namespace secondlook::cuda {

/// C[m,n] = alpha op(A) op(B) + beta C + bias[n]; row-major, ld* in elements.
struct Multiply {
  bool transposeA, transposeB;
  int64_t m, n, k;
  float alpha;
  ops::Matrix a;
  int64_t lda;
  ops::Matrix b;
  int64_t ldb;
  float beta;
  float* c;
  int64_t ldc;
  const float* bias;
  /// Operands rounded to bfloat16, for the tensor cores; else every product is float32's.
  bool tensor;
};

void multiply(DeviceSession&, const Multiply&);
/// sums[width] += column sums of x[rows, width], rows `stride` apart.
void addColumnSums(DeviceSession&, int64_t rows, int64_t width, int64_t stride, const float* x, float* sums);

/// An operand as bfloat16 rows whose starts are multiples of 16 bytes.
struct HalfOperand {
  const Bfloat16* data;
  int64_t stride;
};
void multiplyTensor(DeviceSession&, const Multiply&, HalfOperand a, HalfOperand b);

}  // namespace secondlook::cuda
