#include "key_value_pool.h"

#include <algorithm>
#include <iterator>

namespace secondlook {

std::optional<KeyValuePool::Room> KeyValuePool::take(int64_t floats) {
  const auto gap = std::find_if(free_.begin(), free_.end(), [&](const auto& one) { return one.second >= floats; });
  if (gap == free_.end()) return std::nullopt;
  const auto [begin, length] = *gap;
  free_.erase(gap);
  if (length > floats) free_.emplace(begin + floats, length - floats);
  used_ += floats;
  return Room(this, begin, floats);
}

void KeyValuePool::giveBack(int64_t begin, int64_t floats) {
  used_ -= floats;
  const auto gap = free_.emplace(begin, floats).first;
  if (const auto next = std::next(gap); next != free_.end() && begin + floats == next->first) {
    gap->second += next->second;
    free_.erase(next);
  }
  if (gap == free_.begin()) return;
  const auto previous = std::prev(gap);
  if (previous->first + previous->second != begin) return;
  previous->second += gap->second;
  free_.erase(gap);
}

}  // namespace secondlook
