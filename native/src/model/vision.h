// The vision tower: patches of pictures and clips to the embeddings that stand in a prompt.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rotary_table.h"
#include "weights.h"
#include "windows.h"

namespace secondlook {

/// Receives a named intermediate; an empty function records nothing.
using TraceSink = std::function<void(const std::string& name, const float* values, int64_t count)>;

struct VisionInput {
  const float* patches;  // [grid.patches(), patch row width]
  Grid grid;
};

/// What a forward pass leaves for its backward; pointers live in the arena it was given.
struct VisionPass {
  int64_t patches = 0, units = 0;
  WindowPlan plan;
  std::vector<int32_t> patchOrder, inverseUnits;  // patch rows in window order; the unit order undone
  std::vector<ops::Segment> windowSegments, gridSegments;
  const float *cos = nullptr, *sin = nullptr, *pixels = nullptr;
  std::vector<BlockSaved> blocks;
  float *last = nullptr, *normed = nullptr, *mean = nullptr, *scale = nullptr, *up = nullptr, *activated = nullptr;
  float* merged = nullptr;  // [units, text hidden], in raster order of units
};

enum class Keep : uint8_t { nothing, blockInputs, everything };

class VisionTower {
 public:
  VisionTower(const ModelConfig& config, Storage storage);

  /// All media as one batch; windows and grids keep them apart.
  VisionPass forward(Context&, const VisionWeights&, const std::vector<VisionInput>&, Keep, Arena&,
                     const TraceSink& trace = {});
  /// dMerged [units, text hidden]. Parameter gradients accumulate; pixels get none. `exchange` is told of the merger, each block
  /// and the patches when their gradients are complete.
  void backward(Context&, const VisionWeights&, const VisionGradients& gradients, VisionPass&,
                const float* dMerged, Arena&, GradientExchange& exchange);
  /// Of a tape that keeps everything, about.
  int64_t bytesPerPatch(const Context&) const;

 private:
  BlockInput blockInput(const VisionPass& pass, int64_t block) const;

  const ModelConfig& config_;
  BlockShape shape_;
  RotaryTable table_;
};

}  // namespace secondlook
