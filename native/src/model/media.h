// A picture or clip: its normalised patches, and its embeddings per state of the vision tower that computed them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "../preprocess/patchify.h"

namespace secondlook {

using Embeddings = std::shared_ptr<const std::vector<float>>;

class Media {
 public:
  Media(bool video, Grid grid, double secondsPerGrid, int64_t unit, PatchSize size, std::vector<float> patches)
      : video(video),
        grid(grid),
        secondsPerGrid(secondsPerGrid),
        tokens(grid.patches() / unit),
        size(size),
        patches(std::move(patches)) {}

  const bool video;
  const Grid grid;
  const double secondsPerGrid;
  const int64_t tokens;
  const PatchSize size;
  const std::vector<float> patches;

  /// Embeddings made by the tower state `key`, or null.
  Embeddings cached(uint64_t key) const;
  /// Remembers the newest few states: a policy and its references.
  void remember(uint64_t key, Embeddings embeddings);
  size_t bytes() const noexcept { return patches.size() * sizeof(float); }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<uint64_t, Embeddings>> cache_;
};

}  // namespace secondlook
