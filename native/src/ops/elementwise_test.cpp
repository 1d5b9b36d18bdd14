#include "fixtures.h"

using namespace fixtures;

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double gelu(double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); }
double quickGelu(double x) { return x * sigmoid(1.702 * x); }

/// Values over the whole useful range, extremes included.
Floats range(int64_t count) {
  Floats x = randomFloats(count, 1, 3.0f);
  const float special[] = {0.0f, -0.0f, 20.0f, -20.0f, 90.0f, -90.0f, 1e-6f, -6.0f};
  std::copy(std::begin(special), std::end(special), x.begin());
  return x;
}

}  // namespace

TEST("activations and their slopes equal float64") {
  const int64_t count = 40001;
  const Floats x = range(count), dy = randomFloats(count, 2);
  for (const bool erf : {true, false}) {
    const auto f = [&](double v) { return erf ? gelu(v) : quickGelu(v); };
    const auto kind = erf ? ops::Activation::geluErf : ops::Activation::quickGelu;
    Doubles expected, slope;
    for (int64_t i = 0; i < count; ++i) {
      const auto v = static_cast<double>(x[i]);
      expected.push_back(f(v));
      slope.push_back((f(v + 1e-5) - f(v - 1e-5)) / 2e-5 * static_cast<double>(dy[i]));
    }
    everywhere([&](Context& context) {
      Floats y(count), dx(count);
      ops::activation(context, kind, count, x.data(), y.data());
      ops::activationBackward(context, kind, count, x.data(), dy.data(), dx.data());
      CHECK_CLOSE(y, expected, 3e-7);
      CHECK_CLOSE(dx, slope, 5e-7);
      append(y, dx);
      return y;
    });
  }
}

TEST("swiglu and its gradients equal float64") {
  const int64_t rows = 90, width = 43;
  const Floats x = range(rows * 2 * width), dy = randomFloats(rows * width, 2);
  Doubles expected(rows * width), gradient(rows * 2 * width);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < width; ++j) {
      const auto gate = static_cast<double>(x[i * 2 * width + j]), up = static_cast<double>(x[i * 2 * width + width + j]);
      const double s = sigmoid(gate), d = static_cast<double>(dy[i * width + j]);
      expected[i * width + j] = gate * s * up;
      gradient[i * 2 * width + j] = d * up * s * (1 + gate * (1 - s));
      gradient[i * 2 * width + width + j] = d * gate * s;
    }
  everywhere([&](Context& context) {
    Floats y(rows * width), dx(rows * 2 * width);
    ops::swiglu(context, rows, width, x.data(), y.data());
    ops::swigluBackward(context, rows, width, x.data(), dy.data(), dx.data());
    CHECK_CLOSE(y, expected, 5e-7);
    CHECK_CLOSE(dx, gradient, 5e-7);
    append(y, dx);
    return y;
  });
}

TEST("AdamW follows its formula over several steps") {
  const int64_t count = 50001;
  const Floats start = randomFloats(count, 1);
  Doubles p = widened(start), m(count), v(count);
  for (int step = 1; step <= 3; ++step) {
    const Floats g = randomFloats(count, 10 + step);
    for (int64_t i = 0; i < count; ++i) {
      const double scaled = 0.5 * static_cast<double>(g[i]);
      m[i] = 0.9 * m[i] + 0.1 * scaled;
      v[i] = 0.999 * v[i] + 0.001 * scaled * scaled;
      p[i] -= 1e-2 * (m[i] / (1 - std::pow(0.9, step)) / (std::sqrt(v[i] / (1 - std::pow(0.999, step))) + 1e-8) + 0.1 * p[i]);
    }
  }
  everywhere([&](Context& context) {
    Floats parameter = start, m1(count), v1(count);
    for (int step = 1; step <= 3; ++step) {
      const Floats g = randomFloats(count, 10 + step);
      ops::adamw(context, {1e-2, 0.9, 0.999, 1e-8, 0.1, step, 0.5f}, count, parameter.data(), g.data(), m1.data(), v1.data());
    }
    CHECK_CLOSE(parameter, p, 1e-6);
    CHECK_CLOSE(m1, m, 1e-6);
    CHECK_CLOSE(v1, v, 1e-6);
    return parameter;
  });
}

TEST("sumsOfSquares keeps float64 precision, adds each tensor up as if alone, and shows whose values are not finite") {
  const int64_t count = 100003;
  const Floats x = randomFloats(count, 1), one = randomFloats(1, 2), few = randomFloats(300, 3);
  Floats broken = x;
  broken[70000] = INFINITY;
  const auto sumOf = [](const Floats& values) {
    double total = 0;
    for (const float v : values) total += static_cast<double>(v) * static_cast<double>(v);
    return total;
  };
  const std::vector<ops::Values> list{{few.data(), 300}, {x.data(), count}, {x.data(), 0}, {broken.data(), count},
                                      {one.data(), 1},   {x.data(), 0},     {x.data() + 3, 16384}};
  everywhere([&](Context& context) {
    std::vector<double> totals(list.size(), NAN);
    ops::sumsOfSquares(context, list, totals.data());
    const auto near = [](double total, double expected) { return std::abs(total - expected) < 1e-12 * expected; };
    CHECK(near(totals[0], sumOf(few)) && near(totals[1], sumOf(x)) && near(totals[4], sumOf(one)));
    CHECK(totals[2] == 0.0 && totals[5] == 0.0 && !std::isfinite(totals[3]) && near(totals[6], sumOf({x.begin() + 3, x.begin() + 16387})));
    totals[3] = 0.0;
    for (size_t i = 0; i < list.size(); ++i) {
      double alone = NAN;
      ops::sumsOfSquares(context, std::span(&list[i], 1), &alone);
      CHECK(i == 3 ? !std::isfinite(alone) : alone == totals[i]);
    }
    ops::sumsOfSquares(context, {}, nullptr);
    Floats halves(2 * totals.size());
    std::memcpy(halves.data(), totals.data(), totals.size() * sizeof(double));
    return halves;
  });
}
