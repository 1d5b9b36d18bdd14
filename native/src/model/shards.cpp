#include "shards.h"

#include <algorithm>

#include "../comm/communicator.h"
#include "optimiser.h"

namespace secondlook {

Shards::Shards(const ParameterTable& table, int rank, int members) : rank_(rank), members_(members) {
  const int64_t all = table.stateFloats();
  bounds_.assign(static_cast<size_t>(members) + 1, all);
  bounds_[0] = 0;
  for (int member = 1; member < members; ++member) {
    const int64_t wanted = all / members * member;
    int64_t bound = 0;  // the last cut that is allowed up to `wanted`
    for (const Parameter& p : table.all()) {
      if (p.place.state < 0 || p.place.state > wanted) continue;
      const int64_t inside = std::min(wanted - p.place.state, p.count);
      const int64_t cut =
          inside == p.count ? p.count : inside / Optimiser::blockSize * Optimiser::blockSize;
      bound = std::max(bound, p.place.state + cut);
    }
    bounds_[static_cast<size_t>(member)] = bound;
  }
}

Span Shards::of(int member) const {
  const auto at = static_cast<size_t>(member);
  return {bounds_[at], bounds_[at + 1]};
}

Span Shards::of(int member, const Parameter& p) const {
  if (p.place.state < 0) return {};
  const Span part = of(member);
  return {std::clamp<int64_t>(part.begin - p.place.state, 0, p.count),
          std::clamp<int64_t>(part.end - p.place.state, 0, p.count)};
}

std::vector<std::byte> joined(Communicator* team, std::vector<std::byte> own) {
  if (team == nullptr) return own;
  std::vector<std::byte> all;
  for (const auto& part : team->gather(own)) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace secondlook
