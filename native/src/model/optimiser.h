// AdamW's moments over the trainable parameters, in float32 or in 8 bits.
//
// 8 bits, in blocks of 256 elements with one float32 scale each (the block's largest magnitude): the first moment keeps
// sign and square root (values near 0 stay apart), the second its fourth root (it spans squares, and must not round to 0,
// which would blow up the step). Rounding is up or down by chance in proportion to the rest, with a counter as the
// source: with beta2 = 0.999 a moment moves by less than half a code a step and rounding to nearest would hold it still.
#pragma once

#include <cstdint>
#include <vector>

#include "../ops/ops.h"
#include "arena.h"
#include "parameters.h"

namespace secondlook {

class Communicator;
class Shards;

class Optimiser {
 public:
  static constexpr int64_t blockSize = ops::adamw8Block;

  Optimiser() = default;
  Optimiser(const ParameterTable& table, const Memory& memory, bool eightBit);

  /// One step for the elements [begin, end) of a parameter's values (masters) and gradient; `begin` is a whole number of
  /// blocks, `end` too or the parameter's count.
  void update(Context&, const ops::AdamW& settings, const Parameter&, Span, float* values, const float* gradient);
  /// Brings the moments of all members together at `root`; the others' stay as they are.
  void collect(Communicator& team, int root);
  /// Forgets the moments that other members keep.
  void keepOwn(const Shards& shards);
  bool eightBit() const noexcept { return eightBit_; }
  size_t bytes() const noexcept;
  int64_t steps = 0;

  /// Moments of a parameter as they are stored: floats [count], or codes [count] and scales [blocks].
  float* firstMoment(const Parameter& p) const { return first_.data() + p.place.state; }
  float* secondMoment(const Parameter& p) const { return second_.data() + p.place.state; }
  uint8_t* firstCodes(const Parameter& p) const { return reinterpret_cast<uint8_t*>(first_.data()) + p.place.state; }
  uint8_t* secondCodes(const Parameter& p) const { return reinterpret_cast<uint8_t*>(second_.data()) + p.place.state; }
  /// [blocks] of the first moment, then [blocks] of the second.
  float* scales(const Parameter& p) const { return scales_.data() + 2 * firstBlock_[index(p)]; }
  int64_t blocks(const Parameter& p) const { return (p.count + blockSize - 1) / blockSize; }

 private:
  size_t index(const Parameter& p) const { return static_cast<size_t>(&p - table_->all().data()); }

  const ParameterTable* table_ = nullptr;
  bool eightBit_ = false;
  FlatBuffer first_, second_, scales_;
  std::vector<int64_t> firstBlock_;
};

}  // namespace secondlook
