// A forward pass with its activations kept, and the backward pass that spends them. The tape is thin: block-level calls
// over saved buffers, in the reverse order of the forward pass.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "model.h"

namespace secondlook {

class Tape {
 public:
  /// Runs the forward pass. In a team a batch may be empty: the member then only takes its part in backward(). Throws Error(badArgument) when the model takes no gradient.
  Tape(Context&, std::shared_ptr<Model> model, const std::vector<GroupInput>& groups, float temperature);

  const std::vector<float>& logProbs() const noexcept { return logProbs_; }
  const std::vector<float>& entropy() const noexcept { return entropy_; }
  const std::vector<int32_t>& offsets() const noexcept { return batch_.offsets; }
  bool spent() const noexcept { return arena_ == nullptr; }

  /// Adds to the model's gradients, given d(loss)/d(value) for each value; `dEntropy` may be empty. Spends the tape. In a
  /// team all members call together, and what they add is summed at each gradient's owner.
  void backward(Context&, std::span<const float> dLogProbs, std::span<const float> dEntropy);

 private:
  void run(Context&, std::span<const float> dLogProbs, std::span<const float> dEntropy, GradientExchange&);

  std::shared_ptr<Model> model_;
  std::shared_ptr<Arena> arena_;
  PackedBatch batch_;
  float temperature_;
  uint64_t weightVersion_;
  VisionPass vision_;
  LanguagePass language_;
  float *gathered_ = nullptr, *normed_ = nullptr, *scale_ = nullptr;
  float* scores_ = nullptr;  // [3, tokens]: log-probability, entropy, log-sum-exp
  std::vector<float> logProbs_, entropy_;
};

}  // namespace secondlook
