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
    parts.push_back({model.gradients().own(parameter, own.begin), own.count()});
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

StepOutcome Model::step(Context& context, const StepSettings& settings) {
  if (!gradients_)
    throw Error(ErrorCode::badArgument,
                "step: this model was loaded with trainable: false and has no gradients. Load it as trainable.");
  Found found = inspect(context, *this);
  if (team() != nullptr) found = combined(*team(), found);
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
    optimiser_.update(context, adamw, parameter, own, weights_.trained(parameter, own.begin),
                      gradients_.own(parameter, own.begin));
    weights_.narrow(context, parameter);
  }
  weights_.share(table_);
  zeroGradients();
  weightsChanged(visionTrainable_);
  return outcome;
}

}  // namespace secondlook
