#include "windows.h"

#include <algorithm>

namespace secondlook {

WindowPlan planWindows(const std::vector<Grid>& grids, const PatchSize& size, int64_t windowSize) {
  WindowPlan plan;
  plan.windowEnds.push_back(0);
  plan.gridEnds.push_back(0);
  const int64_t merge = size.merge, side = windowSize / merge / size.patch;
  int64_t base = 0;
  for (const Grid& grid : grids) {
    const int64_t height = grid.height / merge, width = grid.width / merge;
    const int64_t stepY = side > 0 ? side : height, stepX = side > 0 ? side : width;
    for (int64_t t = 0; t < grid.time; ++t) {
      for (int64_t wy = 0; wy < height; wy += stepY)
        for (int64_t wx = 0; wx < width; wx += stepX) {
          const int64_t endY = std::min(wy + stepY, height), endX = std::min(wx + stepX, width);
          for (int64_t y = wy; y < endY; ++y)
            for (int64_t x = wx; x < endX; ++x) plan.windowIndex.push_back(static_cast<int32_t>(base + y * width + x));
          const auto patches = static_cast<int32_t>((endY - wy) * (endX - wx) * merge * merge);
          plan.windowEnds.push_back(plan.windowEnds.back() + patches);
        }
      plan.gridEnds.push_back(plan.gridEnds.back() + static_cast<int32_t>(grid.height * grid.width));
      base += height * width;
      for (int64_t by = 0; by < grid.height; by += merge)
        for (int64_t bx = 0; bx < grid.width; bx += merge)
          for (int64_t dy = 0; dy < merge; ++dy)
            for (int64_t dx = 0; dx < merge; ++dx) {
              plan.rows.push_back(static_cast<int32_t>(by + dy));
              plan.columns.push_back(static_cast<int32_t>(bx + dx));
            }
    }
  }
  return plan;
}

std::vector<ops::Segment> segmentsOf(const std::vector<int32_t>& ends) {
  std::vector<ops::Segment> segments;
  for (size_t i = 0; i + 1 < ends.size(); ++i)
    segments.push_back({ends[i], ends[i + 1], 0, 0, ends[i], ends[i + 1], false});
  return segments;
}

}  // namespace secondlook
