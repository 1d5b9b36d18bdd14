// Gradients of what trains. Alone, a model has one buffer in the state layout. In a team each member has its own part only:
// a backward pass adds to a bucket as large as one part of the network, which is summed at the owners and used again as
// soon as that part is complete (ZeRO stage 2).
#pragma once

#include <vector>

#include "config.h"
#include "shards.h"

namespace secondlook {

class Gradients {
 public:
  Gradients() = default;
  Gradients(const ModelConfig& config, const ParameterTable& table, const Shards& shards, const Memory& memory);

  explicit operator bool() const noexcept { return static_cast<bool>(own_); }
  /// Where a backward pass adds; null for what takes no gradient.
  float* target(const Parameter& p) const;
  /// Element `index` of the sum of all finished passes: alone of any, in a team of those this member keeps.
  float* own(const Parameter& p, int64_t index) const { return own_.at(p, index); }
  size_t bytes() const noexcept { return own_.bytes() + bucket_.bytes(); }
  void zero();

 private:
  friend class GradientExchange;
  /// A part of the network that a backward pass completes at once: its place in the state layout and in the bucket.
  struct Unit {
    Span state;
    int64_t bucket = 0;
  };
  float* bucketOf(const Unit& unit, int64_t state) const {
    return bucket_.data() + unit.bucket + (state - unit.state.begin);
  }

  const ModelConfig* config_ = nullptr;
  StateBuffer<float> own_;
  FlatBuffer bucket_;         // null alone
  std::vector<Unit> units_;   // in the order in which a backward pass completes them
  size_t languageUnits_ = 0;  // the vision tower's come behind
};

/// One backward pass's way through the units. Without a team it does nothing.
class GradientExchange {
 public:
  /// All members call together; `sees`: this member's pass goes through the vision tower.
  GradientExchange(Context& context, Gradients& gradients, const Shards& shards, Communicator* team, bool sees);
  /// The next unit is complete: head, layers from the last to the first, embedding, merger, blocks of the tower from the last
  /// to the first, patches.
  void next();
  /// All that are left, for a member that adds nothing to them.
  void rest();
  /// After an error: lets the others go on to where they hear of it; ends all where even that fails.
  void abandon() noexcept;

 private:
  Context context_;
  Gradients& gradients_;
  const Shards& shards_;
  Communicator* team_;
  size_t done_ = 0, wanted_ = 0;
};

}  // namespace secondlook
