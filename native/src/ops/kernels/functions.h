// exp and the normal distribution's integral, vectorised: range reduction and polynomials of our own choice, so that
// the same bits come out whatever library the machine has.
#pragma once

#include "vector.h"

namespace secondlook::SECONDLOOK_ISA {

/// e^x with a relative error of about 1e-7; 0 below -87.3. Only for x up to 88.3, which softmax and its gradient keep to.
SECONDLOOK_INLINE Vector boundedExponential(Vector x) {
  const IntVector vanishes = x < splat(-87.33654f);  // what is computed there is thrown away
  // x = n ln 2 + r with |r| <= ln 2 / 2; adding 1.5 * 2^23 rounds to the nearest integer.
  const Vector magic = splat(12582912.0f);
  const Vector shifted = x * 1.44269504f + magic;
  const Vector n = shifted - magic;
  Vector r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  // e^r = 1 + r + r^2 P(r), P fitted for the smallest largest error on the interval.
  Vector p = splat(1.9875691e-4f);
  p = p * r + 1.3981999e-3f;
  p = p * r + 8.3334519e-3f;
  p = p * r + 4.1665796e-2f;
  p = p * r + 1.6666666e-1f;
  p = p * r + 5.0000000e-1f;
  p = p * (r * r) + r + 1.0f;
  const BitVector bits = (reinterpret_cast<BitVector>(shifted) << 23) + reinterpret_cast<BitVector>(p);
  return vanishes ? Vector{} : reinterpret_cast<Vector>(bits);
}

/// The same for any x, saturating above 88.3. Not for NaN.
SECONDLOOK_INLINE Vector exponential(Vector x) {
  const Vector high = splat(88.37626f);
  return boundedExponential(x > high ? high : x);
}

/// 1 / x for positive x, to about a unit in the last place: a division takes as long as all of e^x.
SECONDLOOK_INLINE Vector reciprocal(Vector x) {
#if defined(__AVX512F__)
  const Vector guess = _mm512_rcp14_ps(x);
  return guess + guess * (1.0f - x * guess);
#else
  return 1.0f / x;
#endif
}

SECONDLOOK_INLINE Vector sigmoid(Vector x) { return reciprocal(1.0f + exponential(-x)); }

/// erfc(|x|) with a relative error of about 2e-7 (a Chebyshev fit in 1 / (1 + |x| / 2)).
SECONDLOOK_INLINE Vector complementaryError(Vector x) {
  const Vector z = x < 0.0f ? -x : x;
  const Vector t = 1.0f / (1.0f + 0.5f * z);
  Vector p = splat(0.17087277f);
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  return t * exponential(p - z * z);
}

/// Phi(x): the share of a standard normal distribution below x.
SECONDLOOK_INLINE Vector normalIntegral(Vector x) {
  const Vector half = 0.5f * complementaryError(x * 0.70710678f);
  return x < 0.0f ? half : 1.0f - half;
}

}  // namespace secondlook::SECONDLOOK_ISA
