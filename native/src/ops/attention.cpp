// Attention over lists of segments: which blocks run in parallel, and in which order gradients are summed.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include "../error.h"
#include "blocks.h"

namespace secondlook::ops {

namespace {

/// Query rows of all heads of a group taken together in one block.
constexpr int64_t forwardRows = 112, backwardRows = 224, decodeRows = 56;

constexpr int64_t largestHeadDim = 256;

int64_t groupSize(const AttentionShape& shape) {
  if (shape.headDim <= 0 || shape.headDim > largestHeadDim || shape.headDim % 4 != 0)
    throw Error(ErrorCode::unsupported, "Attention heads of " + std::to_string(shape.headDim) +
                                            " dimensions are not supported; use a multiple of 4 up to 256.");
  if (shape.keyHeads <= 0 || shape.queryHeads % shape.keyHeads != 0)
    throw Error(ErrorCode::badArgument, std::to_string(shape.queryHeads) + " query heads cannot share " +
                                            std::to_string(shape.keyHeads) + " key heads evenly.");
  return shape.queryHeads / shape.keyHeads;
}

struct Task {
  int64_t segment, queryBegin, queryEnd, cost;
};

int64_t keysOf(const Segment& s) { return s.prefixEnd - s.prefixBegin + s.keyEnd - s.keyBegin; }

/// By the number of query rows times keys they see.
Wake wakeFor(int64_t pairs, const AttentionShape& shape) {
  return pairs * shape.queryHeads * shape.headDim >= 2'000'000 ? Wake::yes : Wake::no;
}

/// Lists of segments whose gradients meet: they share keys (a prefix) or queries. A list is one thread's work.
std::vector<std::vector<int64_t>> components(std::span<const Segment> segments) {
  struct Range {
    int64_t begin, end, segment;
  };
  std::vector<int64_t> parent(segments.size());
  std::iota(parent.begin(), parent.end(), int64_t{0});
  const auto root = [&](int64_t i) {
    while (parent[static_cast<size_t>(i)] != i) i = parent[static_cast<size_t>(i)];
    return i;
  };
  const auto join = [&](std::vector<Range> ranges) {
    std::sort(ranges.begin(), ranges.end(), [](const Range& a, const Range& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.segment < b.segment;
    });
    int64_t end = 0, owner = -1;
    for (const Range& r : ranges) {
      if (owner >= 0 && r.begin < end) {
        const int64_t a = root(owner), b = root(r.segment);
        parent[static_cast<size_t>(std::max(a, b))] = std::min(a, b);
        end = std::max(end, r.end);
      } else {
        end = r.end;
      }
      owner = r.segment;
    }
  };
  std::vector<Range> keys, queries;
  for (size_t i = 0; i < segments.size(); ++i) {
    const Segment& s = segments[i];
    const auto index = static_cast<int64_t>(i);
    if (s.prefixEnd > s.prefixBegin) keys.push_back({s.prefixBegin, s.prefixEnd, index});
    if (s.keyEnd > s.keyBegin) keys.push_back({s.keyBegin, s.keyEnd, index});
    if (s.queryEnd > s.queryBegin) queries.push_back({s.queryBegin, s.queryEnd, index});
  }
  join(std::move(keys));
  join(std::move(queries));
  std::vector<std::vector<int64_t>> lists(segments.size());
  for (size_t i = 0; i < segments.size(); ++i)
    lists[static_cast<size_t>(root(static_cast<int64_t>(i)))].push_back(static_cast<int64_t>(i));
  std::erase_if(lists, [](const auto& list) { return list.empty(); });
  return lists;
}

}  // namespace

void attention(Context& context, const AttentionShape& shape, std::span<const Segment> segments, int64_t totalQueries,
               const float* q, const float* k, const float* v, float* out, float* logSumExp) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::attention, &shape, segments.data(), static_cast<int64_t>(segments.size()), totalQueries, q, k, v, out, logSumExp);
  const auto& kernels = kernelsOf(context);
  const int64_t perBlock = std::max<int64_t>(1, forwardRows / groupSize(shape));
  std::vector<Task> tasks;
  int64_t pairs = 0;
  for (const Segment& s : segments) pairs += (s.queryEnd - s.queryBegin) * keysOf(s);
  for (size_t i = 0; i < segments.size(); ++i)
    for (int64_t at = segments[i].queryBegin; at < segments[i].queryEnd; at += perBlock) {
      const int64_t end = std::min(at + perBlock, segments[i].queryEnd);
      tasks.push_back({static_cast<int64_t>(i), at, end, (end - at) * keysOf(segments[i])});
    }
  // Long blocks first, so that the last ones to finish are short.
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.cost > b.cost; });
  const auto count = static_cast<int64_t>(tasks.size());
  const int64_t workFloats = kernels.attentionWork(shape, perBlock * groupSize(shape));
  const int64_t grain = count > 0 && tasks[0].cost * shape.headDim < 20'000 ? 4 : 1;
  forBlocks(context, count * shape.keyHeads, grain, wakeFor(pairs, shape), [&](int64_t begin, int64_t end) {
    float* work = scratch(Scratch::kernel, workFloats);
    for (int64_t i = begin; i < end; ++i) {
      const Task& task = tasks[static_cast<size_t>(i / shape.keyHeads)];
      kernels.attention(shape, segments[static_cast<size_t>(task.segment)], i % shape.keyHeads, task.queryBegin,
                        task.queryEnd, totalQueries, q, k, v, out, logSumExp, work);
    }
  });
}

void attentionBackward(Context& context, const AttentionShape& shape, std::span<const Segment> segments,
                       int64_t totalQueries, int64_t totalKeys, const float* q, const float* k, const float* v, const float* out,
                       const float* logSumExp, const float* dOut, float* dq, float* dk, float* dv) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::attentionBackward, &shape, segments.data(), static_cast<int64_t>(segments.size()), totalQueries, totalKeys, q, k, v, out, logSumExp, dOut, dq, dk, dv);
  const auto& kernels = kernelsOf(context);
  const int64_t perBlock = std::max<int64_t>(1, backwardRows / groupSize(shape));
  auto lists = components(segments);
  const auto cost = [&](const std::vector<int64_t>& list) {
    int64_t total = 0;
    for (const int64_t i : list) {
      const Segment& s = segments[static_cast<size_t>(i)];
      total += (s.queryEnd - s.queryBegin) * keysOf(s);
    }
    return total;
  };
  std::stable_sort(lists.begin(), lists.end(), [&](const auto& a, const auto& b) { return cost(a) > cost(b); });
  const auto count = static_cast<int64_t>(lists.size());
  const int64_t workFloats = kernels.attentionBackwardWork(shape, perBlock * groupSize(shape));
  int64_t pairs = 0;
  for (const Segment& s : segments) pairs += (s.queryEnd - s.queryBegin) * keysOf(s);
  forBlocks(context, count * shape.keyHeads, 1, wakeFor(pairs, shape), [&](int64_t begin, int64_t end) {
    float* work = scratch(Scratch::kernel, workFloats);
    for (int64_t i = begin; i < end; ++i)
      for (const int64_t index : lists[static_cast<size_t>(i / shape.keyHeads)]) {
        const Segment& segment = segments[static_cast<size_t>(index)];
        for (int64_t at = segment.queryBegin; at < segment.queryEnd; at += perBlock) {
          if (context.cancel) context.cancel->check();
          kernels.attentionBackward(shape, segment, i % shape.keyHeads, at, std::min(at + perBlock, segment.queryEnd),
                                    totalQueries, q, k, v, out, logSumExp, dOut, dq, dk, dv, work);
        }
      }
  });
}

void keepKeys(Context& context, const AttentionShape& shape, std::span<const CachePlace> places, const float* k,
              const float* v) {
  const int64_t width = shape.keyHeads * shape.headDim;
  if (Device* device = deviceOf(context)) {
    const auto count = static_cast<int64_t>(places.size());
    std::vector<float*> keys, values;
    for (const CachePlace& place : places) {
      keys.push_back(place.keys + place.token * width);
      values.push_back(place.values + place.token * width);
    }
    device->call(&DeviceTable::spreadRows, count, width, k, shape.keyStride, static_cast<float* const*>(keys.data()));
    device->call(&DeviceTable::spreadRows, count, width, v, shape.valueStride, static_cast<float* const*>(values.data()));
    return;
  }
  forBlocks(context, static_cast<int64_t>(places.size()), 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const CachePlace& place = places[static_cast<size_t>(i)];
      const float* key = k + i * shape.keyStride;
      float* to = place.keys + place.token / cacheBlock * cacheBlock * width + place.token % cacheBlock;
      for (int64_t d = 0; d < width; ++d) to[d * cacheBlock] = key[d];
      std::memcpy(place.values + place.token * width, v + i * shape.valueStride, static_cast<size_t>(width) * sizeof(float));
    }
  });
}

void recallKeys(Context& context, const AttentionShape& shape, int64_t tokens, const float* keys, const float* values,
                float* k, float* v) {
  const int64_t width = shape.keyHeads * shape.headDim;
  copyRows(context, tokens, width, values, width, v, shape.valueStride);
  if (context.device) return copyRows(context, tokens, width, keys, width, k, shape.keyStride);
  forBlocks(context, (tokens + cacheBlock - 1) / cacheBlock, 4, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin * cacheBlock; at < std::min(end * cacheBlock, tokens); ++at) {
      const float* from = keys + at / cacheBlock * cacheBlock * width + at % cacheBlock;
      for (int64_t d = 0; d < width; ++d) k[at * shape.keyStride + d] = from[d * cacheBlock];
    }
  });
}

void attentionDecode(Context& context, const AttentionShape& shape, std::span<const DecodeRow> rows, const float* q,
                     const float* k, const float* v, float* out) {
  if (Device* device = deviceOf(context))
    return device->call(&DeviceTable::attentionDecode, &shape, rows.data(), static_cast<int64_t>(rows.size()), q, k, v, out);
  const auto& kernels = kernelsOf(context);
  const int64_t perBlock = std::max<int64_t>(1, decodeRows / groupSize(shape));
  struct Run {
    int64_t begin, end;
  };
  std::vector<Run> runs;
  int64_t keys = 0;
  for (int64_t i = 0; i < static_cast<int64_t>(rows.size()); ++i) {
    const DecodeRow& row = rows[static_cast<size_t>(i)];
    const bool joins = !runs.empty() && i - runs.back().begin < perBlock && [&] {
      const DecodeRow& first = rows[static_cast<size_t>(runs.back().begin)];
      return first.prefixKeys == row.prefixKeys && first.prefixLength == row.prefixLength;
    }();
    if (joins) runs.back().end = i + 1;
    else runs.push_back({i, i + 1});
    keys += row.ownLength + (joins ? 0 : row.prefixLength);
  }
  const int64_t tasks = static_cast<int64_t>(runs.size()) * shape.keyHeads;
  const int64_t workFloats = kernels.attentionWork(shape, perBlock * groupSize(shape));
  const bool small = keys * shape.keyHeads * shape.headDim < 2 * grainElements;
  forBlocks(context, tasks, small ? tasks : 1, wakeFor(keys, shape), [&](int64_t begin, int64_t end) {
    float* work = scratch(Scratch::kernel, workFloats);
    for (int64_t i = begin; i < end; ++i) {
      const Run& run = runs[static_cast<size_t>(i / shape.keyHeads)];
      kernels.attentionDecode(shape, &rows[static_cast<size_t>(run.begin)], run.end - run.begin, i % shape.keyHeads,
                              q + run.begin * shape.queryStride, k + run.begin * shape.keyStride,
                              v + run.begin * shape.valueStride, out + run.begin * shape.outputStride, work);
    }
  });
}

}  // namespace secondlook::ops
