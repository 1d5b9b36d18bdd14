// What device code is written against. nvcc compiles it for devices; with SECONDLOOK_SHIM g++ compiles the very same
// files for the processor, where shim/ runs the threads of a block as fibers, so that the kernels' logic is tested on
// machines without a GPU.
#pragma once

#include <stdint.h>

#if defined(SECONDLOOK_SHIM)
#include "shim/shim.h"
#define DEVICE [[gnu::always_inline]] inline
#define EITHER [[gnu::always_inline]] inline
#define LAUNCH(kernel, grid, block, sharedBytes, stream, ...) \
  ::secondlook::shim::launch(grid, block, sharedBytes, stream, [=] { kernel(__VA_ARGS__); })
#else
#include <cuda_runtime.h>
#define DEVICE __device__ __forceinline__
#define EITHER __host__ __device__ __forceinline__
#define LAUNCH(kernel, grid, block, sharedBytes, stream, ...)                                    \
  do {                                                                                           \
    if ((sharedBytes) > 48 * 1024)                                                               \
      ::secondlook::cuda::check(cudaFuncSetAttribute(                                            \
          (kernel), cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(sharedBytes))); \
    (kernel)<<<(grid), (block), (sharedBytes), (stream)>>>(__VA_ARGS__);                         \
    ::secondlook::cuda::check(cudaGetLastError());                                               \
  } while (false)
#endif
#include "../ops/ops.h"

namespace secondlook::cuda {

/// Throws Failure (session.h) for what is not cudaSuccess.
void check(cudaError_t error);

constexpr int warpSize_ = 32;
constexpr unsigned allLanes = 0xFFFFFFFFu;

DEVICE int laneId() { return static_cast<int>(threadIdx.x) % warpSize_; }
DEVICE int warpId() { return static_cast<int>(threadIdx.x) / warpSize_; }

EITHER constexpr int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
EITHER constexpr int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }
EITHER constexpr int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
EITHER constexpr int64_t roundUp(int64_t a, int64_t b) { return ceilDivide(a, b) * b; }

}  // namespace secondlook::cuda
