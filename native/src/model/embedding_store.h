// Embeddings of media in a folder, for a vision tower that does not change: found again by later processes. A file that is
// damaged, or a folder that cannot be written, is as if nothing had been kept. The files not used for longest go first.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "media.h"

namespace secondlook {

class EmbeddingStore {
 public:
  EmbeddingStore(std::string folder, size_t budgetBytes) : folder_(std::move(folder)), budget_(budgetBytes) {}

  bool enabled() const noexcept { return !folder_.empty() && budget_ > 0; }
  /// What the tower named `tower` made of the medium, if all `count` values are there unharmed.
  std::optional<std::vector<float>> find(uint64_t tower, const ContentHash& medium, size_t count);
  void add(uint64_t tower, const ContentHash& medium, const float* values, size_t count) noexcept;
  size_t hits() const noexcept { return hits_; }

 private:
  std::string pathOf(uint64_t tower, const ContentHash& medium) const;
  void trim();

  std::string folder_;
  size_t budget_, written_ = 0;
  bool measured_ = false;
  std::atomic<size_t> hits_{0};
};

}  // namespace secondlook
