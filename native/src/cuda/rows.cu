// Row and element-wise operators: grids around the formulas of ops/shared/.
#include <algorithm>
#include <numeric>

#include "block_row.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

constexpr int largestBlock = 512;

/// Threads for a row of `width` values, n each.
int threadsFor(int64_t width, int n) {
  return static_cast<int>(least(largestBlock, roundUp(most(1, ceilDivide(width, n)), warpSize_)));
}

template <int n>
__global__ void rmsNormKernel(int64_t width, float eps, const float* x, const float* w, float* y, float* r) {
  __shared__ float slots[largestBlock / 32];
  const int64_t row = blockIdx.x, at = row * width;
  rmsNormRow(BlockRow<n>{width, slots}, eps, x + at, w, y + at, r ? r + row : nullptr);
}

template <int n>
__global__ void rmsNormBackwardKernel(int64_t width, const float* x, const float* w, const float* r, const float* dy,
                                      float* dx, bool accumulate) {
  __shared__ float slots[largestBlock / 32];
  const int64_t row = blockIdx.x, at = row * width;
  rmsNormBackwardRow(BlockRow<n>{width, slots}, x + at, w, r[row], dy + at, dx + at, accumulate,
                     static_cast<float*>(nullptr));
}

template <int n>
__global__ void layerNormKernel(int64_t width, float eps, const float* x, const float* w, const float* b, float* y,
                                float* mean, float* r) {
  __shared__ float slots[largestBlock / 32];
  const int64_t row = blockIdx.x, at = row * width;
  layerNormRow(BlockRow<n>{width, slots}, eps, x + at, w, b, y + at, mean ? mean + row : nullptr, r ? r + row : nullptr);
}

template <int n>
__global__ void layerNormBackwardKernel(int64_t width, const float* x, const float* w, const float* mean, const float* r,
                                        const float* dy, float* dx, bool accumulate) {
  __shared__ float slots[largestBlock / 32];
  const int64_t row = blockIdx.x, at = row * width;
  layerNormBackwardRow(BlockRow<n>{width, slots}, x + at, w, mean[row], r[row], dy + at, dx + at, accumulate,
                       static_cast<float*>(nullptr), static_cast<float*>(nullptr));
}

template <int n>
__global__ void swigluKernel(int64_t width, const float* gateUp, float* y) {
  const int64_t row = blockIdx.x;
  swigluRow(BlockRow<n>{width, nullptr}, gateUp + 2 * row * width, y + row * width);
}

template <int n>
__global__ void swigluBackwardKernel(int64_t width, const float* gateUp, const float* dy, float* dGateUp) {
  const int64_t row = blockIdx.x;
  swigluBackwardRow(BlockRow<n>{width, nullptr}, gateUp + 2 * row * width, dy + row * width, dGateUp + 2 * row * width);
}

template <int n>
__global__ void activationKernel(ops::Activation kind, int64_t count, const float* x, float* y) {
  activationRow(GridRow<n>{{count, nullptr}}, kind, x, y);
}

template <int n>
__global__ void activationBackwardKernel(ops::Activation kind, int64_t count, const float* x, const float* dy, float* dx) {
  activationBackwardRow(GridRow<n>{{count, nullptr}}, kind, x, dy, dx);
}

template <int n>
__global__ void addKernel(int64_t count, const float* x, float* y) {
  addRow(GridRow<n>{{count, nullptr}}, x, y);
}

/// A warp a head.
struct LaneRow : BlockRow<1> {
  DEVICE int64_t begin() const { return laneId(); }
  DEVICE int64_t step() const { return warpSize_; }
};

__global__ void rotaryKernel(int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride, const float* cos,
                             const float* sin, float sign) {
  const int64_t pair = int64_t{blockIdx.x} * (blockDim.x / warpSize_) + warpId();
  if (pair >= tokens * heads) return;
  const int64_t token = pair / heads, head = pair % heads;
  rotaryRow(LaneRow{{headDim / 2, nullptr}}, x + token * stride + head * headDim, cos + token * headDim,
            sin + token * headDim, sign);
}

template <class T>
__global__ void gatherKernel(int64_t width, const int32_t* index, const T* from, float* to) {
  const int64_t row = blockIdx.x, source = index[row];
  for (int64_t j = threadIdx.x; j < width; j += blockDim.x) to[row * width + j] = widen(from[source * width + j]);
}

__global__ void scatterKernel(int64_t width, const int32_t* index, const float* from, float* to) {
  const int64_t row = blockIdx.x, target = index[row];
  for (int64_t j = threadIdx.x; j < width; j += blockDim.x) to[target * width + j] = from[row * width + j];
}

__global__ void copyRowsKernel(int64_t width, const float* from, int64_t fromStride, float* to, int64_t toStride) {
  const int64_t row = blockIdx.x;
  for (int64_t j = threadIdx.x; j < width; j += blockDim.x) to[row * toStride + j] = from[row * fromStride + j];
}

__global__ void spreadRowsKernel(int64_t width, const float* from, int64_t fromStride, float* const* to) {
  const int64_t row = blockIdx.x;
  for (int64_t j = threadIdx.x; j < width; j += blockDim.x) to[row][j] = from[row * fromStride + j];
}

/// Block i adds the rows sources[begin[i] .. begin[i + 1]) of `from` to row target[i], in that order.
__global__ void scatterAddKernel(int64_t width, const int32_t* target, const int32_t* begin, const int32_t* sources,
                                 const float* from, float* to) {
  const int64_t row = target[blockIdx.x];
  for (int64_t j = threadIdx.x; j < width; j += blockDim.x) {
    float total = to[row * width + j];
    for (int32_t i = begin[blockIdx.x]; i < begin[blockIdx.x + 1]; ++i) total += from[int64_t{sources[i]} * width + j];
    to[row * width + j] = total;
  }
}

__global__ void narrowKernel(int64_t count, const float* from, Bfloat16* to) {
  for (int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += int64_t{blockDim.x} * gridDim.x)
    to[i] = narrow(from[i]);
}

__global__ void widenKernel(int64_t count, const Bfloat16* from, float* to) {
  for (int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += int64_t{blockDim.x} * gridDim.x)
    to[i] = widen(from[i]);
}

/// What is summed over rows: a bias's, RMSNorm's and LayerNorm's weight gradients.
enum class Summand { plain, rms, layer };

constexpr int stripColumns = 32, stripThreads = 8;

/// Strip blockIdx.y of rows: partial[strip, width] = sum over its rows.
template <Summand kind>
__global__ void columnPartialsKernel(int64_t rows, int64_t width, int64_t stride, int64_t perStrip, const float* dy,
                                     const float* x, const float* mean, const float* r, float* partial) {
  __shared__ float sums[stripThreads][stripColumns + 1];
  const int64_t column = int64_t{blockIdx.x} * stripColumns + threadIdx.x;
  const int64_t first = int64_t{blockIdx.y} * perStrip, last = least(rows, first + perStrip);
  float total = 0.0f;
  if (column < width)
    for (int64_t row = first + threadIdx.y; row < last; row += stripThreads) {
      const float d = dy[row * stride + column];
      if constexpr (kind == Summand::plain) total += d;
      if constexpr (kind == Summand::rms) total += d * x[row * width + column] * r[row];
      if constexpr (kind == Summand::layer) total += d * ((x[row * width + column] - mean[row]) * r[row]);
    }
  sums[threadIdx.y][threadIdx.x] = total;
  __syncthreads();
  if (threadIdx.y != 0 || column >= width) return;
  for (int i = 1; i < stripThreads; ++i) total += sums[i][threadIdx.x];
  partial[int64_t{blockIdx.y} * width + column] = total;
}

__global__ void addPartialsKernel(int64_t strips, int64_t width, const float* partial, float* sums) {
  const int64_t column = int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (column >= width) return;
  float total = 0.0f;
  for (int64_t i = 0; i < strips; ++i) total += partial[i * width + column];
  sums[column] += total;
}

template <Summand kind>
void sumColumns(DeviceSession& s, int64_t rows, int64_t width, int64_t stride, const float* dy, const float* x,
                const float* mean, const float* r, float* sums) {
  if (!sums || rows == 0 || width == 0) return;
  const int64_t perStrip = most(64, ceilDivide(rows, 128)), strips = ceilDivide(rows, perStrip);
  const Scratch partial(s, static_cast<size_t>(strips * width) * sizeof(float));
  float* parts = partial.as<float>();
  LAUNCH(columnPartialsKernel<kind>, dim3(ceilDivide(width, stripColumns), strips), dim3(stripColumns, stripThreads), 0,
         s.stream, rows, width, stride, perStrip, dy, x, mean, r, parts);
  LAUNCH(addPartialsKernel, dim3(ceilDivide(width, 128)), dim3(128), 0, s.stream, strips, width, parts, sums);
}

}  // namespace

void addColumnSums(DeviceSession& s, int64_t rows, int64_t width, int64_t stride, const float* x, float* sums) {
  sumColumns<Summand::plain>(s, rows, width, stride, x, nullptr, nullptr, nullptr, sums);
}

namespace entries {

// One launch of the kernel that moves four values a thread, or one where rows do not start at multiples of four.
#define LAUNCH_PACKED(condition, kernel, grid, width, ...)                             \
  do {                                                                                 \
    if (condition)                                                                     \
      LAUNCH(kernel<4>, grid, dim3(threadsFor(width, 4)), 0, s->stream, __VA_ARGS__);  \
    else                                                                               \
      LAUNCH(kernel<1>, grid, dim3(threadsFor(width, 1)), 0, s->stream, __VA_ARGS__);  \
  } while (false)

DeviceStatus rmsNorm(DeviceSession* s, int64_t rows, int64_t width, float eps, const float* x, const float* w, float* y,
                     float* r) {
  return guarded(s, [&] {
    if (rows == 0) return;
    LAUNCH_PACKED(aligned(width, {x, w, y}), rmsNormKernel, dim3(rows), width, width, eps, x, w, y, r);
  });
}

DeviceStatus rmsNormBackward(DeviceSession* s, int64_t rows, int64_t width, const float* x, const float* w,
                             const float* r, const float* dy, float* dx, bool accumulate, float* dw) {
  return guarded(s, [&] {
    if (rows == 0) return;
    // Before dx, which may be dy's own memory.
    sumColumns<Summand::rms>(*s, rows, width, width, dy, x, nullptr, r, dw);
    if (dx)
      LAUNCH_PACKED(aligned(width, {x, w, dy, dx}), rmsNormBackwardKernel, dim3(rows), width, width, x, w, r, dy, dx,
                    accumulate);
  });
}

DeviceStatus layerNorm(DeviceSession* s, int64_t rows, int64_t width, float eps, const float* x, const float* w,
                       const float* b, float* y, float* mean, float* r) {
  return guarded(s, [&] {
    if (rows == 0) return;
    LAUNCH_PACKED(aligned(width, {x, w, b, y}), layerNormKernel, dim3(rows), width, width, eps, x, w, b, y, mean, r);
  });
}

DeviceStatus layerNormBackward(DeviceSession* s, int64_t rows, int64_t width, const float* x, const float* w,
                               const float* mean, const float* r, const float* dy, float* dx, bool accumulate, float* dw,
                               float* db) {
  return guarded(s, [&] {
    if (rows == 0) return;
    sumColumns<Summand::layer>(*s, rows, width, width, dy, x, mean, r, dw);
    sumColumns<Summand::plain>(*s, rows, width, width, dy, nullptr, nullptr, nullptr, db);
    if (dx)
      LAUNCH_PACKED(aligned(width, {x, w, dy, dx}), layerNormBackwardKernel, dim3(rows), width, width, x, w, mean, r, dy,
                    dx, accumulate);
  });
}

DeviceStatus swiglu(DeviceSession* s, int64_t rows, int64_t width, const float* gateUp, float* y) {
  return guarded(s, [&] {
    if (rows == 0) return;
    LAUNCH_PACKED(aligned(width, {gateUp, y}), swigluKernel, dim3(rows), width, width, gateUp, y);
  });
}

DeviceStatus swigluBackward(DeviceSession* s, int64_t rows, int64_t width, const float* gateUp, const float* dy,
                            float* dGateUp) {
  return guarded(s, [&] {
    if (rows == 0) return;
    LAUNCH_PACKED(aligned(width, {gateUp, dy, dGateUp}), swigluBackwardKernel, dim3(rows), width, width, gateUp, dy,
                  dGateUp);
  });
}

DeviceStatus activation(DeviceSession* s, ops::Activation kind, int64_t count, const float* x, float* y) {
  return guarded(s, [&] {
    if (count == 0) return;
    LAUNCH_PACKED(aligned(count, {x, y}), activationKernel, dim3(gridFor(*s, count, 4 * largestBlock)), count, kind, count,
                  x, y);
  });
}

DeviceStatus activationBackward(DeviceSession* s, ops::Activation kind, int64_t count, const float* x, const float* dy,
                                float* dx) {
  return guarded(s, [&] {
    if (count == 0) return;
    LAUNCH_PACKED(aligned(count, {x, dy, dx}), activationBackwardKernel, dim3(gridFor(*s, count, 4 * largestBlock)), count,
                  kind, count, x, dy, dx);
  });
}

DeviceStatus addRows(DeviceSession* s, int64_t count, const float* x, float* y) {
  return guarded(s, [&] {
    if (count == 0) return;
    LAUNCH_PACKED(aligned(count, {x, y}), addKernel, dim3(gridFor(*s, count, 4 * largestBlock)), count, count, x, y);
  });
}

DeviceStatus rotary(DeviceSession* s, int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride,
                    const float* cos, const float* sin, bool inverse) {
  return guarded(s, [&] {
    if (tokens * heads == 0) return;
    constexpr int64_t warps = 8;
    LAUNCH(rotaryKernel, dim3(ceilDivide(tokens * heads, warps)), dim3(warps * warpSize_), 0, s->stream, tokens, heads,
           headDim, x, stride, cos, sin, inverse ? -1.0f : 1.0f);
  });
}

DeviceStatus gatherRows(DeviceSession* s, int64_t rows, int64_t width, const int32_t* index, const float* from,
                        float* to) {
  return guarded(s, [&] {
    if (rows == 0) return;
    const Uploaded<int32_t> list(*s, index, rows);
    const int32_t* at = list.data();
    LAUNCH(gatherKernel<float>, dim3(rows), dim3(threadsFor(width, 1)), 0, s->stream, width, at, from, to);
  });
}

DeviceStatus gatherMatrixRows(DeviceSession* s, int64_t rows, int64_t width, const int32_t* index,
                              const ops::Matrix* matrix, float* to) {
  if (!matrix->half) return gatherRows(s, rows, width, index, static_cast<const float*>(matrix->data), to);
  return guarded(s, [&] {
    if (rows == 0) return;
    const Uploaded<int32_t> list(*s, index, rows);
    const int32_t* at = list.data();
    const auto* from = static_cast<const Bfloat16*>(matrix->data);
    LAUNCH(gatherKernel<Bfloat16>, dim3(rows), dim3(threadsFor(width, 1)), 0, s->stream, width, at, from, to);
  });
}

DeviceStatus gatherListed(DeviceSession* s, int64_t rows, int64_t width, const int32_t* index, const ops::Matrix* matrix,
                          float* to) {
  return guarded(s, [&] {
    if (rows == 0) return;
    const auto* half = static_cast<const Bfloat16*>(matrix->data);
    const auto* wide = static_cast<const float*>(matrix->data);
    if (matrix->half)
      LAUNCH(gatherKernel<Bfloat16>, dim3(rows), dim3(threadsFor(width, 1)), 0, s->stream, width, index, half, to);
    else
      LAUNCH(gatherKernel<float>, dim3(rows), dim3(threadsFor(width, 1)), 0, s->stream, width, index, wide, to);
  });
}

DeviceStatus scatterRows(DeviceSession* s, int64_t rows, int64_t width, const int32_t* index, const float* from,
                         float* to) {
  return guarded(s, [&] {
    if (rows == 0) return;
    const Uploaded<int32_t> list(*s, index, rows);
    const int32_t* at = list.data();
    LAUNCH(scatterKernel, dim3(rows), dim3(threadsFor(width, 1)), 0, s->stream, width, at, from, to);
  });
}

DeviceStatus scatterAddRows(DeviceSession* s, int64_t rows, int64_t width, const int32_t* index, const float* from,
                            float* to) {
  return guarded(s, [&] {
    if (rows == 0) return;
    std::vector<int32_t> sources(static_cast<size_t>(rows)), targets, begins;
    std::iota(sources.begin(), sources.end(), 0);
    std::stable_sort(sources.begin(), sources.end(), [&](int32_t a, int32_t b) { return index[a] < index[b]; });
    for (int32_t i = 0; i < rows; ++i) {
      const int32_t target = index[sources[static_cast<size_t>(i)]];
      if (!targets.empty() && targets.back() == target) continue;
      targets.push_back(target);
      begins.push_back(i);
    }
    begins.push_back(static_cast<int32_t>(rows));
    const Uploaded<int32_t> sourceList(*s, sources), targetList(*s, targets), beginList(*s, begins);
    const int32_t *source = sourceList.data(), *target = targetList.data(), *begin = beginList.data();
    LAUNCH(scatterAddKernel, dim3(static_cast<int64_t>(targets.size())), dim3(threadsFor(width, 1)), 0, s->stream, width,
           target, begin, source, from, to);
  });
}

DeviceStatus copyRows(DeviceSession* s, int64_t rows, int64_t width, const float* from, int64_t fromStride, float* to,
                      int64_t toStride) {
  return guarded(s, [&] {
    if (rows == 0) return;
    LAUNCH(copyRowsKernel, dim3(rows), dim3(threadsFor(width, 1)), 0, s->stream, width, from, fromStride, to, toStride);
  });
}

DeviceStatus spreadRows(DeviceSession* s, int64_t rows, int64_t width, const float* from, int64_t fromStride,
                        float* const* to) {
  return guarded(s, [&] {
    if (rows == 0) return;
    const Uploaded<float*> list(*s, to, rows);
    float* const* addresses = list.data();
    LAUNCH(spreadRowsKernel, dim3(rows), dim3(threadsFor(width, 1)), 0, s->stream, width, from, fromStride, addresses);
  });
}

DeviceStatus narrow(DeviceSession* s, int64_t count, const float* from, Bfloat16* to) {
  return guarded(s, [&] {
    if (count > 0) LAUNCH(narrowKernel, dim3(gridFor(*s, count, 256)), dim3(256), 0, s->stream, count, from, to);
  });
}

DeviceStatus widen(DeviceSession* s, int64_t count, const Bfloat16* from, float* to) {
  return guarded(s, [&] {
    if (count > 0) LAUNCH(widenKernel, dim3(gridFor(*s, count, 256)), dim3(256), 0, s->stream, count, from, to);
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
