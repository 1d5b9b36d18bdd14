// The inner loop of every matrix product: a tile of C stays in registers while k runs. Each element is one chain of
// multiply-adds in ascending k, whatever the tile, so that blocking and batch size never change a bit.
#pragma once

#include "vector.h"

namespace secondlook::SECONDLOOK_ISA {

template <int N>
struct Constant {
  static constexpr int value = N;
};

/// Tile heights that are compiled; a shorter rest is computed with the next larger one.
SECONDLOOK_INLINE int tileHeight(int64_t rows) {
  if (rows >= tileRows) return tileRows;
  return rows <= 2 ? static_cast<int>(rows) : static_cast<int>(roundUp(rows, 2));
}

/// Calls f(Constant<height>) for a height from tileHeight().
template <class F>
SECONDLOOK_INLINE void withHeight(int height, F&& f) {
  switch (height) {
    case 1: return f(Constant<1>{});
    case 2: return f(Constant<2>{});
    case 4: return f(Constant<4>{});
    default: break;
  }
  if constexpr (tileRows >= 6) {
    if (height == 6) return f(Constant<6>{});
  }
  if constexpr (tileRows >= 14) {
    switch (height) {
      case 8: return f(Constant<8>{});
      case 10: return f(Constant<10>{});
      case 12: return f(Constant<12>{});
      case 14: return f(Constant<14>{});
      default: break;
    }
  }
}

/// acc[i][j] = sum over p < k of a[i * aRow + p * aStep] * b[p * bStep + j * lanes ..]; then put(i, j, acc) for each.
template <int rows, int vectors, class Put>
SECONDLOOK_INLINE void multiplyTile(int64_t k, const float* a, int64_t aRow, int64_t aStep, const float* b,
                                    int64_t bStep, Put&& put) {
  Vector acc[rows][vectors] = {};
  for (int64_t p = 0; p < k; ++p) {
    Vector bv[vectors];
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) bv[j] = load(b + j * lanes);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const Vector av = splat(a[i * aRow]);
#pragma GCC unroll 4
      for (int j = 0; j < vectors; ++j) acc[i][j] += av * bv[j];
    }
    a += aStep;
    b += bStep;
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) put(i, j, acc[i][j]);
}

}  // namespace secondlook::SECONDLOOK_ISA
