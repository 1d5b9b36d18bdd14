#include "media.h"

#include <algorithm>
#include <atomic>
#include <cstring>

namespace secondlook {

namespace {
constexpr size_t keptStates = 3;
std::atomic<size_t> liveMediaBytes{0};
}  // namespace

MediaFloats::MediaFloats(std::vector<float> values) : values_(std::move(values)) { liveMediaBytes += bytes(); }
MediaFloats::~MediaFloats() { liveMediaBytes -= bytes(); }
size_t MediaFloats::liveBytes() noexcept { return liveMediaBytes.load(); }

int64_t Media::sharedTokens(const Media& other) const {
  if (this == &other) return tokens;
  if (video != other.video || grid.height != other.grid.height || grid.width != other.grid.width ||
      secondsPerGrid != other.secondsPerGrid || size.patch != other.size.patch || size.merge != other.size.merge ||
      size.temporal != other.size.temporal)
    return 0;
  int64_t same = 0;
  const auto bytes = static_cast<size_t>(gridFloats()) * sizeof(float);
  while (same < std::min(grid.time, other.grid.time) &&
         std::memcmp(gridPatches(same), other.gridPatches(same), bytes) == 0)
    ++same;
  return same * (tokens / grid.time);
}

std::vector<ContentHash> Media::hashesOf(const Grid& grid, const MediaFloats& patches) {
  std::vector<ContentHash> hashes;
  const size_t count = patches.size() / static_cast<size_t>(grid.time);
  for (int64_t t = 0; t < grid.time; ++t) {
    const float* from = patches.data() + static_cast<size_t>(t) * count;
    ContentHash hash{mixedHash(1, static_cast<uint64_t>(grid.height)),
                     mixedHash(0x5365636F6E646C6B, static_cast<uint64_t>(grid.width))};
    for (size_t i = 0; i + 2 <= count; i += 2) {
      uint64_t word;
      std::memcpy(&word, from + i, sizeof word);
      hash.first = mixedHash(hash.first, word);
      hash.second = mixedHash(hash.second, word + i);
    }
    hashes.push_back(hash);
  }
  return hashes;
}

ContentHash Media::combined(const Grid& grid, const std::vector<ContentHash>& grids) {
  ContentHash hash{mixedHash(static_cast<uint64_t>(grid.time), static_cast<uint64_t>(grid.height)),
                   mixedHash(0x5365636F6E646C6B, static_cast<uint64_t>(grid.width))};
  for (const ContentHash& one : grids) {
    hash.first = mixedHash(hash.first, one.first);
    hash.second = mixedHash(hash.second, one.second);
  }
  return hash;
}

Embeddings EmbeddingCache::find(const ContentHash& hash) {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
    if (entry->first == hash) {
      entries_.splice(entries_.begin(), entries_, entry);
      ++hits_;
      return entry->second;
    }
  return nullptr;
}

void EmbeddingCache::add(const ContentHash& hash, Embeddings embeddings) {
  if (embeddings->bytes() > budget_) return;
  bytes_ += embeddings->bytes();
  entries_.emplace_front(hash, std::move(embeddings));
  for (; bytes_ > budget_; entries_.pop_back()) bytes_ -= entries_.back().second->bytes();
}

void EmbeddingCache::clear() {
  entries_.clear();
  bytes_ = 0;
}

Embeddings Media::cached(uint64_t key) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [state, embeddings] : cache_)
    if (state == key) return embeddings;
  return nullptr;
}

void Media::remember(uint64_t key, Embeddings embeddings) {
  const std::lock_guard lock(mutex_);
  for (auto& [state, kept] : cache_)
    if (state == key) {
      kept = std::move(embeddings);
      return;
    }
  if (cache_.size() >= keptStates) cache_.erase(cache_.begin());
  cache_.emplace_back(key, std::move(embeddings));
}

}  // namespace secondlook
