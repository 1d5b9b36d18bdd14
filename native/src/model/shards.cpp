#include "shards.h"

#include <algorithm>

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

Span Shards::own(const Parameter& p) const {
  if (bounds_.empty()) return {0, p.count};
  const Span mine = of(rank_);
  return {std::clamp<int64_t>(mine.begin - p.place.state, 0, p.count),
          std::clamp<int64_t>(mine.end - p.place.state, 0, p.count)};
}

double Shards::share() const {
  return bounds_.empty() || bounds_.back() == 0
             ? 1.0
             : static_cast<double>(of(rank_).count()) / static_cast<double>(bounds_.back());
}

}  // namespace secondlook
