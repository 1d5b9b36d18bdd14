// Attention forward, of training and of decoding (decode.cu): one kernel over tasks.
#include "attention.h"

#include <algorithm>

#include "block_row.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

template <class Tile, int dim>
constexpr int forwardBytes() {
  return ((rowTile + 2 * Tile::forwardColumns) * (dim + Tile::pad) + Tile::scratch) *
         static_cast<int>(sizeof(typename Tile::Element));
}

template <class Tile, int dim>
__global__ void __launch_bounds__(attentionThreads) attentionKernel(ForwardArguments x) {
  using Element = typename Tile::Element;
  constexpr int stride = dim + Tile::pad, columns = Tile::forwardColumns, eights = columns / 8;
  auto* tileQ = dynamicShared<Element>();
  Element* tileK = tileQ + rowTile * stride;
  Element* tileV = tileK + columns * stride;
  Element* scratch = tileV + columns * stride + warpId() * (Tile::scratch / 4);
  const AttentionTask& task = x.tasks[blockIdx.x];
  if (task.tokens == 0) return;
  const ops::AttentionShape& shape = x.shape;
  const int keyHead = static_cast<int>(blockIdx.y), headDim = static_cast<int>(shape.headDim), heads = x.groupHeads;
  const int rows = task.tokens * heads;

  fetchRows<Tile, dim, rowTile>(tileQ, headDim, [&](int row) {
    return row < rows ? x.q + (task.tokenBegin + row / heads) * shape.queryStride +
                            int64_t{keyHead * heads + row % heads} * headDim
                      : nullptr;
  });

  const int row0 = warpId() * 16 + laneId() / 4;
  float sums[dim / 8][4] = {}, top[2] = {-INFINITY, -INFINITY}, total[2] = {};
  for (int range = 0; range < 2; ++range) {
    const int64_t from = x.layer * task.layerStride + keyHead * headDim;
    const float *keys = task.keys[range] + from, *values = task.values[range] + from;
    const int count = visibleKeys(task, range, task.tokens - 1);
    const int visible[2] = {visibleKeys(task, range, row0 / heads), visibleKeys(task, range, (row0 + 8) / heads)};
    for (int first = 0; first < count; first += columns) {
      __syncthreads();  // the tiles of the last round are done with, the tile of queries is complete
      fetchRows<Tile, dim, columns>(tileK, headDim, [&](int i) {
        return first + i < count ? keys + int64_t{first + i} * shape.keyStride : nullptr;
      });
      fetchRows<Tile, dim, columns>(tileV, headDim, [&](int i) {
        return first + i < count ? values + int64_t{first + i} * shape.valueStride : nullptr;
      });
      __syncthreads();
      float scores[eights][4] = {};
      Tile::template productOfRows<eights, dim>(scores, tileQ + warpId() * 16 * stride, stride, tileK, stride);
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float newTop = top[half];
#pragma unroll
        for (int j = 0; j < eights; ++j)
#pragma unroll
          for (int e = 0; e < 2; ++e) {
            float& score = scores[j][half * 2 + e];
            score = first + j * 8 + laneId() % 4 * 2 + e < visible[half] ? score * shape.scale : -INFINITY;
            newTop = fmaxf(newTop, score);
          }
        newTop = foldRow(newTop, Larger{});
        // A row that has seen no key yet keeps -infinity, and exp(-infinity - 0) = 0.
        const float base = newTop == -INFINITY ? 0.0f : newTop, factor = expf(top[half] - base);
        float rowSum = 0.0f;
#pragma unroll
        for (int j = 0; j < eights; ++j)
#pragma unroll
          for (int e = 0; e < 2; ++e) {
            float& score = scores[j][half * 2 + e];
            score = expf(score - base);
            rowSum += score;
          }
        total[half] = total[half] * factor + foldRow(rowSum, Add{});
        top[half] = newTop;
#pragma unroll
        for (int j = 0; j < dim / 8; ++j) {
          sums[j][half * 2] *= factor;
          sums[j][half * 2 + 1] *= factor;
        }
      }
      Tile::template productOfSums<dim / 8, eights>(sums, scores, scratch, tileV, stride);
    }
  }

#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int row = row0 + half * 8;
    if (row >= rows) continue;
    const int64_t token = task.tokenBegin + row / heads, head = keyHead * heads + row % heads;
    const float inverse = total[half] > 0.0f ? 1.0f / total[half] : 0.0f, lse = top[half] + logf(total[half]);
    const int64_t partialRow = keyHead * x.partialRows + task.slot + row;
    float* to = task.slot < 0 ? x.out + token * shape.outputStride + head * headDim : x.partial + partialRow * headDim;
#pragma unroll
    for (int j = 0; j < dim / 8; ++j)
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const int column = j * 8 + laneId() % 4 * 2 + e;
        if (column < headDim) to[column] = sums[j][half * 2 + e] * inverse;
      }
    if (laneId() % 4 != 0) continue;
    if (task.slot >= 0)
      x.partialLogSumExp[partialRow] = total[half] > 0.0f ? lse : -INFINITY;
    else if (x.logSumExp)
      x.logSumExp[head * x.totalQueries + token] = lse;
  }
}

}  // namespace

void launchForward(DeviceSession& s, int64_t tasks, const ForwardArguments& arguments) {
  const ForwardArguments x = arguments;
  withTile(x.shape.half, x.shape.headDim, [&](auto tile, auto dim) {
    using Tile = decltype(tile);
    constexpr int size = decltype(dim)::value, bytes = forwardBytes<Tile, size>();
    LAUNCH((attentionKernel<Tile, size>), dim3(tasks, x.shape.keyHeads), dim3(attentionThreads), bytes, s.stream, x);
  });
}

int64_t groupOf(const ops::AttentionShape& shape) {
  const int64_t group = shape.keyHeads > 0 ? shape.queryHeads / shape.keyHeads : 0;
  if (group <= 0 || shape.queryHeads % shape.keyHeads != 0 || group > rowTile || shape.headDim % 4 != 0 || shape.headDim <= 0 ||
      shape.headDim > dims[2])
    throw Failure(DeviceStatus::unsupported,
                  "Attention with " + std::to_string(shape.queryHeads) + " query heads on " + std::to_string(shape.keyHeads) +
                      " key heads of " + std::to_string(shape.headDim) +
                      " dimensions does not run on CUDA: heads are multiples of 4 up to 128. Open the engine with device "
                      "\"cpu\".");
  return group;
}

int64_t tokensPerTile(const ops::AttentionShape& shape) { return rowTile / groupOf(shape); }

std::vector<AttentionTask> queryTasks(const ops::AttentionShape& shape, std::span<const ops::Segment> segments, const float* k,
                                      const float* v) {
  std::vector<AttentionTask> tasks;
  const int64_t perTile = tokensPerTile(shape);
  for (const ops::Segment& segment : segments)
    for (int64_t at = segment.queryBegin; at < segment.queryEnd; at += perTile) {
      AttentionTask task{};
      task.tokenBegin = at;
      task.tokens = static_cast<int32_t>(least(perTile, segment.queryEnd - at));
      task.count[0] = static_cast<int32_t>(segment.prefixEnd - segment.prefixBegin);
      task.count[1] = static_cast<int32_t>(segment.keyEnd - segment.keyBegin);
      task.causalFirst = segment.causal ? static_cast<int32_t>(at - segment.queryBegin) : allKeys;
      task.keys[0] = k + segment.prefixBegin * shape.keyStride;
      task.values[0] = v + segment.prefixBegin * shape.valueStride;
      task.keys[1] = k + segment.keyBegin * shape.keyStride;
      task.values[1] = v + segment.keyBegin * shape.valueStride;
      task.slot = -1;
      tasks.push_back(task);
    }
  // Long tasks first, so that the last ones to finish are short.
  std::stable_sort(tasks.begin(), tasks.end(), [](const AttentionTask& a, const AttentionTask& b) {
    const auto cost = [](const AttentionTask& t) { return t.count[0] + least(t.count[1], int64_t{t.causalFirst} + t.tokens); };
    return cost(a) > cost(b);
  });
  return tasks;
}

namespace entries {

DeviceStatus attention(DeviceSession* s, const ops::AttentionShape* shape, const ops::Segment* segments, int64_t count,
                       int64_t totalQueries, const float* q, const float* k, const float* v, float* out, float* logSumExp) {
  return guarded(s, [&] {
    const auto tasks = queryTasks(*shape, {segments, static_cast<size_t>(count)}, k, v);
    if (tasks.empty()) return;
    const Uploaded<AttentionTask> list(*s, tasks);
    launchForward(*s, static_cast<int64_t>(tasks.size()),
                  {list.data(), *shape, static_cast<int>(groupOf(*shape)), 0, totalQueries, 0, q, out, logSumExp, nullptr, nullptr});
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
