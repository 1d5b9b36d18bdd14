// The values of a model's parameters: float32, bfloat16 of its own, or bfloat16 where it lies in a mapped checkpoint.
#pragma once

#include <memory>
#include <vector>

#include "../io/checkpoint.h"
#include "../ops/ops.h"
#include "arena.h"
#include "parameters.h"

namespace secondlook {

class WeightStore {
 public:
  WeightStore() = default;
  /// Room for what `table` places; mapped parameters point into `checkpoint`, which is kept open.
  WeightStore(const ParameterTable& table, std::shared_ptr<const Checkpoint> checkpoint);

  /// What a product reads.
  ops::Matrix matrix(const Parameter& p) const;
  /// Float32 values (norms, biases, float32 matrices, masters); null where there are none.
  float* wide(const Parameter& p) const { return p.place.wide < 0 ? nullptr : wide_.data() + p.place.wide; }
  Bfloat16* half(const Parameter& p) const {
    return p.place.half < 0 ? nullptr : reinterpret_cast<Bfloat16*>(half_.data()) + p.place.half;
  }
  /// In the checkpoint's file: cannot be changed.
  bool mapped(const Parameter& p) const { return p.place.wide < 0 && p.place.half < 0; }
  /// The exact values: masters where there are any.
  void read(const Parameter& p, float* to) const;
  /// Sets the values; bfloat16 is rounded from them.
  void write(Context& context, const Parameter& p, const float* from);
  /// Makes bfloat16 anew from the master.
  void narrow(Context& context, const Parameter& p);
  void copyFrom(const WeightStore& other);

  const std::shared_ptr<const Checkpoint>& checkpoint() const noexcept { return checkpoint_; }
  size_t ownBytes() const noexcept { return wide_.bytes() + half_.bytes(); }
  size_t mappedBytes() const noexcept { return mappedBytes_; }

 private:
  FlatBuffer wide_, half_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  size_t mappedBytes_ = 0;
};

}  // namespace secondlook
