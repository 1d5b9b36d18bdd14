#include "optimiser.h"

#include <algorithm>

#include "../comm/communicator.h"
#include "../ops/ops.h"
#include "shards.h"

namespace secondlook {

Optimiser::Optimiser(const ParameterTable& table, const Memory& memory, bool eightBit)
    : table_(&table), eightBit_(eightBit) {
  const int64_t floats = eightBit ? (table.stateFloats() + 3) / 4 : table.stateFloats();
  first_ = FlatBuffer(floats, memory, Purpose::optimiser);
  second_ = FlatBuffer(floats, memory, Purpose::optimiser);
  if (!eightBit) return;
  int64_t blocks = 0;
  for (const Parameter& p : table.all()) {
    firstBlock_.push_back(blocks);
    if (p.place.state >= 0) blocks += this->blocks(p);
  }
  scales_ = FlatBuffer(2 * blocks, memory, Purpose::optimiser);
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
  const int64_t at = firstOwn * blockSize, end = (span.end + blockSize - 1) / blockSize * blockSize;
  ops::adamw8(context, settings, stream + static_cast<uint64_t>(at), std::min(end, p.count) - at, values + at, gradient + at,
              first + at, second + at, firstScale + firstOwn, secondScale + firstOwn);
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
