#include "weight_store.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "../comm/communicator.h"
#include "../error.h"
#include "transfer.h"

namespace secondlook {

WeightStore::WeightStore(const ParameterTable& table, const Shards& shards, const Memory& memory,
                         std::shared_ptr<const Checkpoint> checkpoint, std::shared_ptr<Communicator> team)
    : memory_(memory), shards_(shards), team_(std::move(team)), checkpoint_(std::move(checkpoint)) {
  if (table.wideFloats() > 0) wide_ = FlatBuffer(table.wideFloats(), memory_, Purpose::weights);
  if (table.halves() > 0) half_ = FlatBuffer((table.halves() + 1) / 2, memory_, Purpose::weights);
  const bool trainsHalves = std::any_of(table.all().begin(), table.all().end(), [](const Parameter& p) {
    return p.place.half >= 0 && p.place.state >= 0;
  });
  if (trainsHalves) masters_ = StateBuffer<float>(shards_, memory_, Purpose::weights);
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
  if (hasMaster(p)) {
    const Span own = shards_.own(p);
    std::vector<std::byte> bytes(static_cast<size_t>(own.count()) * sizeof(float));
    if (!own.empty()) memory_.read(bytes.data(), masters_.at(p, own.begin), bytes.size());
    bytes = joined(team_.get(), std::move(bytes));
    std::memcpy(to, bytes.data(), bytes.size());
    return;
  }
  std::vector<std::byte> room;
  const auto* halves = static_cast<const Bfloat16*>(stored(p, room));
  for (int64_t i = 0; i < p.count; ++i) to[i] = std::bit_cast<float>(static_cast<uint32_t>(halves[i].bits) << 16);
}

const void* WeightStore::stored(const Parameter& p, std::vector<std::byte>& room) const {
  const ops::Matrix values = matrix(p);
  if (mapped(p)) return values.data;
  return memory_.readable(values.data, static_cast<size_t>(p.count) * (values.half ? 2 : 4), room);
}

const void* WeightStore::readableWide(const Parameter& p, std::vector<std::byte>& room) const {
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
  if (const Span own = shards_.own(p); hasMaster(p) && !own.empty())
    memory_.write(masters_.at(p, own.begin), from + own.begin, static_cast<size_t>(own.count()) * sizeof(float));
  if (memory_.ofHost()) return ops::narrow(context, p.count, from, halves);
  std::vector<Bfloat16> rounded(static_cast<size_t>(p.count));
  Context host = onHost(context);
  ops::narrow(host, p.count, from, rounded.data());
  memory_.write(halves, rounded.data(), rounded.size() * sizeof(Bfloat16));
}

void WeightStore::narrow(Context& context, const Parameter& p) {
  const Span own = shards_.own(p);
  if (hasMaster(p) && !own.empty())
    ops::narrow(context, own.count(), masters_.at(p, own.begin), half(p) + own.begin);
}

void WeightStore::share(const ParameterTable& table) const {
  if (!team_) return;
  struct Piece {
    int owner;
    std::byte* at;
    int64_t bytes;
  };
  std::vector<Piece> pieces;
  for (const Parameter& p : table.all()) {
    if (!p.trainable) continue;
    const bool halves = half(p) != nullptr;
    auto* values = halves ? reinterpret_cast<std::byte*>(half(p)) : reinterpret_cast<std::byte*>(wide(p));
    const auto unit = static_cast<int64_t>(halves ? sizeof(Bfloat16) : sizeof(float));
    for (int member = 0; member < shards_.members(); ++member) {
      const Span part = shards_.of(member, p);
      if (part.empty()) continue;
      const Piece piece{member, values + part.begin * unit, part.count() * unit};
      Piece* last = pieces.empty() ? nullptr : &pieces.back();
      if (last && last->owner == member && last->at + last->bytes == piece.at)
        last->bytes += piece.bytes;
      else
        pieces.push_back(piece);
    }
  }
  team_->begin();
  for (const Piece& piece : pieces) team_->broadcast(piece.owner, piece.at, piece.bytes);
  team_->end();
}

}  // namespace secondlook
