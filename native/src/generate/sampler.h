// One row of logits to one token. Order of work: repetition penalty, bans, temperature, top-k, top-p, min-p, draw.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "../device/backend.h"

namespace secondlook {

struct SamplingSettings {
  float temperature = 1, topP = 1, minP = 0, repetitionPenalty = 1;
  int32_t topK = 0;
  bool greedy = false;
  int64_t maxTokens = 0;
  std::vector<int32_t> stopIds, bannedIds;
  uint64_t seed = 0;
};

struct SampledToken {
  int32_t id;
  float logProb;         // raw softmax at temperature 1
  float sampledLogProb;  // of the filtered distribution
  float entropy;         // of the raw softmax, nats
};

class Sampler {
 public:
  Sampler(const SamplingSettings& settings, int64_t vocabulary);

  /// `seen` [vocabulary] marks ids of prompt and completion; null when no penalty is asked for.
  SampledToken sample(const float* logits, const uint8_t* seen, uint64_t stream, uint32_t row, uint32_t step);
  /// The distribution that would be sampled from: `probabilities` [vocabulary].
  void distribution(const float* logits, const uint8_t* seen, float* probabilities);
  bool needsHistory() const noexcept { return settings_.repetitionPenalty != 1; }

 private:
  /// Filtered logits in z_, -inf where excluded; returns the largest.
  float filter(const float* logits, const uint8_t* seen);
  /// Top-p: excludes the least likely tokens of z_ whose probabilities add up to at most 1 - topP.
  void keepNucleus(float highest);
  /// exp(z - highest) into p_; returns the sum.
  double exponentials(const float* z, float highest);

  const SamplingSettings& settings_;
  int64_t vocabulary_;
  bool plain_;  // nothing but temperature 1: the raw softmax is what is sampled from
  std::vector<float> z_, p_, sorted_;
};

/// A token to draw: from which row of the logits, and the counters of its random number.
struct Draw {
  int64_t logits;
  uint8_t* seen;  // as in Sampler::sample, where operators work; the token that is drawn is marked in it
  uint64_t stream;
  uint32_t row, step;
};

/// A token for each draw from logits [any, vocabulary], where the context's operators left them.
std::vector<SampledToken> sampleTokens(Context&, const SamplingSettings&, int64_t vocabulary, const float* logits,
                                       std::span<const Draw> draws);
/// What a device needs to know, and what it drew. Throws Error(internal) where its logits were not finite.
DeviceSampling deviceSampling(const SamplingSettings&);
std::vector<SampledToken> sampledTokens(std::span<const DeviceSample>);

}  // namespace secondlook
