// The caching allocator: slabs from the driver, cut and joined here. All work of a session is on one stream, so memory given
// back may be taken again at once: what still uses it was queued before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "platform.h"

namespace secondlook::cuda {

class Heap {
 public:
  Heap() = default;
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// 256-byte aligned; throws Failure(outOfMemory) naming what was asked for and what there is.
  void* take(size_t bytes);
  void give(void* address);
  /// Returns slabs that nothing is in to the driver.
  void trim();
  size_t reserved() const noexcept { return reserved_; }
  size_t used() const noexcept { return used_; }
  size_t peak() const noexcept { return peak_; }

 private:
  struct Piece {
    size_t bytes;
    bool free;
  };
  struct Slab {
    char* base;
    size_t bytes;
    std::map<size_t, Piece> pieces;  // by offset, no gaps
  };
  void* find(size_t bytes);
  bool grow(size_t bytes);

  std::vector<Slab> slabs_;
  size_t reserved_ = 0, used_ = 0, peak_ = 0;
};

}  // namespace secondlook::cuda
