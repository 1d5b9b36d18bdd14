// Softmax statistics and gradients over tiles of logits.
#include "functions.h"
#include "table.h"

namespace secondlook::SECONDLOOK_ISA {

namespace {

constexpr float nothing = -__builtin_inff();

/// Logits beyond the tile count as minus infinity.
SECONDLOOK_INLINE Vector loadLogits(const float* z, int64_t left, float scale) {
  const Vector v = loadFirst(z, left) * scale;
  if (left >= lanes) return v;
  return laneNumbers() < static_cast<int32_t>(left) ? v : splat(nothing);
}

}  // namespace

void logitStatistics(const kernels::LogitRows& x, const float* logits, float* maximum_, float* sum_, float* weighted,
                     float* target) {
  for (int64_t row = 0; row < x.rows; ++row) {
    const float* z = logits + row * x.stride;
    Vector top = splat(nothing);
    for (int64_t j = 0; j < x.columns; j += lanes) top = maximum(top, loadLogits(z + j, x.columns - j, x.inverseTemperature));
    const float tileTop = largest(top), oldTop = maximum_[row];
    const float newTop = tileTop > oldTop ? tileTop : oldTop;
    Vector total{}, product{};
    for (int64_t j = 0; j < x.columns; j += lanes) {
      // A floor keeps 0 * -infinity out of the weighted sum.
      const Vector d = maximum(loadLogits(z + j, x.columns - j, x.inverseTemperature) - newTop, splat(-1e4f));
      const Vector e = exponential(d);
      total += e;
      product += e * d;
    }
    float oldSum = sum_[row], oldWeighted = weighted[row];
    if (oldTop > nothing && oldTop < newTop) {
      const float shift = oldTop - newTop, factor = __builtin_expf(shift);
      oldWeighted = factor * (oldWeighted + shift * oldSum);
      oldSum *= factor;
    }
    maximum_[row] = newTop;
    sum_[row] = oldSum + sum(total);
    weighted[row] = oldWeighted + sum(product);
    const int64_t at = x.targets[row] - x.first;
    if (at >= 0 && at < x.columns) target[row] = z[at] * x.inverseTemperature;
  }
}

void logitGradients(const kernels::LogitRows& x, float* logits, const float* entropy, const float* logSumExp,
                    const float* gLogProb, const float* gEntropy) {
  for (int64_t row = 0; row < x.rows; ++row) {
    float* z = logits + row * x.stride;
    const float lse = logSumExp[row], h = entropy[row], t = x.inverseTemperature;
    const float gl = gLogProb ? gLogProb[row] : 0.0f, gh = gEntropy ? gEntropy[row] : 0.0f;
    for (int64_t j = 0; j < x.columns; j += lanes) {
      const int64_t left = x.columns - j;
      const Vector logp = loadFirst(z + j, left) * t - lse;
      storeFirst(z + j, -exponential(logp) * (gl + gh * (logp + h)) * t, left);
    }
    const int64_t at = x.targets[row] - x.first;
    if (at >= 0 && at < x.columns) z[at] += gl * t;
  }
}

}  // namespace secondlook::SECONDLOOK_ISA
