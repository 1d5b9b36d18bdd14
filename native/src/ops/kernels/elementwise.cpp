// Element-wise operators and the optimiser's update. The formulas are in shared/.
#include "row.h"

namespace secondlook::SECONDLOOK_ISA {

using ops::Activation;

void swiglu(int64_t rows, int64_t width, const float* gateUp, float* y) {
  const Row row{width};
  for (int64_t i = 0; i < rows; ++i, gateUp += 2 * width, y += width) swigluRow(row, gateUp, y);
}

void swigluBackward(int64_t rows, int64_t width, const float* gateUp, const float* dy, float* dGateUp) {
  const Row row{width};
  for (int64_t i = 0; i < rows; ++i, gateUp += 2 * width, dGateUp += 2 * width, dy += width)
    swigluBackwardRow(row, gateUp, dy, dGateUp);
}

void activation(Activation kind, int64_t count, const float* x, float* y) { activationRow(Row{count}, kind, x, y); }

void activationBackward(Activation kind, int64_t count, const float* x, const float* dy, float* dx) {
  activationBackwardRow(Row{count}, kind, x, dy, dx);
}

void add(int64_t count, const float* x, float* y) { addRow(Row{count}, x, y); }

void adamw(const ops::AdamW& settings, float correction1, float correction2, int64_t count,
           float* __restrict parameter, const float* __restrict gradient, float* __restrict m, float* __restrict v) {
  const AdamwConstants constants = adamwConstants(settings, correction1, correction2);
  for (int64_t i = 0; i < count; ++i) adamwElement(constants, parameter[i], gradient[i], m[i], v[i]);
}

void narrow(int64_t count, const float* __restrict from, Bfloat16* __restrict to) {
  for (int64_t i = 0; i < count; ++i) to[i].bits = roundedHalf(__builtin_bit_cast(uint32_t, from[i]));
}

void widen(int64_t count, const Bfloat16* from, float* to) {
  for (int64_t i = 0; i < count; i += lanes) storeFirst(to + i, loadFirst(from + i, count - i), count - i);
}

double sumOfSquares(int64_t count, const float* x) {
  // 16 interleaved partial sums for every instruction set, so that all of them agree.
  double partial[16] = {};
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int j = 0; j < 16; ++j) partial[j] += static_cast<double>(x[i + j]) * static_cast<double>(x[i + j]);
  for (int j = 0; i < count; ++i, ++j) partial[j] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  for (int half = 8; half > 0; half /= 2)
    for (int j = 0; j < half; ++j) partial[j] += partial[j + half];
  return partial[0];
}

}  // namespace secondlook::SECONDLOOK_ISA
