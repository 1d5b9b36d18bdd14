#include "gradients.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>

#include "../comm/communicator.h"
#include "../ops/ops.h"

namespace secondlook {

namespace {
/// Index of the unit that a parameter belongs to: see GradientExchange::next().
size_t unitOf(const ModelConfig& config, const std::string& name) {
  const int64_t layers = config.text.layers, depth = config.vision.depth;
  const auto numberAfter = [&](const std::string& prefix) { return std::stoll(name.substr(prefix.size())); };
  int64_t unit = 0;
  if (name.starts_with("model.layers."))
    unit = layers - numberAfter("model.layers.");
  else if (name.starts_with("model.embed_tokens."))
    unit = 1 + layers;
  else if (name.starts_with("visual.merger."))
    unit = 2 + layers;
  else if (name.starts_with("visual.blocks."))
    unit = 2 + layers + depth - numberAfter("visual.blocks.");
  else if (name.starts_with("visual."))
    unit = 3 + layers + depth;
  return static_cast<size_t>(unit);
}

constexpr int64_t rounded(int64_t count) { return (count + 15) / 16 * 16; }
}  // namespace

Gradients::Gradients(const ModelConfig& config, const ParameterTable& table, const Shards& shards, const Memory& memory)
    : config_(&config), own_(shards, memory, Purpose::gradients) {
  if (shards.members() == 1) return;
  const auto layers = static_cast<size_t>(config.text.layers), depth = static_cast<size_t>(config.vision.depth);
  languageUnits_ = 2 + layers;
  units_.resize(languageUnits_ + 2 + depth);
  for (const Parameter& p : table.all()) {
    if (p.place.state < 0) continue;
    Span& span = units_[unitOf(config, p.name)].state;
    const Span own{p.place.state, p.place.state + p.count};
    span = span.empty() ? own : Span{std::min(span.begin, own.begin), std::max(span.end, own.end)};
  }
  // Tied to the head, the embedding takes gradients from the first product of the pass to its last.
  const Unit& embedding = units_[languageUnits_ - 1];
  const int64_t kept = config.text.tied ? rounded(embedding.state.count()) : 0;
  int64_t largest = 0;
  for (Unit& unit : units_) {
    if (&unit == &embedding && kept > 0) continue;
    unit.bucket = kept;
    largest = std::max(largest, rounded(unit.state.count()));
  }
  bucket_ = FlatBuffer(kept + largest, memory, Purpose::gradients);
}

float* Gradients::target(const Parameter& p) const {
  if (p.place.state < 0) return nullptr;
  if (!bucket_) return own_.at(p, 0);
  return bucketOf(units_[unitOf(*config_, p.name)], p.place.state);
}

void Gradients::zero() {
  for (const FlatBuffer* buffer : {&own_.buffer(), static_cast<const FlatBuffer*>(&bucket_)})
    if (*buffer) buffer->memory().zero(buffer->data(), buffer->bytes());
}

GradientExchange::GradientExchange(Context& context, Gradients& gradients, const Shards& shards, Communicator* team,
                                   bool sees)
    : context_(context), gradients_(gradients), shards_(shards), team_(team) {
  if (team_ == nullptr) return;
  // Where nobody shows the tower anything, its units are left out.
  const auto answers = team_->gather({static_cast<std::byte>(sees)});
  const bool anySees = std::any_of(answers.begin(), answers.end(), [](const auto& answer) { return answer[0] != std::byte{0}; });
  wanted_ = anySees ? gradients.units_.size() : gradients.languageUnits_;
}

void GradientExchange::next() {
  if (done_ == wanted_) return;
  const Gradients::Unit& unit = gradients_.units_[done_++];
  if (unit.state.empty()) return;
  const auto partOf = [&](int member) {
    const Span part = shards_.of(member);
    return Span{std::max(part.begin, unit.state.begin), std::min(part.end, unit.state.end)};
  };
  team_->begin();
  for (int member = 0; member < shards_.members(); ++member)
    if (const Span part = partOf(member); !part.empty())
      team_->sumTo(member, gradients_.bucketOf(unit, part.begin), part.count());
  team_->end();
  if (const Span own = partOf(shards_.rank()); !own.empty())
    ops::addRows(context_, own.count(), gradients_.bucketOf(unit, own.begin), gradients_.own_.place(own.begin));
  ops::zero(context_, unit.state.count(), gradients_.bucketOf(unit, unit.state.begin));
}

void GradientExchange::rest() {
  while (done_ < wanted_) next();
}

void GradientExchange::abandon() noexcept {
  try {
    context_.cancel = nullptr;
    rest();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "member %d: %s\n", team_->rank(), error.what());
    team_->abort(1);
  }
}

}  // namespace secondlook
