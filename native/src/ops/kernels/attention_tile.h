// What the attention kernels share: blocks of keys, stacked query rows, and who sees what.
#pragma once

#include "functions.h"
#include "pack.h"
#include "table.h"

namespace secondlook::SECONDLOOK_ISA {

/// Keys taken at a time. Blocks start at the beginning of a prefix and of a run of own keys, so the grouping of a row's
/// sums depends on its segment only: decoding and training, alone or in a batch, give the same bits.
constexpr int64_t keyBlock = 64;

constexpr float minusInfinity = -__builtin_inff();

SECONDLOOK_INLINE int64_t paddedDim(int64_t headDim) { return roundUp(headDim, lanes); }

/// Packs stacked rows [rows, headDim] into A panels: panel of row r0 at to + r0 * headDim.
SECONDLOOK_INLINE void packRows(const float* from, int64_t rows, int64_t headDim, float* to) {
  for (int64_t r = 0; r < rows; r += tileRows)
    packA(from + r * headDim, headDim, 1, rows - r, headDim, tileHeight(rows - r), to + r * headDim);
}

/// Packs `count` rows of keys (or values) transposed into B panels: panel of key c at to + c * headDim.
SECONDLOOK_INLINE void packKeys(const float* keys, int64_t stride, int64_t count, int64_t headDim, float* to) {
  for (int64_t c = 0; c < count; c += tileColumns)
    packB(keys + c * stride, 1, stride, count - c, headDim, to + c * headDim);
}

/// Rows of any stride copied to [count, paddedDim], zeros behind headDim.
SECONDLOOK_INLINE void copyPadded(const float* from, int64_t stride, int64_t count, int64_t headDim, float* to) {
  const int64_t width = paddedDim(headDim);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t j = 0; j < width; j += lanes) store(to + i * width + j, loadFirst(from + i * stride + j, headDim - j));
}

/// scores[rows, keyBlock] = packed rows times packed keys, for the first `count` keys (rounded up to a panel).
SECONDLOOK_INLINE void scoreBlock(int64_t rows, int64_t headDim, const float* packedRows, const float* packedKeys,
                                  int64_t count, float* scores) {
  for (int64_t c = 0; c < count; c += tileColumns)
    for (int64_t r = 0; r < rows; r += tileRows)
      withHeight(tileHeight(rows - r), [&](auto height) {
        float* to = scores + r * keyBlock + c;
        multiplyTile<decltype(height)::value, 2>(
            headDim, packedRows + r * headDim, 1, decltype(height)::value, packedKeys + c * headDim, tileColumns,
            [&](int i, int j, Vector acc) { store(to + i * keyBlock + j * lanes, acc); });
      });
}

/// put(row, column, acc) over tiles of X[rows, count] Y[count, width], where x(i, p) = from[i * row + p * step] and
/// `width` is a multiple of lanes. Heights are rounded up: put may see rows beyond the last.
template <int64_t row, int64_t step, class Put>
SECONDLOOK_INLINE void multiplyBlock(int64_t rows, int64_t count, int64_t width, const float* from, const float* y,
                                     int64_t yStride, Put&& put) {
  for (int64_t r = 0; r < rows; r += tileRows)
    withHeight(tileHeight(rows - r), [&](auto height) {
      constexpr int tall = decltype(height)::value;
      int64_t j = 0;
      for (; j + tileColumns <= width; j += tileColumns)
        multiplyTile<tall, 2>(count, from + r * row, row, step, y + j, yStride,
                              [&](int i, int v, Vector acc) { put(r + i, j + v * lanes, acc); });
      if (j < width)
        multiplyTile<tall, 1>(count, from + r * row, row, step, y + j, yStride,
                              [&](int i, int, Vector acc) { put(r + i, j, acc); });
    });
}

/// Lanes j0 .. of a row of scores, minus infinity for keys the row does not see.
SECONDLOOK_INLINE Vector visibleScores(const float* scores, int64_t j, int64_t visible, float scale) {
  const Vector v = load(scores + j) * scale;
  if (visible - j >= lanes) return v;
  return laneNumbers() < static_cast<int32_t>(visible - j) ? v : splat(minusInfinity);
}

/// Keys of the own block starting at `block` that query `query` of the segment sees.
SECONDLOOK_INLINE int64_t ownVisible(const Segment& s, int64_t query, int64_t block, int64_t count) {
  if (!s.causal) return count;
  const int64_t seen = s.keyBegin + (query - s.queryBegin) + 1 - block;
  return seen < 0 ? 0 : smaller(seen, count);
}

}  // namespace secondlook::SECONDLOOK_ISA
