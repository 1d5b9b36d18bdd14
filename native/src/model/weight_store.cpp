#include "weight_store.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "../error.h"

namespace secondlook {

WeightStore::WeightStore(const ParameterTable& table, std::shared_ptr<const Checkpoint> checkpoint)
    : checkpoint_(std::move(checkpoint)) {
  if (table.wideFloats() > 0) wide_ = FlatBuffer(table.wideFloats());
  if (table.halves() > 0) half_ = FlatBuffer((table.halves() + 1) / 2);
  for (const Parameter& p : table.all())
    if (mapped(p)) mappedBytes_ += static_cast<size_t>(p.count) * sizeof(Bfloat16);
}

ops::Matrix WeightStore::matrix(const Parameter& p) const {
  if (const Bfloat16* own = half(p)) return ops::Matrix(own);
  if (const float* values = wide(p)) return values;
  return ops::Matrix(checkpoint_->bfloat16(p.name));
}

void WeightStore::read(const Parameter& p, float* to) const {
  if (const float* values = wide(p)) {
    std::copy(values, values + p.count, to);
    return;
  }
  const auto* halves = static_cast<const Bfloat16*>(matrix(p).data);
  for (int64_t i = 0; i < p.count; ++i) to[i] = std::bit_cast<float>(static_cast<uint32_t>(halves[i].bits) << 16);
}

void WeightStore::write(Context& context, const Parameter& p, const float* from) {
  if (mapped(p))
    throw Error(ErrorCode::unsupported, "Parameter " + p.name +
                                            " is read from the checkpoint's file and cannot change. Load the model "
                                            "with dtype \"float32\", or as trainable.");
  if (float* to = wide(p)) std::copy(from, from + p.count, to);
  if (Bfloat16* halves = half(p)) ops::narrow(context, p.count, from, halves);
}

void WeightStore::narrow(Context& context, const Parameter& p) {
  if (Bfloat16* halves = half(p)) ops::narrow(context, p.count, wide(p), halves);
}

void WeightStore::copyFrom(const WeightStore& other) {
  if (wide_.bytes() == other.wide_.bytes() && wide_) std::memcpy(wide_.data(), other.wide_.data(), wide_.bytes());
  if (half_.bytes() == other.half_.bytes() && half_) std::memcpy(half_.data(), other.half_.data(), half_.bytes());
}

}  // namespace secondlook
