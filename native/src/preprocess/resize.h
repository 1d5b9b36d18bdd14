// Bicubic resampling of 8-bit RGB pictures, antialiased, bit for bit as Pillow does it: horizontal pass first, weights
// in 22-bit fixed point (a = -0.5, support stretched when shrinking), each pass rounded and clamped to 0..255.
#pragma once

#include <cstdint>
#include <vector>

#include "../ops/ops.h"

namespace secondlook {

/// frames [count, height, width, 3] -> [count, toHeight, toWidth, 3].
std::vector<uint8_t> resizeFrames(Context&, const uint8_t* frames, int64_t count, int64_t height, int64_t width,
                                  int64_t toHeight, int64_t toWidth);

}  // namespace secondlook
