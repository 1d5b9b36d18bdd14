// Sampling completions: all prompts are read in packed passes, their keys and values shared by their completions, and
// then every running row of every prompt decodes together.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "../model/model.h"
#include "sampler.h"

namespace secondlook {

enum class StopReason : uint8_t { stop, length, abort };

struct CompletionResult {
  std::vector<int32_t> ids;
  std::vector<float> logProbs, sampledLogProbs, entropy;
  StopReason stopReason = StopReason::length;
};

struct StreamedTokenData {
  int32_t prompt, completion, id;
  float logProb;
};
using TokenSink = std::function<void(std::vector<StreamedTokenData>)>;

/// result[prompt][completion]. When the context's token is cancelled, returns what was sampled so far; rows cut off
/// have StopReason::abort. `sink` (may be empty) is called at most 30 times a second and once at the end.
std::vector<std::vector<CompletionResult>> generateCompletions(
    Context&, Model& model, const std::vector<PromptInput>& prompts, int64_t completionsPerPrompt,
    const SamplingSettings& sampling, const std::vector<uint64_t>& streams, const TokenSink& sink);

}  // namespace secondlook
