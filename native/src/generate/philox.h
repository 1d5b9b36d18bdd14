// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), for the processor and for devices.
#pragma once

#include <stdint.h>

#if defined(__CUDACC__)
#define SECONDLOOK_ANYWHERE __host__ __device__ inline
#else
#define SECONDLOOK_ANYWHERE inline
#endif

namespace secondlook {

struct PhiloxBits {
  uint32_t word[4];
};

SECONDLOOK_ANYWHERE PhiloxBits philoxBits(uint64_t key, uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3) {
  auto k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * c0, b = uint64_t{0xCD9E8D57} * c2;
    c0 = static_cast<uint32_t>(b >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(b);
    c2 = static_cast<uint32_t>(a >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(a);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return {{c0, c1, c2, c3}};
}

/// Uniform in [0, 1) with 53 bits.
SECONDLOOK_ANYWHERE double uniformDouble(uint32_t high, uint32_t low) {
  return static_cast<double>((uint64_t{high} << 21) ^ (low >> 11)) * 0x1p-53;
}

}  // namespace secondlook
