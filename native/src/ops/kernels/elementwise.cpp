// Element-wise operators and the optimiser's update.
#include "functions.h"
#include "table.h"

namespace secondlook::SECONDLOOK_ISA {

using ops::Activation;

void swiglu(int64_t rows, int64_t width, const float* gateUp, float* y) {
  for (int64_t row = 0; row < rows; ++row, gateUp += 2 * width, y += width)
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      const Vector gate = loadFirst(gateUp + j, left), up = loadFirst(gateUp + width + j, left);
      storeFirst(y + j, gate * sigmoid(gate) * up, left);
    }
}

void swigluBackward(int64_t rows, int64_t width, const float* gateUp, const float* dy, float* dGateUp) {
  for (int64_t row = 0; row < rows; ++row, gateUp += 2 * width, dGateUp += 2 * width, dy += width)
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      const Vector gate = loadFirst(gateUp + j, left), up = loadFirst(gateUp + width + j, left);
      const Vector d = loadFirst(dy + j, left), s = sigmoid(gate), silu = gate * s;
      storeFirst(dGateUp + j, d * up * (s + silu * (1.0f - s)), left);
      storeFirst(dGateUp + width + j, d * silu, left);
    }
}

void activation(Activation kind, int64_t count, const float* x, float* y) {
  for (int64_t i = 0; i < count; i += lanes) {
    const int64_t left = count - i;
    const Vector v = loadFirst(x + i, left);
    storeFirst(y + i, v * (kind == Activation::geluErf ? normalIntegral(v) : sigmoid(v * 1.702f)), left);
  }
}

void activationBackward(Activation kind, int64_t count, const float* x, const float* dy, float* dx) {
  for (int64_t i = 0; i < count; i += lanes) {
    const int64_t left = count - i;
    const Vector v = loadFirst(x + i, left);
    Vector slope;
    if (kind == Activation::geluErf) {
      slope = normalIntegral(v) + v * 0.39894228f * exponential(v * v * -0.5f);
    } else {
      const Vector s = sigmoid(v * 1.702f);
      slope = s + v * 1.702f * s * (1.0f - s);
    }
    storeFirst(dx + i, loadFirst(dy + i, left) * slope, left);
  }
}

void add(int64_t count, const float* x, float* y) {
  for (int64_t i = 0; i < count; i += lanes) {
    const int64_t left = count - i;
    storeFirst(y + i, loadFirst(y + i, left) + loadFirst(x + i, left), left);
  }
}

void adamw(const ops::AdamW& s, float correction1, float correction2, int64_t count,
           float* __restrict parameter, const float* __restrict gradient, float* __restrict m, float* __restrict v) {
  // One division an element is left: the corrections are the same for all.
  const float inverse1 = 1.0f / correction1, inverse2 = 1.0f / correction2;
  const auto decay = static_cast<float>(1.0 - s.learningRate * s.weightDecay);
  const auto beta1 = static_cast<float>(s.beta1), rest1 = static_cast<float>(1.0 - s.beta1);
  const auto beta2 = static_cast<float>(s.beta2), rest2 = static_cast<float>(1.0 - s.beta2);
  const auto epsilon = static_cast<float>(s.epsilon), rate = static_cast<float>(s.learningRate), scale = s.gradientScale;
  for (int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] * scale;
    m[i] = beta1 * m[i] + rest1 * g;
    v[i] = beta2 * v[i] + rest2 * g * g;
    const float step = m[i] * inverse1 / (__builtin_sqrtf(v[i] * inverse2) + epsilon);
    parameter[i] = parameter[i] * decay - rate * step;
  }
}

void narrow(int64_t count, const float* __restrict from, Bfloat16* __restrict to) {
  for (int64_t i = 0; i < count; ++i) {
    const auto bits = __builtin_bit_cast(uint32_t, from[i]);
    // Adding just under half of the last place, or half when that place is odd, rounds ties to even. A NaN keeps its
    // sign and stays one: rounding could carry it into infinity.
    const uint32_t rounded = bits + 0x7FFF + ((bits >> 16) & 1);
    const bool notNumber = (bits & 0x7FFFFFFF) > 0x7F800000;
    to[i].bits = static_cast<uint16_t>((notNumber ? bits | 0x400000 : rounded) >> 16);
  }
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
