// The row context of the processor: one thread walks the row, a vector at a time. Sums over a row run in `lanes`
// interleaved partial sums.
#pragma once

#include "functions.h"
#include "table.h"

#define SHARED_INLINE SECONDLOOK_INLINE

namespace secondlook::SECONDLOOK_ISA {

struct Row {
  using Value = Vector;
  int64_t width;

  SECONDLOOK_INLINE int64_t begin() const { return 0; }
  SECONDLOOK_INLINE int64_t step() const { return lanes; }
  SECONDLOOK_INLINE Vector load(const float* p, int64_t j) const { return loadFirst(p + j, width - j); }
  SECONDLOOK_INLINE void store(float* p, int64_t j, Vector v) const { storeFirst(p + j, v, width - j); }
  SECONDLOOK_INLINE float sum(Vector v) const { return SECONDLOOK_ISA::sum(v); }
  SECONDLOOK_INLINE float largest(Vector v) const { return SECONDLOOK_ISA::largest(v); }
  SECONDLOOK_INLINE Vector splat(float x) const { return SECONDLOOK_ISA::splat(x); }
  SECONDLOOK_INLINE bool leader() const { return true; }
  /// 1 in lanes of the row, 0 behind its end.
  SECONDLOOK_INLINE Vector inside(int64_t j) const {
    return laneNumbers() < static_cast<int32_t>(smaller(width - j, lanes)) ? SECONDLOOK_ISA::splat(1.0f) : Vector{};
  }
  /// `v` in lanes of the row, `other` behind its end.
  SECONDLOOK_INLINE Vector where(int64_t j, Vector v, Vector other) const {
    if (width - j >= lanes) return v;
    return laneNumbers() < static_cast<int32_t>(width - j) ? v : other;
  }
};

SECONDLOOK_INLINE float rootReciprocal(float x) { return 1.0f / __builtin_sqrtf(x); }
SECONDLOOK_INLINE float squareRoot(float x) { return __builtin_sqrtf(x); }
SECONDLOOK_INLINE float scalarExponential(float x) { return __builtin_expf(x); }

}  // namespace secondlook::SECONDLOOK_ISA

#include "../shared/elements.h"
#include "../shared/rows.h"
