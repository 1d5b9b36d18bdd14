#include "key_value_pool.h"

#include <random>
#include <vector>

#include "check.h"

using namespace secondlook;
using Room = KeyValuePool::Room;

TEST("a pool refuses what does not fit, and gives a returned room again") {
  KeyValuePool pool(FlatBuffer(128), 96);
  std::optional<Room> first = pool.take(32), second = pool.take(64);
  CHECK(first && second);
  CHECK(second->data() == first->data() + 32);
  CHECK(!pool.take(16));
  float* const place = first->data();
  first.reset();
  CHECK(pool.used() == 64);
  CHECK(!pool.take(33));
  const std::optional<Room> again = pool.take(32);
  CHECK(again && again->data() == place);
}

TEST("rooms of a pool never overlap, and all of it is one gap again when the last is back") {
  constexpr int64_t size = 4096;
  KeyValuePool pool(FlatBuffer(size), size);
  struct Taken {
    Room room;
    int64_t floats;
  };
  std::vector<Taken> taken;
  std::vector<int> owner(size, -1);
  std::mt19937 random(3);
  const float* base = nullptr;
  for (int round = 0; round < 5000; ++round) {
    if (random() % 2 == 0 && !taken.empty()) {
      std::swap(taken[random() % taken.size()], taken.back());
      const int64_t at = taken.back().room.data() - base;
      for (int64_t i = 0; i < taken.back().floats; ++i) owner[static_cast<size_t>(at + i)] = -1;
      taken.pop_back();
      continue;
    }
    const int64_t floats = 16 * (1 + random() % 20);
    std::optional<Room> room = pool.take(floats);
    if (!room) continue;
    if (!base) base = room->data();
    for (int64_t i = 0; i < floats; ++i) {
      int& mine = owner[static_cast<size_t>(room->data() - base + i)];
      CHECK(mine == -1);
      mine = round;
    }
    taken.push_back({std::move(*room), floats});
  }
  taken.clear();
  CHECK(pool.used() == 0);
  CHECK(pool.take(size).has_value());
}
