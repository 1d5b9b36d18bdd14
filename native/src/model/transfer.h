// Between loops of the host and operators, wherever those run: without a device both use the same memory, and nothing is
// copied.
#pragma once

#include <vector>

#include "../ops/ops.h"
#include "arena.h"

namespace secondlook {

/// The same without a device: operators then read and write memory of the host.
inline Context onHost(Context context) {
  context.device = nullptr;
  return context;
}

/// `count` floats of the arena that `fill(float*)` writes as the host and operators read.
template <class Fill>
float* filled(Context& context, Arena& arena, int64_t count, Fill&& fill) {
  float* room = arena.floats(count);
  if (!context.device) {
    fill(room);
    return room;
  }
  std::vector<float> values(static_cast<size_t>(count));
  fill(values.data());
  ops::upload(context, count, values.data(), room);
  return room;
}

/// Values of the host where operators read them: in place, or copied into the arena.
inline const float* placed(Context& context, Arena& arena, const float* values, int64_t count) {
  if (!context.device) return values;
  float* room = arena.floats(count);
  ops::upload(context, count, values, room);
  return room;
}

/// Values of the host that `compute(float*)` makes with operators.
template <class Compute>
void computed(Context& context, Arena& arena, int64_t count, float* toHost, Compute&& compute) {
  if (!context.device) return compute(toHost);
  const ArenaScope scope(arena);
  float* room = arena.floats(count);
  compute(room);
  ops::download(context, count, room, toHost);
}

/// What operators wrote where the host reads it: in place, or copied into `room`.
inline float* readable(Context& context, float* values, int64_t count, std::vector<float>& room) {
  if (!context.device) return values;
  room.resize(static_cast<size_t>(count));
  ops::download(context, count, values, room.data());
  return room.data();
}

}  // namespace secondlook
