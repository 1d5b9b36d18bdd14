#include "prefix_cache.h"

#include <bit>

#include "packing.h"

namespace secondlook {

namespace {
size_t bytesOf(const PrefixCache::Values& values) { return values->size() * sizeof(float); }

void mixInto(ContentHash& hash, uint64_t word) {
  hash.first = mixedHash(hash.first, word);
  hash.second = mixedHash(hash.second, word ^ 0x6B6579);
}
}  // namespace

void PrefixCache::refresh(std::span<const ContentHash> keys) {
  for (auto key = keys.rbegin(); key != keys.rend(); ++key)
    if (const auto place = places_.find(*key); place != places_.end())
      entries_.splice(entries_.begin(), entries_, place->second);
}

size_t PrefixCache::match(std::span<const ContentHash> keys) {
  size_t found = 0;
  while (found < keys.size() && places_.contains(keys[found])) ++found;
  refresh(keys.first(found));
  return found;
}

PrefixCache::Values PrefixCache::find(const ContentHash& key) const {
  const auto place = places_.find(key);
  return place == places_.end() ? nullptr : place->second->values;
}

void PrefixCache::add(std::span<const ContentHash> keys, std::vector<float> values) {
  auto kept = std::make_shared<const std::vector<float>>(std::move(values));
  if (holds(keys.back()) || bytesOf(kept) > budget_) return;
  bytes_ += bytesOf(kept);
  entries_.push_front({keys.back(), std::move(kept)});
  places_[keys.back()] = entries_.begin();
  refresh(keys);
  while (bytes_ > budget_) {
    bytes_ -= bytesOf(entries_.back().values);
    places_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

void PrefixCache::clear() {
  entries_.clear();
  places_.clear();
  bytes_ = 0;
}

void PrefixCache::count(int64_t reused, int64_t read) noexcept {
  reused_ += static_cast<size_t>(reused);
  read_ += static_cast<size_t>(read);
}

std::vector<ContentHash> prefixKeys(const ModelConfig& config, const PromptInput& prompt) {
  std::vector<ContentHash> keys;
  ContentHash hash{0x507265666978, 0x626C6F636B};
  const auto length = static_cast<int64_t>(prompt.ids.size());
  size_t next = 0;
  int64_t mediumBegin = 0, mediumEnd = 0;
  for (int64_t i = 0; i < length; ++i) {
    const int32_t id = prompt.ids[static_cast<size_t>(i)];
    if (i >= mediumEnd && (id == config.imageToken || id == config.videoToken)) {
      const Media& medium = *prompt.media[next++];
      mediumBegin = i;
      mediumEnd = i + medium.tokens;
      mixInto(hash, std::bit_cast<uint64_t>(medium.secondsPerGrid));
    }
    mixInto(hash, static_cast<uint64_t>(id));
    if (i < mediumEnd) {
      // The tower never looks from one temporal grid into another: the first ones may be alike where later ones differ.
      const Media& medium = *prompt.media[next - 1];
      const int64_t perGrid = medium.tokens / medium.grid.time;
      if ((i - mediumBegin) % perGrid == 0) {
        const ContentHash& shown = medium.gridHashes[static_cast<size_t>((i - mediumBegin) / perGrid)];
        mixInto(hash, shown.first);
        mixInto(hash, shown.second);
      }
    }
    if ((i + 1) % PrefixCache::blockTokens == 0) keys.push_back(hash);
  }
  return keys;
}

}  // namespace secondlook
