// Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
// A number is a pure function of its key and counter, so it does not depend on the order or company it is drawn in.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace secondlook {

inline std::array<uint32_t, 4> philox(uint64_t key, std::array<uint32_t, 4> counter) {
  auto k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * counter[0], b = uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ k0, static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ k1, static_cast<uint32_t>(a)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return counter;
}

/// Uniform in [0, 1) with 53 bits.
inline double uniformDouble(uint32_t high, uint32_t low) {
  return static_cast<double>((uint64_t{high} << 21) ^ (low >> 11)) * 0x1p-53;
}

/// Two independent standard normal numbers (Box-Muller).
inline std::array<float, 2> normalPair(uint64_t key, std::array<uint32_t, 4> counter) {
  const auto bits = philox(key, counter);
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniformDouble(bits[0], bits[1]))),
               angle = 6.283185307179586 * uniformDouble(bits[2], bits[3]);
  return {static_cast<float>(radius * std::cos(angle)), static_cast<float>(radius * std::sin(angle))};
}

}  // namespace secondlook
