// A few neighbouring values in one thread's registers, and the functions that shared/ needs of them.
#pragma once

#include "platform.h"

namespace secondlook::cuda {

template <int n>
struct Pack {
  float v[n];

  DEVICE Pack& operator+=(const Pack& b) {
#pragma unroll
    for (int i = 0; i < n; ++i) v[i] += b.v[i];
    return *this;
  }
};

#define SECONDLOOK_PACK_OPERATOR(op)                                   \
  template <int n>                                                     \
  DEVICE Pack<n> operator op(const Pack<n>& a, const Pack<n>& b) {     \
    Pack<n> c;                                                         \
    _Pragma("unroll") for (int i = 0; i < n; ++i) c.v[i] = a.v[i] op b.v[i]; \
    return c;                                                          \
  }                                                                    \
  template <int n>                                                     \
  DEVICE Pack<n> operator op(const Pack<n>& a, float b) {              \
    Pack<n> c;                                                         \
    _Pragma("unroll") for (int i = 0; i < n; ++i) c.v[i] = a.v[i] op b; \
    return c;                                                          \
  }                                                                    \
  template <int n>                                                     \
  DEVICE Pack<n> operator op(float a, const Pack<n>& b) {              \
    Pack<n> c;                                                         \
    _Pragma("unroll") for (int i = 0; i < n; ++i) c.v[i] = a op b.v[i]; \
    return c;                                                          \
  }
SECONDLOOK_PACK_OPERATOR(+)
SECONDLOOK_PACK_OPERATOR(-)
SECONDLOOK_PACK_OPERATOR(*)
SECONDLOOK_PACK_OPERATOR(/)
#undef SECONDLOOK_PACK_OPERATOR

template <int n>
DEVICE Pack<n> operator-(const Pack<n>& a) {
  return 0.0f - a;
}

template <int n, class F>
DEVICE Pack<n> each(const Pack<n>& a, F f) {
  Pack<n> c;
#pragma unroll
  for (int i = 0; i < n; ++i) c.v[i] = f(a.v[i]);
  return c;
}

template <int n>
DEVICE Pack<n> maximum(const Pack<n>& a, const Pack<n>& b) {
  Pack<n> c;
#pragma unroll
  for (int i = 0; i < n; ++i) c.v[i] = fmaxf(a.v[i], b.v[i]);
  return c;
}
template <int n>
DEVICE Pack<n> exponential(const Pack<n>& a) {
  return each(a, [](float x) { return expf(x); });
}
template <int n>
DEVICE Pack<n> sigmoid(const Pack<n>& a) {
  return each(a, [](float x) { return 1.0f / (1.0f + expf(-x)); });
}
/// Phi(x): the share of a standard normal distribution below x.
template <int n>
DEVICE Pack<n> normalIntegral(const Pack<n>& a) {
  return each(a, [](float x) { return 0.5f * erfcf(x * -0.70710678f); });
}
DEVICE float rootReciprocal(float x) { return 1.0f / sqrtf(x); }
DEVICE float squareRoot(float x) { return sqrtf(x); }
DEVICE float scalarExponential(float x) { return expf(x); }

DEVICE uint32_t bitsOf(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
DEVICE float floatOf(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

}  // namespace secondlook::cuda

#define SECONDLOOK_ISA cuda
#define SHARED_INLINE DEVICE
#include "../ops/shared/elements.h"
#include "../ops/shared/rows.h"

namespace secondlook::cuda {

DEVICE float widen(Bfloat16 x) { return floatOf(static_cast<uint32_t>(x.bits) << 16); }
DEVICE float widen(float x) { return x; }
DEVICE Bfloat16 narrow(float x) { return {roundedHalf(bitsOf(x))}; }

/// Two values as bfloat16 in one register, the first in the lower half.
DEVICE uint32_t narrowPair(float low, float high) {
#if defined(SECONDLOOK_SHIM)
  return static_cast<uint32_t>(narrow(low).bits) | static_cast<uint32_t>(narrow(high).bits) << 16;
#else
  uint32_t pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
#endif
}

/// n neighbouring values; for n = 4 the address is a multiple of their size.
template <int n>
DEVICE Pack<n> loadPack(const float* p) {
  Pack<n> c;
  if constexpr (n == 4) {
    const float4 four = *reinterpret_cast<const float4*>(p);
    c.v[0] = four.x, c.v[1] = four.y, c.v[2] = four.z, c.v[3] = four.w;
  } else {
#pragma unroll
    for (int i = 0; i < n; ++i) c.v[i] = p[i];
  }
  return c;
}
template <int n>
DEVICE Pack<n> loadPack(const Bfloat16* p) {
  Pack<n> c;
  if constexpr (n == 4) {
    const uint2 four = *reinterpret_cast<const uint2*>(p);
    c.v[0] = floatOf(four.x << 16), c.v[1] = floatOf(four.x & 0xFFFF0000u);
    c.v[2] = floatOf(four.y << 16), c.v[3] = floatOf(four.y & 0xFFFF0000u);
  } else {
#pragma unroll
    for (int i = 0; i < n; ++i) c.v[i] = widen(p[i]);
  }
  return c;
}
template <int n>
DEVICE void storePack(float* p, const Pack<n>& c) {
  if constexpr (n == 4) {
    *reinterpret_cast<float4*>(p) = float4{c.v[0], c.v[1], c.v[2], c.v[3]};
  } else {
#pragma unroll
    for (int i = 0; i < n; ++i) p[i] = c.v[i];
  }
}
template <int n>
DEVICE void storePack(Bfloat16* p, const Pack<n>& c) {
  if constexpr (n == 4) {
    *reinterpret_cast<uint2*>(p) = uint2{narrowPair(c.v[0], c.v[1]), narrowPair(c.v[2], c.v[3])};
  } else {
#pragma unroll
    for (int i = 0; i < n; ++i) p[i] = narrow(c.v[i]);
  }
}

}  // namespace secondlook::cuda
