// The vision tower's plan for a list of media: window order, attention segments and 2-D rotary positions.
#pragma once

#include <cstdint>
#include <vector>

#include "../ops/ops.h"
#include "../preprocess/patchify.h"

namespace secondlook {

struct WindowPlan {
  /// Order of the merged units (merge^2 patches each) when grouped by window; identity without windows.
  std::vector<int32_t> windowIndex;
  /// Patch counts at which windows end, and at which temporal grids end; both start with 0.
  std::vector<int32_t> windowEnds, gridEnds;
  /// Per patch, in patch order: row and column for the rotary embedding.
  std::vector<int32_t> rows, columns;
};

/// `windowSize` in pixels; 0: no windows (Qwen2-VL). Windows never span two temporal grids.
WindowPlan planWindows(const std::vector<Grid>& grids, const PatchSize& size, int64_t windowSize);

/// One non-causal segment per [ends[i], ends[i + 1]).
std::vector<ops::Segment> segmentsOf(const std::vector<int32_t>& ends);

}  // namespace secondlook
