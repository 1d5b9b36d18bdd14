// A float32 as a sum of three bfloat16, exactly: 24 bits of significand in three times 8. Cutting (not rounding) keeps
// every part representable and the sum exact. Parts below 2^-126 vanish, which touches numbers below about 1e-31 only.
#pragma once

#include <immintrin.h>

#include "../kernels/pack.h"

namespace secondlook::SECONDLOOK_ISA {

constexpr int tileSide = 16;             // rows of a tile, and its 32-bit columns
constexpr int tileDepth = 2 * tileSide;  // k of one step: bfloat16 come in pairs
constexpr int tileWords = tileSide * tileDepth;  // bfloat16 of a tile: 1 KiB

template <class T>
constexpr int partsOf = sizeof(T) == sizeof(float) ? 3 : 1;

/// The upper halves of 32 floats, in order.
SECONDLOOK_INLINE __m512i upperHalves(__m512 low, __m512 high) {
  alignas(64) static constexpr int16_t odd[32] = {1,  3,  5,  7,  9,  11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31,
                                                  33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63};
  return _mm512_permutex2var_epi16(_mm512_castps_si512(low), _mm512_load_si512(odd), _mm512_castps_si512(high));
}

SECONDLOOK_INLINE __m512 cut(__m512 x) {
  return _mm512_castsi512_ps(_mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(-65536)));
}

/// parts[p] = bfloat16 of 32 floats, largest parts first.
SECONDLOOK_INLINE void splitRow(__m512 low, __m512 high, __m512i parts[3]) {
  parts[0] = upperHalves(low, high);
  low = _mm512_sub_ps(low, cut(low));
  high = _mm512_sub_ps(high, cut(high));
  parts[1] = upperHalves(low, high);
  parts[2] = upperHalves(_mm512_sub_ps(low, cut(low)), _mm512_sub_ps(high, cut(high)));
}

/// The first `count` of 32 neighbours, zeros behind, as parts.
SECONDLOOK_INLINE void loadParts(const float* p, int64_t count, __m512i parts[3]) {
  splitRow(loadFirst(p, count), count > lanes ? loadFirst(p + lanes, count - lanes) : _mm512_setzero_ps(), parts);
}
SECONDLOOK_INLINE void loadParts(const Bfloat16* p, int64_t count, __m512i parts[1]) {
  const __mmask32 mask = count >= 32 ? ~__mmask32{0} : static_cast<__mmask32>((uint64_t{1} << count) - 1);
  parts[0] = _mm512_maskz_loadu_epi16(mask, p);
}

/// Pairs (even[j], odd[j]) of 16 neighbours of two rows, as parts.
SECONDLOOK_INLINE void pairParts(__m512 even, __m512 odd, __m512i* parts, int count) {
  for (int part = 0; part < count; ++part) {
    const __m512i top = _mm512_castps_si512(cut(odd));
    parts[part] = _mm512_or_si512(top, _mm512_srli_epi32(_mm512_castps_si512(even), 16));
    even = _mm512_sub_ps(even, cut(even));
    odd = _mm512_sub_ps(odd, cut(odd));
  }
}
SECONDLOOK_INLINE void loadPairs(const float* even, const float* odd, int64_t count, __m512i parts[3]) {
  pairParts(loadFirst(even, count), odd ? loadFirst(odd, count) : _mm512_setzero_ps(), parts, 3);
}
SECONDLOOK_INLINE void loadPairs(const Bfloat16* even, const Bfloat16* odd, int64_t count, __m512i parts[1]) {
  const __mmask16 mask = count >= 16 ? static_cast<__mmask16>(0xFFFF) : static_cast<__mmask16>((1u << count) - 1);
  const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, even));
  const __m512i high = odd ? _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, odd)) : _mm512_setzero_si512();
  parts[0] = _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

SECONDLOOK_INLINE void storePart(uint16_t* to, __m512i part) { _mm512_store_si512(to, part); }

/// Turns 16 rows of 16 words around, in place.
SECONDLOOK_INLINE void transposeTile(uint16_t* tile) {
  Vector rows[lanes];
  transposeWords(reinterpret_cast<const char*>(tile), 64, rows);
#pragma GCC unroll 16
  for (int i = 0; i < lanes; ++i) store(reinterpret_cast<float*>(tile) + i * lanes, rows[i]);
}

/// One k-step of one tile of A whose rows lie along m: x(i, p) = a[i + p * step]; pairs of k, then turned around.
template <class T>
inline void packTurned(const T* a, int64_t step, int64_t rows, int64_t depth, uint16_t* to, int64_t apart) {
  constexpr int parts = partsOf<T>;
  __m512i split[parts];
  for (int i = 0; i < tileSide; ++i) {
    const bool even = 2 * i < depth, odd = 2 * i + 1 < depth;
    loadPairs(a + 2 * i * (even ? step : 0), odd ? a + (2 * i + 1) * step : nullptr, even ? rows : 0, split);
    for (int p = 0; p < parts; ++p) storePart(to + p * apart + i * tileDepth, split[p]);
  }
  for (int p = 0; p < parts; ++p) transposeTile(to + p * apart);
}

/// All k-steps of one tile of A: x(i, p) = a[i * row + p * step] for i < rows, p < depth; `apart` words between parts.
template <class T>
inline void packTilesA(const T* a, int64_t row, int64_t step, int64_t rows, int64_t depth, uint16_t* to, int64_t apart) {
  constexpr int parts = partsOf<T>;
  if (step != 1) {
    for (int64_t p = 0; p < depth; p += tileDepth)
      packTurned(a + p * step, step, rows, depth - p, to + p / tileDepth * tileWords, apart);
    return;
  }
  __m512i split[parts];
  for (int i = 0; i < tileSide; ++i)  // along k: rows of the tile as they are, each read from one end to the other
    for (int64_t p = 0; p < depth; p += tileDepth) {
      loadParts(a + (i < rows ? i : 0) * row + p, i < rows ? depth - p : 0, split);
      for (int part = 0; part < parts; ++part)
        storePart(to + part * apart + p / tileDepth * tileWords + i * tileDepth, split[part]);
    }
}

/// One k-step of one tile of B: x(p, j) = b[p * step + j * column]; pairs of k lie side by side.
template <class T>
inline void packTileB(const T* b, int64_t step, int64_t column, int64_t columns, int64_t depth, uint16_t* to,
                      int64_t apart) {
  constexpr int parts = partsOf<T>;
  __m512i split[parts];
  if (step == 1) {  // along k: turned around, as floats before they are split
    // The panel after next, into the second-level cache: its rows are too many streams for the hardware.
    const auto* ahead = reinterpret_cast<const char*>(b + 2 * tileSide * column);
    for (int j = 0; j < tileSide; ++j)
      for (int line = 0; line < tileDepth * static_cast<int>(sizeof(T)); line += 64)
        __builtin_prefetch(ahead + j * column * static_cast<int64_t>(sizeof(T)) + line, 0, 2);
    for (int64_t k = 0; k < tileDepth; k += blockColumns<T>) {
      Vector columnsOfK[blockColumns<T>];
      if (columns >= lanes && depth - k >= blockColumns<T>) transposeBlock(b + k, column, columnsOfK);
      else transposeEdge(b + k, column, columns, depth - k, columnsOfK);
      for (int i = 0; i < blockColumns<T>; i += 2) {
        pairParts((__m512)columnsOfK[i], (__m512)columnsOfK[i + 1], split, parts);
        for (int p = 0; p < parts; ++p) storePart(to + p * apart + (k + i) / 2 * tileDepth, split[p]);
      }
    }
    return;
  }
  for (int i = 0; i < tileSide; ++i) {
    const bool even = 2 * i < depth, odd = 2 * i + 1 < depth;
    loadPairs(b + 2 * i * (even ? step : 0), odd ? b + (2 * i + 1) * step : nullptr, even ? columns : 0, split);
    for (int p = 0; p < parts; ++p) storePart(to + p * apart + i * tileDepth, split[p]);
  }
}

}  // namespace secondlook::SECONDLOOK_ISA
