#include "fixtures.h"

using namespace fixtures;

namespace {

constexpr int64_t rows = 150;
constexpr float eps = 1e-5f;

Doubles rmsReference(const Doubles& x, const Floats& w, int64_t width) {
  Doubles y(x.size());
  for (size_t row = 0; row < x.size() / width; ++row) {
    double squares = 0;
    for (int64_t j = 0; j < width; ++j) squares += x[row * width + j] * x[row * width + j];
    for (int64_t j = 0; j < width; ++j)
      y[row * width + j] = static_cast<double>(w[j]) * x[row * width + j] / std::sqrt(squares / width + static_cast<double>(eps));
  }
  return y;
}

Doubles layerReference(const Doubles& x, const Floats& w, const Floats& b, int64_t width) {
  Doubles y(x.size());
  for (size_t row = 0; row < x.size() / width; ++row) {
    double mean = 0, variance = 0;
    const double* v = x.data() + row * width;
    for (int64_t j = 0; j < width; ++j) mean += v[j] / width;
    for (int64_t j = 0; j < width; ++j) variance += (v[j] - mean) * (v[j] - mean) / width;
    for (int64_t j = 0; j < width; ++j)
      y[row * width + j] = (v[j] - mean) / std::sqrt(variance + static_cast<double>(eps)) * static_cast<double>(w[j]) + static_cast<double>(b[j]);
  }
  return y;
}

/// Gradient of one weight vector by differences: norms are linear in it, so a step of 1 is exact.
template <class F>
Doubles weightGradient(const Floats& w, const Floats& dy, F&& forward) {
  Doubles gradient(w.size());
  const double base = dot(forward(w), dy);
  for (size_t j = 0; j < w.size(); ++j) {
    Floats moved = w;
    moved[j] += 1.0f;
    gradient[j] = (dot(forward(moved), dy) - base) / (static_cast<double>(moved[j]) - static_cast<double>(w[j]));
  }
  return gradient;
}

}  // namespace

TEST("rmsNorm and its gradients equal float64 and differences") {
  for (const int64_t width : {5, 16, 40, 128}) {
    const Floats x = randomFloats(rows * width, 1), w = randomFloats(width, 2), dy = randomFloats(rows * width, 3);
    const Doubles dw = weightGradient(w, dy, [&](const Floats& v) { return rmsReference(widened(x), v, width); });
    const Floats fewX(x.begin(), x.begin() + 3 * width), fewDy(dy.begin(), dy.begin() + 3 * width);
    const Doubles dx = numericGradient(widened(fewX), [&](const Doubles& v) { return dot(rmsReference(v, w, width), fewDy); });
    everywhere([&](Context& context) {
      Floats y(x.size()), r(rows), dxs(x.size()), twice, gradient(width, 1.0f);
      ops::rmsNorm(context, rows, width, eps, x.data(), w.data(), y.data(), r.data());
      ops::rmsNormBackward(context, rows, width, x.data(), w.data(), r.data(), dy.data(), dxs.data(), false, gradient.data());
      CHECK_CLOSE(y, rmsReference(widened(x), w, width), 1e-6);
      CHECK_CLOSE(Floats(dxs.begin(), dxs.begin() + 3 * width), dx, 1e-5);
      twice = dxs;
      ops::rmsNormBackward(context, rows, width, x.data(), w.data(), r.data(), dy.data(), twice.data(), true, nullptr);
      for (size_t i = 0; i < dxs.size(); ++i) twice[i] *= 0.5f;
      CHECK_CLOSE(twice, widened(dxs), 1e-6);
      Floats withoutOne = gradient;
      for (float& g : withoutOne) g -= 1.0f;
      CHECK_CLOSE(withoutOne, dw, 3e-6);
      append(y, dxs);
      append(y, gradient);
      return y;
    });
  }
}

TEST("layerNorm and its gradients equal float64 and differences") {
  for (const int64_t width : {5, 40, 128}) {
    const Floats x = randomFloats(rows * width, 1), w = randomFloats(width, 2), b = randomFloats(width, 4);
    const Floats dy = randomFloats(rows * width, 3);
    const Doubles dw = weightGradient(w, dy, [&](const Floats& v) { return layerReference(widened(x), v, b, width); });
    const Doubles db = weightGradient(b, dy, [&](const Floats& v) { return layerReference(widened(x), w, v, width); });
    const Floats fewX(x.begin(), x.begin() + 3 * width), fewDy(dy.begin(), dy.begin() + 3 * width);
    const Doubles dx = numericGradient(widened(fewX), [&](const Doubles& v) { return dot(layerReference(v, w, b, width), fewDy); });
    everywhere([&](Context& context) {
      Floats y(x.size()), mean(rows), r(rows), dxs(x.size()), dws(width), dbs(width);
      ops::layerNorm(context, rows, width, eps, x.data(), w.data(), b.data(), y.data(), mean.data(), r.data());
      ops::layerNormBackward(context, rows, width, x.data(), w.data(), mean.data(), r.data(), dy.data(), dxs.data(),
                             false, dws.data(), dbs.data());
      CHECK_CLOSE(y, layerReference(widened(x), w, b, width), 1e-6);
      CHECK_CLOSE(Floats(dxs.begin(), dxs.begin() + 3 * width), dx, 1e-5);
      CHECK_CLOSE(dws, dw, 3e-6);
      CHECK_CLOSE(dbs, db, 3e-6);
      for (const Floats* part : {&dxs, &dws, &dbs}) append(y, *part);
      return y;
    });
  }
}

TEST("rotary turns pairs of halves by their angles, and back") {
  const int64_t tokens = 70, heads = 3, headDim = 24, stride = heads * headDim + 5;
  const Floats x = randomFloats(tokens * stride, 1), angles = randomFloats(tokens * headDim / 2, 2);
  Floats cos(tokens * headDim), sin(tokens * headDim);
  Doubles expected = widened(x);
  for (int64_t t = 0; t < tokens; ++t)
    for (int64_t j = 0; j < headDim / 2; ++j) {
      const double angle = static_cast<double>(angles[t * headDim / 2 + j]), c = std::cos(angle), s = std::sin(angle);
      for (const int64_t half : {0, 1}) {
        cos[t * headDim + half * headDim / 2 + j] = static_cast<float>(c);
        sin[t * headDim + half * headDim / 2 + j] = static_cast<float>(s);
      }
      for (int64_t h = 0; h < heads; ++h) {
        double &a = expected[t * stride + h * headDim + j], &b = expected[t * stride + h * headDim + headDim / 2 + j];
        const double low = a * c - b * s, high = b * c + a * s;
        a = low;
        b = high;
      }
    }
  everywhere([&](Context& context) {
    Floats y = x;
    ops::rotary(context, tokens, heads, headDim, y.data(), stride, cos.data(), sin.data(), false);
    CHECK_CLOSE(y, expected, 1e-6);
    Floats back = y;
    ops::rotary(context, tokens, heads, headDim, back.data(), stride, cos.data(), sin.data(), true);
    CHECK_CLOSE(back, widened(x), 1e-6);
    return y;
  });
}

TEST("gatherRows copies and scatterAddRows sums duplicates in order") {
  const int64_t count = 333, width = 70, from = 20;
  const Floats table = randomFloats(from * width, 1), values = randomFloats(count * width, 2);
  const auto index = randomIds(count, from, 3);
  everywhere([&](Context& context) {
    Floats gathered(count * width), summed = table, expected = table;
    ops::gatherRows(context, count, width, index.data(), table.data(), gathered.data());
    ops::scatterAddRows(context, count, width, index.data(), values.data(), summed.data());
    for (int64_t i = 0; i < count; ++i)
      for (int64_t j = 0; j < width; ++j) {
        CHECK(gathered[i * width + j] == table[index[i] * width + j]);
        expected[index[i] * width + j] += values[i * width + j];
      }
    CHECK(std::memcmp(summed.data(), expected.data(), summed.size() * sizeof(float)) == 0);
    return summed;
  });
}
