#include "rotary_table.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "../device/thread_pool.h"

namespace secondlook {

RotaryTable::RotaryTable(int64_t dimension, double theta) {
  for (int64_t k = 0; k < dimension; k += 2) {
    const float exponent = static_cast<float>(k) / static_cast<float>(dimension);
    inverse_.push_back(1.0f / static_cast<float>(std::pow(theta, static_cast<double>(exponent))));
  }
}

void RotaryTable::extend(int32_t largest) {
  if (largest < positions_) return;
  const int32_t wanted = std::max<int32_t>(largest + 1, positions_ + positions_ / 2 + 64);
  for (int32_t position = positions_; position < wanted; ++position)
    for (const float inverse : inverse_) {
      const double angle = static_cast<float>(position) * inverse;
      cos_.push_back(static_cast<float>(std::cos(angle)));
      sin_.push_back(static_cast<float>(std::sin(angle)));
    }
  positions_ = wanted;
}

void fillMrope(Context& context, RotaryTable& table, const std::array<int64_t, 3>& section,
               const std::array<std::span<const int32_t>, 3>& axes, float* cos, float* sin) {
  const int64_t half = table.frequencies(), rows = static_cast<int64_t>(axes[0].size());
  int32_t largest = 0;
  for (const auto& axis : axes)
    for (const int32_t position : axis) largest = std::max(largest, position);
  table.extend(largest);
  context.pool.parallelFor(rows, 256, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      float* c = cos + row * 2 * half;
      float* s = sin + row * 2 * half;
      int64_t from = 0;
      for (size_t axis = 0; axis < 3; ++axis) {
        const int32_t position = axes[axis][static_cast<size_t>(row)];
        const size_t bytes = static_cast<size_t>(section[axis]) * sizeof(float);
        std::memcpy(c + from, table.cosines(position) + from, bytes);
        std::memcpy(s + from, table.sines(position) + from, bytes);
        from += section[axis];
      }
      std::memcpy(c + half, c, static_cast<size_t>(half) * sizeof(float));
      std::memcpy(s + half, s, static_cast<size_t>(half) * sizeof(float));
    }
  });
}

void fillAxial(Context& context, RotaryTable& table, std::span<const int32_t> rows, std::span<const int32_t> columns,
               std::span<const int32_t> order, float* cos, float* sin) {
  const int64_t part = table.frequencies();
  int32_t largest = 0;
  for (const int32_t position : rows) largest = std::max(largest, position);
  for (const int32_t position : columns) largest = std::max(largest, position);
  table.extend(largest);
  context.pool.parallelFor(static_cast<int64_t>(order.size()), 256, [&](int64_t begin, int64_t end) {
    const size_t bytes = static_cast<size_t>(part) * sizeof(float);
    for (int64_t i = begin; i < end; ++i) {
      const auto patch = static_cast<size_t>(order[static_cast<size_t>(i)]);
      for (int64_t half = 0; half < 2; ++half) {
        const int64_t at = i * 4 * part + half * 2 * part;
        std::memcpy(cos + at, table.cosines(rows[patch]), bytes);
        std::memcpy(cos + at + part, table.cosines(columns[patch]), bytes);
        std::memcpy(sin + at, table.sines(rows[patch]), bytes);
        std::memcpy(sin + at + part, table.sines(columns[patch]), bytes);
      }
    }
  });
}

}  // namespace secondlook
