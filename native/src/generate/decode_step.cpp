#include "decode_step.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace secondlook {

namespace {

constexpr size_t smallestBlock = size_t{256} << 10;
constexpr size_t mostKinds = 128;  // graphs that are kept

bool recordingWanted() {
  const char* wanted = std::getenv("SECONDLOOK_CUDA_GRAPHS");
  return !wanted || std::string_view(wanted) != "off";
}

/// Arena memory for values of another type.
template <class T>
T* taken(Arena& arena, int64_t count) {
  return reinterpret_cast<T*>(arena.floats((count * static_cast<int64_t>(sizeof(T)) + 3) / 4));
}

}  // namespace

DecodeStep::Layout::Layout(const DevicePass& pass, int64_t headDim) {
  size_t at = 0;
  const auto take = [&](size_t size) {
    const size_t begin = at;
    at = (at + size + 255) / 256 * 256;
    return begin;
  };
  const auto rows = static_cast<size_t>(pass.rows), angles = rows * static_cast<size_t>(headDim) * sizeof(float);
  ids = take(rows * sizeof(int32_t));
  cos = take(angles);
  sin = take(angles);
  draws = take(rows * sizeof(DeviceDraw));
  lists = take(pass.bytes);
  bytes = at;
}

DecodeStep::DecodeStep(Context& context, Model& model, const Decoder& decoder, const SamplingSettings& sampling)
    : model_(model),
      decoder_(decoder),
      sampling_(sampling),
      shape_(model.language().shape()),
      vocabulary_(model.config().text.vocabulary),
      device_(context.device->shared_from_this()),
      arena_(model.borrowArena()),
      recording_(recordingWanted()) {}

/// Larger buffers lie elsewhere: graphs of the old ones go with them.
void DecodeStep::makeRoom(const DevicePass& pass, const Layout& layout) {
  if (layout.bytes > blockBytes_) {
    kinds_.clear();
    blockBytes_ = std::max(smallestBlock, 2 * layout.bytes);
    block_ = FlatBuffer();
    block_ = FlatBuffer(static_cast<int64_t>(blockBytes_ / sizeof(float)), model_.where(), Purpose::activations);
    sent_.reset();
    sent_ = std::make_unique<PinnedMemory>(device_, blockBytes_);
  }
  if (pass.rows <= rows_) return;
  kinds_.clear();
  rows_ = pass.rows;
  arena_->reset();
  buffers_ = PassBuffers(*arena_, shape_, rows_);
  buffers_.takeRest(*arena_, shape_, rows_);
  logits_ = arena_->floats(rows_ * vocabulary_);
  samples_ = taken<DeviceSample>(*arena_, rows_);
  const std::vector<int32_t>& banned = sampling_.bannedIds;
  banned_ = taken<int32_t>(*arena_, static_cast<int64_t>(banned.size()));
  if (!banned.empty()) model_.where().write(banned_, banned.data(), banned.size() * sizeof(int32_t));
  received_.reset();
  received_ = std::make_unique<PinnedMemory>(device_, static_cast<size_t>(rows_) * sizeof(DeviceSample));
}

void DecodeStep::fill(Context& context, const DevicePass& pass, const Layout& layout,
                      std::span<OpenSequence* const> sequences, std::span<const Draw> draws,
                      std::span<const ops::DecodeRow> rows) {
  std::byte* block = sent_->data();
  std::memset(block, 0, layout.lists);  // rows behind the sequences: token 0, turned by nothing
  auto* ids = reinterpret_cast<int32_t*>(block + layout.ids);
  auto* drawn = reinterpret_cast<DeviceDraw*>(block + layout.draws);
  std::vector<int32_t> positions;
  for (size_t i = 0; i < static_cast<size_t>(pass.rows); ++i) {
    if (i >= sequences.size()) {
      drawn[i].logits = -1;
      continue;
    }
    const OpenSequence& s = *sequences[i];
    ids[i] = s.next;
    positions.push_back(s.prompt->rows.nextPosition + static_cast<int32_t>(s.fed));
    drawn[i] = {static_cast<int64_t>(i), draws[i].stream, draws[i].row, draws[i].step, draws[i].seen};
  }
  model_.language().writeTurns(context, {positions, positions, positions}, reinterpret_cast<float*>(block + layout.cos),
                               reinterpret_cast<float*>(block + layout.sin));
  const ops::AttentionShape attention = shape_.attention();
  device_->call(&DeviceTable::writeDecode, &attention, rows.data(), static_cast<int64_t>(rows.size()), &pass,
                static_cast<void*>(block + layout.lists));
}

void DecodeStep::queue(Context& context, const DevicePass& pass, const Layout& layout) {
  auto* block = reinterpret_cast<std::byte*>(block_.data());
  device_->call(&DeviceTable::send, static_cast<void*>(block), static_cast<const void*>(sent_->data()), layout.bytes);
  const TextWeights& w = model_.text();
  const int64_t rows = pass.rows, width = shape_.width;
  const RotaryRows turns{reinterpret_cast<const float*>(block + layout.cos), reinterpret_cast<const float*>(block + layout.sin)};
  const ops::AttentionShape attention = shape_.attention();
  device_->call(&DeviceTable::gatherListed, rows, width, reinterpret_cast<const int32_t*>(block + layout.ids), &w.embedding,
                buffers_.x);
  decodeLayers(context, shape_, w, rows, buffers_, turns, *arena_, [&](int64_t layer) {
    const float* k = buffers_.qkv + shape_.queryWidth();
    device_->call(&DeviceTable::attentionListed, &attention, &pass, static_cast<const void*>(block + layout.lists), layer,
                  buffers_.qkv, k, k + shape_.keyWidth(), buffers_.attended);
  });
  ops::rmsNorm(context, rows, width, shape_.epsilon, buffers_.x, w.norm, buffers_.normed, nullptr);
  ops::linear(context, rows, width, vocabulary_, buffers_.normed, w.head, nullptr, logits_);
  const DeviceSampling sampling = deviceSampling(sampling_);
  device_->call(&DeviceTable::sampleListed, &sampling, rows, vocabulary_, logits_,
                reinterpret_cast<const DeviceDraw*>(block + layout.draws), banned_,
                static_cast<int64_t>(sampling_.bannedIds.size()), samples_);
  device_->call(&DeviceTable::receive, static_cast<void*>(received_->data()), static_cast<const void*>(samples_),
                static_cast<size_t>(rows) * sizeof(DeviceSample));
}

std::vector<SampledToken> DecodeStep::run(Context& context, std::span<OpenSequence* const> sequences,
                                          std::span<const Draw> draws) {
  checkCancelled(context);
  // Not in the middle: a pass is queued in less time than it takes, and a recording must not be broken off.
  Context undisturbed = context;
  undisturbed.cancel = nullptr;
  std::vector<ops::DecodeRow> rows;
  for (const OpenSequence* s : sequences) rows.push_back(decoder_.seenBy(*s, 0));
  const ops::AttentionShape attention = shape_.attention();
  DevicePass pass{};
  device_->call(&DeviceTable::planDecode, &attention, static_cast<const ops::DecodeRow*>(rows.data()),
                static_cast<int64_t>(rows.size()), &pass);
  const Layout layout(pass, shape_.headDim);
  makeRoom(pass, layout);
  fill(undisturbed, pass, layout, sequences, draws, rows);

  if (kinds_.size() >= mostKinds) kinds_.clear();
  Kind& kind = kinds_[{pass.rows, pass.tasks, pass.pieces}];
  // The first pass of a kind warms up what a recording cannot: kernels that are loaded late, the choice of products, memory.
  if (recording_ && kind.seen && kind.recordable && !kind.work) {
    kind.work = device_->record([&] { queue(undisturbed, pass, layout); });
    kind.recordable = static_cast<bool>(kind.work);
  }
  if (kind.work) {
    kind.work.run();
    ++replayed_;
  } else {
    queue(undisturbed, pass, layout);
  }
  kind.seen = true;
  device_->call(&DeviceTable::synchronise);
  const auto* samples = reinterpret_cast<const DeviceSample*>(received_->data());
  std::vector<SampledToken> tokens = sampledTokens({samples, sequences.size()});
  for (OpenSequence* s : sequences) ++s->fed;
  return tokens;
}

}  // namespace secondlook
