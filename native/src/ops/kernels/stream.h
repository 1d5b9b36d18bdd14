// Few rows times a weight matrix, as in decoding: each row of weights is read once, transposed in registers and used at
// once, without packing. The order of each sum is that of the packed path, so a row has the same bits in any batch.
#pragma once

#include "kernels.h"
#include "pack.h"

namespace secondlook::SECONDLOOK_ISA {

/// More rows than this are better served by packing.
constexpr int streamRows = 8;

/// Fetches what a transposition needs `ahead` elements later; rows of weights are too many streams for the hardware.
template <class T>
SECONDLOOK_INLINE void prefetchRows(const T* p, int64_t stride, int64_t ahead) {
#pragma GCC unroll 16
  for (int r = 0; r < lanes; ++r) __builtin_prefetch(p + r * stride + ahead);
}

/// C[i, j .. j + vectors * lanes) for all `rows` rows of a product with bStep 1.
template <class T, int rows, int vectors>
inline void streamColumns(const kernels::Product& x, int64_t m, int64_t j) {
  Vector total[rows][vectors];
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      Vector y{};
      if (x.beta != 0.0f) y = load(x.c + (m + i) * x.ldc + j + v * lanes) * x.beta;
      if (x.bias) y += load(x.bias + j + v * lanes);
      total[i][v] = y;
    }
  constexpr int width = blockColumns<T>;
  const float* a = static_cast<const float*>(x.a.data) + m * x.aRow;
  const T* weights = static_cast<const T*>(x.b.data);
  // Short rows: the same place of the next columns. Long ones: half a kilobyte along the row.
  constexpr int64_t alongRow = 512 / static_cast<int64_t>(sizeof(T));
  const int64_t ahead = x.k >= 4 * alongRow ? alongRow : vectors * lanes * x.bColumn;
  for (int64_t k0 = 0; k0 < x.k; k0 += kernels::blockDepth) {
    const int64_t end = smaller(x.k, k0 + kernels::blockDepth);
    Vector acc[rows][vectors] = {};
    int64_t p = k0;
    for (; p + width <= end; p += width)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) {
        Vector columns[width];
        const T* b = weights + p + (j + v * lanes) * x.bColumn;
        prefetchRows(b, x.bColumn, ahead);
        transposeBlock(b, x.bColumn, columns);
#pragma GCC unroll 32
        for (int c = 0; c < width; ++c)
#pragma GCC unroll 8
          for (int i = 0; i < rows; ++i) acc[i][v] += splat(a[i * x.aRow + (p + c) * x.aStep]) * columns[c];
      }
    for (; p < end; ++p)
      for (int v = 0; v < vectors; ++v) {
        Vector column{};
        for (int r = 0; r < lanes; ++r) column[r] = widened(weights[p + (j + v * lanes + r) * x.bColumn]);
        for (int i = 0; i < rows; ++i) acc[i][v] += splat(a[i * x.aRow + p * x.aStep]) * column;
      }
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i)
#pragma GCC unroll 2
      for (int v = 0; v < vectors; ++v) total[i][v] = acc[i][v] * x.alpha + total[i][v];
  }
#pragma GCC unroll 8
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) store(x.c + (m + i) * x.ldc + j + v * lanes, total[i][v]);
}

/// Columns n0 .. of rows m0 .. m1; returns the first column left over for the packed path.
template <class T>
inline int64_t streamProduct(const kernels::Product& x, int64_t m0, int64_t m1, int64_t n0, int64_t n1) {
  const auto run = [&](auto rows, int64_t m) {
    constexpr int count = decltype(rows)::value;
    int64_t j = n0;
    if constexpr (count <= 4)  // more rows than that leave registers for one vector of columns only
      for (; j + 2 * lanes <= n1; j += 2 * lanes) streamColumns<T, count, 2>(x, m, j);
    for (; j + lanes <= n1; j += lanes) streamColumns<T, count, 1>(x, m, j);
    return j;
  };
  switch (m1 - m0) {
    case 1: return run(Constant<1>{}, m0);
    case 2: return run(Constant<2>{}, m0);
    case 3: return run(Constant<3>{}, m0);
    case 4: return run(Constant<4>{}, m0);
    case 5: return run(Constant<5>{}, m0);
    case 6: return run(Constant<6>{}, m0);
    case 7: return run(Constant<7>{}, m0);
    case 8: return run(Constant<8>{}, m0);
    default: return n0;
  }
}

}  // namespace secondlook::SECONDLOOK_ISA
