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

#include "embedding_store.h"
#include "gradients.h"
#include "language.h"
#include "media.h"
#include "optimiser.h"
#include "packing.h"
#include "parameters.h"
#include "prefix_cache.h"
#include "shards.h"
#include "vision.h"
#include "weight_store.h"
#include "weights.h"

namespace secondlook {

struct ScoreResult {
  std::vector<float> logProbs, entropy;
  std::vector<int32_t> offsets;
  int64_t rows = 0;  // that went through the language model
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

/// Bytes by purpose. Mapped weights are pages of the checkpoint's file, shared with whoever maps it too.
struct MemoryReport {
  size_t weights, mappedWeights, gradients, optimiser, activations, cache, prefixCache, media, peak;
  size_t visionCacheHits, visionFolderHits;  // media
  size_t prefixReused, prefixRead;  // tokens of prompts
  size_t current() const {
    return weights + mappedWeights + gradients + optimiser + activations + cache + prefixCache + media;
  }
};

/// With its adapters, or the base model that they stand on: the reference policy of a LoRA run.
enum class Policy : uint8_t { adapted, base };

/// How a group's disagreement about the next token is measured (see `DivergenceOptions` in native/types.ts).
enum class Spread : uint8_t { klToMean, logMeanK3, logVariance };
struct DivergenceRule {
  Spread measure = Spread::klToMean;
  bool endedAreUniform = false;
};

class Model : public std::enable_shared_from_this<Model> {
 public:
  /// Its buffers lie where operators of the context work. Frozen matrices of a bfloat16 model stay in `checkpoint` where it
  /// has them as bfloat16 and the host computes.
  Model(const Context& context, ModelConfig config, const ModelOptions& options,
        std::shared_ptr<const Checkpoint> checkpoint = nullptr);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const ModelConfig& config() const noexcept { return config_; }
  const ParameterTable& table() const noexcept { return table_; }
  const ModelOptions& options() const noexcept { return options_; }
  /// Where its buffers lie.
  const Memory& where() const noexcept { return memory_; }
  bool trainable() const noexcept { return static_cast<bool>(gradients_); }
  uint64_t weightVersion() const noexcept { return weightVersion_.load(); }
  MemoryReport memory() const;

  WeightStore& weights() noexcept { return weights_; }
  const WeightStore& weights() const noexcept { return weights_; }
  Gradients& gradients() noexcept { return gradients_; }
  const Gradients& gradients() const noexcept { return gradients_; }
  Optimiser& optimiser() noexcept { return optimiser_; }
  const Optimiser& optimiser() const noexcept { return optimiser_; }
  /// Call after changing weights; `visionChanged` makes cached embeddings stale.
  void weightsChanged(bool visionChanged);
  /// For a tower that is not trained, once its weights are read: what it embeds then serves all that are equal, also later.
  void shareTower();
  void zeroGradients();

  /// Embeddings of each distinct medium, from the cache where the tower's state is unchanged; concatenated in `arena`.
  const float* embeddings(Context&, const PackedBatch& batch, Arena& arena);
  LanguageModel& language() noexcept { return language_; }
  VisionTower& vision() noexcept { return vision_; }
  const TextWeights& text(Policy policy = Policy::adapted) const noexcept {
    return policy == Policy::adapted ? textWeights_ : baseTextWeights_;
  }
  const VisionWeights& visionWeights() const noexcept { return visionWeights_; }
  const TextGradients& textGradients() const noexcept { return textGradients_; }
  const VisionGradients& visionGradients() const noexcept { return visionGradients_; }
  bool visionTrainable() const noexcept { return visionTrainable_; }

  ScoreResult score(Context&, const std::vector<GroupInput>& groups, float temperature,
                    Policy policy = Policy::adapted);
  std::vector<std::vector<float>> groupDivergence(Context&, const std::vector<GroupInput>& groups, float temperature,
                                                  const DivergenceRule& rule);
  /// In a team each member updates its own part and gives it to the others.
  StepOutcome step(Context&, const StepSettings& settings);
  /// Which part of what trains the model this process keeps.
  const Shards& shards() const noexcept { return shards_; }
  /// Who trains it together; null: alone.
  Communicator* team() const noexcept { return options_.team.get(); }
  void blend(Context&, const Model& other, double decay);
  std::shared_ptr<Model> clone(Context&, bool trainable) const;
  void trace(Context&, const PromptInput& prompt, const TraceSink& sink);

  /// Arenas go back to the model when their user is done, so a steady loop asks the system for nothing.
  std::shared_ptr<Arena> borrowArena();
  void noteActivations(size_t bytes) noexcept;
  /// Memory for cached keys and values: what the last generation gave back if it is large enough, else new.
  FlatBuffer takeCache(int64_t floats);
  PrefixCache& prefixes() noexcept { return prefixes_; }
  /// Keeps it for the next generation of this size: pages that are there already need no clearing.
  void returnCache(FlatBuffer cache) noexcept;

 private:
  void notePeak() noexcept;
  void embedMissing(Context&, const std::vector<std::shared_ptr<Media>>& media, Arena& arena);

  ModelConfig config_;
  ModelOptions options_;
  Memory memory_;
  ParameterTable table_;
  Shards shards_;
  WeightStore weights_;
  Gradients gradients_;
  Optimiser optimiser_;
  VisionWeights visionWeights_;
  TextWeights textWeights_, baseTextWeights_;
  VisionGradients visionGradients_;
  TextGradients textGradients_;
  bool visionTrainable_ = false;
  VisionTower vision_;
  LanguageModel language_;
  std::atomic<uint64_t> weightVersion_{1};
  EmbeddingCache embeddingCache_;
  EmbeddingStore embeddingStore_;
  PrefixCache prefixes_;
  uint64_t visionKey_;     // unique in the process per state of the tower
  std::mutex arenaMutex_;  // tapes may be let go on another thread
  std::vector<std::unique_ptr<Arena>> idleArenas_;
  FlatBuffer idleCache_;
  std::atomic<size_t> activationBytes_{0}, cacheBytes_{0}, peakBytes_{0};
};

}  // namespace secondlook
