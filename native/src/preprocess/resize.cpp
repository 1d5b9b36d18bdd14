#include "resize.h"

#include <algorithm>
#include <cmath>

#include "../device/cancel.h"
#include "../device/thread_pool.h"

namespace secondlook {

namespace {
constexpr int fixedPointBits = 22;

double cubic(double x) {
  x = std::fabs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0.0;
}

struct Taps {
  int64_t first;
  std::vector<int32_t> weights;
};

std::vector<Taps> planTaps(int64_t from, int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double stretch = std::max(scale, 1.0), support = 2.0 * stretch;
  std::vector<Taps> plan(static_cast<size_t>(to));
  for (int64_t i = 0; i < to; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const int64_t first = std::max<int64_t>(static_cast<int64_t>(centre - support + 0.5), 0);
    const int64_t last = std::min<int64_t>(static_cast<int64_t>(centre + support + 0.5), from);
    std::vector<double> weights;
    double sum = 0;
    for (int64_t k = first; k < last; ++k) {
      weights.push_back(cubic((static_cast<double>(k) - centre + 0.5) / stretch));
      sum += weights.back();
    }
    Taps& taps = plan[static_cast<size_t>(i)];
    taps.first = first;
    for (const double weight : weights)
      taps.weights.push_back(static_cast<int32_t>(weight / sum * (1 << fixedPointBits) + (weight >= 0 ? 0.5 : -0.5)));
  }
  return plan;
}

uint8_t finish(int64_t sum) { return static_cast<uint8_t>(std::clamp<int64_t>(sum >> fixedPointBits, 0, 255)); }
}  // namespace

std::vector<uint8_t> resizeFrames(Context& context, const uint8_t* frames, int64_t count, int64_t height, int64_t width,
                                  int64_t toHeight, int64_t toWidth) {
  constexpr int64_t half = int64_t{1} << (fixedPointBits - 1);
  std::vector<uint8_t> wide;
  const uint8_t* source = frames;
  if (toWidth != width) {  // a pass is skipped where nothing changes
    wide.resize(static_cast<size_t>(count * height * toWidth * 3));
    const std::vector<Taps> plan = planTaps(width, toWidth);
    context.pool.parallelFor(count * height, 16, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const uint8_t* in = source + row * width * 3;
        uint8_t* out = wide.data() + row * toWidth * 3;
        for (const Taps& taps : plan) {
          int64_t sums[3] = {half, half, half};
          for (size_t k = 0; k < taps.weights.size(); ++k)
            for (int c = 0; c < 3; ++c)
              sums[c] += int64_t{taps.weights[k]} * in[(taps.first + static_cast<int64_t>(k)) * 3 + c];
          for (int c = 0; c < 3; ++c) *out++ = finish(sums[c]);
        }
      }
    });
    source = wide.data();
  }
  if (context.cancel) context.cancel->check();
  if (toHeight == height)
    return wide.empty() ? std::vector<uint8_t>(source, source + count * height * toWidth * 3) : wide;
  std::vector<uint8_t> result(static_cast<size_t>(count * toHeight * toWidth * 3));
  const std::vector<Taps> plan = planTaps(height, toHeight);
  const int64_t rowBytes = toWidth * 3;
  context.pool.parallelFor(count * toHeight, 8, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> sums(static_cast<size_t>(rowBytes));
    for (int64_t row = begin; row < end; ++row) {
      const Taps& taps = plan[static_cast<size_t>(row % toHeight)];
      const uint8_t* in = source + ((row / toHeight) * height + taps.first) * rowBytes;
      std::fill(sums.begin(), sums.end(), half);
      for (size_t k = 0; k < taps.weights.size(); ++k)
        for (int64_t x = 0; x < rowBytes; ++x)
          sums[static_cast<size_t>(x)] += int64_t{taps.weights[k]} * in[static_cast<int64_t>(k) * rowBytes + x];
      for (int64_t x = 0; x < rowBytes; ++x)
        result[static_cast<size_t>(row * rowBytes + x)] = finish(sums[static_cast<size_t>(x)]);
    }
  });
  return result;
}

}  // namespace secondlook
