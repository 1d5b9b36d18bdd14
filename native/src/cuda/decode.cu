// Attention of decoding: long runs of keys are cut into fixed pieces, so that few sequences still fill the device, and the pieces
// are joined in a fixed order. What depends on the sequences is in lists, which come with a call or lie on the device already.
#include <algorithm>

#include "attention.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

constexpr int64_t keysPerPiece = 128;

/// The pieces of one token's attention: of its prefix (split i at first + i * stride) and of its own keys.
struct Pieces {
  int64_t prefixFirst, prefixStride, ownFirst;
  int32_t prefixCount, ownCount;
};

/// Where a token's key and value are kept, in the first layer; null: nowhere.
struct Place {
  float *keys, *values;
  int64_t layerStride;
};

struct DecodeLists {
  std::vector<AttentionTask> tasks;
  std::vector<Pieces> pieces;  // of each row, like the places
  std::vector<Place> places;
  int64_t slots = 0;  // rows of partial results
};

/// Rows of keys and values as they are kept.
ops::AttentionShape keptShape(ops::AttentionShape shape) {
  shape.keyStride = shape.valueStride = shape.keyHeads * shape.headDim;
  return shape;
}

DecodeLists listsOf(const ops::AttentionShape& shape, std::span<const ops::DecodeRow> rows) {
  const int64_t group = groupOf(shape), perTile = tokensPerTile(shape), width = shape.keyHeads * shape.headDim;
  const auto count = static_cast<int64_t>(rows.size());
  DecodeLists lists;
  lists.pieces.resize(rows.size());
  const auto cut = [&](int64_t token, int64_t tokens, const float* keys, const float* values, int64_t length, int64_t stride) {
    for (int64_t at = 0; at < length; at += keysPerPiece) {
      AttentionTask task{};
      task.tokenBegin = token;
      task.tokens = static_cast<int32_t>(tokens);
      task.count[0] = static_cast<int32_t>(least(keysPerPiece, length - at));
      task.keys[0] = task.keys[1] = keys + at * width;
      task.values[0] = task.values[1] = values + at * width;
      task.slot = lists.slots;
      task.layerStride = stride;
      lists.slots += tokens * group;
      lists.tasks.push_back(task);
    }
  };
  for (int64_t begin = 0, end = 0; begin < count; begin = end) {
    const ops::DecodeRow& first = rows[static_cast<size_t>(begin)];
    // Neighbours with the same prefix read its keys together.
    for (end = begin + 1; end < count && end - begin < perTile; ++end) {
      const ops::DecodeRow& next = rows[static_cast<size_t>(end)];
      if (next.prefixKeys != first.prefixKeys || next.prefixLength != first.prefixLength) break;
    }
    const int64_t slot = lists.slots, tokens = end - begin;
    cut(begin, tokens, first.prefixKeys, first.prefixValues, first.prefixLength, first.prefixStride);
    for (int64_t i = begin; i < end; ++i)
      lists.pieces[static_cast<size_t>(i)] = {slot + (i - begin) * group, tokens * group, 0,
                                              static_cast<int32_t>(ceilDivide(first.prefixLength, keysPerPiece)), 0};
  }
  for (int64_t i = 0; i < count; ++i) {
    const ops::DecodeRow& row = rows[static_cast<size_t>(i)];
    Pieces& own = lists.pieces[static_cast<size_t>(i)];
    own.ownFirst = lists.slots;
    own.ownCount = static_cast<int32_t>(ceilDivide(row.ownLength, keysPerPiece));
    cut(i, 1, row.ownKeys, row.ownValues, row.ownLength, row.ownStride);
    const int64_t last = (row.ownLength - 1) * width;
    lists.places.push_back({row.ownKeys + last, row.ownValues + last, row.ownStride});
  }
  return lists;
}

__global__ void keepKernel(const Place* places, int64_t layer, int64_t width, const float* k, int64_t keyStride, const float* v,
                           int64_t valueStride) {
  const int64_t row = blockIdx.x, at = layer * places[row].layerStride;
  if (!places[row].keys) return;
  for (int64_t j = threadIdx.x; j < width; j += blockDim.x) {
    places[row].keys[at + j] = k[row * keyStride + j];
    places[row].values[at + j] = v[row * valueStride + j];
  }
}

/// out = sum of pieces weighted by exp(lse), a block a (token, head).
__global__ void joinKernel(const Pieces* pieces, ops::AttentionShape shape, int groupHeads, int64_t partialRows,
                           const float* partial, const float* partialLogSumExp, float* out) {
  const int64_t token = blockIdx.x, head = blockIdx.y, keyHead = head / groupHeads, member = head % groupHeads;
  const Pieces& own = pieces[token];
  const auto rowOf = [&](int i) {
    const int64_t at = i < own.prefixCount ? own.prefixFirst + i * own.prefixStride
                                           : own.ownFirst + int64_t{i - own.prefixCount} * groupHeads;
    return keyHead * partialRows + at + member;
  };
  const int count = own.prefixCount + own.ownCount;
  float top = -INFINITY, total = 0.0f;
  for (int i = 0; i < count; ++i) top = fmaxf(top, partialLogSumExp[rowOf(i)]);
  for (int i = 0; i < count; ++i) total += expf(partialLogSumExp[rowOf(i)] - top);
  for (int64_t d = threadIdx.x; d < shape.headDim; d += blockDim.x) {
    float value = 0.0f;
    for (int i = 0; i < count; ++i) {
      const int64_t row = rowOf(i);
      const float weight = expf(partialLogSumExp[row] - top) / total;
      if (weight > 0.0f) value += weight * partial[row * shape.headDim + d];
    }
    out[token * shape.outputStride + head * shape.headDim + d] = value;
  }
}

/// Lists on the device, and how long they are or may be.
struct Listed {
  const AttentionTask* tasks;
  const Pieces* pieces;
  const Place* places;
  int64_t rows, taskCount, slots;
};

void decode(DeviceSession& s, const ops::AttentionShape& given, const Listed& lists, int64_t layer, const float* q, const float* k,
            const float* v, float* out) {
  const ops::AttentionShape shape = keptShape(given);
  const int64_t group = groupOf(shape), width = shape.keyHeads * shape.headDim, slots = lists.slots;
  const int64_t keyStride = given.keyStride, valueStride = given.valueStride;
  const Place* places = lists.places;
  const Pieces* pieces = lists.pieces;
  LAUNCH(keepKernel, dim3(lists.rows), dim3(least(256, roundUp(width, warpSize_))), 0, s.stream, places, layer, width, k, keyStride,
         v, valueStride);
  const Scratch partial(s, static_cast<size_t>(shape.keyHeads * slots * (shape.headDim + 1)) * sizeof(float));
  auto* values = partial.as<float>();
  float* sums = values + shape.keyHeads * slots * shape.headDim;
  launchForward(s, lists.taskCount,
                {lists.tasks, shape, static_cast<int>(group), layer, lists.rows, slots, q, nullptr, nullptr, values, sums});
  LAUNCH(joinKernel, dim3(lists.rows, shape.queryHeads), dim3(roundUp(shape.headDim, warpSize_)), 0, s.stream, pieces, shape,
         static_cast<int>(group), slots, values, sums, out);
}

/// The next power of two.
int64_t powerAbove(int64_t count) {
  int64_t power = 1;
  while (power < count) power *= 2;
  return power;
}

}  // namespace

namespace entries {

DeviceStatus attentionDecode(DeviceSession* s, const ops::AttentionShape* shape, const ops::DecodeRow* rows, int64_t count,
                             const float* q, const float* k, const float* v, float* out) {
  return guarded(s, [&] {
    if (count == 0) return;
    const DecodeLists lists = listsOf(*shape, {rows, static_cast<size_t>(count)});
    const Uploaded<AttentionTask> tasks(*s, lists.tasks);
    const Uploaded<Pieces> pieces(*s, lists.pieces);
    const Uploaded<Place> places(*s, lists.places);
    decode(*s, *shape,
           {tasks.data(), pieces.data(), places.data(), count, static_cast<int64_t>(lists.tasks.size()), lists.slots}, 0, q, k, v,
           out);
  });
}

DeviceStatus planDecode(DeviceSession* s, const ops::AttentionShape* shape, const ops::DecodeRow* rows, int64_t count,
                        DevicePass* pass) {
  return guarded(s, [&] {
    const DecodeLists lists = listsOf(*shape, {rows, static_cast<size_t>(count)});
    pass->rows = count <= 64 ? powerAbove(count) : roundUp(count, 64);
    pass->tasks = powerAbove(static_cast<int64_t>(lists.tasks.size()));
    pass->pieces = powerAbove(ceilDivide(lists.slots, groupOf(*shape)));
    pass->bytes = static_cast<uint64_t>(pass->tasks) * sizeof(AttentionTask) +
                  static_cast<uint64_t>(pass->rows) * (sizeof(Pieces) + sizeof(Place));
  });
}

DeviceStatus writeDecode(DeviceSession* s, const ops::AttentionShape* shape, const ops::DecodeRow* rows, int64_t count,
                         const DevicePass* pass, void* to) {
  return guarded(s, [&] {
    DecodeLists lists = listsOf(*shape, {rows, static_cast<size_t>(count)});
    // Places that nobody takes are empty: tasks of no tokens, rows of no pieces that are kept nowhere.
    lists.tasks.resize(static_cast<size_t>(pass->tasks));
    lists.pieces.resize(static_cast<size_t>(pass->rows));
    lists.places.resize(static_cast<size_t>(pass->rows));
    auto* at = static_cast<char*>(to);
    const auto put = [&](const auto& list) {
      const size_t bytes = list.size() * sizeof(list[0]);
      std::memcpy(at, list.data(), bytes);
      at += bytes;
    };
    put(lists.tasks);
    put(lists.pieces);
    put(lists.places);
  });
}

DeviceStatus attentionListed(DeviceSession* s, const ops::AttentionShape* shape, const DevicePass* pass, const void* lists,
                             int64_t layer, const float* q, const float* k, const float* v, float* out) {
  return guarded(s, [&] {
    const auto* tasks = static_cast<const AttentionTask*>(lists);
    const auto* pieces = reinterpret_cast<const Pieces*>(tasks + pass->tasks);
    const auto* places = reinterpret_cast<const Place*>(pieces + pass->rows);
    decode(*s, *shape, {tasks, pieces, places, pass->rows, pass->tasks, pass->pieces * groupOf(*shape)}, layer, q, k, v, out);
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
