// Row operators, written once for all processors and for CUDA. A row context says how one row is walked: on the
// processor by one thread, a vector at a time (kernels/row.h); on CUDA by the threads of a block (cuda/block_row.h). It
// gives begin(), step(), load(), store(), sum(), largest(), splat(), inside(), where() and leader(); values are vectors or packs.
// The file that includes this defines SECONDLOOK_ISA, SHARED_INLINE and the functions of shared values before.
#pragma once

namespace secondlook::SECONDLOOK_ISA {

/// y = w x r, r = 1 / sqrt(mean(x^2) + eps).
template <class Row, class T>
SHARED_INLINE void rmsNormRow(const Row& row, float eps, const T* x, const float* w, T* y, float* r) {
  typename Row::Value squares{};
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto v = row.load(x, j);
    squares += v * v;
  }
  const float scale = rootReciprocal(row.sum(squares) / static_cast<float>(row.width) + eps);
  if (r && row.leader()) *r = scale;
  for (int64_t j = row.begin(); j < row.width; j += row.step()) row.store(y, j, row.load(x, j) * scale * row.load(w, j));
}

/// dx = r g - x r^3 mean(g x) with g = dy w; adds dy x r to `dw` (null: not).
template <class Row, class T>
SHARED_INLINE void rmsNormBackwardRow(const Row& row, const T* x, const float* w, float scale, const T* dy, T* dx,
                                      bool accumulate, float* dw) {
  typename Row::Value product{};
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto xv = row.load(x, j), dyv = row.load(dy, j);
    product += dyv * row.load(w, j) * xv;
    if (dw) row.store(dw, j, row.load(dw, j) + dyv * xv * scale);
  }
  if (!dx) return;
  const float pull = row.sum(product) / static_cast<float>(row.width) * scale * scale * scale;
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    auto v = row.load(dy, j) * row.load(w, j) * scale - row.load(x, j) * pull;
    if (accumulate) v += row.load(dx, j);
    row.store(dx, j, v);
  }
}

/// y = (x - mean) r w + b.
template <class Row, class T>
SHARED_INLINE void layerNormRow(const Row& row, float eps, const T* x, const float* w, const float* b, T* y, float* mean,
                                float* r) {
  const auto size = static_cast<float>(row.width);
  typename Row::Value total{}, squares{};
  for (int64_t j = row.begin(); j < row.width; j += row.step()) total += row.load(x, j);
  const float mu = row.sum(total) / size;
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto v = (row.load(x, j) - mu) * row.inside(j);
    squares += v * v;
  }
  const float scale = rootReciprocal(row.sum(squares) / size + eps);
  if (row.leader()) {
    if (mean) *mean = mu;
    if (r) *r = scale;
  }
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    auto v = (row.load(x, j) - mu) * scale * row.load(w, j);
    if (b) v += row.load(b, j);
    row.store(y, j, v);
  }
}

/// dx = r (g - mean g - xhat mean(g xhat)); adds dy xhat to `dw` and dy to `db` (null: not).
template <class Row, class T>
SHARED_INLINE void layerNormBackwardRow(const Row& row, const T* x, const float* w, float mu, float scale, const T* dy,
                                        T* dx, bool accumulate, float* dw, float* db) {
  const auto size = static_cast<float>(row.width);
  typename Row::Value total{}, product{};
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto dyv = row.load(dy, j), g = dyv * row.load(w, j);
    const auto normal = (row.load(x, j) - mu) * scale;
    total += g;
    product += g * normal;
    if (dw) row.store(dw, j, row.load(dw, j) + dyv * normal);
    if (db) row.store(db, j, row.load(db, j) + dyv);
  }
  if (!dx) return;
  const float meanG = row.sum(total) / size, meanGx = row.sum(product) / size;
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto normal = (row.load(x, j) - mu) * scale;
    auto v = (row.load(dy, j) * row.load(w, j) - meanG - normal * meanGx) * scale;
    if (accumulate) v += row.load(dx, j);
    row.store(dx, j, v);
  }
}

/// Turns the pairs (j, j + half) of one head by their angles; `row` is half a head wide. sign -1 turns back.
template <class Row, class T>
SHARED_INLINE void rotaryRow(const Row& row, T* low, const float* cos, const float* sin, float sign) {
  const int64_t half = row.width;
  T* high = low + half;
  for (int64_t j = row.begin(); j < half; j += row.step()) {
    const auto a = row.load(low, j), b = row.load(high, j);
    const auto cosLow = row.load(cos, j), cosHigh = row.load(cos + half, j);
    const auto sinLow = row.load(sin, j) * sign, sinHigh = row.load(sin + half, j) * sign;
    row.store(low, j, a * cosLow - b * sinLow);
    row.store(high, j, b * cosHigh + a * sinHigh);
  }
}

/// y = silu(gate) up; gate and up lie side by side.
template <class Row, class T>
SHARED_INLINE void swigluRow(const Row& row, const T* gateUp, T* y) {
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto gate = row.load(gateUp, j), up = row.load(gateUp + row.width, j);
    row.store(y, j, gate * sigmoid(gate) * up);
  }
}

template <class Row, class T>
SHARED_INLINE void swigluBackwardRow(const Row& row, const T* gateUp, const T* dy, T* dGateUp) {
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto gate = row.load(gateUp, j), up = row.load(gateUp + row.width, j);
    const auto d = row.load(dy, j), s = sigmoid(gate), silu = gate * s;
    row.store(dGateUp, j, d * up * (s + silu * (1.0f - s)));
    row.store(dGateUp + row.width, j, d * silu);
  }
}

template <class Row, class T>
SHARED_INLINE void activationRow(const Row& row, ops::Activation kind, const T* x, T* y) {
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto v = row.load(x, j);
    row.store(y, j, v * (kind == ops::Activation::geluErf ? normalIntegral(v) : sigmoid(v * 1.702f)));
  }
}

template <class Row, class T>
SHARED_INLINE void activationBackwardRow(const Row& row, ops::Activation kind, const T* x, const T* dy, T* dx) {
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto v = row.load(x, j);
    typename Row::Value slope;
    if (kind == ops::Activation::geluErf) {
      slope = normalIntegral(v) + v * 0.39894228f * exponential(v * v * -0.5f);
    } else {
      const auto s = sigmoid(v * 1.702f);
      slope = s + v * 1.702f * s * (1.0f - s);
    }
    row.store(dx, j, row.load(dy, j) * slope);
  }
}

template <class Row, class T>
SHARED_INLINE void addRow(const Row& row, const T* x, T* y) {
  for (int64_t j = row.begin(); j < row.width; j += row.step()) row.store(y, j, row.load(y, j) + row.load(x, j));
}

/// Adds a tile of a row's logits, scaled, to its running maximum, sum of exp(z - maximum) and sum of that times (z - maximum).
template <class Row>
SHARED_INLINE void logitStatisticsRow(const Row& row, float inverseTemperature, const float* z, float* maximum_,
                                      float* sum_, float* weighted) {
  const auto lowest = row.splat(-__builtin_inff());
  auto top = lowest;
  for (int64_t j = row.begin(); j < row.width; j += row.step())
    top = maximum(top, row.where(j, row.load(z, j) * inverseTemperature, lowest));
  const float tileTop = row.largest(top), oldTop = *maximum_;
  const float newTop = tileTop > oldTop ? tileTop : oldTop;
  typename Row::Value total{}, product{};
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    // A floor keeps 0 * -infinity out of the weighted sum.
    const auto d = maximum(row.where(j, row.load(z, j) * inverseTemperature, lowest) - newTop, row.splat(-1e4f));
    const auto e = exponential(d);
    total += e;
    product += e * d;
  }
  const float tileSum = row.sum(total), tileWeighted = row.sum(product);
  if (!row.leader()) return;
  float oldSum = *sum_, oldWeighted = *weighted;
  if (oldTop > -__builtin_inff() && oldTop < newTop) {
    const float shift = oldTop - newTop, factor = scalarExponential(shift);
    oldWeighted = factor * (oldWeighted + shift * oldSum);
    oldSum *= factor;
  }
  *maximum_ = newTop;
  *sum_ = oldSum + tileSum;
  *weighted = oldWeighted + tileWeighted;
}

/// z := d(loss)/d(logit) of a tile, but for the target's own term.
template <class Row>
SHARED_INLINE void logitGradientsRow(const Row& row, float inverseTemperature, float* z, float entropy, float logSumExp,
                                     float gLogProb, float gEntropy) {
  const float t = inverseTemperature;
  for (int64_t j = row.begin(); j < row.width; j += row.step()) {
    const auto logp = row.load(z, j) * t - logSumExp;
    row.store(z, j, -exponential(logp) * (gLogProb + gEntropy * (logp + entropy)) * t);
  }
}

}  // namespace secondlook::SECONDLOOK_ISA
