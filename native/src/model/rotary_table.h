// Cosines and sines of rotary embeddings, looked up by whole position so that each angle is computed once.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "../ops/ops.h"

namespace secondlook {

class RotaryTable {
 public:
  /// Frequency k is theta^(-2k / dimension), k = 0 .. dimension / 2 - 1, in float32.
  RotaryTable(int64_t dimension, double theta);
  /// Makes positions 0 .. largest available.
  void extend(int32_t largest);
  int64_t frequencies() const noexcept { return static_cast<int64_t>(inverse_.size()); }
  const float* cosines(int32_t position) const { return cos_.data() + position * frequencies(); }
  const float* sines(int32_t position) const { return sin_.data() + position * frequencies(); }

 private:
  std::vector<float> inverse_, cos_, sin_;
  int32_t positions_ = 0;
};

/// Tables [rows, 2 * frequencies] of the language model: frequency ranges of `section` take the time, height and width
/// position; both halves hold the same angles.
void fillMrope(Context&, RotaryTable& table, const std::array<int64_t, 3>& section,
               const std::array<std::span<const int32_t>, 3>& axes, float* cos, float* sin);

/// Tables [rows, 4 * frequencies] of the vision tower: [row angles | column angles] twice, in the order `order`.
void fillAxial(Context&, RotaryTable& table, std::span<const int32_t> rows, std::span<const int32_t> columns,
               std::span<const int32_t> order, float* cos, float* sin);

}  // namespace secondlook
