// An update of the weights, alone or in a team.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "../comm/communicator.h"
#include "../error.h"
#include "../ops/ops.h"
#include "model.h"

namespace secondlook {

namespace {
/// What a member found in its part of the gradient.
struct Found {
  double squares = 0;
  int64_t culprit = -1;  // index of the first parameter that is not finite
};

/// All parameters in one go, so that a device is waited for once.
Found inspect(Context& context, const Model& model) {
  std::vector<ops::Values> parts;
  std::vector<int64_t> owners;
  for (size_t i = 0; i < model.table().all().size(); ++i) {
    const Parameter& parameter = model.table().all()[i];
    const Span own = parameter.trainable ? model.shards().own(parameter) : Span{};
    if (own.empty()) continue;
    parts.push_back({model.gradient(parameter) + own.begin, own.count()});
    owners.push_back(static_cast<int64_t>(i));
  }
  std::vector<double> squares(parts.size());
  ops::sumsOfSquares(context, parts, squares.data());
  Found found;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!std::isfinite(squares[i]) && found.culprit < 0) found.culprit = owners[i];
    found.squares += squares[i];
  }
  return found;
}

Found combined(Communicator& team, const Found& own) {
  std::vector<std::byte> bytes(sizeof(Found));
  std::memcpy(bytes.data(), &own, sizeof(Found));
  Found all;
  for (const auto& part : team.gather(bytes)) {
    Found other;
    std::memcpy(&other, part.data(), sizeof(Found));
    all.squares += other.squares;
    if (other.culprit >= 0 && (all.culprit < 0 || other.culprit < all.culprit)) all.culprit = other.culprit;
  }
  return all;
}
}  // namespace

void Model::divide(int rank, int members) {
  if (shards_.members() == members && shards_.rank() == rank) return;
  if (optimiser_.steps > 0)
    throw Error(ErrorCode::badArgument, "step: the optimiser's state is already divided among " +
                                            std::to_string(shards_.members()) +
                                            " processes. Save it and load it in the new team.");
  shards_ = Shards(table_, rank, members);
}

StepOutcome Model::step(Context& context, const StepSettings& settings, Communicator* team) {
  if (!gradients_)
    throw Error(ErrorCode::badArgument,
                "step: this model was loaded with trainable: false and has no gradients. Load it as trainable.");
  if (team != nullptr) {
    divide(team->rank(), team->size());
    for (int member = 0; member < team->size(); ++member) {
      const Span part = shards_.of(member);
      team->sumTo(member, gradients_.data() + part.begin, part.count());
    }
  }
  Found found = inspect(context, *this);
  if (team != nullptr) found = combined(*team, found);
  StepOutcome outcome;
  outcome.gradientNorm = std::sqrt(found.squares);
  if (found.culprit >= 0) {
    outcome.culprit = table_.all()[static_cast<size_t>(found.culprit)].name;
    outcome.skipped = true;
    zeroGradients();
    return outcome;
  }
  const double factor = settings.clip > 0 ? std::min(1.0, settings.clip / (outcome.gradientNorm + 1e-6)) : 1.0;
  ++optimiser_.steps;
  ops::AdamW adamw{static_cast<float>(settings.learningRate),
                   static_cast<float>(settings.beta1),
                   static_cast<float>(settings.beta2),
                   static_cast<float>(settings.epsilon),
                   0,
                   optimiser_.steps,
                   static_cast<float>(factor)};
  for (const Parameter& parameter : table_.all()) {
    const Span own = parameter.trainable ? shards_.own(parameter) : Span{};
    if (own.empty()) continue;
    adamw.weightDecay =
        settings.skipNormDecay && parameter.isVectorOrNorm() ? 0.0f : static_cast<float>(settings.weightDecay);
    optimiser_.update(context, adamw, parameter, own, weights_.wide(parameter), gradient(parameter));
  }
  if (team != nullptr) shareWeights(*team);
  for (const Parameter& parameter : table_.all())
    if (parameter.trainable) weights_.narrow(context, parameter);
  zeroGradients();
  weightsChanged(visionTrainable_);
  return outcome;
}

/// Every member's part of the masters to everybody, by way of the gradients' buffer, which has the shards' layout.
void Model::shareWeights(Communicator& team) {
  const auto eachPart = [&](auto&& copy) {
    for (const Parameter& p : table_.all())
      if (p.trainable) copy(p, weights_.wide(p), gradient(p));
  };
  eachPart([&](const Parameter& p, const float* masters, float* buffer) {
    const Span own = shards_.own(p);
    if (!own.empty())
      std::memcpy(buffer + own.begin, masters + own.begin, static_cast<size_t>(own.count()) * sizeof(float));
  });
  for (int member = 0; member < team.size(); ++member) {
    const Span part = shards_.of(member);
    team.broadcast(member, gradients_.data() + part.begin, part.count() * static_cast<int64_t>(sizeof(float)));
  }
  eachPart([&](const Parameter& p, float* masters, const float* buffer) {
    std::memcpy(masters, buffer, static_cast<size_t>(p.count) * sizeof(float));
  });
}

}  // namespace secondlook
