// A bump allocator for activations: allocation is an addition, release goes back to a mark. Memory is kept for the next
// pass, so a steady training loop allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "../device/memory.h"

namespace secondlook {

class Arena {
 public:
  struct Mark {
    size_t block, used;
  };

  explicit Arena(Memory memory = {}) : memory_(std::move(memory)) {}
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// 64-byte aligned and not zeroed. Throws Error(outOfMemory) with the size asked for.
  float* floats(int64_t count);
  float* zeros(int64_t count);
  Mark mark() const noexcept { return {current_, current_ < blocks_.size() ? blocks_[current_].used : 0}; }
  void release(Mark mark) noexcept;
  void reset() noexcept { release({0, 0}); }
  size_t capacity() const noexcept { return capacity_; }
  /// Most bytes in use at once since the last call.
  size_t takePeak() noexcept;

 private:
  struct Block {
    std::byte* data;
    size_t size, used;
  };
  Memory memory_;
  std::vector<Block> blocks_;
  size_t current_ = 0, capacity_ = 0;
  size_t full_ = 0, peak_ = 0;  // bytes used in the blocks before the current one; most bytes in use
};

/// Releases an arena to where it was when the scope began.
class ArenaScope {
 public:
  explicit ArenaScope(Arena& arena) : arena_(arena), mark_(arena.mark()) {}
  ~ArenaScope() { arena_.release(mark_); }
  ArenaScope(const ArenaScope&) = delete;
  ArenaScope& operator=(const ArenaScope&) = delete;

 private:
  Arena& arena_;
  Arena::Mark mark_;
};

struct GiveBack {
  Memory memory;
  Purpose purpose = Purpose::weights;
  size_t bytes = 0;
  void operator()(float* address) const noexcept { memory.give(purpose, address, bytes); }
};

/// Zeroed memory: weights, gradients, moments, key-value caches. Pages of the host cost nothing until they are touched.
class FlatBuffer {
 public:
  FlatBuffer() = default;
  explicit FlatBuffer(int64_t count, const Memory& memory = {}, Purpose purpose = Purpose::cache);
  float* data() const noexcept { return data_.get(); }
  int64_t count() const noexcept { return count_; }
  size_t bytes() const noexcept { return static_cast<size_t>(count_) * sizeof(float); }
  explicit operator bool() const noexcept { return data_ != nullptr; }
  const Memory& memory() const noexcept { return data_.get_deleter().memory; }
  /// Zeroes bytes [begin, end) and gives their whole pages back. The host's only.
  void forget(size_t begin, size_t end) noexcept;

 private:
  std::unique_ptr<float, GiveBack> data_;
  int64_t count_ = 0;
};

}  // namespace secondlook
