// The language model over a packed batch: embeddings in, last hidden states out, and back.
#pragma once

#include <vector>

#include "packing.h"
#include "vision.h"

namespace secondlook {

/// Tables [rows, head dimension] of the rotary embedding.
struct RotaryRows {
  const float *cos, *sin;
};

struct LanguagePass {
  int64_t rows = 0;
  const float *cos = nullptr, *sin = nullptr;
  std::vector<BlockSaved> layers;
  float* last = nullptr;  // [rows, hidden], before the final norm
};

class LanguageModel {
 public:
  LanguageModel(const ModelConfig& config, Storage storage);

  /// `mediaEmbeddings` [batch.units, hidden] of the batch's distinct media, concatenated; null when there are none.
  /// With Keep::nothing only `last` survives.
  LanguagePass forward(Context&, const TextWeights&, const PackedBatch&, const float* mediaEmbeddings,
                       Keep, Arena&, const TraceSink& trace = {});
  /// x[rows, hidden]: each row's own embedding, of its token or from its medium.
  void embed(Context&, const TextWeights&, const PackedBatch&, const float* mediaEmbeddings, float* x, Arena&) const;
  RotaryRows turns(Context&, const PackedBatch&, Arena&);
  /// Tables [positions, head dimension] of the host's, for positions by time, height and width.
  void writeTurns(Context&, const std::array<std::span<const int32_t>, 3>& positions, float* cos, float* sin);
  /// `gradient` holds d(loss)/d(last) and is used up. dMedia (may be null) is overwritten with the media's gradient.
  /// `exchange` is told of each layer, and of the embedding, when its gradient is complete.
  void backward(Context&, const TextWeights&, const TextGradients& gradients, const PackedBatch&,
                LanguagePass&, float* gradient, float* dMedia, Arena&, GradientExchange& exchange);
  /// Of a tape that keeps everything, about.
  int64_t bytesPerRow(const Context&) const;
  const BlockShape& shape() const noexcept { return shape_; }

 private:
  const ModelConfig& config_;
  BlockShape shape_;
  RotaryTable table_;
};

}  // namespace secondlook
