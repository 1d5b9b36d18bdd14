// The values of a model's parameters: float32, bfloat16 of its own, or bfloat16 where it lies in a mapped checkpoint. What is
// stored as bfloat16 and trained has float32 masters beside it; in a team, this member's part of them. The pointers are for
// operators: the host reads and writes values through read(), stored() and write().
#pragma once

#include <memory>
#include <vector>

#include "../io/checkpoint.h"
#include "../ops/ops.h"
#include "arena.h"
#include "parameters.h"
#include "shards.h"

namespace secondlook {

class WeightStore {
 public:
  WeightStore() = default;
  /// Room for what `table` places; mapped parameters point into `checkpoint`, which is kept open.
  WeightStore(const ParameterTable& table, const Shards& shards, const Memory& memory,
              std::shared_ptr<const Checkpoint> checkpoint, std::shared_ptr<Communicator> team);

  /// What a product reads.
  ops::Matrix matrix(const Parameter& p) const;
  /// Float32 values (norms, biases, adapters, float32 matrices); null where there are none.
  float* wide(const Parameter& p) const { return p.place.wide < 0 ? nullptr : wide_.data() + p.place.wide; }
  Bfloat16* half(const Parameter& p) const {
    return p.place.half < 0 ? nullptr : reinterpret_cast<Bfloat16*>(half_.data()) + p.place.half;
  }
  /// What an update changes, from element `index` on, which is this member's: masters where there are any.
  float* trained(const Parameter& p, int64_t index) const {
    return hasMaster(p) ? masters_.at(p, index) : wide(p) + index;
  }
  bool hasMaster(const Parameter& p) const { return p.place.half >= 0 && p.place.state >= 0 && masters_; }
  /// In the checkpoint's file: cannot be changed.
  bool mapped(const Parameter& p) const { return p.place.wide < 0 && p.place.half < 0; }
  /// Where a checkpoint's values may be read to without a copy between: null where they are not float32 of the host.
  float* target(const Parameter& p) const { return memory_.ofHost() && p.place.half < 0 ? wide(p) : nullptr; }
  /// The exact values: masters where there are any, which in a team all members must read together.
  void read(const Parameter& p, float* to) const;
  /// What a checkpoint stores of it, where the host can read it: bfloat16 or float32 values, in place or in `room`.
  const void* stored(const Parameter& p, std::vector<std::byte>& room) const;
  bool storedAsHalf(const Parameter& p) const { return mapped(p) || p.place.half >= 0; }
  /// Values of wide() where the host can read them.
  const void* readableWide(const Parameter& p, std::vector<std::byte>& room) const;
  /// Sets the values; bfloat16 is rounded from them.
  void write(Context& context, const Parameter& p, const float* from);
  /// Makes bfloat16 anew from this member's masters.
  void narrow(Context& context, const Parameter& p);
  /// Gives everybody's part of what was updated to all.
  void share(const ParameterTable& table) const;

  const std::shared_ptr<const Checkpoint>& checkpoint() const noexcept { return checkpoint_; }
  size_t ownBytes() const noexcept { return wide_.bytes() + half_.bytes() + masters_.bytes(); }
  size_t mappedBytes() const noexcept { return mappedBytes_; }

 private:
  Memory memory_;
  Shards shards_;
  std::shared_ptr<Communicator> team_;
  FlatBuffer wide_, half_;
  StateBuffer<float> masters_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  size_t mappedBytes_ = 0;
};

}  // namespace secondlook
