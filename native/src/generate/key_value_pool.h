// Rooms for cached keys and values in one stretch of memory: the first gap that is long enough is taken, and neighbours
// that are free become one. A room is given back when its owner goes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "../model/arena.h"

namespace secondlook {

class KeyValuePool {
 public:
  /// `floats` of a room that the pool must outlive.
  class Room {
   public:
    Room() = default;
    Room(Room&& other) noexcept { *this = std::move(other); }
    Room& operator=(Room&& other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(begin_, other.begin_);
      std::swap(floats_, other.floats_);
      return *this;
    }
    ~Room() {
      if (pool_) pool_->giveBack(begin_, floats_);
    }
    float* data() const noexcept { return pool_->memory_.data() + begin_; }

   private:
    friend class KeyValuePool;
    Room(KeyValuePool* pool, int64_t begin, int64_t floats) : pool_(pool), begin_(begin), floats_(floats) {}
    KeyValuePool* pool_ = nullptr;
    int64_t begin_ = 0, floats_ = 0;
  };

  /// The first `floats` of the memory.
  KeyValuePool(FlatBuffer memory, int64_t floats) : memory_(std::move(memory)) { free_.emplace(0, floats); }
  KeyValuePool(const KeyValuePool&) = delete;
  KeyValuePool& operator=(const KeyValuePool&) = delete;

  /// Nothing when no gap is long enough: some room must be given back first.
  std::optional<Room> take(int64_t floats);
  int64_t used() const noexcept { return used_; }
  /// The memory itself, once all rooms are back.
  FlatBuffer release() noexcept { return std::move(memory_); }

 private:
  void giveBack(int64_t begin, int64_t floats);

  FlatBuffer memory_;
  std::map<int64_t, int64_t> free_;  // begin of a gap -> its floats; no two gaps touch
  int64_t used_ = 0;
};

}  // namespace secondlook
