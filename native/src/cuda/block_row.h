// The row context of CUDA: the threads of a block walk one row together, n neighbouring values each. Sums go from
// threads to warps to the block in one fixed order.
#pragma once

#include "pack.h"

namespace secondlook::cuda {

template <class T, class F>
DEVICE T foldWarp(T value, F f) {
#pragma unroll
  for (int mask = 16; mask > 0; mask /= 2) value = f(value, __shfl_xor_sync(allLanes, value, mask));
  return value;
}

/// Folds one value of each thread to one that all of them get; `slots` is shared memory for a value a warp.
template <class T, class F>
DEVICE T foldBlock(T value, F f, T* slots) {
  value = foldWarp(value, f);
  if (blockDim.x <= warpSize_) return value;
  __syncthreads();  // the slots may still be read from the last time
  if (laneId() == 0) slots[warpId()] = value;
  __syncthreads();
  const int warps = static_cast<int>(blockDim.x) / warpSize_;
  T total = slots[0];
  for (int i = 1; i < warps; ++i) total = f(total, slots[i]);
  return total;
}

struct Add {
  template <class T>
  DEVICE T operator()(T a, T b) const {
    return a + b;
  }
};
struct Larger {
  DEVICE float operator()(float a, float b) const { return fmaxf(a, b); }
};

template <int n>
struct BlockRow {
  using Value = Pack<n>;
  int64_t width;
  float* slots;

  DEVICE int64_t begin() const { return int64_t{n} * threadIdx.x; }
  DEVICE int64_t step() const { return int64_t{n} * blockDim.x; }
  template <class T>
  DEVICE Value load(const T* p, int64_t j) const {
    return loadPack<n>(p + j);
  }
  template <class T>
  DEVICE void store(T* p, int64_t j, const Value& v) const {
    storePack(p + j, v);
  }
  DEVICE float sum(const Value& v) const {
    float own = v.v[0];
#pragma unroll
    for (int i = 1; i < n; ++i) own += v.v[i];
    return foldBlock(own, Add{}, slots);
  }
  DEVICE float largest(const Value& v) const {
    float own = v.v[0];
#pragma unroll
    for (int i = 1; i < n; ++i) own = fmaxf(own, v.v[i]);
    return foldBlock(own, Larger{}, slots);
  }
  DEVICE Value splat(float x) const {
    Value v;
#pragma unroll
    for (int i = 0; i < n; ++i) v.v[i] = x;
    return v;
  }
  DEVICE bool leader() const { return threadIdx.x == 0; }
  DEVICE float inside(int64_t) const { return 1.0f; }
  DEVICE Value where(int64_t, const Value& v, const Value&) const { return v; }
};

/// A row of the grid of blocks: element-wise operators without sums.
template <int n>
struct GridRow : BlockRow<n> {
  DEVICE int64_t begin() const { return int64_t{n} * (int64_t{blockIdx.x} * blockDim.x + threadIdx.x); }
  DEVICE int64_t step() const { return int64_t{n} * blockDim.x * gridDim.x; }
};

}  // namespace secondlook::cuda
