// Element-wise operators and the optimiser.
#include <algorithm>
#include <cmath>
#include <vector>

#include "blocks.h"

namespace secondlook::ops {

void swiglu(Context& context, int64_t rows, int64_t width, const float* gateUp, float* y) {
  const auto& kernels = kernelsOf(context);
  forBlocks(context, rows, rowGrain(2 * width), [&](int64_t begin, int64_t end) {
    kernels.swiglu(end - begin, width, gateUp + begin * 2 * width, y + begin * width);
  });
}

void swigluBackward(Context& context, int64_t rows, int64_t width, const float* gateUp, const float* dy,
                    float* dGateUp) {
  const auto& kernels = kernelsOf(context);
  forBlocks(context, rows, rowGrain(2 * width), [&](int64_t begin, int64_t end) {
    kernels.swigluBackward(end - begin, width, gateUp + begin * 2 * width, dy + begin * width,
                           dGateUp + begin * 2 * width);
  });
}

void activation(Context& context, Activation kind, int64_t count, const float* x, float* y) {
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, grainElements,
            [&](int64_t begin, int64_t end) { kernels.activation(kind, end - begin, x + begin, y + begin); });
}

void activationBackward(Context& context, Activation kind, int64_t count, const float* x, const float* dy, float* dx) {
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, grainElements, [&](int64_t begin, int64_t end) {
    kernels.activationBackward(kind, end - begin, x + begin, dy + begin, dx + begin);
  });
}

void addRows(Context& context, int64_t count, const float* x, float* y) {
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, 4 * grainElements,
            [&](int64_t begin, int64_t end) { kernels.add(end - begin, x + begin, y + begin); });
}

void narrow(Context& context, int64_t count, const float* from, Bfloat16* to) {
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, 4 * grainElements,
            [&](int64_t begin, int64_t end) { kernels.narrow(end - begin, from + begin, to + begin); });
}

void widen(Context& context, int64_t count, const Bfloat16* from, float* to) {
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, 4 * grainElements,
            [&](int64_t begin, int64_t end) { kernels.widen(end - begin, from + begin, to + begin); });
}

void adamw(Context& context, const AdamW& settings, int64_t count, float* parameter, const float* gradient, float* m,
           float* v) {
  const auto& kernels = kernelsOf(context);
  const auto step = static_cast<double>(settings.step);
  const auto correction1 = static_cast<float>(1.0 - std::pow(settings.beta1, step));
  const auto correction2 = static_cast<float>(1.0 - std::pow(settings.beta2, step));
  forBlocks(context, count, grainElements, [&](int64_t begin, int64_t end) {
    kernels.adamw(settings, correction1, correction2, end - begin, parameter + begin, gradient + begin, m + begin,
                  v + begin);
  });
}

double sumOfSquares(Context& context, int64_t count, const float* x) {
  const auto& kernels = kernelsOf(context);
  const int64_t blocks = (count + grainElements - 1) / grainElements;
  std::vector<double> partial(static_cast<size_t>(blocks));
  forBlocks(context, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i * grainElements;
      partial[static_cast<size_t>(i)] = kernels.sumOfSquares(std::min(grainElements, count - first), x + first);
    }
  });
  double total = 0.0;
  for (const double p : partial) total += p;
  return total;
}

}  // namespace secondlook::ops
