// Counter-based random numbers, from philox.h.
// A number is a pure function of its key and counter, so it does not depend on the order or company it is drawn in.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "philox.h"

namespace secondlook {

inline std::array<uint32_t, 4> philox(uint64_t key, std::array<uint32_t, 4> counter) {
  const PhiloxBits bits = philoxBits(key, counter[0], counter[1], counter[2], counter[3]);
  return {bits.word[0], bits.word[1], bits.word[2], bits.word[3]};
}

/// Two independent standard normal numbers (Box-Muller).
inline std::array<float, 2> normalPair(uint64_t key, std::array<uint32_t, 4> counter) {
  const auto bits = philox(key, counter);
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniformDouble(bits[0], bits[1]))),
               angle = 6.283185307179586 * uniformDouble(bits[2], bits[3]);
  return {static_cast<float>(radius * std::cos(angle)), static_cast<float>(radius * std::sin(angle))};
}

}  // namespace secondlook
