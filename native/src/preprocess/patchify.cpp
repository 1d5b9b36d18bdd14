#include "patchify.h"

#include <algorithm>
#include <array>
#include <string>

#include "../device/thread_pool.h"
#include "../error.h"

namespace secondlook {

namespace {
constexpr double mean[3] = {0.48145466, 0.4578275, 0.40821073};
constexpr double deviation[3] = {0.26862954, 0.26130258, 0.27577711};

/// normalised[channel][value] for each of the 256 values a byte can hold.
std::array<std::array<float, 256>, 3> normalisationTable() {
  std::array<std::array<float, 256>, 3> table{};
  for (size_t c = 0; c < 3; ++c)
    for (size_t value = 0; value < 256; ++value)
      table[c][value] = static_cast<float>((static_cast<double>(value) / 255.0 - mean[c]) / deviation[c]);
  return table;
}
}  // namespace

Grid gridOf(const PatchSize& size, int64_t count, int64_t height, int64_t width) {
  const int64_t block = size.patch * size.merge;
  if (count < 1 || height < block || width < block || height % block != 0 || width % block != 0)
    throw Error(ErrorCode::badArgument,
                "Frames of " + std::to_string(height) + " x " + std::to_string(width) + " pixels (count " +
                    std::to_string(count) + ") do not divide into blocks of " + std::to_string(block) +
                    " pixels. Resize them to multiples of " + std::to_string(block) + " first.");
  return {(count + size.temporal - 1) / size.temporal, height / size.patch, width / size.patch};
}

std::vector<float> patchify(Context& context, const PatchSize& size, const uint8_t* frames, int64_t count,
                            int64_t height, int64_t width) {
  static const auto table = normalisationTable();
  const Grid grid = gridOf(size, count, height, width);
  const int64_t rowWidth = size.rowWidth(), merge = size.merge, patch = size.patch;
  const int64_t blocksAcross = grid.width / merge;
  std::vector<float> rows(static_cast<size_t>(grid.patches() * rowWidth));
  context.pool.parallelFor(grid.patches(), 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t inGrid = row % (grid.height * grid.width), time = row / (grid.height * grid.width);
      const int64_t block = inGrid / (merge * merge), inBlock = inGrid % (merge * merge);
      const int64_t y0 = ((block / blocksAcross) * merge + inBlock / merge) * patch;
      const int64_t x0 = ((block % blocksAcross) * merge + inBlock % merge) * patch;
      float* out = rows.data() + row * rowWidth;
      for (int64_t c = 0; c < 3; ++c)
        for (int64_t t = 0; t < size.temporal; ++t) {
          const int64_t frame = std::min(time * size.temporal + t, count - 1);
          for (int64_t y = 0; y < patch; ++y) {
            const uint8_t* in = frames + ((frame * height + y0 + y) * width + x0) * 3 + c;
            for (int64_t x = 0; x < patch; ++x) *out++ = table[static_cast<size_t>(c)][in[3 * x]];
          }
        }
    }
  });
  return rows;
}

}  // namespace secondlook
