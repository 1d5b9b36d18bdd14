// AdamW with float32 and with 8-bit moments, and squared norms. The formulas are in ops/shared/elements.h.
#include <cmath>

#include "block_row.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

constexpr int blockSize8 = 256;  // elements that share a scale, one a thread

__global__ void adamwKernel(AdamwConstants constants, int64_t count, float* parameter, const float* gradient, float* m,
                            float* v) {
  for (int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += int64_t{blockDim.x} * gridDim.x)
    adamwElement(constants, parameter[i], gradient[i], m[i], v[i]);
}

__global__ void __launch_bounds__(blockSize8)
    adamw8Kernel(AdamwConstants constants, uint64_t stream, int64_t count, float* parameter, const float* gradient,
                 uint8_t* first, uint8_t* second, float* firstScale, float* secondScale) {
  __shared__ float slots[blockSize8 / 32];
  const int64_t block = blockIdx.x, i = block * blockSize8 + threadIdx.x;
  const bool inside = i < count;
  float m = 0.0f, v = 0.0f;
  if (inside) {
    m = decodeFirst(first[i], firstScale[block]);
    v = decodeSecond(second[i], secondScale[block]);
    adamwElement(constants, parameter[i], gradient[i], m, v);
  }
  const float largestM = foldBlock(fabsf(m), Larger{}, slots), largestV = foldBlock(fabsf(v), Larger{}, slots);
  if (inside) {
    const uint64_t counter = 2 * (stream + static_cast<uint64_t>(i));
    first[i] = encodeFirst(m, largestM, chance(counter));
    second[i] = encodeSecond(v, largestV, chance(counter + 1));
  }
  __syncthreads();  // all have read the old scales
  if (threadIdx.x == 0) {
    firstScale[block] = largestM;
    secondScale[block] = largestV;
  }
}

constexpr int squareThreads = 256;
constexpr int64_t squareBlock = 16384;

/// A tensor whose squares are summed: its blocks are firstBlock up to the next one's.
struct Squared {
  const float* x;
  int64_t count, firstBlock;
};

/// partial[block] = sum of squares of its elements, in float64.
__global__ void squaresKernel(int64_t tensors, const Squared* list, double* partial) {
  __shared__ double slots[squareThreads / 32];
  // The last one that begins here or before: empty ones have no blocks.
  int64_t low = 0, high = tensors - 1;
  while (low < high) {
    const int64_t middle = (low + high + 1) / 2;
    if (list[middle].firstBlock <= int64_t{blockIdx.x})
      low = middle;
    else
      high = middle - 1;
  }
  const float* x = list[low].x;
  const int64_t begin = (int64_t{blockIdx.x} - list[low].firstBlock) * squareBlock, end = least(list[low].count, begin + squareBlock);
  double total = 0.0;
  for (int64_t i = begin + threadIdx.x; i < end; i += squareThreads)
    total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  total = foldBlock(total, Add{}, slots);
  if (threadIdx.x == 0) partial[blockIdx.x] = total;
}

/// totals[tensor], a block each.
__global__ void addSquaresKernel(const Squared* list, const double* partial, double* totals) {
  __shared__ double slots[squareThreads / 32];
  double own = 0.0;
  for (int64_t i = list[blockIdx.x].firstBlock + threadIdx.x; i < list[blockIdx.x + 1].firstBlock; i += squareThreads)
    own += partial[i];
  own = foldBlock(own, Add{}, slots);
  if (threadIdx.x == 0) totals[blockIdx.x] = own;
}

AdamwConstants constantsOf(const ops::AdamW& settings) {
  const auto step = static_cast<double>(settings.step);
  return adamwConstants(settings, static_cast<float>(1.0 - std::pow(settings.beta1, step)),
                        static_cast<float>(1.0 - std::pow(settings.beta2, step)));
}

}  // namespace

namespace entries {

DeviceStatus adamw(DeviceSession* s, const ops::AdamW* settings, int64_t count, float* parameter, const float* gradient,
                   float* m, float* v) {
  return guarded(s, [&] {
    if (count == 0) return;
    const AdamwConstants constants = constantsOf(*settings);
    LAUNCH(adamwKernel, dim3(gridFor(*s, count, 256)), dim3(256), 0, s->stream, constants, count, parameter, gradient, m, v);
  });
}

DeviceStatus adamw8(DeviceSession* s, const ops::AdamW* settings, uint64_t stream, int64_t count, float* parameter,
                    const float* gradient, uint8_t* first, uint8_t* second, float* firstScale, float* secondScale) {
  return guarded(s, [&] {
    if (count == 0) return;
    const AdamwConstants constants = constantsOf(*settings);
    LAUNCH(adamw8Kernel, dim3(ceilDivide(count, blockSize8)), dim3(blockSize8), 0, s->stream, constants, stream, count,
           parameter, gradient, first, second, firstScale, secondScale);
  });
}

DeviceStatus sumsOfSquares(DeviceSession* s, const ops::Values* list, int64_t count, double* totals) {
  return guarded(s, [&] {
    if (count == 0) return;
    std::vector<Squared> tensors;
    int64_t blocks = 0;
    for (int64_t i = 0; i < count; ++i) {
      tensors.push_back({list[i].data, list[i].count, blocks});
      blocks += ceilDivide(list[i].count, squareBlock);
    }
    tensors.push_back({nullptr, 0, blocks});
    const Uploaded<Squared> uploaded(*s, tensors);
    const Scratch room(*s, static_cast<size_t>(blocks + count) * sizeof(double));
    const Squared* all = uploaded.data();
    auto *sums = room.as<double>(), *partial = sums + count;
    if (blocks > 0) LAUNCH(squaresKernel, dim3(blocks), dim3(squareThreads), 0, s->stream, count, all, partial);
    LAUNCH(addSquaresKernel, dim3(count), dim3(squareThreads), 0, s->stream, all, partial, sums);
    check(cudaMemcpyAsync(totals, sums, static_cast<size_t>(count) * sizeof(double), cudaMemcpyDeviceToHost, s->stream));
    check(cudaStreamSynchronize(s->stream));
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
