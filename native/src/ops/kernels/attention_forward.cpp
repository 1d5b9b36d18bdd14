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

/// How many of a block's keys a row sees: all, or of causal rows stacked by heads one more with each query.
struct Sight {
  int64_t count;
  int64_t queries = 0;  // 0: all rows see all
  int64_t first = 0;    // what the first query sees of the block, negative where it begins later
  int64_t seen(int64_t row) const {
    if (queries == 0) return count;
    const int64_t own = first + row % queries;
    return own < 0 ? 0 : smaller(own, count);
  }
};

/// Folds a block of values by the scores of their keys into the rows. One function for training and decoding: inlined
/// into both it was rounded in two ways.
[[gnu::noinline]] void foldBlock(const Rows& rows, int64_t headDim, float scale, const float* values,
                                 int64_t valueStride, const Sight& sight, const Block& b) {
  const int64_t count = sight.count;
  const int64_t width = paddedDim(headDim);
  if (width != headDim) {
    copyPadded(values, valueStride, count, headDim, b.values);
    values = b.values;
    valueStride = width;
  }
  for (int64_t r = 0; r < rows.count; ++r) {
    float* s = b.scores + r * keyBlock;
    const int64_t seen = sight.seen(r);
    Vector top = splat(minusInfinity);
    for (int64_t j = 0; j < seen; j += lanes) top = maximum(top, visibleScores(s, j, seen, scale));
    const float before = rows.maximum[r], blockTop = largest(top), now = blockTop > before ? blockTop : before;
    Vector total{};
    for (int64_t j = 0; j < count; j += lanes) {
      const Vector p = j < seen ? boundedExponential(visibleScores(s, j, seen, scale) - now) : Vector{};
      store(s + j, p);
      total += p;
    }
    const float factor = before == now ? 1.0f : boundedExponential(splat(before - now))[0];
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

/// As foldBlock, from rows of keys.
void attendBlock(const Rows& rows, int64_t headDim, float scale, const float* keys, int64_t keyStride,
                 const float* values, int64_t valueStride, const Sight& sight, const Block& b) {
  packKeys(keys, keyStride, sight.count, headDim, b.keys);
  scoreBlock(rows.count, headDim, rows.packed, b.keys, sight.count, b.scores);
  foldBlock(rows, headDim, scale, values, valueStride, sight, b);
}

/// scores[tall rows][vectors * lanes] = queries [tall, headDim] times cached keys from token c of a block on; `apart` floats
/// lie between the cache's blocks.
template <int tall, int vectors>
SECONDLOOK_INLINE void scoreTile(int64_t headDim, const float* queries, const float* keys, int64_t apart, int64_t c,
                                 float* scores) {
  constexpr int64_t block = ops::cacheBlock;
  const float* from[vectors];
  for (int j = 0; j < vectors; ++j) from[j] = keys + (c + j * lanes) / block * apart + (c + j * lanes) % block;
  Vector acc[tall][vectors] = {};
  for (int64_t d = 0; d < headDim; ++d) {
    Vector key[vectors];
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) key[j] = load(from[j] + d * block);
#pragma GCC unroll 16
    for (int i = 0; i < tall; ++i) {
      const Vector query = splat(queries[i * headDim + d]);
#pragma GCC unroll 4
      for (int j = 0; j < vectors; ++j) acc[i][j] += query * key[j];
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < tall; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < vectors; ++j) store(scores + i * keyBlock + j * lanes, acc[i][j]);
}

/// scores[rows, keyBlock] = queries [rows, headDim] times up to keyBlock cached keys.
void scoreCached(int64_t rows, int64_t headDim, const float* queries, const float* keys, int64_t apart, int64_t count,
                 float* scores) {
  const int64_t end = roundUp(count, ops::cacheBlock);
  for (int64_t r = 0; r < rows; r += tileRows)
    withHeight(tileHeight(rows - r), [&](auto height) {
      constexpr int tall = decltype(height)::value;
      const float* from = queries + r * headDim;
      float* to = scores + r * keyBlock;
      int64_t c = 0;
      // Two vectors fill the registers; a low tile takes four, or it would wait for its own sums.
      if constexpr (tall <= 4)
        for (; c + 4 * lanes <= end; c += 4 * lanes) scoreTile<tall, 4>(headDim, from, keys, apart, c, to + c);
      for (; c + 2 * lanes <= end; c += 2 * lanes) scoreTile<tall, 2>(headDim, from, keys, apart, c, to + c);
      if (c < end) scoreTile<tall, 1>(headDim, from, keys, apart, c, to + c);
    });
}

/// Asks for up to keyBlock tokens of a head's keys and values: they lie in pieces that the hardware does not foresee.
void prefetchCached(const AttentionShape& shape, const float* keys, const float* values, int64_t count) {
  const int64_t stride = shape.keyHeads * shape.headDim;
  for (int64_t c = 0; c < count; c += ops::cacheBlock)
    for (int64_t d = 0; d < shape.headDim; ++d) __builtin_prefetch(keys + c * stride + d * ops::cacheBlock);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t d = 0; d < shape.headDim; d += 16) __builtin_prefetch(values + i * stride + d);
}

/// Folds a run of cached keys and values of one head into rows whose queries lie [rows, headDim].
void attendCached(const AttentionShape& shape, const Rows& rows, const float* queries, const float* keys,
                  const float* values, int64_t length, int64_t keyHead, const Block& b) {
  const int64_t headDim = shape.headDim, stride = shape.keyHeads * headDim;
  for (int64_t at = 0; at < length; at += keyBlock) {
    const int64_t count = smaller(keyBlock, length - at), next = at + keyBlock;
    if (next < length)
      prefetchCached(shape, keys + next * stride + keyHead * headDim * ops::cacheBlock,
                     values + next * stride + keyHead * headDim, smaller(keyBlock, length - next));
    scoreCached(rows.count, headDim, queries, keys + at * stride + keyHead * headDim * ops::cacheBlock,
                stride * ops::cacheBlock, count, b.scores);
    foldBlock(rows, headDim, shape.scale, values + at * stride + keyHead * headDim, stride, {count}, b);
  }
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
                values + at * shape.valueStride, shape.valueStride, {count}, block);
  }
  for (int64_t at = segment.keyBegin; at < segment.keyEnd; at += keyBlock) {
    const int64_t count = smaller(keyBlock, segment.keyEnd - at);
    if (ownVisible(segment, queryEnd - 1, at, count) == 0) break;
    const int64_t first = segment.keyBegin + queryBegin - segment.queryBegin + 1 - at;
    attendBlock(rows, headDim, shape.scale, keys + at * shape.keyStride, shape.keyStride,
                values + at * shape.valueStride, shape.valueStride, {count, segment.causal ? queries : 0, first}, block);
  }
  for (int64_t r = 0; r < rows.count; ++r) {
    const int64_t query = queryBegin + r % queries, head = firstHead + r / queries;
    finish(rows, r, headDim, out + query * shape.outputStride + head * headDim);
    if (logSumExp) logSumExp[head * totalQueries + query] = rows.maximum[r] + __builtin_logf(rows.sum[r]);
  }
}

void attentionDecode(const AttentionShape& shape, const DecodeRow* decode, int64_t count, int64_t keyHead,
                     const float* q, const float* k, const float* v, float* out, float* work) {
  const int64_t headDim = shape.headDim, group = shape.queryHeads / shape.keyHeads, width = paddedDim(headDim);
  const int64_t firstHead = keyHead * group, total = count * group;
  Carver carver{work};
  float* queries = carver.take(tallRows(total) * headDim + lanes);
  const Rows rows{total, nullptr, carver.take(total), carver.take(total), carver.take(total * width)};
  const Block block = carveBlock(carver, headDim, total);
  for (int64_t r = 0; r < total; ++r) {
    const float* from = q + (r / group) * shape.queryStride + (firstHead + r % group) * headDim;
    for (int64_t j = 0; j < headDim; j += lanes)
      storeFirst(queries + r * headDim + j, loadFirst(from + j, headDim - j), headDim - j);
  }
  clear(rows, width);
  attendCached(shape, rows, queries, decode->prefixKeys, decode->prefixValues, decode->prefixLength, keyHead, block);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t at = i * group, token = decode[i].ownLength - 1, stride = shape.keyHeads * headDim;
    const float* key = k + i * shape.keyStride + keyHead * headDim;
    const float* value = v + i * shape.valueStride + keyHead * headDim;
    float* keptKey = decode[i].ownKeys + (token / ops::cacheBlock * stride + keyHead * headDim) * ops::cacheBlock +
                     token % ops::cacheBlock;
    float* keptValue = decode[i].ownValues + token * stride + keyHead * headDim;
    for (int64_t d = 0; d < headDim; ++d) {
      keptKey[d * ops::cacheBlock] = key[d];
      keptValue[d] = value[d];
    }
    const Rows own{group, nullptr, rows.maximum + at, rows.sum + at, rows.output + at * width};
    attendCached(shape, own, queries + at * headDim, decode[i].ownKeys, decode[i].ownValues, decode[i].ownLength,
                 keyHead, block);
  }
  for (int64_t r = 0; r < total; ++r)
    finish(rows, r, headDim, out + (r / group) * shape.outputStride + (firstHead + r % group) * headDim);
}

}  // namespace secondlook::SECONDLOOK_ISA
