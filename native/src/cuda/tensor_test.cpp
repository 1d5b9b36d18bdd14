// Kernels that the shared operator tests do not reach: tensor cores, decoding in pieces, sampling, 8-bit moments.
#include <algorithm>
#include <array>
#include <memory>

#include "fixtures.h"
#include "generate/sampler.h"

using namespace fixtures;

namespace {

Doubles product(bool ta, bool tb, int64_t m, int64_t n, int64_t k, const Floats& a, const Floats& b) {
  Doubles y(static_cast<size_t>(m * n));
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j)
      for (int64_t p = 0; p < k; ++p)
        y[i * n + j] += static_cast<double>(a[ta ? p * m + i : i * k + p]) * static_cast<double>(b[tb ? j * k + p : p * n + j]);
  return y;
}

}  // namespace

#if defined(SECONDLOOK_HAS_SHIM)
TEST("the device that kernels are tested on is there") { CHECK(testDevice() != nullptr); }
#endif

TEST("products on tensor cores equal float64 sums of bfloat16 operands, for every layout and for sizes off every tile") {
  const int64_t sizes[][3] = {{1, 1, 1}, {1, 33, 304}, {3, 70, 64}, {5, 48, 16}, {13, 31, 7}, {67, 45, 33}, {130, 200, 72}, {150, 129, 290}};
  for (const auto& [m, n, k] : sizes)
    for (int layout = 0; layout < 4; ++layout) {
      const bool ta = layout & 1, tb = layout & 2;
      const Floats a = randomFloats(m * k, 1), b = randomFloats(n * k, 2), c = randomFloats(m * n, 3);
      const Halves half = halvesOf(b);
      const Doubles expected = product(ta, tb, m, n, k, rounded(a), rounded(b));
      onDevice([&](Context& context) {
        Floats y(c.size(), NAN), z = c;
        const ops::Matrix w(half.data());
        ops::gemm(context, ta, tb, m, n, k, 1.0f, a.data(), ta ? m : k, w, tb ? k : n, 0.0f, y.data(), n);
        ops::gemm(context, ta, tb, m, n, k, 0.5f, a.data(), ta ? m : k, w, tb ? k : n, 2.0f, z.data(), n);
        Doubles scaled = expected;
        for (size_t i = 0; i < scaled.size(); ++i) scaled[i] = 0.5 * scaled[i] + 2.0 * static_cast<double>(c[i]);
        // Few rows stream the stored matrix and keep the others in float32.
        const double tolerance = !ta && tb && m <= 4 && k % 8 == 0 ? 4e-3 : 1e-6;
        CHECK_CLOSE(y, expected, tolerance);
        CHECK_CLOSE(z, scaled, tolerance);
        return y;
      });
    }
}

TEST("linear and its gradients on tensor cores take strides, bias and accumulation") {
  const int64_t rows = 37, in = 72, out = 70, stride = out + 3;
  const Floats x = randomFloats(rows * in, 1), w = randomFloats(out * in, 2), dy = randomFloats(rows * stride, 3), bias = randomFloats(out, 4);
  const Halves half = halvesOf(w);
  Floats dense;
  for (int64_t i = 0; i < rows; ++i) dense.insert(dense.end(), dy.begin() + i * stride, dy.begin() + i * stride + out);
  Doubles y = product(false, true, rows, out, in, rounded(x), rounded(w)), db(out, 1.0);
  for (int64_t i = 0; i < rows * out; ++i) y[i] += static_cast<double>(bias[i % out]), db[i % out] += static_cast<double>(dense[i]);
  Doubles dw = product(true, false, out, in, rows, rounded(dense), rounded(x));
  for (double& v : dw) v += 1.0;
  onDevice([&](Context& context) {
    Floats wide(rows * stride), ys, dx(rows * in, NAN), dws(w.size(), 1.0f), dbs(out, 1.0f);
    ops::linear(context, rows, in, out, x.data(), ops::Matrix(half.data()), bias.data(), wide.data(), stride);
    for (int64_t i = 0; i < rows; ++i) ys.insert(ys.end(), wide.begin() + i * stride, wide.begin() + i * stride + out);
    ops::linearBackward(context, rows, in, out, x.data(), ops::Matrix(half.data()), dy.data(), dx.data(), false, dws.data(), dbs.data(), stride);
    CHECK_CLOSE(ys, y, 1e-6);
    CHECK_CLOSE(dx, product(false, false, rows, in, out, rounded(dense), rounded(w)), 1e-6);
    CHECK_CLOSE(dws, dw, 1e-6);
    CHECK_CLOSE(dbs, db, 1e-6);
    append(ys, dx);
    return ys;
  });
}

namespace {

ops::AttentionShape shapeOf(int64_t queryHeads, int64_t keyHeads, int64_t headDim, bool half) {
  return {queryHeads, keyHeads, headDim, queryHeads * headDim, keyHeads * headDim, keyHeads * headDim, queryHeads * headDim,
          1.0f / std::sqrt(static_cast<float>(headDim)), half};
}

std::vector<ops::Segment> groupOf(int64_t prompt, std::initializer_list<int64_t> completions) {
  std::vector<ops::Segment> list{{0, prompt, 0, 0, 0, prompt, true}};
  int64_t begin = prompt;
  for (const int64_t length : completions) {
    list.push_back({begin, begin + length, 0, prompt, begin, begin + length, true});
    begin += length;
  }
  return list;
}

}  // namespace

TEST("attention and its gradients on tensor cores are near those in float32") {
  for (const auto& [queryHeads, keyHeads, headDim] : {std::array<int64_t, 3>{4, 2, 32}, {7, 1, 128}, {2, 2, 80}, {4, 4, 20}}) {
    const auto segments = groupOf(70, {33, 9, 1});
    const int64_t tokens = 113;
    const auto exact = shapeOf(queryHeads, keyHeads, headDim, false), half = shapeOf(queryHeads, keyHeads, headDim, true);
    const Floats q = randomFloats(tokens * exact.queryStride, 1), k = randomFloats(tokens * exact.keyStride, 2);
    const Floats v = randomFloats(tokens * exact.valueStride, 3), dOut = randomFloats(tokens * exact.outputStride, 4);
    const auto run = [&](Context& context, const ops::AttentionShape& shape) {
      std::array<Floats, 5> r{Floats(q.size(), NAN), Floats(queryHeads * tokens, NAN), Floats(q.size()), Floats(k.size()), Floats(v.size())};
      ops::attention(context, shape, segments, tokens, q.data(), k.data(), v.data(), r[0].data(), r[1].data());
      ops::attentionBackward(context, shape, segments, tokens, tokens, q.data(), k.data(), v.data(), r[0].data(), r[1].data(),
                             dOut.data(), r[2].data(), r[3].data(), r[4].data());
      return r;
    };
    ThreadPool pool(1);
    Context processor{pool, InstructionSet::portable};
    const auto wanted = run(processor, exact);
    onDevice([&](Context& context) {
      const auto got = run(context, half);
      for (size_t i = 0; i < got.size(); ++i) CHECK_CLOSE(got[i], widened(wanted[i]), 1e-2);
      return got[3];
    });
  }
}

TEST("attention of packed keys and values reads their strides") {
  const int64_t tokens = 40, headDim = 16, wide = 3 * 2 * headDim;
  const ops::AttentionShape packed{2, 2, headDim, wide, wide, wide, 2 * headDim, 0.25f, false};
  const auto segments = groupOf(20, {12, 8});
  const Floats qkv = randomFloats(tokens * wide, 1), dOut = randomFloats(tokens * 2 * headDim, 2);
  const auto run = [&](Context& context) {
    Floats out(tokens * 2 * headDim), lse(2 * tokens), d(qkv.size());
    ops::attention(context, packed, segments, tokens, qkv.data(), qkv.data() + 32, qkv.data() + 64, out.data(), lse.data());
    ops::attentionBackward(context, packed, segments, tokens, tokens, qkv.data(), qkv.data() + 32, qkv.data() + 64, out.data(),
                           lse.data(), dOut.data(), d.data(), d.data() + 32, d.data() + 64);
    append(out, d);
    return out;
  };
  ThreadPool pool(1);
  Context processor{pool, InstructionSet::portable};
  const Floats wanted = run(processor);
  onDevice([&](Context& context) {
    const Floats got = run(context);
    CHECK_CLOSE(got, widened(wanted), 2e-6);
    return got;
  });
}

TEST("decoding in pieces equals the last row of the forward pass, for shared and for own prefixes") {
  for (const bool half : {false, true})
    for (const auto& [queryHeads, keyHeads] : {std::array<int64_t, 2>{4, 2}, {7, 1}}) {
      const int64_t prompt = 300, headDim = 32, total = prompt + 20 + 150 + 1;
      const auto shape = shapeOf(queryHeads, keyHeads, headDim, half);
      const auto segments = groupOf(prompt, {20, 150, 1});
      const Floats q = randomFloats(total * shape.queryStride, 1), k = randomFloats(total * shape.keyStride, 2);
      const Floats v = randomFloats(total * shape.valueStride, 3);
      ThreadPool pool(1);
      Context processor{pool, InstructionSet::portable};
      Floats full(q.size()), queries, wanted;
      ops::attention(processor, shape, segments, total, q.data(), k.data(), v.data(), full.data(), nullptr);
      // What each row sees: keys prefixBegin .. prefixEnd, then begin .. end, the last of which is its own.
      std::vector<std::array<int64_t, 4>> seen;
      for (int repeat = 0; repeat < 4; ++repeat)
        for (size_t i = 1; i < segments.size(); ++i) seen.push_back({0, prompt, segments[i].keyBegin, segments[i].keyEnd});
      seen.push_back({0, 0, 0, prompt});  // a row of another prompt among them
      Floats newKeys, newValues;
      const auto last = [](const Floats& from, int64_t end, int64_t stride, Floats& to) {
        to.insert(to.end(), from.begin() + (end - 1) * stride, from.begin() + end * stride);
      };
      for (const auto& [from, to, begin, end] : seen) {
        last(q, end, shape.queryStride, queries);
        last(k, end, shape.keyStride, newKeys);
        last(v, end, shape.valueStride, newValues);
        last(full, end, shape.outputStride, wanted);
      }
      onDevice([&](Context& context) {
        std::vector<std::unique_ptr<Floats>> caches;
        const auto kept = [&](int64_t begin, int64_t end) {
          for (int both = 0; both < 2; ++both)
            caches.push_back(std::make_unique<Floats>(ops::cacheRoom(end + 1 - begin) * shape.keyStride, std::nanf("")));
          float *keys = caches[caches.size() - 2]->data(), *values = caches.back()->data();
          std::vector<ops::CachePlace> places;
          for (int64_t i = begin; i < end; ++i) places.push_back({keys, values, i - begin});
          ops::keepKeys(context, shape, places, k.data() + begin * shape.keyStride, v.data() + begin * shape.valueStride);
          return std::pair<float*, float*>{keys, values};
        };
        const auto shared = kept(0, prompt);
        std::vector<ops::DecodeRow> rows;
        for (const auto& [from, to, begin, end] : seen) {
          const auto own = kept(begin, end - 1);
          rows.push_back({shared.first, shared.second, to - from, own.first, own.second, end - begin});
        }
        Floats got(wanted.size(), NAN);
        ops::attentionDecode(context, shape, rows, queries.data(), newKeys.data(), newValues.data(), got.data());
        CHECK_CLOSE(got, widened(wanted), half ? 1e-2 : 2e-6);
        return got;
      });
    }
}

TEST("rows wider than a warp have the processor's sums") {
  for (const int64_t width : {129, 600, 1027, 5000}) {
    const int64_t rows = 3;
    const Floats x = randomFloats(rows * width, 1), w = randomFloats(width, 2), b = randomFloats(width, 3), dy = randomFloats(rows * width, 4);
    const auto run = [&](Context& context) {
      Floats y(rows * width), z(rows * width), dx(rows * width), dz(rows * width), r(rows), mean(rows), scale(rows), dw(width), db(width);
      ops::rmsNorm(context, rows, width, 1e-5f, x.data(), w.data(), y.data(), r.data());
      ops::rmsNormBackward(context, rows, width, x.data(), w.data(), r.data(), dy.data(), dx.data(), false, dw.data());
      ops::layerNorm(context, rows, width, 1e-5f, x.data(), w.data(), b.data(), z.data(), mean.data(), scale.data());
      ops::layerNormBackward(context, rows, width, x.data(), w.data(), mean.data(), scale.data(), dy.data(), dz.data(), false, dw.data(), db.data());
      for (const Floats* part : {&z, &dx, &dz, &dw, &db}) append(y, *part);
      return y;
    };
    ThreadPool pool(1);
    Context processor{pool, InstructionSet::portable};
    const Floats wanted = run(processor);
    onDevice([&](Context& context) {
      const Floats got = run(context);
      CHECK_CLOSE(got, widened(wanted), 2e-6);
      return got;
    });
  }
}

TEST("8-bit moments on the device hold the codes of the processor's") {
  const int64_t count = 1000, blocks = 4;
  const Floats start = randomFloats(count, 1);
  const auto run = [&](Context& context) {
    Floats parameter = start, scales(2 * blocks);
    std::vector<uint8_t, SharedAllocator<uint8_t>> first(count, 128), second(count, 0);
    for (int step = 1; step <= 3; ++step) {
      const Floats g = randomFloats(count, 10 + step);
      ops::adamw8(context, {1e-2, 0.9, 0.999, 1e-8, 0.1, step, 0.5f}, 77, count, parameter.data(), g.data(), first.data(), second.data(), scales.data(), scales.data() + blocks);
    }
    for (int64_t i = 0; i < count; ++i) parameter.push_back(first[i]), parameter.push_back(second[i]);
    append(parameter, scales);
    return parameter;
  };
  ThreadPool pool(1);
  Context processor{pool, InstructionSet::portable};
  const Floats wanted = run(processor);
  onDevice([&](Context& context) {
    const Floats got = run(context);
    CHECK_CLOSE(got, widened(wanted), 1e-3);
    return got;
  });
}

TEST("the device samples the processor's tokens, with their log-probabilities") {
  Device* device = testDevice();
  if (!device) return;
  const int64_t rows = 24, vocab = 1500;
  Floats logits = randomFloats(rows * vocab, 1, 3.0f);
  for (int64_t j = 0; j < 40; ++j) logits[j * 7] = 5.0f;  // ties
  std::vector<uint8_t, SharedAllocator<uint8_t>> seen(rows * vocab, 0);
  for (size_t i = 0; i < seen.size(); i += 5) seen[i] = 1;
  std::vector<SamplingSettings> all(10);
  all[1].greedy = true;
  all[2].temperature = 0.7f;
  all[3].topK = 17;
  all[4].topP = 0.9f;
  all[5].minP = 0.1f;
  all[6].repetitionPenalty = 1.3f;
  all[7].bannedIds = {3, 7, 1499};
  all[8] = {0.8f, 0.95f, 0.02f, 1.1f, 200, false, 0, {}, {11}, 9};
  all[9].greedy = true;  // what each row would choose is banned
  for (int64_t i = 0; i < rows; ++i) {
    const float* row = logits.data() + i * vocab;
    all[9].bannedIds.push_back(static_cast<int32_t>(std::max_element(row, row + vocab) - row));
  }
  for (SamplingSettings& settings : all) {
    settings.seed = 12345;
    Sampler sampler(settings, vocab);
    // Two draws of each row of logits, at different steps.
    std::vector<DeviceDraw> draws;
    for (int64_t i = 0; i < rows; ++i)
      draws.push_back({i / 2, 6, static_cast<uint32_t>(i), static_cast<uint32_t>(3 + i % 2), nullptr});
    int agree = 0;
    for (const int order : {0, 1, 2}) {
      setThreadOrder(order);
      std::vector<DeviceSample> samples(rows);
      auto marked = seen;  // the device marks what it draws
      for (int64_t i = 0; i < rows; ++i) draws[i].seen = marked.data() + i * vocab;
      const DeviceSampling given = deviceSampling(settings);
      device->call(&DeviceTable::sample, &given, rows, vocab, logits.data(), static_cast<const DeviceDraw*>(draws.data()),
                   settings.bannedIds.data(), static_cast<int64_t>(settings.bannedIds.size()), samples.data());
      for (int64_t i = 0; i < rows; ++i) {
        CHECK(marked[i * vocab + samples[i].id] == 1);
        const SampledToken wanted = sampler.sample(logits.data() + i / 2 * vocab, seen.data() + i * vocab, 6, draws[i].row, draws[i].step);
        agree += samples[i].id == wanted.id;
        if (samples[i].id != wanted.id) continue;
        CHECK(std::abs(samples[i].logProb - wanted.logProb) < 1e-5f);
        CHECK(std::abs(samples[i].sampledLogProb - wanted.sampledLogProb) < 1e-4f);
        CHECK(std::abs(samples[i].entropy - wanted.entropy) < 1e-4f);
      }
    }
    CHECK(agree >= 3 * rows - 1);  // a draw within rounding of two tokens' border may go either way
  }
  setThreadOrder(0);
}

TEST("decoding from lists on the device has the bits of lists that come with the call, in the layer that is named") {
  if (!testDevice()) return;
  const auto shape = shapeOf(4, 2, 16, false);
  const int64_t layers = 3, prompt = 200, room = 64, count = 5, width = shape.keyStride;
  const auto roomOf = [&](int64_t tokens, unsigned seed) { return randomFloats(2 * layers * tokens * width, seed); };
  const Floats q = randomFloats(8 * shape.queryStride, 1), k = randomFloats(8 * width, 2), v = randomFloats(8 * width, 3);
  onDevice([&](Context& context) {
    Floats first = roomOf(prompt, 4), second = roomOf(prompt, 5), all;
    std::vector<Floats> own;
    for (unsigned i = 0; i < count; ++i) own.push_back(roomOf(room, 6 + i));
    std::vector<Floats> again = own;
    // Keys and values of a layer lie side by side; three rows share the first prompt.
    const auto rowsOf = [&](std::vector<Floats>& rooms, int64_t layer) {
      std::vector<ops::DecodeRow> rows;
      for (int64_t i = 0; i < count; ++i) {
        const float* keys = (i < 3 ? first : second).data() + 2 * layer * prompt * width;
        float* mine = rooms[i].data() + 2 * layer * room * width;
        rows.push_back({keys, keys + prompt * width, prompt, mine, mine + room * width, 10 + 11 * i, 2 * prompt * width, 2 * room * width});
      }
      return rows;
    };
    Device& device = *context.device;
    const std::vector<ops::DecodeRow> base = rowsOf(again, 0);
    DevicePass pass{};
    device.call(&DeviceTable::planDecode, &shape, base.data(), count, &pass);
    CHECK(pass.rows == 8 && pass.tasks == 16 && pass.pieces == 16);  // 4 + 5 tasks, 10 + 5 pieces
    std::vector<uint8_t, SharedAllocator<uint8_t>> lists(pass.bytes);
    device.call(&DeviceTable::writeDecode, &shape, base.data(), count, static_cast<const DevicePass*>(&pass), static_cast<void*>(lists.data()));
    for (int64_t layer = 0; layer < layers; ++layer) {
      Floats wanted(count * shape.outputStride, NAN), got(8 * shape.outputStride, NAN);
      ops::attentionDecode(context, shape, rowsOf(own, layer), q.data(), k.data(), v.data(), wanted.data());
      device.call(&DeviceTable::attentionListed, &shape, static_cast<const DevicePass*>(&pass), static_cast<const void*>(lists.data()), layer, q.data(), k.data(), v.data(), got.data());
      for (size_t i = wanted.size(); i < got.size(); ++i) CHECK(got[i] == 0.0f);
      got.resize(wanted.size());
      checkSameBits(got, wanted);
      append(all, got);
    }
    for (size_t i = 0; i < own.size(); ++i) checkSameBits(again[i], own[i]);
    return all;
  });
}
