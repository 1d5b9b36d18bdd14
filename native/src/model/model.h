// A model: weights, and everything that can be done with them. Used by one thread at a time; the counters that other
// threads read are atomic.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "language.h"
#include "media.h"
#include "packing.h"
#include "parameters.h"
#include "vision.h"
#include "weights.h"

namespace secondlook {

struct ModelOptions {
  std::vector<std::string> frozen;
  bool trainable = true;
  PositionRule positionRule = PositionRule::vllm;
};

struct ScoreResult {
  std::vector<float> logProbs, entropy;
  std::vector<int32_t> offsets;
};

struct StepSettings {
  double learningRate = 0, clip = 0, weightDecay = 0, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  bool skipNormDecay = true;
};

struct StepOutcome {
  double gradientNorm = 0;
  bool skipped = false;
  std::string culprit;
};

struct MemoryReport {
  size_t weights, gradients, optimiser, activations, cache, peak;
  size_t current() const { return weights + gradients + optimiser + activations + cache; }
};

class Model : public std::enable_shared_from_this<Model> {
 public:
  Model(ModelConfig config, const ModelOptions& options);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const ModelConfig& config() const noexcept { return config_; }
  const ParameterTable& table() const noexcept { return table_; }
  const ModelOptions& options() const noexcept { return options_; }
  bool trainable() const noexcept { return static_cast<bool>(gradients_); }
  uint64_t weightVersion() const noexcept { return weightVersion_.load(); }
  MemoryReport memory() const;

  const FlatBuffer& weights() const noexcept { return weights_; }
  const FlatBuffer& gradients() const noexcept { return gradients_; }
  const FlatBuffer& firstMoments() const noexcept { return firstMoments_; }
  const FlatBuffer& secondMoments() const noexcept { return secondMoments_; }
  int64_t optimiserSteps() const noexcept { return optimiserSteps_; }
  void setOptimiserSteps(int64_t steps) noexcept { optimiserSteps_ = steps; }
  /// Call after changing weights; `visionChanged` makes cached embeddings stale.
  void weightsChanged(bool visionChanged);
  void zeroGradients();

  /// Embeddings of each distinct medium, from the cache where the tower's state is unchanged; concatenated in `arena`.
  const float* embeddings(Context&, const PackedBatch& batch, Arena& arena);
  LanguageModel& language() noexcept { return language_; }
  VisionTower& vision() noexcept { return vision_; }
  const TextTensors<const float>& text() const noexcept { return textWeights_; }
  const VisionTensors<const float>& visionWeights() const noexcept { return visionWeights_; }
  const TextTensors<float>& textGradients() const noexcept { return textGradients_; }
  const VisionTensors<float>& visionGradients() const noexcept { return visionGradients_; }
  bool visionTrainable() const noexcept { return visionTrainable_; }

  ScoreResult score(Context&, const std::vector<GroupInput>& groups, float temperature);
  std::vector<std::vector<float>> groupDivergence(Context&, const std::vector<GroupInput>& groups, float temperature);
  StepOutcome step(Context&, const StepSettings& settings);
  void blend(const Model& other, double decay);
  std::shared_ptr<Model> clone(bool trainable) const;
  void trace(Context&, const PromptInput& prompt, const TraceSink& sink);

  /// Arenas go back to the model when their user is done, so a steady loop allocates nothing.
  std::shared_ptr<Arena> borrowArena();
  void noteActivations(size_t bytes) noexcept;
  void noteCache(size_t bytes) noexcept;

 private:
  void notePeak() noexcept;
  void embedMissing(Context&, const std::vector<std::shared_ptr<Media>>& media, Arena& arena);

  ModelConfig config_;
  ModelOptions options_;
  ParameterTable table_;
  FlatBuffer weights_, gradients_, firstMoments_, secondMoments_;
  VisionTensors<const float> visionWeights_;
  TextTensors<const float> textWeights_;
  VisionTensors<float> visionGradients_;
  TextTensors<float> textGradients_;
  bool visionTrainable_ = false;
  VisionTower vision_;
  LanguageModel language_;
  int64_t optimiserSteps_ = 0;
  std::atomic<uint64_t> weightVersion_{1};
  uint64_t visionKey_;     // unique in the process per state of the tower
  std::mutex arenaMutex_;  // tapes may be let go on another thread
  std::vector<std::unique_ptr<Arena>> idleArenas_;
  std::atomic<size_t> activationBytes_{0}, cacheBytes_{0}, peakBytes_{0};
};

}  // namespace secondlook
