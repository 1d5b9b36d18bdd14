#include "pass_rows.h"

#include <algorithm>

namespace secondlook {

void PassRows::addStretch(const PackedBatch& prompts, int64_t begin, int64_t end) {
  const int64_t shift = batch_.rows - begin;
  for (size_t axis = 0; axis < 3; ++axis)
    batch_.positions[axis].insert(batch_.positions[axis].end(), prompts.positions[axis].begin() + begin,
                                  prompts.positions[axis].begin() + end);
  const auto first = std::lower_bound(prompts.textRows.begin(), prompts.textRows.end(), static_cast<int32_t>(begin));
  for (auto row = first; row != prompts.textRows.end() && *row < end; ++row) {
    batch_.textRows.push_back(static_cast<int32_t>(*row + shift));
    batch_.textIds.push_back(prompts.textIds[static_cast<size_t>(row - prompts.textRows.begin())]);
  }
  std::vector<int64_t> units{0};
  for (const auto& medium : prompts.media) units.push_back(units.back() + medium->tokens);
  for (const MediaRun& run : prompts.mediaRuns) {
    const int64_t from = std::max(run.row, begin), to = std::min(run.row + run.count, end);
    if (from >= to) continue;
    const auto medium = static_cast<size_t>(std::upper_bound(units.begin(), units.end(), run.unit) - units.begin() - 1);
    const int64_t within = run.unit - units[medium] + from - run.row;
    batch_.mediaRuns.push_back({from + shift, unitOf(prompts.media[medium]) + within, to - from});
  }
  batch_.rows += end - begin;
}

void PassRows::addToken(int32_t id, int32_t position) {
  for (auto& axis : batch_.positions) axis.push_back(position);
  batch_.textRows.push_back(static_cast<int32_t>(batch_.rows++));
  batch_.textIds.push_back(id);
}

int64_t PassRows::unitOf(const std::shared_ptr<Media>& medium) {
  const auto known = std::find(batch_.media.begin(), batch_.media.end(), medium);
  if (known != batch_.media.end()) return firstUnits_[static_cast<size_t>(known - batch_.media.begin())];
  batch_.media.push_back(medium);
  firstUnits_.push_back(batch_.units);
  batch_.units += medium->tokens;
  return firstUnits_.back();
}

}  // namespace secondlook
