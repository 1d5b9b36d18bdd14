// A pass of decoding on a device: the next token of each sequence, drawn there. What changes from pass to pass lies in one block
// of memory that one copy brings over; addresses, sizes and the order of work stay, with rows and lengths rounded up. A pass that
// comes for the second time is recorded as a graph, and every later one like it is a single launch. SECONDLOOK_CUDA_GRAPHS=off
// queues each operator of each pass instead, with the same bits.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "../device/device.h"
#include "decode_layers.h"
#include "decoder.h"
#include "sampler.h"

namespace secondlook {

class DecodeStep {
 public:
  /// For one generation: weights and the memory of rooms stay while it lives, and so do the model and the settings.
  DecodeStep(Context&, Model& model, const Decoder& decoder, const SamplingSettings& sampling);

  /// Feeds every sequence its next token and draws the one after it; draws[i] is of sequences[i]. What is thrown leaves the
  /// sequences as they were.
  std::vector<SampledToken> run(Context&, std::span<OpenSequence* const> sequences, std::span<const Draw> draws);
  /// Passes that recorded graphs did.
  int64_t replayed() const noexcept { return replayed_; }

 private:
  /// Where the parts of the block are, from its beginning.
  struct Layout {
    size_t ids, cos, sin, draws, lists, bytes;
    Layout(const DevicePass& pass, int64_t headDim);
  };
  struct Kind {
    bool seen = false, recordable = true;
    RecordedWork work;
  };
  void makeRoom(const DevicePass& pass, const Layout& layout);
  void fill(Context&, const DevicePass& pass, const Layout& layout, std::span<OpenSequence* const> sequences,
            std::span<const Draw> draws, std::span<const ops::DecodeRow> rows);
  /// Queues the pass, or records it.
  void queue(Context&, const DevicePass& pass, const Layout& layout);

  Model& model_;
  const Decoder& decoder_;
  const SamplingSettings& sampling_;
  const BlockShape& shape_;
  const int64_t vocabulary_;
  std::shared_ptr<Device> device_;
  std::shared_ptr<Arena> arena_;
  const bool recording_;
  int64_t rows_ = 0;   // that there is room for
  size_t blockBytes_ = 0;
  FlatBuffer block_;  // what the device reads
  std::unique_ptr<PinnedMemory> sent_, received_;
  PassBuffers buffers_{};
  float* logits_ = nullptr;
  int32_t* banned_ = nullptr;
  DeviceSample* samples_ = nullptr;
  std::map<std::array<int64_t, 3>, Kind> kinds_;  // by the rows, tasks and pieces of a pass
  int64_t replayed_ = 0;
};

}  // namespace secondlook
