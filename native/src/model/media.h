// A picture or clip: its normalised patches, and its embeddings per state of the vision tower that computed them.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "../preprocess/patchify.h"

namespace secondlook {

/// Values of media; the process counts what is alive.
class MediaFloats {
 public:
  explicit MediaFloats(std::vector<float> values);
  ~MediaFloats();
  MediaFloats(const MediaFloats&) = delete;
  MediaFloats& operator=(const MediaFloats&) = delete;
  const float* data() const noexcept { return values_.data(); }
  size_t size() const noexcept { return values_.size(); }
  size_t bytes() const noexcept { return values_.size() * sizeof(float); }
  /// Of all media in the process, with their embeddings.
  static size_t liveBytes() noexcept;

 private:
  std::vector<float> values_;
};

using Embeddings = std::shared_ptr<const MediaFloats>;

/// Names what a picture or clip shows: equal for equal patches in an equal grid.
struct ContentHash {
  uint64_t first, second;
  bool operator==(const ContentHash&) const = default;
};

/// One more word in a hash.
inline uint64_t mixedHash(uint64_t state, uint64_t word) {
  state = (state ^ word) * 0x9E3779B97F4A7C15;
  return state ^ (state >> 32);
}

class Media {
 public:
  Media(bool video, Grid grid, double secondsPerGrid, int64_t unit, PatchSize size, std::vector<float> patches)
      : video(video),
        grid(grid),
        secondsPerGrid(secondsPerGrid),
        tokens(grid.patches() / unit),
        size(size),
        patches(std::move(patches)),
        gridHashes(hashesOf(grid, this->patches)),
        hash(combined(grid, gridHashes)) {}

  const bool video;
  const Grid grid;
  const double secondsPerGrid;
  const int64_t tokens;
  const PatchSize size;
  const MediaFloats patches;
  /// What each temporal grid shows: equal for equal patches in grids of one size.
  const std::vector<ContentHash> gridHashes;
  const ContentHash hash;

  /// Tokens of the first temporal grids that show the same in both, at the same times: 0 for media of different kinds.
  int64_t sharedTokens(const Media& other) const;
  /// The patches of temporal grid `t`.
  const float* gridPatches(int64_t t) const { return patches.data() + t * gridFloats(); }

  /// Embeddings made by the tower state `key`, or null.
  Embeddings cached(uint64_t key) const;
  /// Remembers the newest few states: a policy and its references.
  void remember(uint64_t key, Embeddings embeddings);
  size_t bytes() const noexcept { return patches.bytes(); }

 private:
  int64_t gridFloats() const { return static_cast<int64_t>(patches.size()) / grid.time; }
  static std::vector<ContentHash> hashesOf(const Grid& grid, const MediaFloats& patches);
  static ContentHash combined(const Grid& grid, const std::vector<ContentHash>& grids);
  mutable std::mutex mutex_;
  std::vector<std::pair<uint64_t, Embeddings>> cache_;
};

/// Embeddings of media seen before, by content: for a tower that does not change. The least recently used go first.
class EmbeddingCache {
 public:
  explicit EmbeddingCache(size_t budgetBytes) : budget_(budgetBytes) {}
  Embeddings find(const ContentHash& hash);
  void add(const ContentHash& hash, Embeddings embeddings);
  void clear();
  size_t hits() const noexcept { return hits_; }

 private:
  size_t budget_, bytes_ = 0, hits_ = 0;
  std::list<std::pair<ContentHash, Embeddings>> entries_;  // newest first
};

}  // namespace secondlook
