#include "positions.h"

#include <algorithm>
#include <cmath>

#include "../error.h"

namespace secondlook {

namespace {
constexpr double largestPosition = 1e8;  // far above any context; keeps every sum inside int32

int32_t timeOffset(const PositionRun& run, int64_t t, double tokensPerSecond) {
  if (!run.video) return 0;
  if (tokensPerSecond == 0) return static_cast<int32_t>(t);
  // volatile: each product is rounded to float32 by itself, whatever the compiler may fuse
  volatile const float seconds = static_cast<float>(t) * static_cast<float>(run.secondsPerGrid);
  volatile const float position = seconds * static_cast<float>(tokensPerSecond);
  if (!(position < largestPosition))
    throw Error(ErrorCode::badArgument, "secondsPerGrid " + std::to_string(run.secondsPerGrid) +
                                            " puts a frame beyond position 1e8. Give seconds, not milliseconds.");
  return static_cast<int32_t>(position);
}
}  // namespace

Positions mropePositions(const std::vector<PositionRun>& runs, int64_t merge, double tokensPerSecond,
                         PositionRule rule) {
  Positions result;
  int32_t at = 0;
  const auto push = [&](int32_t t, int32_t h, int32_t w) {
    result.axes[0].push_back(t);
    result.axes[1].push_back(h);
    result.axes[2].push_back(w);
  };
  for (const PositionRun& run : runs) {
    if (at > static_cast<int32_t>(largestPosition))
      throw Error(ErrorCode::badArgument, "The positions of this prompt exceed 1e8. Shorten its clips.");
    if (run.grid.time == 0) {
      for (int64_t i = 0; i < run.length; ++i, ++at) push(at, at, at);
      continue;
    }
    const auto height = static_cast<int32_t>(run.grid.height / merge),
               width = static_cast<int32_t>(run.grid.width / merge);
    int32_t largestTime = 0;
    for (int64_t t = 0; t < run.grid.time; ++t) {
      largestTime = timeOffset(run, t, tokensPerSecond);
      for (int32_t h = 0; h < height; ++h)
        for (int32_t w = 0; w < width; ++w) push(at + largestTime, at + h, at + w);
    }
    at += rule == PositionRule::vllm ? 1 + std::max({largestTime, height - 1, width - 1}) : std::max(height, width);
  }
  result.next = at;
  return result;
}

}  // namespace secondlook
