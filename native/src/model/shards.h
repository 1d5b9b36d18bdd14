// Who of a team keeps which part of what trains a model (ZeRO stage 2): gradients are summed at the owner while backward
// runs, who updates its part of the weights and gives it to the others.
#pragma once

#include <vector>

#include "arena.h"
#include "parameters.h"

namespace secondlook {

class Communicator;

class Shards {
 public:
  Shards() = default;
  /// Contiguous parts of the state layout (see Place::state), about equal, that cut no block of the optimiser.
  Shards(const ParameterTable& table, int rank, int members);

  int rank() const noexcept { return rank_; }
  int members() const noexcept { return members_; }
  /// The part of the state layout that a member keeps.
  Span of(int member) const;
  /// What a member keeps of a parameter, in the parameter's own elements; may be empty.
  Span of(int member, const Parameter& p) const;
  Span own(const Parameter& p) const { return of(rank_, p); }

 private:
  std::vector<int64_t> bounds_{0, 0};  // [members + 1]
  int rank_ = 0, members_ = 1;
};

/// A member's own part of a buffer with the state layout; `Element` float, or uint8_t for codes.
template <class Element>
class StateBuffer {
 public:
  StateBuffer() = default;
  StateBuffer(const Shards& shards, const Memory& memory, Purpose purpose) {
    const Span own = shards.of(shards.rank());
    begin_ = own.begin / aligned * aligned;  // addresses are aligned as in a whole buffer
    const int64_t perFloat = static_cast<int64_t>(sizeof(float) / sizeof(Element));
    buffer_ = FlatBuffer((own.end - begin_ + perFloat - 1) / perFloat, memory, purpose);
  }
  /// Element `index` of a parameter, which must be this member's.
  Element* at(const Parameter& p, int64_t index) const { return place(p.place.state + index); }
  /// Where an element of the state layout is.
  Element* place(int64_t state) const { return reinterpret_cast<Element*>(buffer_.data()) + (state - begin_); }
  const FlatBuffer& buffer() const noexcept { return buffer_; }
  size_t bytes() const noexcept { return buffer_.bytes(); }
  explicit operator bool() const noexcept { return static_cast<bool>(buffer_); }

 private:
  static constexpr int64_t aligned = 64;
  FlatBuffer buffer_;
  int64_t begin_ = 0;
};

/// Everybody's bytes, one after the other by rank: for values of the host. In a team all members call.
std::vector<std::byte> joined(Communicator* team, std::vector<std::byte> own);

}  // namespace secondlook
