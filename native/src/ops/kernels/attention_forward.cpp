// Attention with a running softmax: for each block of keys the scores of all stacked query rows, their maxima and
// sums, and the weighted values, all through the small products of micro_kernel.h.
#include "attention_tile.h"

namespace secondlook::SECONDLOOK_ISA {

namespace {

struct Rows {
  int64_t count;
  const float* packed;  // A panels of the queries
  float *maximum, *sum, *output;  // [count], [count], [count, paddedDim]
};

/// Buffers for one block of keys.
struct Block {
  float *keys, *values, *scores, *factor;
};

struct Carver {
  float* at;
  float* take(int64_t floats) {
    float* p = at;
    at += roundUp(floats, 16);
    return p;
  }
};

int64_t tallRows(int64_t rows) { return roundUp(rows, tileRows) + tileRows; }

Block carveBlock(Carver& carver, int64_t headDim, int64_t rows) {
  Block b;
  b.keys = carver.take(keyBlock * headDim + lanes);
  b.values = carver.take(keyBlock * paddedDim(headDim));
  b.scores = carver.take(tallRows(rows) * keyBlock);
  b.factor = carver.take(tallRows(rows));
  return b;
}

/// Folds `count` keys and values into the rows; visible(row) says how many of them a row sees.
template <class Visible>
SECONDLOOK_INLINE void attendBlock(const Rows& rows, int64_t headDim, float scale, const float* keys, int64_t keyStride,
                                   const float* values, int64_t valueStride, int64_t count, const Block& b,
                                   Visible&& visible) {
  const int64_t width = paddedDim(headDim);
  packKeys(keys, keyStride, count, headDim, b.keys);
  if (width != headDim) {
    copyPadded(values, valueStride, count, headDim, b.values);
    values = b.values;
    valueStride = width;
  }
  scoreBlock(rows.count, headDim, rows.packed, b.keys, count, b.scores);
  for (int64_t r = 0; r < rows.count; ++r) {
    float* s = b.scores + r * keyBlock;
    const int64_t seen = visible(r);
    Vector top = splat(minusInfinity);
    for (int64_t j = 0; j < seen; j += lanes) {
      const Vector v = visibleScores(s, j, seen, scale);
      store(s + j, v);
      top = maximum(top, v);
    }
    const float before = rows.maximum[r], blockTop = largest(top), now = blockTop > before ? blockTop : before;
    Vector total{};
    for (int64_t j = 0; j < count; j += lanes) {
      const Vector p = j < seen ? exponential(load(s + j) - now) : Vector{};
      store(s + j, p);
      total += p;
    }
    const float factor = before == now ? 1.0f : exponential(splat(before - now))[0];
    b.factor[r] = factor;
    rows.maximum[r] = now;
    rows.sum[r] = rows.sum[r] * factor + sum(total);
  }
  multiplyBlock<keyBlock, 1>(rows.count, count, width, b.scores, values, valueStride,
                             [&](int64_t r, int64_t j, Vector acc) {
                               if (r >= rows.count) return;
                               float* o = rows.output + r * width + j;
                               store(o, load(o) * b.factor[r] + acc);
                             });
}

void clear(const Rows& rows, int64_t width) {
  for (int64_t r = 0; r < rows.count; ++r) {
    rows.maximum[r] = minusInfinity;
    rows.sum[r] = 0.0f;
  }
  for (int64_t j = 0; j < rows.count * width; j += lanes) store(rows.output + j, Vector{});
}

void finish(const Rows& rows, int64_t r, int64_t headDim, float* out) {
  const float inverse = rows.sum[r] > 0.0f ? 1.0f / rows.sum[r] : 0.0f;
  const float* from = rows.output + r * paddedDim(headDim);
  for (int64_t j = 0; j < headDim; j += lanes) storeFirst(out + j, load(from + j) * inverse, headDim - j);
}

Rows carveRows(Carver& carver, int64_t count, int64_t headDim, float** stacked, float** packed) {
  Rows rows;
  rows.count = count;
  *stacked = carver.take(count * headDim);
  *packed = carver.take(tallRows(count) * headDim + lanes);
  rows.packed = *packed;
  rows.maximum = carver.take(count);
  rows.sum = carver.take(count);
  rows.output = carver.take(count * paddedDim(headDim));
  return rows;
}

}  // namespace

int64_t attentionWork(const AttentionShape& shape, int64_t rows) {
  const int64_t d = paddedDim(shape.headDim);
  return 3 * tallRows(rows) * d + 2 * keyBlock * d + tallRows(rows) * (keyBlock + 4) + 512;
}

void attention(const AttentionShape& shape, const Segment& segment, int64_t keyHead, int64_t queryBegin,
               int64_t queryEnd, int64_t totalQueries, const float* q, const float* k, const float* v, float* out,
               float* logSumExp, float* work) {
  const int64_t headDim = shape.headDim, group = shape.queryHeads / shape.keyHeads, queries = queryEnd - queryBegin;
  Carver carver{work};
  float *stacked, *packed;
  const Rows rows = carveRows(carver, queries * group, headDim, &stacked, &packed);
  const Block block = carveBlock(carver, headDim, rows.count);
  const int64_t firstHead = keyHead * group;
  for (int64_t r = 0; r < rows.count; ++r) {
    const float* from = q + (queryBegin + r % queries) * shape.queryStride + (firstHead + r / queries) * headDim;
    for (int64_t j = 0; j < headDim; j += lanes)
      storeFirst(stacked + r * headDim + j, loadFirst(from + j, headDim - j), headDim - j);
  }
  packRows(stacked, rows.count, headDim, packed);
  clear(rows, paddedDim(headDim));
  const float* keys = k + keyHead * headDim;
  const float* values = v + keyHead * headDim;
  for (int64_t at = segment.prefixBegin; at < segment.prefixEnd; at += keyBlock) {
    const int64_t count = smaller(keyBlock, segment.prefixEnd - at);
    attendBlock(rows, headDim, shape.scale, keys + at * shape.keyStride, shape.keyStride,
                values + at * shape.valueStride, shape.valueStride, count, block, [&](int64_t) { return count; });
  }
  for (int64_t at = segment.keyBegin; at < segment.keyEnd; at += keyBlock) {
    const int64_t count = smaller(keyBlock, segment.keyEnd - at);
    if (ownVisible(segment, queryEnd - 1, at, count) == 0) break;
    attendBlock(rows, headDim, shape.scale, keys + at * shape.keyStride, shape.keyStride,
                values + at * shape.valueStride, shape.valueStride, count, block,
                [&](int64_t r) { return ownVisible(segment, queryBegin + r % queries, at, count); });
  }
  for (int64_t r = 0; r < rows.count; ++r) {
    const int64_t query = queryBegin + r % queries, head = firstHead + r / queries;
    finish(rows, r, headDim, out + query * shape.outputStride + head * headDim);
    if (logSumExp) logSumExp[head * totalQueries + query] = rows.maximum[r] + __builtin_logf(rows.sum[r]);
  }
}

void attentionDecode(const AttentionShape& shape, const DecodeRow* decode, int64_t count, int64_t keyHead,
                     const float* q, float* out, float* work) {
  const int64_t headDim = shape.headDim, group = shape.queryHeads / shape.keyHeads;
  const int64_t width = paddedDim(headDim), stride = shape.keyHeads * headDim;
  Carver carver{work};
  float *stacked, *packed;
  Rows rows = carveRows(carver, count * group, headDim, &stacked, &packed);
  const Block block = carveBlock(carver, headDim, rows.count);
  const int64_t firstHead = keyHead * group, total = rows.count;
  for (int64_t r = 0; r < total; ++r) {
    const float* from = q + (r / group) * shape.queryStride + (firstHead + r % group) * headDim;
    for (int64_t j = 0; j < headDim; j += lanes)
      storeFirst(stacked + r * headDim + j, loadFirst(from + j, headDim - j), headDim - j);
  }
  clear(rows, width);
  packRows(stacked, total, headDim, packed);
  for (int64_t at = 0; at < decode->prefixLength; at += keyBlock) {
    const int64_t keys = smaller(keyBlock, decode->prefixLength - at);
    const int64_t offset = at * stride + keyHead * headDim;
    attendBlock(rows, headDim, shape.scale, decode->prefixKeys + offset, stride, decode->prefixValues + offset, stride,
                keys, block, [&](int64_t) { return keys; });
  }
  for (int64_t i = 0; i < count; ++i) {
    const Rows own{group, packed, rows.maximum + i * group, rows.sum + i * group, rows.output + i * group * width};
    packRows(stacked + i * group * headDim, group, headDim, packed);
    for (int64_t at = 0; at < decode[i].ownLength; at += keyBlock) {
      const int64_t keys = smaller(keyBlock, decode[i].ownLength - at);
      const int64_t offset = at * stride + keyHead * headDim;
      attendBlock(own, headDim, shape.scale, decode[i].ownKeys + offset, stride, decode[i].ownValues + offset, stride,
                  keys, block, [&](int64_t) { return keys; });
    }
  }
  for (int64_t r = 0; r < total; ++r)
    finish(rows, r, headDim, out + (r / group) * shape.outputStride + (firstHead + r % group) * headDim);
}

}  // namespace secondlook::SECONDLOOK_ISA
