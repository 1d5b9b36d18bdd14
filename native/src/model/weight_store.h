// The values of a model's parameters: float32, bfloat16 of its own, or bfloat16 where it lies in a mapped checkpoint. The
// pointers are for operators: the host reads and writes values through read(), stored() and write().
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
  WeightStore(const ParameterTable& table, const Memory& memory, std::shared_ptr<const Checkpoint> checkpoint);

  /// What a product reads.
  ops::Matrix matrix(const Parameter& p) const;
  /// Float32 values (norms, biases, float32 matrices, masters); null where there are none.
  float* wide(const Parameter& p) const { return p.place.wide < 0 ? nullptr : wide_.data() + p.place.wide; }
  Bfloat16* half(const Parameter& p) const {
    return p.place.half < 0 ? nullptr : reinterpret_cast<Bfloat16*>(half_.data()) + p.place.half;
  }
  /// In the checkpoint's file: cannot be changed.
  bool mapped(const Parameter& p) const { return p.place.wide < 0 && p.place.half < 0; }
  /// Where a checkpoint's values may be read to without a copy between: null where they are not float32 of the host.
  float* target(const Parameter& p) const { return memory_.ofHost() && p.place.half < 0 ? wide(p) : nullptr; }
  /// The exact values: masters where there are any.
  void read(const Parameter& p, float* to) const;
  /// What a checkpoint stores of it, where the host can read it: bfloat16 or float32 values, in place or in `room`.
  const void* stored(const Parameter& p, std::vector<std::byte>& room) const;
  bool storedAsHalf(const Parameter& p) const { return mapped(p) || p.place.half >= 0; }
  /// Float32 values where the host can read them; only of parameters that have them.
  const void* master(const Parameter& p, std::vector<std::byte>& room) const;
  /// Sets the values; bfloat16 is rounded from them.
  void write(Context& context, const Parameter& p, const float* from);
  /// Makes bfloat16 anew from the master.
  void narrow(Context& context, const Parameter& p);

  const std::shared_ptr<const Checkpoint>& checkpoint() const noexcept { return checkpoint_; }
  size_t ownBytes() const noexcept { return wide_.bytes() + half_.bytes(); }
  size_t mappedBytes() const noexcept { return mappedBytes_; }

 private:
  Memory memory_;
  FlatBuffer wide_, half_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  size_t mappedBytes_ = 0;
};

}  // namespace secondlook
