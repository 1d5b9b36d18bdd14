// The rows of one pass of decoding as a packed batch: stretches of prompts that are being read, then single tokens.
#pragma once

#include <vector>

#include "../model/packing.h"

namespace secondlook {

class PassRows {
 public:
  /// Rows [begin, end) of `prompts`, with the media they show.
  void addStretch(const PackedBatch& prompts, int64_t begin, int64_t end);
  void addToken(int32_t id, int32_t position);
  /// Rows, positions, media and text; segments are the decoder's.
  const PackedBatch& batch() const noexcept { return batch_; }

 private:
  int64_t unitOf(const std::shared_ptr<Media>& medium);

  PackedBatch batch_;
  std::vector<int64_t> firstUnits_;  // of each of batch_.media
};

}  // namespace secondlook
