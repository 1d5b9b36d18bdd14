#include "weight_store.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "../error.h"
#include "transfer.h"

namespace secondlook {

WeightStore::WeightStore(const ParameterTable& table, const Memory& memory, std::shared_ptr<const Checkpoint> checkpoint)
    : memory_(memory), checkpoint_(std::move(checkpoint)) {
  if (table.wideFloats() > 0) wide_ = FlatBuffer(table.wideFloats(), memory_, Purpose::weights);
  if (table.halves() > 0) half_ = FlatBuffer((table.halves() + 1) / 2, memory_, Purpose::weights);
  for (const Parameter& p : table.all())
    if (mapped(p)) mappedBytes_ += static_cast<size_t>(p.count) * sizeof(Bfloat16);
}

ops::Matrix WeightStore::matrix(const Parameter& p) const {
  if (const Bfloat16* own = half(p)) return ops::Matrix(own);
  if (const float* values = wide(p)) return values;
  return ops::Matrix(checkpoint_->bfloat16(p.name));
}

void WeightStore::read(const Parameter& p, float* to) const {
  if (const float* values = wide(p)) return memory_.read(to, values, static_cast<size_t>(p.count) * sizeof(float));
  std::vector<std::byte> room;
  const auto* halves = static_cast<const Bfloat16*>(stored(p, room));
  for (int64_t i = 0; i < p.count; ++i) to[i] = std::bit_cast<float>(static_cast<uint32_t>(halves[i].bits) << 16);
}

const void* WeightStore::stored(const Parameter& p, std::vector<std::byte>& room) const {
  const ops::Matrix values = matrix(p);
  if (mapped(p)) return values.data;
  return memory_.readable(values.data, static_cast<size_t>(p.count) * (values.half ? 2 : 4), room);
}

const void* WeightStore::master(const Parameter& p, std::vector<std::byte>& room) const {
  return memory_.readable(wide(p), static_cast<size_t>(p.count) * sizeof(float), room);
}

void WeightStore::write(Context& context, const Parameter& p, const float* from) {
  if (mapped(p))
    throw Error(ErrorCode::unsupported, "Parameter " + p.name +
                                            " is read from the checkpoint's file and cannot change. Load the model "
                                            "with dtype \"float32\", or as trainable.");
  if (float* to = wide(p)) memory_.write(to, from, static_cast<size_t>(p.count) * sizeof(float));
  Bfloat16* halves = half(p);
  if (!halves) return;
  if (memory_.ofHost()) return ops::narrow(context, p.count, from, halves);
  std::vector<Bfloat16> rounded(static_cast<size_t>(p.count));
  Context host = onHost(context);
  ops::narrow(host, p.count, from, rounded.data());
  memory_.write(halves, rounded.data(), rounded.size() * sizeof(Bfloat16));
}

void WeightStore::narrow(Context& context, const Parameter& p) {
  if (Bfloat16* halves = half(p)) ops::narrow(context, p.count, wide(p), halves);
}

}  // namespace secondlook
