// Matrix products on the tensor cores without cuBLAS: tiles of 128 x 128 x 32, four stages of asynchronous copies, eight warps
// of 64 x 32. The order of a sum depends on k alone, so a row has the same bits in any batch.
#include "gemm.h"
#include "mma.h"

namespace secondlook::cuda {

namespace {

constexpr int tileM = 128, tileN = 128, tileK = 32, stages = 4, threads = 256;
// Eight elements behind each row keep the eight rows of a matrix in different banks.
constexpr int strideK = tileK + 8, strideM = tileM + 8;
constexpr int operandElements = tileM * strideK > tileK * strideM ? tileM * strideK : tileK * strideM;
constexpr int sharedBytes = 2 * stages * operandElements * 2;

/// One operand's tile to shared memory. depthLast: neighbours in memory differ in k, and the tile is [128][32]; else they
/// differ in m (or n), and the tile is [32][128].
template <bool depthLast>
DEVICE void fetch(Bfloat16* to, const Bfloat16* from, int64_t stride, int64_t outer, int64_t outerEnd, int64_t depth,
                  int64_t depthEnd) {
  constexpr int perRow = (depthLast ? tileK : tileM) / 8, rows = depthLast ? tileM : tileK;
#pragma unroll
  for (int i = 0; i < rows * perRow / threads; ++i) {
    const int chunk = static_cast<int>(threadIdx.x) + i * threads, row = chunk / perRow, column = chunk % perRow * 8;
    const int64_t line = (depthLast ? outer : depth) + row, at = (depthLast ? depth : outer) + column;
    const int64_t lines = depthLast ? outerEnd : depthEnd, end = depthLast ? depthEnd : outerEnd;
    const int64_t left = line < lines ? most(0, least(8, end - at)) : 0;
    copyAsync(to + row * (depthLast ? strideK : strideM) + column, left > 0 ? from + line * stride + at : from,
              static_cast<int>(left * 2));
  }
}

template <bool transposeA, bool transposeB>
__global__ void __launch_bounds__(threads)
    tensorKernel(int64_t m, int64_t n, int64_t k, float alpha, const Bfloat16* a, int64_t lda, const Bfloat16* b,
                 int64_t ldb, float beta, float* c, int64_t ldc, const float* bias) {
  Bfloat16* shared = dynamicShared<Bfloat16>();
  const int64_t rowTiles = ceilDivide(m, tileM), columnTiles = ceilDivide(n, tileN);
  // Neighbouring blocks share operands in the second-level cache: eight rows of tiles, column after column.
  const int64_t band = blockIdx.x / (8 * columnTiles), inBand = blockIdx.x % (8 * columnTiles);
  const int64_t bandRows = least(8, rowTiles - band * 8);
  const int64_t m0 = (band * 8 + inBand % bandRows) * tileM, n0 = inBand / bandRows * tileN;
  const int warpM = warpId() / 4 * 64, warpN = warpId() % 4 * 32;
  const int64_t steps = ceilDivide(k, tileK);
  float sums[4][4][4] = {};

  const auto fetchStep = [&](int64_t step) {
    if (step < steps) {
      Bfloat16* stage = shared + step % stages * 2 * operandElements;
      fetch<!transposeA>(stage, a, lda, m0, m, step * tileK, k);
      fetch<transposeB>(stage + operandElements, b, ldb, n0, n, step * tileK, k);
    }
    commitCopies();  // also when empty: the groups are counted
  };
  for (int64_t step = 0; step < stages - 1; ++step) fetchStep(step);
  for (int64_t step = 0; step < steps; ++step) {
    waitForCopies<stages - 2>();
    __syncthreads();
    fetchStep(step + stages - 1);
    const Bfloat16* tileA = shared + step % stages * 2 * operandElements;
    const Bfloat16* tileB = tileA + operandElements;
#pragma unroll
    for (int kk = 0; kk < tileK; kk += 16) {
      uint32_t fragmentsA[4][4], fragmentsB[2][4];
#pragma unroll
      for (int i = 0; i < 4; ++i)
        if constexpr (transposeA)
          loadATransposed(fragmentsA[i], tileA + kk * strideM + warpM + i * 16, strideM);
        else
          loadA(fragmentsA[i], tileA + (warpM + i * 16) * strideK + kk, strideK);
#pragma unroll
      for (int j = 0; j < 2; ++j)
        if constexpr (transposeB)
          loadBTransposed(fragmentsB[j], tileB + (warpN + j * 16) * strideK + kk, strideK);
        else
          loadB(fragmentsB[j], tileB + kk * strideM + warpN + j * 16, strideM);
#pragma unroll
      for (int i = 0; i < 4; ++i)
#pragma unroll
        for (int j = 0; j < 4; ++j)
          multiplyAdd(sums[i][j], fragmentsA[i], fragmentsB[j / 2][j % 2 * 2], fragmentsB[j / 2][j % 2 * 2 + 1]);
    }
  }
#pragma unroll
  for (int i = 0; i < 4; ++i)
#pragma unroll
    for (int j = 0; j < 4; ++j)
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        const int64_t row = m0 + warpM + i * 16 + laneId() / 4 + e / 2 * 8;
        const int64_t column = n0 + warpN + j * 8 + laneId() % 4 * 2 + e % 2;
        if (row >= m || column >= n) continue;
        float value = alpha * sums[i][j][e];
        if (bias) value += bias[column];
        if (beta != 0.0f) value += beta * c[row * ldc + column];
        c[row * ldc + column] = value;
      }
}

}  // namespace

void multiplyTensor(DeviceSession& s, const Multiply& x, HalfOperand a, HalfOperand b) {
  const dim3 grid(ceilDivide(x.m, tileM) * ceilDivide(x.n, tileN));
  const auto run = [&](auto ta, auto tb) {
    const int64_t m = x.m, n = x.n, k = x.k, ldc = x.ldc;
    const float alpha = x.alpha, beta = x.beta, *bias = x.bias;
    float* c = x.c;
    LAUNCH((tensorKernel<decltype(ta)::value, decltype(tb)::value>), grid, dim3(threads), sharedBytes, s.stream, m, n, k,
           alpha, a.data, a.stride, b.data, b.stride, beta, c, ldc, bias);
  };
  const std::true_type yes;
  const std::false_type no;
  if (x.transposeA)
    x.transposeB ? run(yes, yes) : run(yes, no);
  else
    x.transposeB ? run(no, yes) : run(no, no);
}

}  // namespace secondlook::cuda
