#include "fixtures.h"

using namespace fixtures;
using ops::AttentionShape;
using ops::Segment;

namespace {

struct Case {
  AttentionShape shape;
  std::vector<Segment> segments;
  int64_t tokens;
};

AttentionShape packedShape(int64_t queryHeads, int64_t keyHeads, int64_t headDim) {
  return {queryHeads,           keyHeads,           headDim,
          queryHeads * headDim, keyHeads * headDim, keyHeads * headDim,
          queryHeads * headDim, 1.0f / std::sqrt(static_cast<float>(headDim))};
}

/// A prompt, then completions that see it and themselves.
std::vector<Segment> group(int64_t prompt, std::initializer_list<int64_t> completions, int64_t at = 0) {
  std::vector<Segment> list{{at, at + prompt, 0, 0, at, at + prompt, true}};
  int64_t begin = at + prompt;
  for (const int64_t length : completions) {
    list.push_back({begin, begin + length, at, at + prompt, begin, begin + length, true});
    begin += length;
  }
  return list;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int64_t headDim : {4, 8, 12, 16, 24, 32, 80, 128, 256}) all.push_back({packedShape(4, 2, headDim), group(19, {5, 9, 1}), 34});
  all.push_back({packedShape(4, 2, 32), group(130, {70, 64, 3}), 267});
  all.push_back({packedShape(7, 1, 16), {{0, 150, 0, 0, 0, 150, true}}, 150});
  all.push_back({packedShape(2, 2, 8), {{0, 64, 0, 0, 0, 64, false}, {64, 100, 0, 0, 64, 100, false}, {100, 101, 0, 0, 100, 101, false}}, 101});
  return all;
}

bool sees(const Segment& s, int64_t query, int64_t key) {
  if (key >= s.prefixBegin && key < s.prefixEnd) return true;
  return key >= s.keyBegin && key < s.keyEnd && (!s.causal || key - s.keyBegin <= query - s.queryBegin);
}

struct Reference {
  Doubles out, logSumExp, dq, dk, dv;
};

/// Plain loops in float64, forward and backward.
Reference reference(const Case& c, const Floats& q, const Floats& k, const Floats& v, const Floats& dOut) {
  const auto& a = c.shape;
  const auto at = [](const Floats& x, int64_t i) { return static_cast<double>(x[static_cast<size_t>(i)]); };
  Reference r{Doubles(q.size()), Doubles(a.queryHeads * c.tokens), Doubles(q.size()), Doubles(k.size()), Doubles(v.size())};
  for (const Segment& s : c.segments)
    for (int64_t head = 0; head < a.queryHeads; ++head)
      for (int64_t i = s.queryBegin; i < s.queryEnd; ++i) {
        const int64_t keyHead = head / (a.queryHeads / a.keyHeads), qAt = i * a.queryStride + head * a.headDim;
        Doubles p(c.tokens, 0.0);
        double top = -INFINITY, total = 0, dot = 0;
        const auto keyAt = [&](int64_t j) { return j * a.keyStride + keyHead * a.headDim; };
        for (int64_t j = 0; j < c.tokens; ++j) {
          if (!sees(s, i, j)) continue;
          for (int64_t d = 0; d < a.headDim; ++d) p[j] += at(q, qAt + d) * at(k, keyAt(j) + d) * static_cast<double>(a.scale);
          top = std::max(top, p[j]);
        }
        for (int64_t j = 0; j < c.tokens; ++j) total += p[j] = sees(s, i, j) ? std::exp(p[j] - top) : 0.0;
        r.logSumExp[head * c.tokens + i] = top + std::log(total);
        for (int64_t j = 0; j < c.tokens; ++j) {
          p[j] /= total;
          for (int64_t d = 0; d < a.headDim; ++d) r.out[qAt + d] += p[j] * at(v, keyAt(j) + d);
        }
        for (int64_t d = 0; d < a.headDim; ++d) dot += r.out[qAt + d] * at(dOut, qAt + d);
        for (int64_t j = 0; j < c.tokens; ++j) {
          double dp = 0;
          for (int64_t d = 0; d < a.headDim; ++d) dp += at(dOut, qAt + d) * at(v, keyAt(j) + d);
          const double ds = p[j] * (dp - dot) * static_cast<double>(a.scale);
          for (int64_t d = 0; d < a.headDim; ++d) {
            r.dv[keyAt(j) + d] += p[j] * at(dOut, qAt + d);
            r.dq[qAt + d] += ds * at(k, keyAt(j) + d);
            r.dk[keyAt(j) + d] += ds * at(q, qAt + d);
          }
        }
      }
  return r;
}

}  // namespace

TEST("attention and its gradients equal plain loops for all masks, groupings and head sizes") {
  for (const Case& c : cases()) {
    const auto& a = c.shape;
    const Floats q = randomFloats(c.tokens * a.queryStride, 1), k = randomFloats(c.tokens * a.keyStride, 2);
    const Floats v = randomFloats(c.tokens * a.valueStride, 3), dOut = randomFloats(c.tokens * a.outputStride, 4);
    const Reference expected = reference(c, q, k, v, dOut);
    everywhere([&](Context& context) {
      if (context.device && a.headDim > 128) return Floats();
      Floats out(q.size(), NAN), lse(a.queryHeads * c.tokens, NAN), dq(q.size()), dk(k.size()), dv(v.size());
      ops::attention(context, a, c.segments, c.tokens, q.data(), k.data(), v.data(), out.data(), lse.data());
      ops::attentionBackward(context, a, c.segments, c.tokens, c.tokens, q.data(), k.data(), v.data(), out.data(),
                             lse.data(), dOut.data(), dq.data(), dk.data(), dv.data());
      CHECK_CLOSE(out, expected.out, 2e-6);
      CHECK_CLOSE(lse, expected.logSumExp, 2e-6);
      CHECK_CLOSE(dq, expected.dq, 4e-6);
      CHECK_CLOSE(dk, expected.dk, 4e-6);
      CHECK_CLOSE(dv, expected.dv, 4e-6);
      for (const Floats* part : {&lse, &dq, &dk, &dv}) append(out, *part);
      return out;
    });
  }
}

TEST("a packed group attends like its sequences one by one") {
  const AttentionShape shape = packedShape(4, 2, 16);
  const int64_t prompt = 90, own = 40, total = prompt + 2 * own;
  const Floats q = randomFloats(total * shape.queryStride, 1), k = randomFloats(total * shape.keyStride, 2);
  const Floats v = randomFloats(total * shape.valueStride, 3);
  everywhere([&](Context& context) {
    Floats packed(q.size()), lse(4 * total);
    ops::attention(context, shape, group(prompt, {own, own}), total, q.data(), k.data(), v.data(), packed.data(), lse.data());
    for (const int64_t begin : {prompt, prompt + own}) {
      const auto sequence = [&](const Floats& x, int64_t stride) {
        Floats y(x.begin(), x.begin() + prompt * stride);
        y.insert(y.end(), x.begin() + begin * stride, x.begin() + (begin + own) * stride);
        return y;
      };
      const Floats q1 = sequence(q, shape.queryStride), k1 = sequence(k, shape.keyStride), v1 = sequence(v, shape.valueStride);
      const std::vector<Segment> one{{0, prompt + own, 0, 0, 0, prompt + own, true}};
      Floats alone(q1.size());
      ops::attention(context, shape, one, prompt + own, q1.data(), k1.data(), v1.data(), alone.data(), nullptr);
      CHECK_CLOSE(alone, widened(sequence(packed, shape.outputStride)), 1e-6);
    }
    return packed;
  });
}

TEST("decoding gives the bits of the training forward pass, whatever else runs beside it") {
  for (const int64_t headDim : {12, 32, 80}) {
    const AttentionShape shape = packedShape(4, 2, headDim);
    const int64_t prompt = 100, total = prompt + 20 + 70 + 1;
    const auto segments = group(prompt, {20, 70, 1});
    const Floats q = randomFloats(total * shape.queryStride, 1), k = randomFloats(total * shape.keyStride, 2);
    const Floats v = randomFloats(total * shape.valueStride, 3);
    onProcessor([&](Context& context) {
      Floats full(q.size()), lse(4 * total), decoded(3 * shape.outputStride), queries, newKeys, newValues;
      ops::attention(context, shape, segments, total, q.data(), k.data(), v.data(), full.data(), lse.data());
      std::vector<ops::DecodeRow> rows;
      // Key rows begin .. end as the decoder keeps them.
      std::vector<std::unique_ptr<Floats>> caches;
      const auto kept = [&](int64_t begin, int64_t end) {
        const int64_t size = ops::cacheRoom(end + 1 - begin) * shape.keyHeads * shape.headDim;
        for (int both = 0; both < 2; ++both) caches.push_back(std::make_unique<Floats>(size, std::nanf("")));
        float *keys = caches[caches.size() - 2]->data(), *values = caches.back()->data();
        std::vector<ops::CachePlace> places;
        for (int64_t i = begin; i < end; ++i) places.push_back({keys, values, i - begin});
        ops::keepKeys(context, shape, places, k.data() + begin * shape.keyStride, v.data() + begin * shape.valueStride);
        return std::pair<float*, float*>{keys, values};
      };
      const auto prefix = kept(0, prompt);
      for (size_t i = 1; i < segments.size(); ++i) {
        const Segment& s = segments[i];
        const auto own = kept(s.keyBegin, s.keyEnd - 1);
        rows.push_back({prefix.first, prefix.second, prompt, own.first, own.second, s.keyEnd - s.keyBegin});
        const auto last = [&](const Floats& from, int64_t stride, Floats& to) {
          to.insert(to.end(), from.begin() + (s.queryEnd - 1) * stride, from.begin() + s.queryEnd * stride);
        };
        last(q, shape.queryStride, queries);
        last(k, shape.keyStride, newKeys);
        last(v, shape.valueStride, newValues);
      }
      ops::attentionDecode(context, shape, rows, queries.data(), newKeys.data(), newValues.data(), decoded.data());
      for (size_t i = 0; i < rows.size(); ++i) {
        const float* last = full.data() + (segments[i + 1].queryEnd - 1) * shape.outputStride;
        CHECK(std::memcmp(decoded.data() + i * shape.outputStride, last, shape.outputStride * sizeof(float)) == 0);
        Floats alone(shape.outputStride);
        ops::attentionDecode(context, shape, std::span(&rows[i], 1), queries.data() + i * shape.queryStride,
                             newKeys.data() + i * shape.keyStride, newValues.data() + i * shape.valueStride, alone.data());
        CHECK(std::memcmp(alone.data(), last, alone.size() * sizeof(float)) == 0);
      }
      return decoded;
    });
  }
}

TEST("kept keys and values come back as the rows they were, however many there are") {
  for (const int64_t tokens : {1, 15, 16, 17, 64, 100}) {
    AttentionShape shape = packedShape(4, 2, 8);
    const int64_t width = shape.keyHeads * shape.headDim, room = ops::cacheRoom(tokens) * width;
    const Floats k = randomFloats(tokens * width, 1), v = randomFloats(tokens * width, 2);
    everywhere([&](Context& context) {
      Floats keys(room), values(room), backK(tokens * width, NAN), backV(tokens * width, NAN);
      std::vector<ops::CachePlace> places;
      for (int64_t i = 0; i < tokens; ++i) places.push_back({keys.data(), values.data(), i});
      ops::keepKeys(context, shape, places, k.data(), v.data());
      ops::recallKeys(context, shape, tokens, keys.data(), values.data(), backK.data(), backV.data());
      checkSameBits(backK, k);
      checkSameBits(backV, v);
      return backK;
    });
  }
}
