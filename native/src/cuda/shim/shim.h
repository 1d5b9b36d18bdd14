// CUDA for a machine without a GPU: enough of the language and of the runtime for this folder's sources. A block's threads
// are fibers that run one after the other between barriers; blocks follow each other. Shared memory starts as NaN,
// asynchronous copies land only when they are waited for, and the order of threads can be turned around, so that a missing
// barrier, a missing wait or an uninitialised value shows as a wrong number.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <functional>

// ---- the language -----------------------------------------------------------------------------------------------------
#define __global__ [[maybe_unused]]
#define __device__
#define __host__
#define __forceinline__ inline
#define __shared__ static
#define __restrict__ __restrict
#define __launch_bounds__(...)

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(int64_t x = 1, int64_t y = 1, int64_t z = 1)
      : x(static_cast<unsigned>(x)), y(static_cast<unsigned>(y)), z(static_cast<unsigned>(z)) {}
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  uint32_t x, y, z, w;
};
struct alignas(8) uint2 {
  uint32_t x, y;
};

// ---- the runtime: streams work at once, events carry no time, memory is the shim's heap --------------------------------
enum cudaError_t : int {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInsufficientDriver = 35,
  cudaErrorNoDevice = 100,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchFailure = 719,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorStreamCaptureInvalidated = 901,
  cudaErrorStreamCaptureWrongThread = 908,
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice };
enum cudaStreamCaptureMode { cudaStreamCaptureModeRelaxed };
namespace secondlook::shim {
struct Stream;
struct Graph;
}  // namespace secondlook::shim
using cudaStream_t = secondlook::shim::Stream*;
using cudaGraph_t = secondlook::shim::Graph*;
using cudaGraphExec_t = secondlook::shim::Graph*;
using cudaEvent_t = void*;
struct cudaDeviceProp {
  char name[256];
  size_t totalGlobalMem;
  int major, minor, multiProcessorCount;
};
constexpr unsigned cudaStreamNonBlocking = 1, cudaEventDisableTiming = 2;

cudaError_t cudaGetDeviceCount(int*);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp*, int);
cudaError_t cudaSetDevice(int);
cudaError_t cudaMalloc(void**, size_t);
cudaError_t cudaFree(void*);
cudaError_t cudaMallocHost(void**, size_t);
cudaError_t cudaFreeHost(void*);
cudaError_t cudaMallocManaged(void**, size_t);
cudaError_t cudaMemGetInfo(size_t* available, size_t* total);
cudaError_t cudaMemcpyAsync(void*, const void*, size_t, cudaMemcpyKind, cudaStream_t);
cudaError_t cudaMemsetAsync(void*, int, size_t, cudaStream_t);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t*, unsigned);
cudaError_t cudaStreamDestroy(cudaStream_t);
cudaError_t cudaStreamSynchronize(cudaStream_t);
cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode);
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t*);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t*, cudaGraph_t, unsigned long long);
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t);
cudaError_t cudaGraphDestroy(cudaGraph_t);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t*, unsigned);
cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t);
cudaError_t cudaEventSynchronize(cudaEvent_t);
cudaError_t cudaEventDestroy(cudaEvent_t);
cudaError_t cudaGetLastError();
const char* cudaGetErrorString(cudaError_t);

// ---- threads ------------------------------------------------------------------------------------------------------------
namespace secondlook::shim {

/// The running thread's place. One block runs at a time in the process.
struct Place {
  dim3 thread, block, threads, blocks;
};
extern Place place;

/// Runs body() for every thread of the grid, or records it while the stream is captured.
void launch(dim3 grid, dim3 block, size_t sharedBytes, cudaStream_t, const std::function<void()>& body);

void blockBarrier();
void warpBarrier();
/// The block's dynamic shared memory.
void* sharedMemory();
/// Leaves 8 words of this lane for the others of its warp and waits for theirs: a pointer to 32 x 8 words, valid until the
/// next exchange but one.
const uint64_t (*exchange(const uint64_t* words, int count))[8];
/// cp.async: lands at the wait.
void copyLater(void* to, const void* from, int bytes, int valid);
void commitCopies();
void waitForCopies(int groupsLeft);

template <class T>
T shuffled(T value, int lane) {
  uint64_t word = 0;
  memcpy(&word, &value, sizeof value);
  const auto all = exchange(&word, 1);
  T result;
  memcpy(&result, &all[lane][0], sizeof result);
  return result;
}

}  // namespace secondlook::shim

#define threadIdx (::secondlook::shim::place.thread)
#define blockIdx (::secondlook::shim::place.block)
#define blockDim (::secondlook::shim::place.threads)
#define gridDim (::secondlook::shim::place.blocks)

inline void __syncthreads() { secondlook::shim::blockBarrier(); }
inline void __syncwarp(unsigned = 0xFFFFFFFFu) { secondlook::shim::warpBarrier(); }
template <class T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  return secondlook::shim::shuffled(value, (static_cast<int>(threadIdx.x) % 32) ^ mask);
}
template <class T>
T __shfl_sync(unsigned, T value, int lane) {
  return secondlook::shim::shuffled(value, lane);
}
template <class T>
T __shfl_up_sync(unsigned, T value, int by) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const T other = secondlook::shim::shuffled(value, lane >= by ? lane - by : lane);
  return other;
}
template <class T, class U>
T atomicAdd(T* at, U value) {
  const T before = *at;
  *at = before + static_cast<T>(value);
  return before;
}
