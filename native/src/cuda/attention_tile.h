// What the attention kernels share: tiles of 64 stacked rows for four warps of 16, tiles of columns that pass by, and their
// products, on the tensor cores (operands rounded to bfloat16) or exact. Both keep sums in the layout of mma's C: lane l has
// rows l / 4 and l / 4 + 8, columns 2 (l % 4) + {0, 1} of each eight.
#pragma once

#include "mma.h"

namespace secondlook::cuda {

constexpr int rowTile = 64, attentionThreads = 128;

/// Query rows of one key head: tokens tokenBegin .. tokenBegin + tokens, for each the heads that share the key head. They see
/// all keys of the first range, and of the second those up to their own place. Rows of keys and values are as in the shape. A task
/// of no tokens is a place that nobody took.
struct AttentionTask {
  int64_t tokenBegin;
  int32_t tokens;
  int32_t count[2];
  /// Token t of the task sees keys 0 .. t + causalFirst of the second range; allKeys: all.
  int32_t causalFirst;
  const float* keys[2];
  const float* values[2];
  int64_t slot;         // first row of partial results (decoding); -1: results are final
  int64_t layerStride;  // decoding: from one layer's keys to the next one's
};
constexpr int32_t allKeys = INT32_MAX / 2;

/// Keys of the second range that token t of the task sees.
DEVICE int visibleKeys(const AttentionTask& task, int range, int t) {
  return range == 0 ? task.count[0] : static_cast<int>(least(task.count[1], int64_t{task.causalFirst} + t + 1));
}

/// Products on the tensor cores.
struct TensorTile {
  using Element = Bfloat16;
  static constexpr int pad = 8, forwardColumns = 64, backwardColumns = 32, scratch = 0;

  DEVICE static void put(Element* to, const Pack<4>& v) { storePack(to, v); }

  /// sums[16 rows, 8 n] += A[16, depth] B[8 n, depth]^T; both in shared memory.
  template <int n, int depth>
  DEVICE static void productOfRows(float (&sums)[n][4], const Element* a, int strideA, const Element* b, int strideB) {
#pragma unroll
    for (int k = 0; k < depth; k += 16) {
      uint32_t fragmentA[4];
      loadA(fragmentA, a + k, strideA);
#pragma unroll
      for (int j = 0; j < n; j += 2) {
        uint32_t fragmentB[4];
        loadBTransposed(fragmentB, b + j * 8 * strideB + k, strideB);
        multiplyAdd(sums[j], fragmentA, fragmentB[0], fragmentB[1]);
        multiplyAdd(sums[j + 1], fragmentA, fragmentB[2], fragmentB[3]);
      }
    }
  }
  /// sums[16 rows, 8 n] += P[16, 8 depth] B[8 depth, 8 n]; P in registers, as productOfRows leaves it.
  template <int n, int depth>
  DEVICE static void productOfSums(float (&sums)[n][4], const float (&p)[depth][4], Element*, const Element* b, int strideB) {
#pragma unroll
    for (int k = 0; k < depth; k += 2) {
      const uint32_t fragmentA[4] = {narrowPair(p[k][0], p[k][1]), narrowPair(p[k][2], p[k][3]),
                                     narrowPair(p[k + 1][0], p[k + 1][1]), narrowPair(p[k + 1][2], p[k + 1][3])};
#pragma unroll
      for (int j = 0; j < n; j += 2) {
        uint32_t fragmentB[4];
        loadB(fragmentB, b + k * 8 * strideB + j * 8, strideB);
        multiplyAdd(sums[j], fragmentA, fragmentB[0], fragmentB[1]);
        multiplyAdd(sums[j + 1], fragmentA, fragmentB[2], fragmentB[3]);
      }
    }
  }
};

/// The same products in float32.
struct ExactTile {
  using Element = float;
  static constexpr int pad = 4, forwardColumns = 32, backwardColumns = 16, scratch = rowTile * (32 + 4);

  DEVICE static void put(Element* to, const Pack<4>& v) { storePack(to, v); }

  template <int n, int depth>
  DEVICE static void productOfRows(float (&sums)[n][4], const Element* a, int strideA, const Element* b, int strideB) {
    const int row = laneId() / 4, column = laneId() % 4 * 2;
#pragma unroll 2
    for (int k = 0; k < depth; k += 4) {
      const Pack<4> low = loadPack<4>(a + row * strideA + k), high = loadPack<4>(a + (row + 8) * strideA + k);
#pragma unroll
      for (int j = 0; j < n; ++j)
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          const Pack<4> other = loadPack<4>(b + (j * 8 + column + e) * strideB + k);
#pragma unroll
          for (int i = 0; i < 4; ++i) {
            sums[j][e] += low.v[i] * other.v[i];
            sums[j][e + 2] += high.v[i] * other.v[i];
          }
        }
    }
  }
  template <int n, int depth>
  DEVICE static void productOfSums(float (&sums)[n][4], const float (&p)[depth][4], Element* scratchOfWarp, const Element* b,
                                   int strideB) {
    constexpr int stride = depth * 8 + 4;
    const int row = laneId() / 4, column = laneId() % 4 * 2;
#pragma unroll
    for (int k = 0; k < depth; ++k)
#pragma unroll
      for (int e = 0; e < 4; ++e) scratchOfWarp[(row + e / 2 * 8) * stride + k * 8 + column + e % 2] = p[k][e];
    __syncwarp();
#pragma unroll 2
    for (int k = 0; k < depth * 8; ++k) {
      const float low = scratchOfWarp[row * stride + k], high = scratchOfWarp[(row + 8) * stride + k];
#pragma unroll
      for (int j = 0; j < n; ++j)
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          const float other = b[k * strideB + j * 8 + column + e];
          sums[j][e] += low * other;
          sums[j][e + 2] += high * other;
        }
    }
    __syncwarp();
  }
};

/// Rows of a tile [rows, dim + pad] from row pointers; addressOf(i) is null for rows that are not there. headDim is a multiple
/// of 4; behind it are zeros.
template <class Tile, int dim, int rows, class Address>
DEVICE void fetchRows(typename Tile::Element* to, int headDim, Address addressOf) {
  constexpr int quads = dim / 4;
#pragma unroll 4
  for (int i = static_cast<int>(threadIdx.x); i < rows * quads; i += attentionThreads) {
    const int row = i / quads, column = i % quads * 4;
    Pack<4> v{};
    const float* from = column < headDim ? addressOf(row) : nullptr;
    if (from) {
#pragma unroll
      for (int j = 0; j < 4; ++j) v.v[j] = from[column + j];
    }
    Tile::put(to + row * (dim + Tile::pad) + column, v);
  }
}

/// Sum or maximum over the four lanes that share a row of C.
template <class F>
DEVICE float foldRow(float v, F f) {
  v = f(v, __shfl_xor_sync(allLanes, v, 1));
  return f(v, __shfl_xor_sync(allLanes, v, 2));
}

/// The padded head sizes that kernels exist for.
constexpr int dims[] = {32, 80, 128};

/// Calls run(Tile, std::integral_constant<int, dim>) for the smallest dim that holds headDim.
template <class F>
void withTile(bool half, int64_t headDim, F run) {
  const auto withDim = [&](auto tile) {
    if (headDim <= dims[0])
      run(tile, std::integral_constant<int, dims[0]>{});
    else if (headDim <= dims[1])
      run(tile, std::integral_constant<int, dims[1]>{});
    else
      run(tile, std::integral_constant<int, dims[2]>{});
  };
  if (half)
    withDim(TensorTile{});
  else
    withDim(ExactTile{});
}

}  // namespace secondlook::cuda
