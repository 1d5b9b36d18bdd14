// Element-wise formulas, written once for all processors and for CUDA: AdamW, its 8-bit moments, bfloat16 rounding.
// The file that includes this defines SECONDLOOK_ISA and SHARED_INLINE before.
#pragma once

namespace secondlook::SECONDLOOK_ISA {

/// What is the same for all elements of a step, in float32.
struct AdamwConstants {
  float beta1, rest1, beta2, rest2, inverse1, inverse2, decay, epsilon, rate, scale;
};

inline AdamwConstants adamwConstants(const ops::AdamW& s, float correction1, float correction2) {
  return {static_cast<float>(s.beta1),
          static_cast<float>(1.0 - s.beta1),
          static_cast<float>(s.beta2),
          static_cast<float>(1.0 - s.beta2),
          1.0f / correction1,
          1.0f / correction2,
          static_cast<float>(1.0 - s.learningRate * s.weightDecay),
          static_cast<float>(s.epsilon),
          static_cast<float>(s.learningRate),
          s.gradientScale};
}

SHARED_INLINE void adamwElement(const AdamwConstants& c, float& parameter, float gradient, float& m, float& v) {
  const float g = gradient * c.scale;
  m = c.beta1 * m + c.rest1 * g;
  v = c.beta2 * v + c.rest2 * g * g;
  const float step = m * c.inverse1 / (squareRoot(v * c.inverse2) + c.epsilon);
  parameter = parameter * c.decay - c.rate * step;
}

/// Bits of the bfloat16 nearest to the float32 with these bits, ties to even.
SHARED_INLINE uint16_t roundedHalf(uint32_t bits) {
  // Adding just under half of the last place, or half when that place is odd, rounds ties to even. A NaN keeps its
  // sign and stays one: rounding could carry it into infinity.
  const uint32_t rounded = bits + 0x7FFF + ((bits >> 16) & 1);
  const bool notNumber = (bits & 0x7FFFFFFF) > 0x7F800000;
  return static_cast<uint16_t>((notNumber ? bits | 0x400000 : rounded) >> 16);
}

// ---- moments in 8 bits: blocks of 256 elements with one scale, their largest magnitude (see model/optimiser.h) ----------

/// Uniform in [0, 1) from a counter: splitmix64's finaliser.
SHARED_INLINE float chance(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return static_cast<float>((x ^ (x >> 31)) >> 40) * 0x1p-24f;
}

/// Code 128 + sign * magnitude, magnitude 127 sqrt(|x| / scale).
SHARED_INLINE float decodeFirst(uint8_t code, float scale) {
  const float u = static_cast<float>(static_cast<int>(code) - 128) / 127.0f;
  return scale * u * (u < 0 ? -u : u);
}
SHARED_INLINE uint8_t encodeFirst(float x, float scale, float dither) {
  if (!(scale > 0)) return 128;
  const float share = (x < 0 ? -x : x) / scale;
  const float u = 127.0f * squareRoot(share < 1.0f ? share : 1.0f);
  const int magnitude = static_cast<int>(u + dither);
  const int bounded = magnitude < 127 ? magnitude : 127;
  return static_cast<uint8_t>(128 + (x < 0 ? -bounded : bounded));
}

/// 255 (x / scale)^(1/4); at least 1 where x > 0.
SHARED_INLINE float decodeSecond(uint8_t code, float scale) {
  const float u = static_cast<float>(code) / 255.0f, square = u * u;
  return scale * square * square;
}
SHARED_INLINE uint8_t encodeSecond(float x, float scale, float dither) {
  if (!(scale > 0) || !(x > 0)) return 0;
  const float share = x / scale;
  const float u = 255.0f * squareRoot(squareRoot(share < 1.0f ? share : 1.0f));
  const int code = static_cast<int>(u + dither);
  return static_cast<uint8_t>(code < 1 ? 1 : code > 255 ? 255 : code);
}

}  // namespace secondlook::SECONDLOOK_ISA
