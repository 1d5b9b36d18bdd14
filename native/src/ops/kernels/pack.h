// Rearranging operands for the inner loop: transposition through registers, panels of A and of B.
#pragma once

#include "micro_kernel.h"

namespace secondlook::SECONDLOOK_ISA {

#if defined(__AVX2__)
SECONDLOOK_INLINE __m128 loadFour(const char* p) { return _mm_loadu_ps(reinterpret_cast<const float*>(p)); }
#endif

/// out[c] = column c of the lanes x lanes block of 32-bit words whose row r starts at p + r * stride bytes.
SECONDLOOK_INLINE void transposeWords(const char* p, int64_t stride, Vector* out) {
#if defined(__AVX512F__)
  for (int q = 0; q < 4; ++q) {
    __m512 t[4];
    for (int r = 0; r < 4; ++r) {
      const char* from = p + r * stride + 16 * q;
      __m512 v = _mm512_castps128_ps512(loadFour(from));
      v = _mm512_insertf32x4(v, loadFour(from + 4 * stride), 1);
      v = _mm512_insertf32x4(v, loadFour(from + 8 * stride), 2);
      t[r] = _mm512_insertf32x4(v, loadFour(from + 12 * stride), 3);
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
      const char* from = p + r * stride + 16 * q;
      t[r] = _mm256_insertf128_ps(_mm256_castps128_ps256(loadFour(from)), loadFour(from + 4 * stride), 1);
    }
    const __m256 a = _mm256_unpacklo_ps(t[0], t[1]), b = _mm256_unpackhi_ps(t[0], t[1]);
    const __m256 c = _mm256_unpacklo_ps(t[2], t[3]), d = _mm256_unpackhi_ps(t[2], t[3]);
    out[4 * q + 0] = _mm256_shuffle_ps(a, c, 0x44);
    out[4 * q + 1] = _mm256_shuffle_ps(a, c, 0xEE);
    out[4 * q + 2] = _mm256_shuffle_ps(b, d, 0x44);
    out[4 * q + 3] = _mm256_shuffle_ps(b, d, 0xEE);
  }
#else
  for (int c = 0; c < lanes; ++c) {
    IntVector column{};
    for (int r = 0; r < lanes; ++r) {
      int32_t word;
      __builtin_memcpy(&word, p + r * stride + 4 * c, 4);
      column[r] = word;
    }
    out[c] = (Vector)column;
  }
#endif
}

SECONDLOOK_INLINE void transposeBlock(const float* p, int64_t stride, Vector* out) {
  transposeWords(reinterpret_cast<const char*>(p), stride * 4, out);
}

/// The block of lanes rows x 2 * lanes columns of bfloat16, likewise: pairs of columns are transposed as 32-bit words.
SECONDLOOK_INLINE void transposeBlock(const Bfloat16* p, int64_t stride, Vector* out) {
  Vector pairs[lanes];
  transposeWords(reinterpret_cast<const char*>(p), stride * 2, pairs);
#pragma GCC unroll 16
  for (int c = 0; c < lanes; ++c) {
    out[2 * c] = lowHalves((IntVector)pairs[c]);
    out[2 * c + 1] = highHalves((IntVector)pairs[c]);
  }
}

/// Columns that one transposeBlock covers.
template <class T>
constexpr int blockColumns = lanes * (4 / static_cast<int>(sizeof(T)));

/// As transposeBlock for a block of `rows` x `columns`; what is missing becomes 0.
template <class T>
SECONDLOOK_INLINE void transposeEdge(const T* p, int64_t stride, int64_t rows, int64_t columns, Vector* out) {
  constexpr int width = blockColumns<T>;
  alignas(64) T block[lanes * width] = {};
  for (int r = 0; r < lanes && r < rows; ++r)
    for (int64_t c = 0; c < smaller(columns, width); ++c) block[r * width + c] = p[r * stride + c];
  transposeBlock(block, width, out);
}

/// Writes the block's columns one below the other, `step` floats apart. With step < lanes each store spills over the
/// next row, which is then overwritten: the buffer needs `lanes` floats of slack.
template <class T>
SECONDLOOK_INLINE void packTransposed(const T* p, int64_t stride, int64_t rows, int64_t k, float* to, int64_t step) {
  constexpr int width = blockColumns<T>;
  Vector columns[width];
  int64_t c = 0;
  if (rows >= lanes)
    for (; c + width <= k; c += width) {
      transposeBlock(p + c, stride, columns);
      for (int i = 0; i < width; ++i) store(to + (c + i) * step, columns[i]);
    }
  for (; c < k; c += width) {
    const int64_t rest = smaller(width, k - c);
    transposeEdge(p + c, stride, rows, rest, columns);
    for (int64_t i = 0; i < rest; ++i) store(to + (c + i) * step, columns[i]);
  }
}

SECONDLOOK_INLINE float widened(float x) { return x; }
SECONDLOOK_INLINE float widened(Bfloat16 x) { return __builtin_bit_cast(float, static_cast<uint32_t>(x.bits) << 16); }

/// One panel of A: to[p * height + i] = a[i * row + p * step] for i < height, 0 for rows that are not there. `rows`
/// counts all rows from here on: whole vectors are read where more than `height` remain. Needs `lanes` floats of slack.
template <class T>
inline void packA(const T* a, int64_t row, int64_t step, int64_t rows, int64_t k, int height, float* to) {
  if (step == 1) return packTransposed(a, row, rows, k, to, height);
  if (row == 1) {
    for (int64_t p = 0; p < k; ++p) store(to + p * height, loadFirst(a + p * step, rows));
    return;
  }
  for (int64_t p = 0; p < k; ++p)
    for (int i = 0; i < height; ++i) to[p * height + i] = i < rows ? widened(a[i * row + p * step]) : 0.0f;
}

/// One panel of B: to[p * tileColumns + j] = b[p * step + j * column] for j < columns, 0 beyond.
template <class T>
inline void packB(const T* b, int64_t step, int64_t column, int64_t columns, int64_t k, float* to) {
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
    for (int j = 0; j < tileColumns; ++j)
      to[p * tileColumns + j] = j < columns ? widened(b[p * step + j * column]) : 0.0f;
}

}  // namespace secondlook::SECONDLOOK_ISA
