#include "optimiser.h"

#include <algorithm>
#include <cmath>

#include "../comm/communicator.h"
#include "../device/thread_pool.h"
#include "../ops/ops.h"
#include "shards.h"

namespace secondlook {

namespace {
/// Uniform in [0, 1) from a counter: splitmix64's finaliser.
float chance(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return static_cast<float>((x ^ (x >> 31)) >> 40) * 0x1p-24f;
}

float largest(const float* values, int64_t count) {
  float most = 0;
  for (int64_t i = 0; i < count; ++i) most = std::max(most, std::fabs(values[i]));
  return most;
}

/// Code 128 + sign * magnitude, magnitude 127 sqrt(|x| / scale).
float decodeFirst(uint8_t code, float scale) {
  const float u = static_cast<float>(static_cast<int>(code) - 128) / 127.0f;
  return scale * u * std::fabs(u);
}
uint8_t encodeFirst(float x, float scale, float dither) {
  if (scale <= 0) return 128;
  const float u = 127.0f * std::sqrt(std::min(1.0f, std::fabs(x) / scale));
  const int magnitude = std::min(127, static_cast<int>(u + dither));
  return static_cast<uint8_t>(128 + (x < 0 ? -magnitude : magnitude));
}

/// 255 (x / scale)^(1/4); at least 1 where x > 0.
float decodeSecond(uint8_t code, float scale) {
  const float u = static_cast<float>(code) / 255.0f, square = u * u;
  return scale * square * square;
}
uint8_t encodeSecond(float x, float scale, float dither) {
  if (scale <= 0 || x <= 0) return 0;
  const float u = 255.0f * std::sqrt(std::sqrt(std::min(1.0f, x / scale)));
  return static_cast<uint8_t>(std::clamp(static_cast<int>(u + dither), 1, 255));
}
}  // namespace

Optimiser::Optimiser(const ParameterTable& table, bool eightBit) : table_(&table), eightBit_(eightBit) {
  const int64_t floats = eightBit ? (table.stateFloats() + 3) / 4 : table.stateFloats();
  first_ = FlatBuffer(floats);
  second_ = FlatBuffer(floats);
  if (!eightBit) return;
  int64_t blocks = 0;
  for (const Parameter& p : table.all()) {
    firstBlock_.push_back(blocks);
    if (p.place.state >= 0) blocks += this->blocks(p);
  }
  scales_ = FlatBuffer(2 * blocks);
}

size_t Optimiser::bytes() const noexcept { return first_.bytes() + second_.bytes() + scales_.bytes(); }

void Optimiser::update(Context& context, const ops::AdamW& settings, const Parameter& p, Span span, float* values,
                       const float* gradient) {
  if (!eightBit_) {
    ops::adamw(context, settings, span.count(), values + span.begin, gradient + span.begin,
               firstMoment(p) + span.begin, secondMoment(p) + span.begin);
    return;
  }
  const int64_t firstOwn = span.begin / blockSize;
  uint8_t *first = firstCodes(p), *second = secondCodes(p);
  float *firstScale = scales(p), *secondScale = firstScale + blocks(p);
  const uint64_t stream = (static_cast<uint64_t>(settings.step) << 40) ^ static_cast<uint64_t>(p.place.state);
  const int64_t own = (span.end + blockSize - 1) / blockSize - firstOwn;
  context.pool.parallelFor(own, 64, [&](int64_t begin, int64_t end) {
    float m[blockSize], v[blockSize];
    for (int64_t block = firstOwn + begin; block < firstOwn + end; ++block) {
      const int64_t at = block * blockSize, count = std::min(blockSize, p.count - at);
      for (int64_t i = 0; i < count; ++i) {
        m[i] = decodeFirst(first[at + i], firstScale[block]);
        v[i] = decodeSecond(second[at + i], secondScale[block]);
      }
      ops::adamw(context, settings, count, values + at, gradient + at, m, v);
      firstScale[block] = largest(m, count);
      secondScale[block] = largest(v, count);
      for (int64_t i = 0; i < count; ++i) {
        const uint64_t counter = 2 * (stream + static_cast<uint64_t>(at + i));
        first[at + i] = encodeFirst(m[i], firstScale[block], chance(counter));
        second[at + i] = encodeSecond(v[i], secondScale[block], chance(counter + 1));
      }
    }
  });
}

void Optimiser::collect(Communicator& team, int root) {
  for (FlatBuffer* buffer : {&first_, &second_, &scales_})
    if (*buffer) team.mergeTo(root, buffer->data(), static_cast<int64_t>(buffer->bytes()));
}

void Optimiser::keepOwn(const Shards& shards) {
  if (shards.members() == 1) return;
  const size_t unit = eightBit_ ? 1 : sizeof(float);
  const Span own = shards.of(shards.rank());
  for (FlatBuffer* buffer : {&first_, &second_}) {
    buffer->forget(0, static_cast<size_t>(own.begin) * unit);
    buffer->forget(static_cast<size_t>(own.end) * unit, buffer->bytes());
  }
  if (!eightBit_) return;
  for (const Parameter& p : table_->all()) {
    if (p.place.state < 0) continue;
    const Span mine = shards.own(p);
    for (int64_t block = 0; block < blocks(p); ++block)
      if (block * blockSize < mine.begin || block * blockSize >= mine.end)
        scales(p)[block] = scales(p)[blocks(p) + block] = 0;
  }
}

}  // namespace secondlook
