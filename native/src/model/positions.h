// M-RoPE positions: three axes (time, height, width) per token; text counts on all three at once.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "../preprocess/patchify.h"

namespace secondlook {

/// vllm: text after vision goes on after the largest position of any axis (transformers 4, vLLM, what the weights were
/// trained with). hf5: at start + max(height, width) / merge, as transformers 5 does.
enum class PositionRule : uint8_t { vllm, hf5 };

/// A run of text (`grid.time` 0, `length` tokens) or one medium.
struct PositionRun {
  int64_t length = 0;
  Grid grid;
  bool video = false;
  double secondsPerGrid = 1.0;
};

struct Positions {
  std::array<std::vector<int32_t>, 3> axes;
  int32_t next = 0;  // where text after the sequence goes on: its completions start here
};

/// `tokensPerSecond` 0 means one position per temporal grid (Qwen2-VL). Time is trunc((t * secondsPerGrid) *
/// tokensPerSecond) in float32, as in the reference: float64 gives other integers.
Positions mropePositions(const std::vector<PositionRun>& runs, int64_t merge, double tokensPerSecond,
                         PositionRule rule);

}  // namespace secondlook
