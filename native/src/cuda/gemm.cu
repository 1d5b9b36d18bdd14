// Matrix products: the float32 kernel, the streaming kernel of few rows, rounding of operands, and the choice between them
// and cuBLASLt.
#include "gemm.h"

#include <optional>

#include "blas.h"
#include "block_row.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

constexpr int tile = 64, depth = 16, exactThreads = 256;

/// 64 x 64 elements of C a block, 4 x 4 a thread; products and sums in float32.
template <class A, class B>
__global__ void __launch_bounds__(exactThreads)
    exactKernel(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha, const A* a, int64_t lda,
                const B* b, int64_t ldb, float beta, float* c, int64_t ldc, const float* bias) {
  __shared__ float tileA[depth][tile + 4];
  __shared__ float tileB[depth][tile + 4];
  const int64_t m0 = int64_t{blockIdx.y} * tile, n0 = int64_t{blockIdx.x} * tile;
  const int thread = static_cast<int>(threadIdx.x), row0 = thread / 16 * 4, column0 = thread % 16 * 4;
  float sums[4][4] = {};
  for (int64_t k0 = 0; k0 < k; k0 += depth) {
#pragma unroll
    for (int i = 0; i < tile * depth / exactThreads; ++i) {
      const int at = thread + i * exactThreads;
      const int rowA = transposeA ? at % tile : at / depth, depthA = transposeA ? at / tile : at % depth;
      const bool insideA = m0 + rowA < m && k0 + depthA < k;
      tileA[depthA][rowA] =
          insideA ? widen(a[transposeA ? (k0 + depthA) * lda + m0 + rowA : (m0 + rowA) * lda + k0 + depthA]) : 0.0f;
      const int columnB = transposeB ? at / depth : at % tile, depthB = transposeB ? at % depth : at / tile;
      const bool insideB = n0 + columnB < n && k0 + depthB < k;
      tileB[depthB][columnB] =
          insideB ? widen(b[transposeB ? (n0 + columnB) * ldb + k0 + depthB : (k0 + depthB) * ldb + n0 + columnB]) : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int p = 0; p < depth; ++p) {
      const Pack<4> av = loadPack<4>(&tileA[p][row0]), bv = loadPack<4>(&tileB[p][column0]);
#pragma unroll
      for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j) sums[i][j] += av.v[i] * bv.v[j];
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = 0; i < 4; ++i)
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const int64_t row = m0 + row0 + i, column = n0 + column0 + j;
      if (row >= m || column >= n) continue;
      float value = alpha * sums[i][j];
      if (bias) value += bias[column];
      if (beta != 0.0f) value += beta * c[row * ldc + column];
      c[row * ldc + column] = value;
    }
}

constexpr int streamWarps = 4, mostStreamedRows = 4;

/// y[rows, n] = x W^T with W[n, k] in bfloat16: each warp reads one row of W once, 16 bytes a lane. x stays in the caches.
template <int rows>
__global__ void __launch_bounds__(streamWarps* warpSize_)
    streamKernel(int64_t n, int64_t k, float alpha, const float* x, int64_t ldx, const Bfloat16* w, int64_t ldw, float beta,
                 float* y, int64_t ldy, const float* bias) {
  const int64_t column = int64_t{blockIdx.x} * streamWarps + warpId();
  if (column >= n) return;
  const Bfloat16* line = w + column * ldw;
  float sums[rows] = {};
  for (int64_t p = laneId() * 8; p < k; p += warpSize_ * 8) {
    const uint4 eight = *reinterpret_cast<const uint4*>(line + p);
    const uint32_t pairs[4] = {eight.x, eight.y, eight.z, eight.w};
#pragma unroll
    for (int r = 0; r < rows; ++r) {
      const Pack<4> low = loadPack<4>(x + r * ldx + p), high = loadPack<4>(x + r * ldx + p + 4);
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const Pack<4>& part = i < 2 ? low : high;
        sums[r] += floatOf(pairs[i] << 16) * part.v[i % 2 * 2] + floatOf(pairs[i] & 0xFFFF0000u) * part.v[i % 2 * 2 + 1];
      }
    }
  }
#pragma unroll
  for (int r = 0; r < rows; ++r) {
    const float total = foldWarp(sums[r], Add{});
    if (laneId() != 0) continue;
    float value = alpha * total;
    if (bias) value += bias[column];
    if (beta != 0.0f) value += beta * y[r * ldy + column];
    y[r * ldy + column] = value;
  }
}

/// Rows of an operand as bfloat16, `toStride` apart, zeros behind their ends.
template <class T>
__global__ void roundRowsKernel(int64_t columns, const T* from, int64_t fromStride, Bfloat16* to, int64_t toStride) {
  const int64_t row = blockIdx.x;
  for (int64_t j = int64_t{blockIdx.y} * blockDim.x + threadIdx.x; j < toStride; j += int64_t{blockDim.x} * gridDim.y)
    to[row * toStride + j] = j < columns ? narrow(widen(from[row * fromStride + j])) : Bfloat16{0};
}

class Rounded {
 public:
  Rounded(DeviceSession& s, ops::Matrix from, int64_t rows, int64_t columns, int64_t stride) {
    if (from.half && aligned(stride, {from.data}, 8)) {
      operand = {static_cast<const Bfloat16*>(from.data), stride};
      return;
    }
    const int64_t wide = roundUp(columns, 8);
    room_.emplace(s, static_cast<size_t>(rows * wide) * sizeof(Bfloat16));
    auto* to = room_->as<Bfloat16>();
    operand = {to, wide};
    const dim3 grid(rows, least(64, ceilDivide(wide, 256)));
    const void* data = from.data;
    if (from.half)
      LAUNCH(roundRowsKernel<Bfloat16>, grid, dim3(256), 0, s.stream, columns, static_cast<const Bfloat16*>(data), stride, to,
             wide);
    else
      LAUNCH(roundRowsKernel<float>, grid, dim3(256), 0, s.stream, columns, static_cast<const float*>(data), stride, to, wide);
  }
  HalfOperand operand;

 private:
  std::optional<Scratch> room_;
};

void multiplyExact(DeviceSession& s, const Multiply& x) {
  const dim3 grid(ceilDivide(x.n, tile), ceilDivide(x.m, tile));
  const auto run = [&](auto* a, auto* b) {
    using A = std::remove_pointer_t<decltype(a)>;
    using B = std::remove_pointer_t<decltype(b)>;
    const Multiply y = x;
    LAUNCH((exactKernel<std::remove_const_t<A>, std::remove_const_t<B>>), grid, dim3(exactThreads), 0, s.stream, y.transposeA,
           y.transposeB, y.m, y.n, y.k, y.alpha, a, y.lda, b, y.ldb, y.beta, y.c, y.ldc, y.bias);
  };
  const auto* floatA = static_cast<const float*>(x.a.data);
  const auto* halfA = static_cast<const Bfloat16*>(x.a.data);
  const auto* floatB = static_cast<const float*>(x.b.data);
  const auto* halfB = static_cast<const Bfloat16*>(x.b.data);
  if (x.a.half)
    x.b.half ? run(halfA, halfB) : run(halfA, floatB);
  else
    x.b.half ? run(floatA, halfB) : run(floatA, floatB);
}

/// Few rows times a stored matrix: decoding.
bool streamed(DeviceSession& s, const Multiply& x) {
  if (x.transposeA || !x.transposeB || x.m > mostStreamedRows || x.a.half || !x.b.half || x.k % 8 != 0 ||
      !aligned(x.ldb, {x.b.data}, 8) || !aligned(x.lda, {x.a.data}))
    return false;
  const auto run = [&](auto rows) {
    const Multiply y = x;
    const auto* a = static_cast<const float*>(y.a.data);
    const auto* b = static_cast<const Bfloat16*>(y.b.data);
    LAUNCH(streamKernel<decltype(rows)::value>, dim3(ceilDivide(y.n, streamWarps)), dim3(streamWarps * warpSize_), 0,
           s.stream, y.n, y.k, y.alpha, a, y.lda, b, y.ldb, y.beta, y.c, y.ldc, y.bias);
  };
  switch (x.m) {
    case 1: run(std::integral_constant<int, 1>{}); break;
    case 2: run(std::integral_constant<int, 2>{}); break;
    case 3: run(std::integral_constant<int, 3>{}); break;
    default: run(std::integral_constant<int, 4>{}); break;
  }
  return true;
}

}  // namespace

void multiply(DeviceSession& s, const Multiply& x) {
  if (x.m == 0 || x.n == 0) return;
  if (!x.tensor) {
    if (x.a.half || x.b.half || x.k == 0 || !multiplyBlas(s, x, x.a.data, x.lda, x.b.data, x.ldb, false)) multiplyExact(s, x);
    return;
  }
  if (streamed(s, x)) return;
  const Rounded a(s, x.a, x.transposeA ? x.k : x.m, x.transposeA ? x.m : x.k, x.lda);
  const Rounded b(s, x.b, x.transposeB ? x.n : x.k, x.transposeB ? x.k : x.n, x.ldb);
  if (x.k == 0 || !multiplyBlas(s, x, a.operand.data, a.operand.stride, b.operand.data, b.operand.stride, true))
    multiplyTensor(s, x, a.operand, b.operand);
}

namespace entries {

DeviceStatus gemm(DeviceSession* s, bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha,
                  const ops::Matrix* a, int64_t lda, const ops::Matrix* b, int64_t ldb, float beta, float* c, int64_t ldc) {
  return guarded(s, [&] {
    multiply(*s, {transposeA, transposeB, m, n, k, alpha, *a, lda, *b, ldb, beta, c, ldc, nullptr, a->half || b->half});
  });
}

DeviceStatus linear(DeviceSession* s, int64_t rows, int64_t in, int64_t out, const float* x, const ops::Matrix* w,
                    const float* bias, float* y, int64_t yStride) {
  return guarded(s, [&] {
    multiply(*s, {false, true, rows, out, in, 1.0f, x, in, *w, in, 0.0f, y, yStride ? yStride : out, bias, w->half});
  });
}

DeviceStatus linearBackward(DeviceSession* s, int64_t rows, int64_t in, int64_t out, const float* x, const ops::Matrix* w,
                            const float* dy, float* dx, bool accumulateDx, float* dw, float* db, int64_t dyStride) {
  return guarded(s, [&] {
    const int64_t stride = dyStride ? dyStride : out;
    if (dx)
      multiply(*s, {false, false, rows, in, out, 1.0f, dy, stride, *w, in, accumulateDx ? 1.0f : 0.0f, dx, in, nullptr,
                    w->half});
    if (dw) multiply(*s, {true, false, out, in, rows, 1.0f, dy, stride, x, in, 1.0f, dw, in, nullptr, w->half});
    addColumnSums(*s, rows, out, stride, dy, db);
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
