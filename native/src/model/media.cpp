#include "media.h"

namespace secondlook {

namespace {
constexpr size_t keptStates = 3;
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
