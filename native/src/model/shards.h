// Who of a team keeps which part of the optimiser's state (ZeRO stage 1): gradients are summed at the owner, who updates
// its part of the weights and gives it to the others.
#pragma once

#include <vector>

#include "parameters.h"

namespace secondlook {

class Shards {
 public:
  /// One member keeps everything.
  Shards() = default;
  /// Contiguous parts of the state buffer (see Place::state), about equal, that cut no block of the optimiser.
  Shards(const ParameterTable& table, int rank, int members);

  int rank() const noexcept { return rank_; }
  int members() const noexcept { return members_; }
  /// The part of the state buffer that a member keeps.
  Span of(int member) const;
  /// What this member keeps of a parameter, in the parameter's own elements; may be empty.
  Span own(const Parameter& p) const;
  /// This member's share of the state, of 1.
  double share() const;

 private:
  std::vector<int64_t> bounds_;  // [members + 1]; empty: undivided
  int rank_ = 0, members_ = 1;
};

}  // namespace secondlook
