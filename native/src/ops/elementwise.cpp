// Element-wise operators and the optimiser.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "blocks.h"
#include "shared/scalar.h"

namespace secondlook::ops {

void swiglu(Context& context, int64_t rows, int64_t width, const float* gateUp, float* y) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::swiglu, rows, width, gateUp, y);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, rows, rowGrain(2 * width), [&](int64_t begin, int64_t end) {
    kernels.swiglu(end - begin, width, gateUp + begin * 2 * width, y + begin * width);
  });
}

void swigluBackward(Context& context, int64_t rows, int64_t width, const float* gateUp, const float* dy,
                    float* dGateUp) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::swigluBackward, rows, width, gateUp, dy, dGateUp);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, rows, rowGrain(2 * width), [&](int64_t begin, int64_t end) {
    kernels.swigluBackward(end - begin, width, gateUp + begin * 2 * width, dy + begin * width,
                           dGateUp + begin * 2 * width);
  });
}

void activation(Context& context, Activation kind, int64_t count, const float* x, float* y) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::activation, kind, count, x, y);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, grainElements,
            [&](int64_t begin, int64_t end) { kernels.activation(kind, end - begin, x + begin, y + begin); });
}

void activationBackward(Context& context, Activation kind, int64_t count, const float* x, const float* dy, float* dx) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::activationBackward, kind, count, x, dy, dx);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, grainElements, [&](int64_t begin, int64_t end) {
    kernels.activationBackward(kind, end - begin, x + begin, dy + begin, dx + begin);
  });
}

void addRows(Context& context, int64_t count, const float* x, float* y) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::addRows, count, x, y);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, 4 * grainElements,
            [&](int64_t begin, int64_t end) { kernels.add(end - begin, x + begin, y + begin); });
}

void narrow(Context& context, int64_t count, const float* from, Bfloat16* to) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::narrow, count, from, to);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, 4 * grainElements,
            [&](int64_t begin, int64_t end) { kernels.narrow(end - begin, from + begin, to + begin); });
}

void widen(Context& context, int64_t count, const Bfloat16* from, float* to) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::widen, count, from, to);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, count, 4 * grainElements,
            [&](int64_t begin, int64_t end) { kernels.widen(end - begin, from + begin, to + begin); });
}

void adamw(Context& context, const AdamW& settings, int64_t count, float* parameter, const float* gradient, float* m,
           float* v) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::adamw, &settings, count, parameter, gradient, m, v);
  const auto& kernels = kernelsOf(context);
  const auto step = static_cast<double>(settings.step);
  const auto correction1 = static_cast<float>(1.0 - std::pow(settings.beta1, step));
  const auto correction2 = static_cast<float>(1.0 - std::pow(settings.beta2, step));
  forBlocks(context, count, grainElements, [&](int64_t begin, int64_t end) {
    kernels.adamw(settings, correction1, correction2, end - begin, parameter + begin, gradient + begin, m + begin,
                  v + begin);
  });
}

void adamw8(Context& context, const AdamW& settings, uint64_t stream, int64_t count, float* parameter,
            const float* gradient, uint8_t* first, uint8_t* second, float* firstScale, float* secondScale) {
  if (Device* device = deviceOf(context))
    return device->call(&DeviceTable::adamw8, &settings, stream, count, parameter, gradient, first, second, firstScale,
                        secondScale);
  using namespace isa_scalar;
  const auto largest = [](const float* values, int64_t many) {
    float most = 0;
    for (int64_t i = 0; i < many; ++i) most = std::max(most, std::fabs(values[i]));
    return most;
  };
  forBlocks(context, (count + adamw8Block - 1) / adamw8Block, 64, [&](int64_t begin, int64_t end) {
    float m[adamw8Block], v[adamw8Block];
    for (int64_t block = begin; block < end; ++block) {
      const int64_t at = block * adamw8Block, many = std::min(adamw8Block, count - at);
      for (int64_t i = 0; i < many; ++i) {
        m[i] = decodeFirst(first[at + i], firstScale[block]);
        v[i] = decodeSecond(second[at + i], secondScale[block]);
      }
      adamw(context, settings, many, parameter + at, gradient + at, m, v);
      firstScale[block] = largest(m, many);
      secondScale[block] = largest(v, many);
      for (int64_t i = 0; i < many; ++i) {
        const uint64_t counter = 2 * (stream + static_cast<uint64_t>(at + i));
        first[at + i] = encodeFirst(m[i], firstScale[block], chance(counter));
        second[at + i] = encodeSecond(v[i], secondScale[block], chance(counter + 1));
      }
    }
  });
}

void sumsOfSquares(Context& context, std::span<const Values> list, double* totals) {
  if (Device* device = deviceOf(context))
    return device->call(&DeviceTable::sumsOfSquares, list.data(), static_cast<int64_t>(list.size()), totals);
  const auto& kernels = kernelsOf(context);
  std::vector<double> partial;
  for (const auto& [x, count] : list) {
    const int64_t blocks = (count + grainElements - 1) / grainElements;
    partial.assign(static_cast<size_t>(blocks), 0.0);
    forBlocks(context, blocks, 1, [&, x = x, count = count](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t first = i * grainElements;
        partial[static_cast<size_t>(i)] = kernels.sumOfSquares(std::min(grainElements, count - first), x + first);
      }
    });
    *totals++ = std::accumulate(partial.begin(), partial.end(), 0.0);
  }
}

}  // namespace secondlook::ops
