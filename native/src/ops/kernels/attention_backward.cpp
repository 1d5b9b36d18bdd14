// Gradients of attention. With p = exp(scale q.k - lse) and D = sum(dOut * out) of a row:
// dv += p^T dOut, ds = p (dOut v^T - D) scale, dq += ds k, dk += ds^T q.
#include "attention_tile.h"

namespace secondlook::SECONDLOOK_ISA {

namespace {

struct Side {  // one stacked operand, both as A panels (for scores) and as rows (for sums over rows)
  float *stacked, *packed, *padded;
};

struct Work {
  Side query, gradient;
  float *logSumExp, *dot, *dQuery;
  float *keys, *values, *keyRows;  // of the current block: keys and values transposed, keys as rows
  float *scores, *dScores;
};

int64_t tallRows(int64_t rows) { return roundUp(rows, tileRows) + tileRows; }

float* take(float*& at, int64_t floats) {
  float* p = at;
  at += roundUp(floats, 16);
  return p;
}

Work carve(float* at, int64_t rows, int64_t headDim) {
  const int64_t tall = tallRows(rows), width = paddedDim(headDim);
  Work w;
  Side* const sides[] = {&w.query, &w.gradient};
  for (Side* side : sides) {
    side->stacked = take(at, rows * headDim);
    side->packed = take(at, tall * headDim + lanes);
    side->padded = take(at, rows * width);
  }
  w.logSumExp = take(at, rows);
  w.dot = take(at, rows);
  w.dQuery = take(at, rows * width);
  w.keys = take(at, keyBlock * headDim + lanes);
  w.values = take(at, keyBlock * headDim + lanes);
  w.keyRows = take(at, keyBlock * width);
  w.scores = take(at, tall * keyBlock);
  w.dScores = take(at, tall * keyBlock);
  return w;
}

/// One block of keys against all rows; adds to dk and dv (first row of the block, of this head) and to w.dQuery.
template <class Visible>
SECONDLOOK_INLINE void backwardBlock(const AttentionShape& shape, int64_t rows, const Work& w, const float* keys,
                                     const float* values, int64_t count, float* dk, float* dv, Visible&& visible) {
  const int64_t headDim = shape.headDim, width = paddedDim(headDim);
  packKeys(keys, shape.keyStride, count, headDim, w.keys);
  packKeys(values, shape.valueStride, count, headDim, w.values);
  copyPadded(keys, shape.keyStride, count, headDim, w.keyRows);
  scoreBlock(rows, headDim, w.query.packed, w.keys, count, w.scores);
  scoreBlock(rows, headDim, w.gradient.packed, w.values, count, w.dScores);
  for (int64_t r = 0; r < rows; ++r) {
    float* s = w.scores + r * keyBlock;
    float* ds = w.dScores + r * keyBlock;
    const int64_t seen = visible(r);
    const float lse = w.logSumExp[r], dot = w.dot[r];
    for (int64_t j = 0; j < keyBlock; j += lanes) {
      const Vector p = j < seen ? boundedExponential(visibleScores(s, j, seen, shape.scale) - lse) : Vector{};
      store(s + j, p);
      store(ds + j, j < seen ? p * (load(ds + j) - dot) * shape.scale : Vector{});
    }
  }
  // Sums over query rows: the scores are read transposed, key by key.
  const auto addTo = [&](float* to, int64_t stride) {
    return [=](int64_t key, int64_t j, Vector acc) {
      if (key >= count) return;
      float* at = to + key * stride + j;
      storeFirst(at, loadFirst(at, headDim - j) + acc, headDim - j);
    };
  };
  multiplyBlock<1, keyBlock>(count, rows, width, w.scores, w.gradient.padded, width, addTo(dv, shape.valueStride));
  multiplyBlock<1, keyBlock>(count, rows, width, w.dScores, w.query.padded, width, addTo(dk, shape.keyStride));
  multiplyBlock<keyBlock, 1>(rows, count, width, w.dScores, w.keyRows, width, [&](int64_t r, int64_t j, Vector acc) {
    if (r >= rows) return;
    float* to = w.dQuery + r * width + j;
    store(to, load(to) + acc);
  });
}

}  // namespace

int64_t attentionBackwardWork(const AttentionShape& shape, int64_t rows) {
  const int64_t d = paddedDim(shape.headDim), tall = tallRows(rows);
  return 7 * tall * d + 3 * keyBlock * d + 2 * tall * (keyBlock + 2) + 1024;
}

void attentionBackward(const AttentionShape& shape, const Segment& segment, int64_t keyHead, int64_t queryBegin,
                       int64_t queryEnd, int64_t totalQueries, const float* q, const float* k, const float* v,
                       const float* out, const float* logSumExp, const float* dOut, float* dq, float* dk, float* dv,
                       float* work) {
  const int64_t headDim = shape.headDim, width = paddedDim(headDim), group = shape.queryHeads / shape.keyHeads;
  const int64_t queries = queryEnd - queryBegin, rows = queries * group, firstHead = keyHead * group;
  const Work w = carve(work, rows, headDim);
  for (int64_t r = 0; r < rows; ++r) {
    const int64_t query = queryBegin + r % queries, head = firstHead + r / queries;
    const float* fromQ = q + query * shape.queryStride + head * headDim;
    const float* fromD = dOut + query * shape.outputStride + head * headDim;
    const float* fromO = out + query * shape.outputStride + head * headDim;
    Vector dot{};
    for (int64_t j = 0; j < headDim; j += lanes) {
      const int64_t left = headDim - j;
      const Vector d = loadFirst(fromD + j, left);
      storeFirst(w.query.stacked + r * headDim + j, loadFirst(fromQ + j, left), left);
      storeFirst(w.gradient.stacked + r * headDim + j, d, left);
      dot += d * loadFirst(fromO + j, left);
    }
    w.dot[r] = sum(dot);
    w.logSumExp[r] = logSumExp[head * totalQueries + query];
  }
  const Side* const sides[] = {&w.query, &w.gradient};
  for (const Side* side : sides) {
    packRows(side->stacked, rows, headDim, side->packed);
    copyPadded(side->stacked, headDim, rows, headDim, side->padded);
  }
  for (int64_t j = 0; j < rows * width; j += lanes) store(w.dQuery + j, Vector{});
  const auto block = [&](int64_t at, int64_t count, auto visible) {
    const int64_t key = at * shape.keyStride + keyHead * headDim, value = at * shape.valueStride + keyHead * headDim;
    backwardBlock(shape, rows, w, k + key, v + value, count, dk + key, dv + value, visible);
  };
  for (int64_t at = segment.prefixBegin; at < segment.prefixEnd; at += keyBlock) {
    const int64_t count = smaller(keyBlock, segment.prefixEnd - at);
    block(at, count, [=](int64_t) { return count; });
  }
  for (int64_t at = segment.keyBegin; at < segment.keyEnd; at += keyBlock) {
    const int64_t count = smaller(keyBlock, segment.keyEnd - at);
    if (ownVisible(segment, queryEnd - 1, at, count) == 0) break;
    block(at, count, [=, &segment](int64_t r) { return ownVisible(segment, queryBegin + r % queries, at, count); });
  }
  for (int64_t r = 0; r < rows; ++r) {
    float* to = dq + (queryBegin + r % queries) * shape.queryStride + (firstHead + r / queries) * headDim;
    for (int64_t j = 0; j < headDim; j += lanes) {
      const int64_t left = headDim - j;
      storeFirst(to + j, loadFirst(to + j, left) + load(w.dQuery + r * width + j), left);
    }
  }
}

}  // namespace secondlook::SECONDLOOK_ISA
