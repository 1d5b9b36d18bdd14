#include "model.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "../error.h"

namespace secondlook {

namespace {
constexpr int64_t patchesPerEncoding = 8192;  // bounds the memory of one inference pass of the tower

uint64_t freshVisionKey() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1);
}
}  // namespace

Model::Model(ModelConfig config, const ModelOptions& options)
    : config_(std::move(config)),
      options_(options),
      table_(config_, options.frozen, options.trainable),
      weights_(table_.floats()),
      vision_(config_),
      language_(config_),
      visionKey_(freshVisionKey()) {
  visionWeights_ = bindVision<const float>(config_, table_, weights_.data(), false);
  textWeights_ = bindText<const float>(config_, table_, weights_.data(), false);
  if (!options.trainable) return;
  gradients_ = FlatBuffer(table_.floats());
  firstMoments_ = FlatBuffer(table_.floats());
  secondMoments_ = FlatBuffer(table_.floats());
  visionGradients_ = bindVision<float>(config_, table_, gradients_.data(), true);
  textGradients_ = bindText<float>(config_, table_, gradients_.data(), true);
  visionTrainable_ = table_.anyTrainable("visual.");
}

void Model::weightsChanged(bool visionChanged) {
  weightVersion_.fetch_add(1);
  if (visionChanged) visionKey_ = freshVisionKey();
}

void Model::zeroGradients() {
  if (gradients_) std::memset(gradients_.data(), 0, gradients_.bytes());
}

std::shared_ptr<Arena> Model::borrowArena() {
  std::unique_ptr<Arena> arena;
  {
    const std::lock_guard lock(arenaMutex_);
    if (!idleArenas_.empty()) {
      arena = std::move(idleArenas_.back());
      idleArenas_.pop_back();
    }
  }
  if (!arena) arena = std::make_unique<Arena>();
  return {arena.release(), [weak = weak_from_this()](Arena* used) {
            std::unique_ptr<Arena> owned(used);
            owned->reset();
            const auto model = weak.lock();
            if (!model) return;
            model->noteActivations(owned->capacity());
            const std::lock_guard lock(model->arenaMutex_);
            if (model->idleArenas_.size() < 2) model->idleArenas_.push_back(std::move(owned));
          }};
}

void Model::noteActivations(size_t bytes) noexcept {
  activationBytes_ = std::max(activationBytes_.load(), bytes);
  notePeak();
}
void Model::noteCache(size_t bytes) noexcept {
  cacheBytes_ = bytes;
  notePeak();
}
void Model::notePeak() noexcept {
  const size_t now = memory().current();
  if (now > peakBytes_) peakBytes_ = now;
}

MemoryReport Model::memory() const {
  MemoryReport report{weights_.bytes(),        gradients_.bytes(), firstMoments_.bytes() + secondMoments_.bytes(),
                      activationBytes_.load(), cacheBytes_.load(), 0};
  report.peak = std::max(peakBytes_.load(), report.current());
  return report;
}

void Model::embedMissing(Context& context, const std::vector<std::shared_ptr<Media>>& media, Arena& arena) {
  std::vector<std::shared_ptr<Media>> missing;
  for (const auto& medium : media)
    if (!medium->cached(visionKey_)) missing.push_back(medium);
  for (size_t begin = 0; begin < missing.size();) {
    const ArenaScope scope(arena);
    std::vector<VisionInput> inputs;
    size_t end = begin;
    for (int64_t patches = 0;
         end < missing.size() && (end == begin || patches + missing[end]->grid.patches() <= patchesPerEncoding);
         ++end) {
      patches += missing[end]->grid.patches();
      inputs.push_back({missing[end]->patches.data(), missing[end]->grid});
    }
    const VisionPass pass = vision_.forward(context, visionWeights_, inputs, Keep::nothing, arena);
    const float* from = pass.merged;
    for (; begin < end; ++begin) {
      const int64_t count = missing[begin]->tokens * config_.text.hidden;
      missing[begin]->remember(visionKey_, std::make_shared<const std::vector<float>>(from, from + count));
      from += count;
    }
  }
}

const float* Model::embeddings(Context& context, const PackedBatch& batch, Arena& arena) {
  if (batch.media.empty()) return nullptr;
  embedMissing(context, batch.media, arena);
  float* all = arena.floats(batch.units * config_.text.hidden);
  float* to = all;
  for (const auto& medium : batch.media) {
    const Embeddings embeddings = medium->cached(visionKey_);
    std::memcpy(to, embeddings->data(), embeddings->size() * sizeof(float));
    to += embeddings->size();
  }
  return all;
}

void Model::blend(const Model& other, double decay) {
  if (other.table_.floats() != table_.floats() || other.table_.all().size() != table_.all().size())
    throw Error(ErrorCode::badArgument,
                "blend: the other model has another architecture. Blend a model with its own clone.");
  const auto keep = static_cast<float>(decay), take = static_cast<float>(1.0 - decay);
  float* to = weights_.data();
  const float* from = other.weights_.data();
  for (int64_t i = 0; i < table_.floats(); ++i) to[i] = keep * to[i] + take * from[i];
  weightsChanged(true);
}

std::shared_ptr<Model> Model::clone(bool trainable) const {
  ModelOptions options = options_;
  options.trainable = trainable;
  auto copy = std::make_shared<Model>(config_, options);
  std::memcpy(copy->weights_.data(), weights_.data(), weights_.bytes());
  copy->visionKey_ = visionKey_;  // the same tower: its embeddings serve both
  return copy;
}

StepOutcome Model::step(Context& context, const StepSettings& settings) {
  if (!gradients_)
    throw Error(ErrorCode::badArgument,
                "step: this model was loaded with trainable: false and has no gradients. Load it as trainable.");
  StepOutcome outcome;
  double sum = 0;
  for (const Parameter& parameter : table_.all()) {
    if (!parameter.trainable) continue;
    const double squares = ops::sumOfSquares(context, parameter.count, gradients_.data() + parameter.offset);
    if (!std::isfinite(squares) && outcome.culprit.empty()) outcome.culprit = parameter.name;
    sum += squares;
  }
  outcome.gradientNorm = std::sqrt(sum);
  if (!outcome.culprit.empty()) {
    outcome.skipped = true;
    zeroGradients();
    return outcome;
  }
  const double factor = settings.clip > 0 ? std::min(1.0, settings.clip / (outcome.gradientNorm + 1e-6)) : 1.0;
  ++optimiserSteps_;
  ops::AdamW adamw{static_cast<float>(settings.learningRate),
                   static_cast<float>(settings.beta1),
                   static_cast<float>(settings.beta2),
                   static_cast<float>(settings.epsilon),
                   0,
                   optimiserSteps_,
                   static_cast<float>(factor)};
  for (const Parameter& parameter : table_.all()) {
    if (!parameter.trainable) continue;
    adamw.weightDecay =
        settings.skipNormDecay && parameter.isVectorOrNorm() ? 0.0f : static_cast<float>(settings.weightDecay);
    const int64_t at = parameter.offset;
    ops::adamw(context, adamw, parameter.count, weights_.data() + at, gradients_.data() + at, firstMoments_.data() + at,
               secondMoments_.data() + at);
  }
  zeroGradients();
  weightsChanged(visionTrainable_);
  return outcome;
}

}  // namespace secondlook
