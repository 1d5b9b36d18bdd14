// Rearranging operands for the inner loop: transposition through registers, panels of A and of B.
#pragma once

#include "micro_kernel.h"

namespace secondlook::SECONDLOOK_ISA {

/// out[c] = column c of the lanes x lanes block whose row r starts at p + r * stride.
SECONDLOOK_INLINE void transposeBlock(const float* p, int64_t stride, Vector* out) {
#if defined(__AVX512F__)
  for (int q = 0; q < 4; ++q) {
    __m512 t[4];
    for (int r = 0; r < 4; ++r) {
      const float* from = p + r * stride + 4 * q;
      __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(from));
      v = _mm512_insertf32x4(v, _mm_loadu_ps(from + 4 * stride), 1);
      v = _mm512_insertf32x4(v, _mm_loadu_ps(from + 8 * stride), 2);
      t[r] = _mm512_insertf32x4(v, _mm_loadu_ps(from + 12 * stride), 3);
    }
    const __m512 a = _mm512_unpacklo_ps(t[0], t[1]), b = _mm512_unpackhi_ps(t[0], t[1]);
    const __m512 c = _mm512_unpacklo_ps(t[2], t[3]), d = _mm512_unpackhi_ps(t[2], t[3]);
    out[4 * q + 0] = _mm512_shuffle_ps(a, c, 0x44);
    out[4 * q + 1] = _mm512_shuffle_ps(a, c, 0xEE);
    out[4 * q + 2] = _mm512_shuffle_ps(b, d, 0x44);
    out[4 * q + 3] = _mm512_shuffle_ps(b, d, 0xEE);
  }
#elif defined(__AVX2__)
  for (int q = 0; q < 2; ++q) {
    __m256 t[4];
    for (int r = 0; r < 4; ++r) {
      const float* from = p + r * stride + 4 * q;
      t[r] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from)), _mm_loadu_ps(from + 4 * stride), 1);
    }
    const __m256 a = _mm256_unpacklo_ps(t[0], t[1]), b = _mm256_unpackhi_ps(t[0], t[1]);
    const __m256 c = _mm256_unpacklo_ps(t[2], t[3]), d = _mm256_unpackhi_ps(t[2], t[3]);
    out[4 * q + 0] = _mm256_shuffle_ps(a, c, 0x44);
    out[4 * q + 1] = _mm256_shuffle_ps(a, c, 0xEE);
    out[4 * q + 2] = _mm256_shuffle_ps(b, d, 0x44);
    out[4 * q + 3] = _mm256_shuffle_ps(b, d, 0xEE);
  }
#else
  for (int c = 0; c < lanes; ++c)
    for (int r = 0; r < lanes; ++r) out[c][r] = p[r * stride + c];
#endif
}

/// As transposeBlock for a block of `rows` x `columns`; what is missing becomes 0.
SECONDLOOK_INLINE void transposeEdge(const float* p, int64_t stride, int64_t rows, int64_t columns, Vector* out) {
  alignas(64) float block[lanes * lanes];
  for (int r = 0; r < lanes; ++r)
    store(block + r * lanes, r < rows ? loadFirst(p + r * stride, columns) : Vector{});
  transposeBlock(block, lanes, out);
}

/// Writes the block's columns one below the other, `step` floats apart. With step < lanes each store spills over the
/// next row, which is then overwritten: the buffer needs `lanes` floats of slack.
SECONDLOOK_INLINE void packTransposed(const float* p, int64_t stride, int64_t rows, int64_t k, float* to, int64_t step) {
  Vector columns[lanes];
  int64_t c = 0;
  if (rows >= lanes)
    for (; c + lanes <= k; c += lanes) {
      transposeBlock(p + c, stride, columns);
      for (int i = 0; i < lanes; ++i) store(to + (c + i) * step, columns[i]);
    }
  for (; c < k; c += lanes) {
    const int64_t rest = smaller(lanes, k - c);
    transposeEdge(p + c, stride, rows, rest, columns);
    for (int64_t i = 0; i < rest; ++i) store(to + (c + i) * step, columns[i]);
  }
}

/// One panel of A: to[p * height + i] = a[i * row + p * step] for i < height, 0 for rows that are not there. `rows`
/// counts all rows from here on: whole vectors are read where more than `height` remain. Needs `lanes` floats of slack.
inline void packA(const float* a, int64_t row, int64_t step, int64_t rows, int64_t k, int height, float* to) {
  if (step == 1) return packTransposed(a, row, rows, k, to, height);
  if (row == 1) {
    for (int64_t p = 0; p < k; ++p) store(to + p * height, loadFirst(a + p * step, rows));
    return;
  }
  for (int64_t p = 0; p < k; ++p)
    for (int i = 0; i < height; ++i) to[p * height + i] = i < rows ? a[i * row + p * step] : 0.0f;
}

/// One panel of B: to[p * tileColumns + j] = b[p * step + j * column] for j < columns, 0 beyond.
inline void packB(const float* b, int64_t step, int64_t column, int64_t columns, int64_t k, float* to) {
  if (column == 1) {
    for (int64_t p = 0; p < k; ++p)
      for (int v = 0; v < tileColumns; v += lanes)
        store(to + p * tileColumns + v, v < columns ? loadFirst(b + p * step + v, columns - v) : Vector{});
    return;
  }
  if (step == 1) {
    for (int v = 0; v < tileColumns; v += lanes)
      packTransposed(b + v * column, column, columns > v ? columns - v : 0, k, to + v, tileColumns);
    return;
  }
  for (int64_t p = 0; p < k; ++p)
    for (int j = 0; j < tileColumns; ++j) to[p * tileColumns + j] = j < columns ? b[p * step + j * column] : 0.0f;
}

}  // namespace secondlook::SECONDLOOK_ISA
