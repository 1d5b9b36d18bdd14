// The tile unit's matrix product; everything else of this level is the AVX-512 table's.
#pragma once

#include "../kernels/kernels.h"

namespace secondlook::isa_amx {

/// As Kernels::product.
void product(const kernels::Product&, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* work);

/// Rows and columns that one round of tiles covers.
constexpr int64_t productSide = 32;

/// k of float32 taken at a time: B's panel and two of A's tiles fill the first-level cache, or tile loads would wait for
/// the second.
constexpr int64_t productDepth = 128;

}  // namespace secondlook::isa_amx
