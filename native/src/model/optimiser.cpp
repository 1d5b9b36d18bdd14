#include "optimiser.h"

namespace secondlook {

Optimiser::Optimiser(const ParameterTable& table, const Shards& shards, const Memory& memory, bool eightBit)
    : table_(&table), eightBit_(eightBit) {
  if (!eightBit) {
    first_ = StateBuffer<float>(shards, memory, Purpose::optimiser);
    second_ = StateBuffer<float>(shards, memory, Purpose::optimiser);
    return;
  }
  firstCodes_ = StateBuffer<uint8_t>(shards, memory, Purpose::optimiser);
  secondCodes_ = StateBuffer<uint8_t>(shards, memory, Purpose::optimiser);
  int64_t own = 0;
  for (const Parameter& p : table.all()) {
    firstBlock_.push_back(own);
    own += blocks(shards.own(p).count());
  }
  scales_ = FlatBuffer(2 * own, memory, Purpose::optimiser);
}

size_t Optimiser::bytes() const noexcept {
  return first_.bytes() + second_.bytes() + firstCodes_.bytes() + secondCodes_.bytes() + scales_.bytes();
}

void Optimiser::update(Context& context, const ops::AdamW& settings, const Parameter& p, Span own, float* values,
                       const float* gradient) {
  if (!eightBit_) {
    ops::adamw(context, settings, own.count(), values, gradient, firstMoment(p, own.begin), secondMoment(p, own.begin));
    return;
  }
  const uint64_t stream = (static_cast<uint64_t>(settings.step) << 40) ^ static_cast<uint64_t>(p.place.state);
  float* firstScale = scales(p);
  ops::adamw8(context, settings, stream + static_cast<uint64_t>(own.begin), own.count(), values, gradient,
              firstCodes(p, own.begin), secondCodes(p, own.begin), firstScale, firstScale + blocks(own.count()));
}

}  // namespace secondlook
