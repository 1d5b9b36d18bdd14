// AdamW's moments over the trainable parameters, in float32 or in 8 bits; in a team, of this member's part of them.
//
// 8 bits, in blocks of 256 elements with one float32 scale each (the block's largest magnitude): the first moment keeps
// sign and square root (values near 0 stay apart), the second its fourth root (it spans squares, and must not round to 0,
// which would blow up the step). Rounding is up or down by chance in proportion to the rest, with a counter as the
// source: with beta2 = 0.999 a moment moves by less than half a code a step and rounding to nearest would hold it still.
#pragma once

#include <cstdint>
#include <vector>

#include "../ops/ops.h"
#include "parameters.h"
#include "shards.h"

namespace secondlook {

class Optimiser {
 public:
  static constexpr int64_t blockSize = ops::adamw8Block;

  Optimiser() = default;
  Optimiser(const ParameterTable& table, const Shards& shards, const Memory& memory, bool eightBit);

  /// One step for the elements `own` of a parameter, which are this member's: `values` (masters) and `gradient` are of the
  /// first of them. `own` begins at a whole number of blocks and ends at one, or at the parameter's end.
  void update(Context&, const ops::AdamW& settings, const Parameter&, Span own, float* values, const float* gradient);
  bool eightBit() const noexcept { return eightBit_; }
  size_t bytes() const noexcept;
  int64_t steps = 0;

  /// Moments of a parameter as they are stored, from element `index` on: floats, or codes and scales.
  float* firstMoment(const Parameter& p, int64_t index) const { return first_.at(p, index); }
  float* secondMoment(const Parameter& p, int64_t index) const { return second_.at(p, index); }
  uint8_t* firstCodes(const Parameter& p, int64_t index) const { return firstCodes_.at(p, index); }
  uint8_t* secondCodes(const Parameter& p, int64_t index) const { return secondCodes_.at(p, index); }
  /// Of this member's blocks: [blocks] of the first moment, then [blocks] of the second.
  float* scales(const Parameter& p) const { return scales_.data() + 2 * firstBlock_[index(p)]; }

  static int64_t blocks(int64_t elements) { return (elements + blockSize - 1) / blockSize; }

 private:
  size_t index(const Parameter& p) const { return static_cast<size_t>(&p - table_->all().data()); }

  const ParameterTable* table_ = nullptr;
  bool eightBit_ = false;
  StateBuffer<float> first_, second_;
  StateBuffer<uint8_t> firstCodes_, secondCodes_;
  FlatBuffer scales_;
  std::vector<int64_t> firstBlock_;
};

}  // namespace secondlook
