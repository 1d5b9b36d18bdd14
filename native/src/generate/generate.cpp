#include "generate.h"

#include <algorithm>
#include <chrono>

#include "../device/thread_pool.h"
#include "../error.h"
#include "decoder.h"

namespace secondlook {

namespace {
constexpr auto streamInterval = std::chrono::milliseconds(34);  // at most 30 a second

class TokenStream {
 public:
  explicit TokenStream(const TokenSink& sink) : sink_(sink) {}
  void add(StreamedTokenData token) {
    if (sink_) waiting_.push_back(token);
  }
  void flush(bool now) {
    const auto time = std::chrono::steady_clock::now();
    if (!sink_ || waiting_.empty() || (!now && time - last_ < streamInterval)) return;
    last_ = time;
    sink_(std::move(waiting_));
    waiting_.clear();
  }

 private:
  const TokenSink& sink_;
  std::vector<StreamedTokenData> waiting_;
  std::chrono::steady_clock::time_point last_{};
};
}  // namespace

std::vector<std::vector<CompletionResult>> generateCompletions(Context& context, Model& model,
                                                               const std::vector<PromptInput>& prompts,
                                                               int64_t perPrompt, const SamplingSettings& sampling,
                                                               const std::vector<uint64_t>& streams,
                                                               const TokenSink& sink) {
  const int64_t vocabulary = model.config().text.vocabulary,
                rowCount = static_cast<int64_t>(prompts.size()) * perPrompt;
  std::vector<std::vector<CompletionResult>> results(prompts.size(),
                                                     std::vector<CompletionResult>(static_cast<size_t>(perPrompt)));
  const auto resultOf = [&](int32_t row) -> CompletionResult& {
    return results[static_cast<size_t>(row / perPrompt)][static_cast<size_t>(row % perPrompt)];
  };
  for (auto& group : results)
    for (auto& completion : group) completion.stopReason = StopReason::abort;
  std::vector<uint8_t> stops(static_cast<size_t>(vocabulary), 0);
  for (const int32_t id : sampling.stopIds) stops[static_cast<size_t>(id)] = 1;
  TokenStream stream(sink);
  try {
    Decoder decoder(context, model, prompts, perPrompt, sampling.maxTokens);
    const Sampler prototype(sampling, vocabulary);
    std::vector<uint8_t> seen(prototype.needsHistory() ? static_cast<size_t>(rowCount * vocabulary) : 0, 0);
    if (!seen.empty())
      for (int64_t row = 0; row < rowCount; ++row)
        for (const int32_t id : prompts[static_cast<size_t>(row / perPrompt)].ids)
          seen[static_cast<size_t>(row * vocabulary + id)] = 1;
    std::vector<int32_t> active(static_cast<size_t>(rowCount)), ids;
    for (int32_t row = 0; row < rowCount; ++row) active[static_cast<size_t>(row)] = row;
    std::vector<SampledToken> sampled(active.size());
    const float* logits = nullptr;
    for (int64_t step = 0; step < sampling.maxTokens && !active.empty(); ++step) {
      context.pool.parallelFor(static_cast<int64_t>(active.size()), 4, [&](int64_t begin, int64_t end) {
        Sampler sampler(sampling, vocabulary);
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
          const int32_t row = active[i];
          const int64_t prompt = row / perPrompt;
          const float* z = logits ? logits + static_cast<int64_t>(i) * vocabulary : decoder.firstLogits(prompt);
          sampled[i] = sampler.sample(z, seen.empty() ? nullptr : seen.data() + row * vocabulary,
                                      streams[static_cast<size_t>(prompt)], static_cast<uint32_t>(row % perPrompt),
                                      static_cast<uint32_t>(step));
        }
      });
      ids.clear();
      size_t running = 0;
      for (size_t i = 0; i < active.size(); ++i) {
        const int32_t row = active[i];
        const SampledToken& token = sampled[i];
        CompletionResult& result = resultOf(row);
        result.ids.push_back(token.id);
        result.logProbs.push_back(token.logProb);
        result.sampledLogProbs.push_back(token.sampledLogProb);
        result.entropy.push_back(token.entropy);
        stream.add(
            {static_cast<int32_t>(row / perPrompt), static_cast<int32_t>(row % perPrompt), token.id, token.logProb});
        if (stops[static_cast<size_t>(token.id)] || step + 1 == sampling.maxTokens) {
          result.stopReason = stops[static_cast<size_t>(token.id)] ? StopReason::stop : StopReason::length;
          continue;
        }
        if (!seen.empty()) seen[static_cast<size_t>(row * vocabulary + token.id)] = 1;
        active[running++] = row;
        ids.push_back(token.id);
      }
      active.resize(running);
      stream.flush(false);
      if (!active.empty()) logits = decoder.step(context, active, ids);
    }
  } catch (const Aborted&) {
    // what was sampled so far stays; rows that had not ended keep StopReason::abort
  }
  stream.flush(true);
  return results;
}

}  // namespace secondlook
