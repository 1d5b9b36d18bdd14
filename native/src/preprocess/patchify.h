// From pictures to the rows that the vision tower reads.
#pragma once

#include <cstdint>
#include <vector>

#include "../ops/ops.h"

namespace secondlook {

struct PatchSize {
  int64_t patch = 14, temporal = 2, merge = 2;
  int64_t rowWidth() const { return 3 * temporal * patch * patch; }
};

struct Grid {
  int64_t time = 0, height = 0, width = 0;  // temporal grids, patch rows, patch columns
  int64_t patches() const { return time * height * width; }
};

/// The grid of `count` frames; the last frame of an odd video is repeated, and a picture stands twice.
/// Throws Error(badArgument) unless height and width are multiples of patch * merge.
Grid gridOf(const PatchSize&, int64_t count, int64_t height, int64_t width);

/// frames uint8 [count, height, width, 3] -> float32 [patches, 3 * temporal * patch^2], normalised with CLIP's mean and
/// deviation. Order: temporal grid, merge blocks row by row, the patches of a block, then channel, frame, row, column.
std::vector<float> patchify(Context&, const PatchSize&, const uint8_t* frames, int64_t count, int64_t height,
                            int64_t width);

}  // namespace secondlook
