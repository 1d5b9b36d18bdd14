#include <array>
#include <cmath>

#include "fixtures.h"

using namespace fixtures;

namespace {

Doubles reference(bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha, const Floats& a, const Floats& b,
                  double beta, const Floats& c) {
  Doubles y(static_cast<size_t>(m * n));
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) {
      double total = 0;
      for (int64_t p = 0; p < k; ++p)
        total += static_cast<double>(a[ta ? p * m + i : i * k + p]) * static_cast<double>(b[tb ? j * k + p : p * n + j]);
      y[i * n + j] = alpha * total + (beta == 0 ? 0.0 : beta * static_cast<double>(c[i * n + j]));
    }
  return y;
}

}  // namespace

TEST("gemm equals plain loops for every layout and for sizes off every tile") {
  const int64_t sizes[][3] = {{1, 1, 1},    {1, 33, 300}, {2, 64, 128}, {3, 17, 5},    {5, 48, 16},  {8, 100, 31},
                              {13, 31, 7},  {15, 32, 16}, {29, 65, 257}, {67, 45, 33}, {500, 40, 20}, {70, 300, 513},
                              {14, 32, 256}, {450, 33, 40}, {4, 4, 0}, {530, 33, 140}, {33, 560, 300}};
  everywhere([&](Context& context) {
    Floats all;
    for (const auto& [m, n, k] : sizes)
      for (int layout = 0; layout < 4; ++layout) {
        const bool ta = layout & 1, tb = layout & 2;
        const Floats a = randomFloats(m * k, 1), b = randomFloats(n * k, 2), c = randomFloats(m * n, 3);
        Floats y(c.size(), NAN), z = c;
        ops::gemm(context, ta, tb, m, n, k, 1.0f, a.data(), ta ? m : k, b.data(), tb ? k : n, 0.0f, y.data(), n);
        ops::gemm(context, ta, tb, m, n, k, 0.5f, a.data(), ta ? m : k, b.data(), tb ? k : n, 2.0f, z.data(), n);
        CHECK_CLOSE(y, reference(ta, tb, m, n, k, 1, a, b, 0, c), 1e-6);
        CHECK_CLOSE(z, reference(ta, tb, m, n, k, 0.5, a, b, 2, c), 1e-6);
        append(all, y);
      }
    return all;
  });
}

TEST("a matrix stored as bfloat16 gives the very bits of its values stored as float32") {
  const int64_t sizes[][3] = {{1, 33, 300}, {2, 64, 70}, {3, 17, 5}, {4, 100, 31}, {5, 48, 16}, {37, 70, 300}, {500, 40, 513}};
  onProcessor([&](Context& context) {
    Floats all;
    for (const auto& [rows, out, in] : sizes) {
      const Floats x = randomFloats(rows * in, 1), dy = randomFloats(rows * (out + 3), 2), bias = randomFloats(out, 3);
      Halves half(static_cast<size_t>(out * in));
      ops::narrow(context, out * in, randomFloats(out * in, 4).data(), half.data());
      Floats wide(half.size());
      ops::widen(context, out * in, half.data(), wide.data());
      const auto results = [&](ops::Matrix w) {
        Floats y(rows * (out + 3)), dx(rows * in), z(rows * out);
        ops::linear(context, rows, in, out, x.data(), w, bias.data(), y.data(), out + 3);
        ops::linearBackward(context, rows, in, out, x.data(), w, dy.data(), dx.data(), false, nullptr, nullptr, out + 3);
        ops::gemm(context, false, true, rows, out, in, 0.5f, x.data(), in, w, in, 1.0f, z.data(), out);
        append(y, dx);
        append(y, z);
        return y;
      };
      const Floats a = results(ops::Matrix(half.data())), b = results(wide.data());
      CHECK(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
      append(all, a);
    }
    return all;
  });
}

TEST("a product of two matrices stored as bfloat16 equals plain loops over their values") {
  onProcessor([&](Context& context) {
    Floats all;
    for (const auto& [m, n, k] : {std::array<int64_t, 3>{33, 70, 1100}, {520, 40, 530}, {16, 20, 31}, {3, 40, 600}}) {
      Halves a(static_cast<size_t>(m * k)), b(static_cast<size_t>(n * k));
      Floats wideA(a.size()), wideB(b.size()), c(static_cast<size_t>(m * n), 0.5f), y = c;
      ops::narrow(context, m * k, randomFloats(m * k, 1).data(), a.data());
      ops::narrow(context, n * k, randomFloats(n * k, 2).data(), b.data());
      ops::widen(context, m * k, a.data(), wideA.data());
      ops::widen(context, n * k, b.data(), wideB.data());
      ops::gemm(context, false, true, m, n, k, 0.5f, ops::Matrix(a.data()), k, ops::Matrix(b.data()), k, 2.0f, y.data(), n);
      CHECK_CLOSE(y, reference(false, true, m, n, k, 0.5, wideA, wideB, 2, c), 1e-6);
      append(all, y);
    }
    return all;
  });
}

TEST("bfloat16 rounds to the nearest value, ties to even, and keeps what is not finite") {
  const Floats from{1.0f, 1.00390625f, 1.01171875f, 1.00390637f, -1.00390637f, 3.4e38f, INFINITY, NAN, -0.0f, 1e-40f};
  const Floats wanted{1.0f, 1.0f, 1.015625f, 1.0078125f, -1.0078125f, INFINITY, INFINITY, NAN, -0.0f, 9.18354962e-41f};
  everywhere([&](Context& context) {
    Halves half(from.size());
    Floats back(from.size());
    ops::narrow(context, static_cast<int64_t>(from.size()), from.data(), half.data());
    ops::widen(context, static_cast<int64_t>(from.size()), half.data(), back.data());
    for (size_t i = 0; i < from.size(); ++i)
      CHECK(std::isnan(wanted[i]) ? std::isnan(back[i]) : std::memcmp(&back[i], &wanted[i], 4) == 0);
    return Floats();
  });
}

TEST("a row of linear has the same bits alone and in a batch") {
  const int64_t rows = 37, in = 300, out = 70;
  const Floats x = randomFloats(rows * in, 1), w = randomFloats(out * in, 2), bias = randomFloats(out, 3);
  everywhere([&](Context& context) {
    Floats y(rows * out);
    ops::linear(context, rows, in, out, x.data(), w.data(), bias.data(), y.data());
    // The tile unit takes batches of 16 rows and more only, and adds in another order than AVX-512 does.
    if (context.instructionSet == InstructionSet::amx) return y;
    for (int64_t batch : {1, 2, 3, 5, 8, 16})
      for (int64_t row = 0; row + batch <= rows; row += 7) {
        Floats part(batch * out);
        ops::linear(context, batch, in, out, x.data() + row * in, w.data(), bias.data(), part.data());
        CHECK(std::memcmp(part.data(), y.data() + row * out, part.size() * sizeof(float)) == 0);
      }
    return y;
  });
}

TEST("a product on the tile unit is as exact as one of float32 multiply-adds, and keeps what is not finite") {
  if (detectInstructionSet() < InstructionSet::amx) return;
  ThreadPool pool(1);
  Context chain{pool, InstructionSet::avx512}, tiles{pool, InstructionSet::amx};
  for (const int64_t k : {31, 128, 344, 2048})
    for (const float scale : {1.0f, 1e-12f, 1e15f}) {
      const int64_t m = 40, n = 50;
      const Floats a = randomFloats(m * k, 1, scale), b = randomFloats(n * k, 2);
      Doubles wanted(static_cast<size_t>(m * n));
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j)
          for (int64_t p = 0; p < k; ++p)
            wanted[i * n + j] += static_cast<double>(a[i * k + p]) * static_cast<double>(b[j * k + p]);
      const auto errorOf = [&](Context& context) {
        Floats c(wanted.size());
        ops::gemm(context, false, true, m, n, k, 1.0f, a.data(), k, b.data(), k, 0.0f, c.data(), n);
        return check::relativeError(c, wanted);
      };
      CHECK(errorOf(tiles) <= 1.2 * errorOf(chain));
    }
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    Floats a(16 * 32, 1.0f), b(32, 1.0f), c(16);
    a[5 * 32 + 7] = bad;
    ops::gemm(tiles, false, true, 16, 1, 32, 1.0f, a.data(), 32, b.data(), 32, 0.0f, c.data(), 1);
    for (int i = 0; i < 16; ++i) CHECK(std::isfinite(c[i]) == (i != 5));
  }
}

TEST("linearBackward accumulates weights and biases and overwrites or adds inputs") {
  for (const auto& [rows, in, out] : {std::array<int64_t, 3>{37, 19, 70}, {300, 33, 20}, {1, 8, 8}}) {
    const Floats x = randomFloats(rows * in, 1), w = randomFloats(out * in, 2), dy = randomFloats(rows * out, 3);
    const Floats before = randomFloats(rows * in, 4), dwBefore = randomFloats(out * in, 5), dbBefore = randomFloats(out, 6);
    Doubles db = widened(dbBefore), dw = reference(true, false, out, in, rows, 1, dy, x, 1, dwBefore);
    for (int64_t i = 0; i < rows * out; ++i) db[i % out] += static_cast<double>(dy[i]);
    everywhere([&](Context& context) {
      Floats dx(before.size(), NAN), added = before, w1 = dwBefore, b1 = dbBefore;
      ops::linearBackward(context, rows, in, out, x.data(), w.data(), dy.data(), dx.data(), false, w1.data(), b1.data());
      ops::linearBackward(context, rows, in, out, x.data(), w.data(), dy.data(), added.data(), true, nullptr, nullptr);
      CHECK_CLOSE(dx, reference(false, false, rows, in, out, 1, dy, w, 0, before), 1e-6);
      CHECK_CLOSE(added, reference(false, false, rows, in, out, 1, dy, w, 1, before), 1e-6);
      CHECK_CLOSE(w1, dw, 1e-6);
      CHECK_CLOSE(b1, db, 1e-6);
      append(dx, w1);
      append(dx, b1);
      return dx;
    });
  }
}
