// Attention backward in two kernels without atomics: gradients of queries by tiles of queries (as the forward pass), gradients
// of keys and values by tiles of keys. Both make the scores again, so nothing but logSumExp is kept.
#include <algorithm>

#include "attention.h"
#include "block_row.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

struct BackwardArguments {
  ops::AttentionShape shape;
  int groupHeads;
  int64_t totalQueries;
  const float *q, *k, *v, *dOut, *logSumExp, *delta;
  float *dq, *dk, *dv;
};

/// delta[head, query] = out . dOut, a warp each.
__global__ void deltaKernel(ops::AttentionShape shape, int64_t totalQueries, const float* out, const float* dOut,
                            float* delta) {
  const int64_t pair = int64_t{blockIdx.x} * (blockDim.x / warpSize_) + warpId();
  if (pair >= totalQueries * shape.queryHeads) return;
  const int64_t query = pair / shape.queryHeads, head = pair % shape.queryHeads;
  const int64_t at = query * shape.outputStride + head * shape.headDim;
  float total = 0.0f;
  for (int64_t d = laneId(); d < shape.headDim; d += warpSize_) total += out[at + d] * dOut[at + d];
  total = foldWarp(total, Add{});
  if (laneId() == 0) delta[head * totalQueries + query] = total;
}

template <class Tile, int dim>
constexpr int backwardBytes() {
  return (2 * (rowTile + Tile::backwardColumns) * (dim + Tile::pad) + Tile::scratch) *
         static_cast<int>(sizeof(typename Tile::Element));
}

template <class Tile, int dim>
__global__ void __launch_bounds__(attentionThreads) queryGradientKernel(const AttentionTask* tasks, BackwardArguments x) {
  using Element = typename Tile::Element;
  constexpr int stride = dim + Tile::pad, columns = Tile::backwardColumns, eights = columns / 8;
  auto* tileQ = dynamicShared<Element>();
  Element* tileO = tileQ + rowTile * stride;
  Element* tileK = tileO + rowTile * stride;
  Element* tileV = tileK + columns * stride;
  Element* scratch = tileV + columns * stride + warpId() * (Tile::scratch / 4);
  const AttentionTask& task = tasks[blockIdx.x];
  const ops::AttentionShape& shape = x.shape;
  const int keyHead = static_cast<int>(blockIdx.y), headDim = static_cast<int>(shape.headDim), heads = x.groupHeads;
  const int rows = task.tokens * heads;
  const auto tokenOf = [&](int row) { return task.tokenBegin + row / heads; };
  const auto headOf = [&](int row) { return int64_t{keyHead} * heads + row % heads; };

  fetchRows<Tile, dim, rowTile>(tileQ, headDim, [&](int row) {
    return row < rows ? x.q + tokenOf(row) * shape.queryStride + headOf(row) * headDim : nullptr;
  });
  fetchRows<Tile, dim, rowTile>(tileO, headDim, [&](int row) {
    return row < rows ? x.dOut + tokenOf(row) * shape.outputStride + headOf(row) * headDim : nullptr;
  });
  const int row0 = warpId() * 16 + laneId() / 4;
  float lse[2] = {}, delta[2] = {}, sums[dim / 8][4] = {};
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int row = row0 + half * 8;
    if (row >= rows) continue;
    lse[half] = x.logSumExp[headOf(row) * x.totalQueries + tokenOf(row)];
    delta[half] = x.delta[headOf(row) * x.totalQueries + tokenOf(row)];
  }
  for (int range = 0; range < 2; ++range) {
    const float *keys = task.keys[range] + keyHead * headDim, *values = task.values[range] + keyHead * headDim;
    const int count = visibleKeys(task, range, task.tokens - 1);
    const int visible[2] = {visibleKeys(task, range, row0 / heads), visibleKeys(task, range, (row0 + 8) / heads)};
    for (int first = 0; first < count; first += columns) {
      __syncthreads();
      fetchRows<Tile, dim, columns>(tileK, headDim, [&](int i) {
        return first + i < count ? keys + int64_t{first + i} * shape.keyStride : nullptr;
      });
      fetchRows<Tile, dim, columns>(tileV, headDim, [&](int i) {
        return first + i < count ? values + int64_t{first + i} * shape.valueStride : nullptr;
      });
      __syncthreads();
      float scores[eights][4] = {}, slopes[eights][4] = {};
      Tile::template productOfRows<eights, dim>(scores, tileQ + warpId() * 16 * stride, stride, tileK, stride);
      Tile::template productOfRows<eights, dim>(slopes, tileO + warpId() * 16 * stride, stride, tileV, stride);
#pragma unroll
      for (int j = 0; j < eights; ++j)
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          const bool sees = row0 + e / 2 * 8 < rows && first + j * 8 + laneId() % 4 * 2 + e % 2 < visible[e / 2];
          const float p = sees ? expf(scores[j][e] * shape.scale - lse[e / 2]) : 0.0f;
          slopes[j][e] = p * (slopes[j][e] - delta[e / 2]) * shape.scale;
        }
      Tile::template productOfSums<dim / 8, eights>(sums, slopes, scratch, tileK, stride);
    }
  }
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int row = row0 + half * 8;
    if (row >= rows) continue;
    float* to = x.dq + tokenOf(row) * shape.queryStride + headOf(row) * headDim;
#pragma unroll
    for (int j = 0; j < dim / 8; ++j)
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const int column = j * 8 + laneId() % 4 * 2 + e;
        if (column < headDim) to[column] += sums[j][half * 2 + e];
      }
  }
}

/// Query rows queryBegin .. queryEnd see keys keyBegin .. keyEnd; query i only those up to i + shift.
struct Seen {
  int64_t queryBegin, queryEnd, keyBegin, keyEnd, shift;
};
/// Keys first .. first + count, and the entries of the list of those who see them.
struct KeyTask {
  int64_t first;
  int32_t count, seenBegin, seenEnd;
};

template <class Tile, int dim>
__global__ void __launch_bounds__(attentionThreads)
    keyGradientKernel(const KeyTask* tasks, const Seen* seen, BackwardArguments x) {
  using Element = typename Tile::Element;
  constexpr int stride = dim + Tile::pad, columns = Tile::backwardColumns, eights = columns / 8;
  __shared__ float lse[columns], delta[columns];
  auto* tileK = dynamicShared<Element>();
  Element* tileV = tileK + rowTile * stride;
  Element* tileQ = tileV + rowTile * stride;
  Element* tileO = tileQ + columns * stride;
  Element* scratch = tileO + columns * stride + warpId() * (Tile::scratch / 4);
  const KeyTask& task = tasks[blockIdx.x];
  const ops::AttentionShape& shape = x.shape;
  const int keyHead = static_cast<int>(blockIdx.y), headDim = static_cast<int>(shape.headDim), heads = x.groupHeads;

  fetchRows<Tile, dim, rowTile>(tileK, headDim, [&](int row) {
    return row < task.count ? x.k + (task.first + row) * shape.keyStride + keyHead * headDim : nullptr;
  });
  fetchRows<Tile, dim, rowTile>(tileV, headDim, [&](int row) {
    return row < task.count ? x.v + (task.first + row) * shape.valueStride + keyHead * headDim : nullptr;
  });
  const int row0 = warpId() * 16 + laneId() / 4;
  float sumsK[dim / 8][4] = {}, sumsV[dim / 8][4] = {};
  for (int entry = task.seenBegin; entry < task.seenEnd; ++entry) {
    const Seen& who = seen[entry];
    // Queries before the first that sees any key of the tile are passed over.
    const int64_t firstKey = most(task.first, who.keyBegin), from = most(who.queryBegin, firstKey - who.shift);
    const int64_t stacked = (who.queryEnd - from) * heads;
    for (int64_t first = 0; first < stacked; first += columns) {
      const auto tokenOf = [&](int column) { return from + (first + column) / heads; };
      const auto headOf = [&](int column) { return int64_t{keyHead} * heads + (first + column) % heads; };
      __syncthreads();
      fetchRows<Tile, dim, columns>(tileQ, headDim, [&](int i) {
        return first + i < stacked ? x.q + tokenOf(i) * shape.queryStride + headOf(i) * headDim : nullptr;
      });
      fetchRows<Tile, dim, columns>(tileO, headDim, [&](int i) {
        return first + i < stacked ? x.dOut + tokenOf(i) * shape.outputStride + headOf(i) * headDim : nullptr;
      });
      if (threadIdx.x < columns) {
        const int i = static_cast<int>(threadIdx.x);
        const bool there = first + i < stacked;
        lse[i] = there ? x.logSumExp[headOf(i) * x.totalQueries + tokenOf(i)] : 0.0f;
        delta[i] = there ? x.delta[headOf(i) * x.totalQueries + tokenOf(i)] : 0.0f;
      }
      __syncthreads();
      float scores[eights][4] = {}, slopes[eights][4] = {};
      Tile::template productOfRows<eights, dim>(scores, tileK + warpId() * 16 * stride, stride, tileQ, stride);
      Tile::template productOfRows<eights, dim>(slopes, tileV + warpId() * 16 * stride, stride, tileO, stride);
#pragma unroll
      for (int j = 0; j < eights; ++j)
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          const int column = j * 8 + laneId() % 4 * 2 + e % 2;
          const int64_t key = task.first + row0 + e / 2 * 8;
          const bool sees = first + column < stacked && row0 + e / 2 * 8 < task.count && key >= who.keyBegin &&
                            key < who.keyEnd && key <= tokenOf(column) + who.shift;
          const float p = sees ? expf(scores[j][e] * shape.scale - lse[column]) : 0.0f;
          scores[j][e] = p;
          slopes[j][e] = p * (slopes[j][e] - delta[column]) * shape.scale;
        }
      Tile::template productOfSums<dim / 8, eights>(sumsV, scores, scratch, tileO, stride);
      Tile::template productOfSums<dim / 8, eights>(sumsK, slopes, scratch, tileQ, stride);
    }
  }
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int row = row0 + half * 8;
    if (row >= task.count) continue;
    float* toK = x.dk + (task.first + row) * shape.keyStride + keyHead * headDim;
    float* toV = x.dv + (task.first + row) * shape.valueStride + keyHead * headDim;
#pragma unroll
    for (int j = 0; j < dim / 8; ++j)
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const int column = j * 8 + laneId() % 4 * 2 + e;
        if (column >= headDim) continue;
        toK[column] += sumsK[j][half * 2 + e];
        toV[column] += sumsV[j][half * 2 + e];
      }
  }
}

/// Tiles of keys, each with those who see it, in the order of the segments.
void keyTasks(std::span<const ops::Segment> segments, int64_t totalKeys, std::vector<KeyTask>& tasks,
              std::vector<Seen>& seen) {
  constexpr int64_t everyKey = int64_t{1} << 40;
  std::vector<std::vector<Seen>> lists(static_cast<size_t>(ceilDivide(totalKeys, rowTile)));
  const auto note = [&](const Seen& who) {
    if (who.queryEnd <= who.queryBegin) return;
    for (int64_t tile = who.keyBegin / rowTile; tile * rowTile < who.keyEnd; ++tile)
      lists[static_cast<size_t>(tile)].push_back(who);
  };
  for (const ops::Segment& s : segments) {
    note({s.queryBegin, s.queryEnd, s.prefixBegin, s.prefixEnd, everyKey});
    note({s.queryBegin, s.queryEnd, s.keyBegin, s.keyEnd, s.causal ? s.keyBegin - s.queryBegin : everyKey});
  }
  for (size_t tile = 0; tile < lists.size(); ++tile) {
    if (lists[tile].empty()) continue;
    const auto begin = static_cast<int32_t>(seen.size());
    seen.insert(seen.end(), lists[tile].begin(), lists[tile].end());
    const auto first = static_cast<int64_t>(tile) * rowTile;
    tasks.push_back({first, static_cast<int32_t>(least(rowTile, totalKeys - first)), begin, static_cast<int32_t>(seen.size())});
  }
}

}  // namespace

namespace entries {

DeviceStatus attentionBackward(DeviceSession* s, const ops::AttentionShape* shape, const ops::Segment* segments, int64_t count,
                               int64_t totalQueries, int64_t totalKeys, const float* q, const float* k, const float* v,
                               const float* out, const float* logSumExp, const float* dOut, float* dq, float* dk, float* dv) {
  return guarded(s, [&] {
    const std::span<const ops::Segment> list(segments, static_cast<size_t>(count));
    const auto tasks = queryTasks(*shape, list, k, v);
    if (tasks.empty()) return;
    std::vector<KeyTask> keyList;
    std::vector<Seen> seenList;
    keyTasks(list, totalKeys, keyList, seenList);
    const int64_t pairs = totalQueries * shape->queryHeads;
    const Scratch room(*s, static_cast<size_t>(pairs) * sizeof(float));
    auto* delta = room.as<float>();
    const ops::AttentionShape copyOfShape = *shape;
    LAUNCH(deltaKernel, dim3(ceilDivide(pairs, 8)), dim3(8 * warpSize_), 0, s->stream, copyOfShape, totalQueries, out, dOut,
           delta);
    const Uploaded<AttentionTask> queries(*s, tasks);
    const Uploaded<KeyTask> keys(*s, keyList);
    const Uploaded<Seen> seen(*s, seenList);
    const BackwardArguments x{*shape, static_cast<int>(groupOf(*shape)), totalQueries, q, k, v, dOut, logSumExp, delta, dq, dk, dv};
    withTile(shape->half, shape->headDim, [&](auto tile, auto dim) {
      using Tile = decltype(tile);
      constexpr int size = decltype(dim)::value, bytes = backwardBytes<Tile, size>();
      const AttentionTask* queryTask = queries.data();
      const KeyTask* keyTask = keys.data();
      const Seen* seenBy = seen.data();
      const BackwardArguments y = x;
      LAUNCH((queryGradientKernel<Tile, size>), dim3(static_cast<int64_t>(tasks.size()), y.shape.keyHeads),
             dim3(attentionThreads), bytes, s->stream, queryTask, y);
      if (!keyList.empty())
        LAUNCH((keyGradientKernel<Tile, size>), dim3(static_cast<int64_t>(keyList.size()), y.shape.keyHeads),
               dim3(attentionThreads), bytes, s->stream, keyTask, seenBy, y);
    });
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
