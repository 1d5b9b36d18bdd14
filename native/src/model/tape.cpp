#include "tape.h"

#include "../comm/communicator.h"
#include "../error.h"
#include "transfer.h"

namespace secondlook {

namespace {
/// Above this many bytes of activations, blocks keep their inputs only and are run again in the backward pass.
constexpr int64_t keptActivationBytes = int64_t{3} << 30;
}  // namespace

Tape::Tape(Context& context, std::shared_ptr<Model> model, const std::vector<GroupInput>& groups, float temperature)
    : model_(std::move(model)), temperature_(temperature), weightVersion_(model_->weightVersion()) {
  if (!model_->trainable())
    throw Error(ErrorCode::badArgument,
                "forward: this model was loaded with trainable: false. Use score(), or load it as trainable.");
  for (const GroupInput& group : groups)
    if (!group.variants.empty())
      throw Error(ErrorCode::badArgument, "forward: a group has variants of its prompt. They are for score() only.");
  const ModelConfig& config = model_->config();
  if (groups.empty() && model_->team() != nullptr) {  // a member that the others' batch left without a share
    arena_ = model_->borrowArena();
    batch_.offsets.assign(1, 0);
    return;
  }
  batch_ = packBatch(config, model_->options().positionRule, groups);
  arena_ = model_->borrowArena();
  const int64_t width = config.text.hidden, count = static_cast<int64_t>(batch_.targets.size());
  const bool encode = model_->visionTrainable() && !batch_.media.empty();
  int64_t patches = 0;
  if (encode)
    for (const auto& medium : batch_.media) patches += medium->grid.patches();
  const int64_t bytes = batch_.rows * model_->language().bytesPerRow(context) +
                        patches * model_->vision().bytesPerPatch(context);
  const Checkpointing wanted = model_->options().checkpointing;
  const bool inputsOnly =
      wanted == Checkpointing::always || (wanted == Checkpointing::automatic && bytes > keptActivationBytes);
  const Keep keep = inputsOnly ? Keep::blockInputs : Keep::everything;

  const float* media = nullptr;
  if (encode) {
    std::vector<VisionInput> inputs;
    for (const auto& medium : batch_.media) inputs.push_back({medium->patches.data(), medium->grid});
    vision_ = model_->vision().forward(context, model_->visionWeights(), inputs, keep, *arena_);
    media = vision_.merged;
  } else {
    media = model_->embeddings(context, batch_, *arena_);
  }
  language_ = model_->language().forward(context, model_->text(), batch_, media, keep, *arena_);
  gathered_ = arena_->floats(count * width);
  normed_ = arena_->floats(count * width);
  scale_ = arena_->floats(count);
  scores_ = arena_->floats(3 * count);
  logProbs_.resize(static_cast<size_t>(count));
  entropy_.resize(static_cast<size_t>(count));
  if (count == 0) return;
  ops::gatherRows(context, count, width, batch_.scoredRows.data(), language_.last, gathered_);
  ops::rmsNorm(context, count, width, config.text.normEpsilon, gathered_, model_->text().norm, normed_, scale_);
  ops::linearLogProb(context, count, width, config.text.vocabulary, temperature_, normed_, model_->text().head,
                     batch_.targets.data(), scores_, scores_ + count, scores_ + 2 * count);
  ops::download(context, count, scores_, logProbs_.data());
  ops::download(context, count, scores_ + count, entropy_.data());
}

void Tape::backward(Context& context, std::span<const float> dLogProbs, std::span<const float> dEntropy) {
  if (spent())
    throw Error(ErrorCode::badArgument, "backward: this tape is spent. Run forward() again for another backward pass.");
  if (dLogProbs.size() != logProbs_.size() || (!dEntropy.empty() && dEntropy.size() != logProbs_.size()))
    throw Error(ErrorCode::badArgument, "backward: the tape has " + std::to_string(logProbs_.size()) + " values, but " +
                                            std::to_string(dLogProbs.size()) + " derivatives (and " +
                                            std::to_string(dEntropy.size()) + " of the entropy) were given.");
  if (model_->weightVersion() != weightVersion_)
    throw Error(ErrorCode::badArgument,
                "backward: the weights changed since this tape's forward pass. Call backward() before step().");
  GradientExchange exchange(context, model_->gradients(), model_->shards(), model_->team(),
                            vision_.merged != nullptr && !logProbs_.empty());
  try {
    if (!logProbs_.empty()) run(context, dLogProbs, dEntropy, exchange);
    exchange.rest();
  } catch (...) {
    arena_.reset();
    exchange.abandon();
    throw;
  }
  arena_.reset();
}

void Tape::run(Context& context, std::span<const float> dLogProbs, std::span<const float> dEntropy,
               GradientExchange& exchange) {
  const ModelConfig& config = model_->config();
  const int64_t width = config.text.hidden, count = static_cast<int64_t>(batch_.targets.size());
  const float* logProbGradient = placed(context, *arena_, dLogProbs.data(), count);
  const float* entropyGradient = dEntropy.empty() ? nullptr : placed(context, *arena_, dEntropy.data(), count);
  float* dNormed = arena_->floats(count * width);
  ops::linearLogProbBackward(context, count, width, config.text.vocabulary, temperature_, normed_, model_->text().head,
                             batch_.targets.data(), scores_ + count, scores_ + 2 * count, logProbGradient,
                             entropyGradient, dNormed, model_->textGradients().head);
  float* dGathered = arena_->floats(count * width);
  ops::rmsNormBackward(context, count, width, gathered_, model_->text().norm, scale_, dNormed, dGathered, false,
                       model_->textGradients().norm);
  exchange.next();
  float* gradient = arena_->zeros(batch_.rows * width);
  ops::scatterAddRows(context, count, width, batch_.scoredRows.data(), dGathered, gradient);
  float* dMedia = vision_.merged ? arena_->floats(batch_.units * width) : nullptr;
  model_->language().backward(context, model_->text(), model_->textGradients(), batch_, language_, gradient, dMedia,
                              *arena_, exchange);
  if (dMedia)
    model_->vision().backward(context, model_->visionWeights(), model_->visionGradients(), vision_, dMedia, *arena_,
                              exchange);
}

}  // namespace secondlook
