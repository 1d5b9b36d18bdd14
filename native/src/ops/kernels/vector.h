// Vectors of the instruction set this file is compiled for. Kernel files are compiled once per instruction set, each
// time into its own namespace; they include no library templates, so that no function compiled with wide
// instructions can be picked by the linker for the rest of the program.
#pragma once

#include <stdint.h>

#include "../ops.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#ifndef SECONDLOOK_ISA
#error "Kernel files need SECONDLOOK_ISA: isa_avx512, isa_avx2 or isa_portable (see native/CMakeLists.txt)."
#endif

#define SECONDLOOK_INLINE [[gnu::always_inline]] inline

namespace secondlook::SECONDLOOK_ISA {

#if defined(__AVX512F__)
constexpr int lanes = 16;
constexpr int tileRows = 14;  // 28 accumulators, 2 vectors of B and a broadcast of A fill 31 of 32 registers
#elif defined(__AVX2__)
constexpr int lanes = 8;
constexpr int tileRows = 6;
#else
constexpr int lanes = 4;
constexpr int tileRows = 4;
#endif
constexpr int tileColumns = 2 * lanes;

typedef float Vector __attribute__((vector_size(lanes * 4)));
typedef int32_t IntVector __attribute__((vector_size(lanes * 4)));
typedef uint32_t BitVector __attribute__((vector_size(lanes * 4)));
typedef float LooseVector __attribute__((vector_size(lanes * 4), aligned(4), may_alias));

SECONDLOOK_INLINE Vector load(const float* p) { return *reinterpret_cast<const LooseVector*>(p); }
SECONDLOOK_INLINE void store(float* p, Vector v) { *reinterpret_cast<LooseVector*>(p) = v; }
// x - 0 is x, negative zero included, so that only the broadcast is left; x + 0 would be an addition.
SECONDLOOK_INLINE Vector splat(float x) { return x - Vector{}; }

/// Widens the bfloat16 in the low (or high) half of each 32-bit lane.
SECONDLOOK_INLINE Vector lowHalves(IntVector pairs) { return (Vector)(pairs << 16); }
SECONDLOOK_INLINE Vector highHalves(IntVector pairs) { return (Vector)(pairs & (int32_t)0xFFFF0000); }

SECONDLOOK_INLINE Vector load(const Bfloat16* p) {
#if defined(__AVX512F__)
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
#elif defined(__AVX2__)
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
#else
  IntVector wide{};
  for (int i = 0; i < lanes; ++i) wide[i] = static_cast<int32_t>(static_cast<uint32_t>(p[i].bits) << 16);
  return (Vector)wide;
#endif
}

/// The first n lanes; the others are 0.
SECONDLOOK_INLINE Vector loadFirst(const float* p, int64_t n) {
  if (n >= lanes) return load(p);
#if defined(__AVX512F__)
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), p);
#else
  Vector v{};
  for (int64_t i = 0; i < n; ++i) v[i] = p[i];
  return v;
#endif
}
SECONDLOOK_INLINE Vector loadFirst(const Bfloat16* p, int64_t n) {
  if (n >= lanes) return load(p);
  IntVector wide{};
  for (int64_t i = 0; i < n; ++i) wide[i] = static_cast<int32_t>(static_cast<uint32_t>(p[i].bits) << 16);
  return (Vector)wide;
}
SECONDLOOK_INLINE void storeFirst(float* p, Vector v, int64_t n) {
  if (n >= lanes) return store(p, v);
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), v);
#else
  for (int64_t i = 0; i < n; ++i) p[i] = v[i];
#endif
}

#if defined(__AVX512F__)
// One instruction; the comparison would be two.
SECONDLOOK_INLINE Vector maximum(Vector a, Vector b) { return _mm512_max_ps(a, b); }
#else
SECONDLOOK_INLINE Vector maximum(Vector a, Vector b) { return a > b ? a : b; }
#endif

/// Lane numbers 0, 1, 2, ...
SECONDLOOK_INLINE IntVector laneNumbers() {
  IntVector v{};
  for (int i = 0; i < lanes; ++i) v[i] = i;
  return v;
}

/// Folds a vector to one number with f on halves of it, then on halves of those: a fixed tree.
#if defined(__SSE2__)
template <class F>
SECONDLOOK_INLINE float fold(Vector v, F&& f) {
#if defined(__AVX512F__)
  const __m256 half = f(_mm512_castps512_ps256(v), _mm512_extractf32x8_ps(v, 1));
  __m128 x = f(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
#elif defined(__AVX2__)
  __m128 x = f(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
#else
  __m128 x = v;
#endif
  x = f(x, _mm_movehl_ps(x, x));
  return f(x, _mm_shuffle_ps(x, x, 1))[0];
}
#else
template <class F>
SECONDLOOK_INLINE float fold(Vector v, F&& f) {
  Vector other{};
  for (int half = lanes / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) other[i] = v[i + half];
    v = f(v, other);
  }
  return v[0];
}
#endif
SECONDLOOK_INLINE float sum(Vector v) {
  return fold(v, [](auto a, auto b) { return a + b; });
}
SECONDLOOK_INLINE float largest(Vector v) {
  return fold(v, [](auto a, auto b) { return a > b ? a : b; });
}

constexpr int64_t roundUp(int64_t x, int64_t unit) { return (x + unit - 1) / unit * unit; }
constexpr int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

}  // namespace secondlook::SECONDLOOK_ISA
