// Times of the operators at the sizes of the embedded model: a packed group of 8 completions of 64 tokens behind a
// prompt of 290, hidden 128, 4 query and 2 key heads of 32, vocabulary 700. Usage: operator_bench [threads]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "device/cpu.h"
#include "device/thread_pool.h"

using namespace secondlook;

namespace {

using Floats = std::vector<float>;

Floats values(int64_t count) {
  Floats x(static_cast<size_t>(count));
  uint32_t state = 1;
  for (float& v : x) v = static_cast<float>(static_cast<int32_t>(state = state * 1664525u + 1013904223u)) * 4e-10f;
  return x;
}

template <class F>
void report(const char* name, double gigaflops, F&& body) {
  double best = 1e30;
  for (int round = 0; round < 7; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) body();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / 20);
  }
  if (gigaflops > 0) std::printf("%-44s %9.1f us %8.1f GFLOP/s\n", name, best * 1e6, gigaflops / best);
  else std::printf("%-44s %9.1f us\n", name, best * 1e6);
}

void benchAttention(Context& context, const char* name, const std::vector<ops::Segment>& segments, int64_t tokens,
                    int64_t queryHeads, int64_t keyHeads, int64_t headDim) {
  const ops::AttentionShape shape{queryHeads,         keyHeads,           headDim,
                                  queryHeads * headDim, keyHeads * headDim, keyHeads * headDim,
                                  queryHeads * headDim, 0.2f};
  const Floats q = values(tokens * shape.queryStride), k = values(tokens * shape.keyStride), v = k, dOut = q;
  Floats out(q.size()), lse(static_cast<size_t>(queryHeads * tokens)), dq(q.size()), dk(k.size()), dv(k.size());
  double pairs = 0;
  for (const auto& s : segments) {
    const auto n = static_cast<double>(s.queryEnd - s.queryBegin);
    pairs += n * static_cast<double>(s.prefixEnd - s.prefixBegin) + n * static_cast<double>(s.keyEnd - s.keyBegin) * (s.causal ? 0.5 : 1);
  }
  const double work = 4e-9 * pairs * static_cast<double>(queryHeads * headDim);
  std::printf("%s\n", name);
  report("  forward", work, [&] {
    ops::attention(context, shape, segments, tokens, q.data(), k.data(), v.data(), out.data(), lse.data());
  });
  report("  backward", 2.5 * work, [&] {
    ops::attentionBackward(context, shape, segments, tokens, tokens, q.data(), k.data(), v.data(), out.data(),
                           lse.data(), dOut.data(), dq.data(), dk.data(), dv.data());
  });
  std::vector<ops::DecodeRow> rows;
  const int64_t keyWidth = keyHeads * headDim, room = ops::cacheRoom(segments[0].queryEnd);
  Floats cache = values((room + ops::cacheRoom(tokens) + 64) * keyWidth);
  for (size_t i = 1; i < segments.size() && segments[i].causal; ++i) {
    float* own = cache.data() + (room + segments[i].keyBegin / ops::cacheBlock * ops::cacheBlock) * keyWidth;
    rows.push_back({cache.data(), cache.data(), segments[i].prefixEnd, own, own, segments[i].keyEnd - segments[i].keyBegin});
  }
  if (!rows.empty()) report("  decode, one token for each", 0, [&] { ops::attentionDecode(context, shape, rows, q.data(), k.data(), v.data(), out.data()); });
}

}  // namespace

int main(int count, char** arguments) {
  ThreadPool pool(count > 1 ? std::max(1, std::atoi(arguments[1])) : 1);
  Context context{pool, detectInstructionSet()};
  std::printf("%s, %d threads\n", instructionSetName(context.instructionSet), pool.threads());
  const int64_t rows = 802, width = 128, inner = 344, vocab = 700;
  std::vector<ops::Segment> group{{0, 290, 0, 0, 0, 290, true}}, windows, wide{{0, 1350, 0, 0, 0, 1350, true}};
  for (int64_t i = 0; i < 8; ++i) group.push_back({290 + 64 * i, 354 + 64 * i, 0, 290, 290 + 64 * i, 354 + 64 * i, true});
  for (int64_t i = 0; i < 16; ++i) windows.push_back({64 * i, 64 * i + 64, 0, 0, 64 * i, 64 * i + 64, false});
  for (int64_t i = 0; i < 8; ++i) wide.push_back({1350 + 200 * i, 1550 + 200 * i, 0, 1350, 1350 + 200 * i, 1550 + 200 * i, true});
  benchAttention(context, "group 290 + 8 x 64, heads 4/2 x 32", group, rows, 4, 2, 32);
  benchAttention(context, "16 windows of 64, heads 4 x 32", windows, 1024, 4, 4, 32);
  benchAttention(context, "group 1350 + 8 x 200, heads 4/2 x 128", wide, 2950, 4, 2, 128);
  const Floats x = values(rows * width), w = values(2 * inner * width), big = values(rows * 2 * inner), head = values(vocab * width);
  Floats y(big.size()), r(static_cast<size_t>(rows)), dw(w.size()), dHead(head.size()), dx(x.size());
  report("rmsNorm [802, 128]", 0, [&] { ops::rmsNorm(context, rows, width, 1e-6f, x.data(), w.data(), y.data(), r.data()); });
  report("rmsNormBackward", 0, [&] {
    ops::rmsNormBackward(context, rows, width, x.data(), w.data(), r.data(), x.data(), dx.data(), true, dw.data());
  });
  report("swiglu [802, 344]", 0, [&] { ops::swiglu(context, rows, inner, big.data(), y.data()); });
  report("swigluBackward", 0, [&] { ops::swigluBackward(context, rows, inner, big.data(), big.data(), y.data()); });
  report("gelu [275888]", 0, [&] { ops::activation(context, ops::Activation::geluErf, rows * inner, big.data(), y.data()); });
  report("rotary [802, 4, 32]", 0, [&] { ops::rotary(context, rows, 4, 32, y.data(), 128, big.data(), big.data(), false); });
  const double linear = 2e-9 * static_cast<double>(rows * width * 2 * inner);
  report("linear 128 -> 688", linear, [&] { ops::linear(context, rows, width, 2 * inner, x.data(), w.data(), nullptr, y.data()); });
  report("linearBackward", 2 * linear, [&] {
    ops::linearBackward(context, rows, width, 2 * inner, x.data(), w.data(), big.data(), dx.data(), false, dw.data(), r.data());
  });
  report("linear 128 -> 688, 8 rows", linear / 100.25, [&] { ops::linear(context, 8, width, 2 * inner, x.data(), w.data(), nullptr, y.data()); });
  std::vector<int32_t> targets(static_cast<size_t>(rows), 5);
  Floats logProb(r), entropy(r), lse(r);
  const double logits = 2e-9 * static_cast<double>(512 * width * vocab);
  report("linearLogProb [512, 128] x 700", logits, [&] {
    ops::linearLogProb(context, 512, width, vocab, 1.0f, x.data(), head.data(), targets.data(), logProb.data(), entropy.data(), lse.data());
  });
  report("linearLogProbBackward", 3 * logits, [&] {
    ops::linearLogProbBackward(context, 512, width, vocab, 1.0f, x.data(), head.data(), targets.data(), entropy.data(),
                               lse.data(), logProb.data(), nullptr, dx.data(), dHead.data());
  });
  Floats p = values(1 << 20), g = p, m(p.size()), v(p.size());
  report("AdamW, 1M parameters", 0, [&] {
    ops::adamw(context, {1e-9, 0.9, 0.999, 1e-8, 0.01, 1, 1.0f}, 1 << 20, p.data(), g.data(), m.data(), v.data());
  });
  const ops::Values gradient{g.data(), 1 << 20};
  double squares = 0;
  report("sumsOfSquares, 1M", 0, [&] { ops::sumsOfSquares(context, std::span(&gradient, 1), &squares); });
  report("empty loop of 16 blocks", 0, [&] { context.pool.parallelFor(16, 1, [](int64_t, int64_t) {}); });
}
