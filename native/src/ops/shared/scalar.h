// The element-wise formulas for ordinary code: one value at a time, no particular instruction set.
#pragma once

#include <cmath>
#include <cstdint>

#include "../ops.h"

#define SECONDLOOK_ISA isa_scalar
#define SHARED_INLINE inline
namespace secondlook::isa_scalar {
inline float squareRoot(float x) { return std::sqrt(x); }
}  // namespace secondlook::isa_scalar
#include "elements.h"
#undef SHARED_INLINE
#undef SECONDLOOK_ISA
