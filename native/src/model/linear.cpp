#include "linear.h"

namespace secondlook {

void linearForward(Context& context, int64_t rows, int64_t in, int64_t out, const float* x, const LinearWeight& w,
                   float* y, Arena& scratch) {
  for (const LinearPart& part : w.parts)
    ops::linear(context, rows, in, part.out, x, part.matrix, w.bias ? w.bias + part.begin : nullptr, y + part.begin,
                out);
  if (w.adapters.empty()) return;
  const ArenaScope scope(scratch);
  for (const LinearAdapter& adapter : w.adapters) {
    float* inner = scratch.floats(rows * adapter.rank);
    ops::linear(context, rows, in, adapter.rank, x, adapter.a, nullptr, inner);
    ops::gemm(context, false, true, rows, adapter.out, adapter.rank, adapter.scale, inner, adapter.rank, adapter.b,
              adapter.rank, 1.0f, y + adapter.begin, out);
  }
}

void linearBackward(Context& context, int64_t rows, int64_t in, int64_t out, const float* x, const LinearWeight& w,
                    const float* dy, float* dx, const LinearGradient& g, Arena& scratch) {
  // A layer that takes a gradient is one part: its matrices lie side by side, as their gradients do.
  for (size_t i = 0; i < w.parts.size(); ++i) {
    const LinearPart& part = w.parts[i];
    const int64_t at = part.begin;
    ops::linearBackward(context, rows, in, part.out, x, part.matrix, dy + at, dx, i > 0,
                        g.matrix ? g.matrix + at * in : nullptr, g.bias ? g.bias + at : nullptr, out);
  }
  if (w.adapters.empty()) return;
  const ArenaScope scope(scratch);
  for (size_t i = 0; i < w.adapters.size(); ++i) {
    const LinearAdapter& adapter = w.adapters[i];
    const float* dOut = dy + adapter.begin;
    float* inner = scratch.floats(rows * adapter.rank);
    float* dInner = scratch.floats(rows * adapter.rank);
    // inner = x A^T is cheaper to make again than to keep; dInner = scale dy B.
    ops::linear(context, rows, in, adapter.rank, x, adapter.a, nullptr, inner);
    ops::gemm(context, false, false, rows, adapter.rank, adapter.out, adapter.scale, dOut, out, adapter.b,
              adapter.rank, 0.0f, dInner, adapter.rank);
    if (i < g.adapters.size() && g.adapters[i].a != nullptr) {
      ops::gemm(context, true, false, adapter.out, adapter.rank, rows, adapter.scale, dOut, out, inner, adapter.rank,
                1.0f, g.adapters[i].b, adapter.rank);
      ops::gemm(context, true, false, adapter.rank, in, rows, 1.0f, dInner, adapter.rank, x, in, 1.0f,
                g.adapters[i].a, in);
    }
    ops::gemm(context, false, false, rows, in, adapter.rank, 1.0f, dInner, adapter.rank, adapter.a, in, 1.0f, dx, in);
  }
}

}  // namespace secondlook
