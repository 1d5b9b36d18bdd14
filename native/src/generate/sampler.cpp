#include "sampler.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "../device/device.h"
#include "../device/thread_pool.h"
#include "../error.h"
#include "random.h"

namespace secondlook {

namespace {
constexpr float excluded = -std::numeric_limits<float>::infinity();

/// e^x for x <= 0 within 2e-7: x = n ln 2 + r, a polynomial for e^r, and n added to the exponent. Written so that the
/// compiler turns the loop around it into vector instructions. Below -87 the result is 0.
inline float exponential(float x) {
  const float clamped = std::max(x, -87.0f);
  const float shifted = clamped * 1.44269504f + 12582912.0f;  // rounds to a whole number in the low mantissa bits
  const float n = shifted - 12582912.0f;
  const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  float y = 1.98756912e-4f;
  y = y * r + 1.39819994e-3f;
  y = y * r + 8.33345205e-3f;
  y = y * r + 4.16657962e-2f;
  y = y * r + 1.66666657e-1f;
  y = y * r + 0.5f;
  y = y * r * r + r + 1.0f;
  const auto bits = std::bit_cast<uint32_t>(y) + (std::bit_cast<uint32_t>(shifted) << 23);
  return x < -87.0f ? 0.0f : std::bit_cast<float>(bits);
}

// Not under the thread sanitizer: the loader chooses among clones before the sanitizer has started, and falls over.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define SECONDLOOK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SECONDLOOK_CLONES
#endif

struct Sums {
  float sum, weighted;
};

/// p = exp(z - highest); sums of p and of p * (z - highest). Sixteen partial sums, added in a fixed order.
SECONDLOOK_CLONES Sums exponentialSums(const float* z, float highest, int64_t count, float* p) {
  float sum[16] = {}, weighted[16] = {};
  const int64_t whole = count / 16 * 16;
  for (int64_t j = 0; j < whole; j += 16)
    for (int64_t lane = 0; lane < 16; ++lane) {
      const float shifted = z[j + lane] - highest, e = exponential(shifted);
      p[j + lane] = e;
      sum[lane] += e;
      weighted[lane] += e * std::max(shifted, -1e4f);
    }
  for (int64_t j = whole; j < count; ++j) {
    const float shifted = z[j] - highest, e = exponential(shifted);
    p[j] = e;
    sum[j - whole] += e;
    weighted[j - whole] += e * std::max(shifted, -1e4f);
  }
  Sums total{0, 0};
  for (int lane = 0; lane < 16; ++lane) {
    total.sum += sum[lane];
    total.weighted += weighted[lane];
  }
  return total;
}

SECONDLOOK_CLONES float largest(const float* z, int64_t count) {
  float highest[16];
  std::fill(highest, highest + 16, excluded);
  const int64_t whole = count / 16 * 16;
  for (int64_t j = 0; j < whole; j += 16)
    for (int64_t lane = 0; lane < 16; ++lane) highest[lane] = std::max(highest[lane], z[j + lane]);
  for (int64_t j = whole; j < count; ++j) highest[0] = std::max(highest[0], z[j]);
  return *std::max_element(highest, highest + 16);
}

/// Sum of the masses of tokens below `edge`, in a fixed order: it never falls when the edge rises.
SECONDLOOK_CLONES float massBelow(const float* z, const float* mass, int64_t count, float edge) {
  float sum[16] = {};
  const int64_t whole = count / 16 * 16;
  for (int64_t j = 0; j < whole; j += 16)
    for (int64_t lane = 0; lane < 16; ++lane) sum[lane] += z[j + lane] < edge ? mass[j + lane] : 0.0f;
  for (int64_t j = whole; j < count; ++j) sum[j - whole] += z[j] < edge ? mass[j] : 0.0f;
  float total = 0;
  for (const float part : sum) total += part;
  return total;
}

/// Whole numbers in the order of the floats they stand for, and back.
int32_t orderOf(float value) {
  const auto bits = std::bit_cast<int32_t>(value);
  return bits < 0 ? bits ^ 0x7FFFFFFF : bits;
}
float valueOf(int32_t order) { return std::bit_cast<float>(order < 0 ? order ^ 0x7FFFFFFF : order); }

struct NucleusEdge {
  float lowest;     // the smallest logit that stays
  int64_t dropped;  // how many equal to it go
};

/// Takes the least likely of `count` tokens away while their masses add up to at most `budget`; at least one stays. Halves
/// the interval of floats in which the edge lies: 32 passes at most, without a branch on data.
NucleusEdge nucleusEdge(const float* z, const float* mass, int64_t count, float highest, double budget) {
  int32_t stays = orderOf(highest), goes = orderOf(excluded);  // the smallest that stays is in (goes, stays]
  while (static_cast<int64_t>(stays) - goes > 1) {
    const auto middle = static_cast<int32_t>(goes + (static_cast<int64_t>(stays) - goes) / 2);
    // Everything below `middle + 1`, that is up to `middle`, would go.
    if (massBelow(z, mass, count, valueOf(middle + 1)) <= budget) goes = middle;
    else stays = middle;
  }
  const float lowest = valueOf(stays);
  const double rest = budget - massBelow(z, mass, count, lowest), each = exponential(lowest - highest);
  const auto ties = static_cast<int64_t>(std::count(z, z + count, lowest));
  return {lowest, std::clamp<int64_t>(each > 0 ? static_cast<int64_t>(rest / each) : 0, 0, std::max<int64_t>(ties, 1) - 1)};
}

int32_t firstIndexOf(const float* z, float value, int64_t count) {
  return static_cast<int32_t>(std::find(z, z + count, value) - z);
}

[[noreturn]] void refuseLogits() {
  throw Error(ErrorCode::internal,
              "The model's logits are not finite, so nothing can be sampled: its weights hold NaN or infinity, or its "
              "activations overflow. Go on from an earlier checkpoint with a lower learning rate.");
}

/// The same by the device, which has the logits: only tokens come back.
std::vector<SampledToken> sampleThere(Device& device, const SamplingSettings& settings, int64_t vocabulary,
                                      const float* logits, std::span<const Draw> draws) {
  const DeviceSampling sampling = deviceSampling(settings);
  std::vector<DeviceDraw> wanted;
  for (const Draw& draw : draws) wanted.push_back({draw.logits, draw.stream, draw.row, draw.step, draw.seen});
  std::vector<DeviceSample> samples(draws.size());
  device.call(&DeviceTable::sample, &sampling, static_cast<int64_t>(draws.size()), vocabulary, logits,
              static_cast<const DeviceDraw*>(wanted.data()), settings.bannedIds.data(),
              static_cast<int64_t>(settings.bannedIds.size()), samples.data());
  return sampledTokens(samples);
}
}  // namespace

Sampler::Sampler(const SamplingSettings& settings, int64_t vocabulary)
    : settings_(settings),
      vocabulary_(vocabulary),
      z_(static_cast<size_t>(vocabulary)),
      p_(static_cast<size_t>(vocabulary)) {
  plain_ = settings.temperature == 1 && settings.topP >= 1 && settings.minP <= 0 && settings.topK <= 0 &&
           settings.repetitionPenalty == 1 && settings.bannedIds.empty();
}

double Sampler::exponentials(const float* z, float highest) {
  return exponentialSums(z, highest, vocabulary_, p_.data()).sum;
}

float Sampler::filter(const float* logits, const uint8_t* seen) {
  std::copy(logits, logits + vocabulary_, z_.begin());
  if (settings_.repetitionPenalty != 1 && seen != nullptr && !settings_.greedy)
    for (int64_t j = 0; j < vocabulary_; ++j)
      if (seen[j])
        z_[static_cast<size_t>(j)] *=
            z_[static_cast<size_t>(j)] < 0 ? settings_.repetitionPenalty : 1 / settings_.repetitionPenalty;
  for (const int32_t id : settings_.bannedIds) z_[static_cast<size_t>(id)] = excluded;
  if (settings_.greedy) return largest(z_.data(), vocabulary_);
  if (settings_.temperature != 1)
    for (float& z : z_) z /= settings_.temperature;
  if (settings_.topK > 0 && settings_.topK < vocabulary_) {
    sorted_ = z_;
    std::nth_element(sorted_.begin(), sorted_.begin() + (settings_.topK - 1), sorted_.end(), std::greater<>());
    const float lowest = sorted_[static_cast<size_t>(settings_.topK - 1)];
    for (float& z : z_)
      if (z < lowest) z = excluded;
  }
  const float highest = largest(z_.data(), vocabulary_);
  if (settings_.topP < 1) keepNucleus(highest);
  if (settings_.minP > 0) {
    const float lowest = highest + std::log(settings_.minP);
    for (float& z : z_)
      if (z < lowest && z < highest) z = excluded;
  }
  return highest;
}

void Sampler::keepNucleus(float highest) {
  const double total = exponentials(z_.data(), highest), dropUpTo = (1 - static_cast<double>(settings_.topP)) * total;
  // All tokens below an equal share of what may be dropped go in any case: only the others are sorted.
  const auto certain = static_cast<float>(dropUpTo / static_cast<double>(vocabulary_));
  sorted_.resize(static_cast<size_t>(2 * vocabulary_));
  float *kept = sorted_.data(), *masses = kept + vocabulary_;
  int64_t count = 0;
  double dropped = 0;
  for (int64_t j = 0; j < vocabulary_; ++j) {
    const float z = z_[static_cast<size_t>(j)], mass = p_[static_cast<size_t>(j)];
    const bool stays = mass > certain || z == highest;
    kept[count] = z;
    masses[count] = mass;
    count += stays;
    dropped += stays ? 0.0f : mass;
  }
  const auto [lowest, ties] = nucleusEdge(kept, masses, count, highest, dropUpTo - dropped);
  for (float& z : z_) z = z < lowest ? excluded : z;
  int64_t left = ties;
  for (int64_t j = 0; left > 0; ++j)
    if (float& z = z_[static_cast<size_t>(j)]; z == lowest) {
      z = excluded;
      --left;
    }
}

void Sampler::distribution(const float* logits, const uint8_t* seen, float* probabilities) {
  const float highest = filter(logits, seen);
  if (settings_.greedy) {
    std::fill(probabilities, probabilities + vocabulary_, 0.0f);
    probabilities[firstIndexOf(z_.data(), highest, vocabulary_)] = 1;
    return;
  }
  const double sum = exponentials(z_.data(), highest);
  for (int64_t j = 0; j < vocabulary_; ++j) probabilities[j] = static_cast<float>(p_[static_cast<size_t>(j)] / sum);
}

SampledToken Sampler::sample(const float* logits, const uint8_t* seen, uint64_t stream, uint32_t row, uint32_t step) {
  const float rawHighest = largest(logits, vocabulary_);
  const Sums raw = exponentialSums(logits, rawHighest, vocabulary_, p_.data());
  // NaN or infinity would choose an id out of range further down.
  if (!std::isfinite(rawHighest) || !std::isfinite(raw.sum)) refuseLogits();
  const float rawLogSum = std::log(raw.sum);
  SampledToken token{0, 0, 0, std::max(0.0f, rawLogSum - raw.weighted / raw.sum)};
  if (settings_.greedy) {
    token.id = firstIndexOf(z_.data(), filter(logits, seen), vocabulary_);
  } else {
    float highest = rawHighest;
    double sum = raw.sum;
    const float* z = logits;
    if (!plain_) {
      highest = filter(logits, seen);
      sum = exponentials(z_.data(), highest);
      z = z_.data();
    }
    const auto bits =
        philox(settings_.seed, {static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32), row, step});
    const double wanted = uniformDouble(bits[0], bits[1]) * sum;
    double before = 0;
    int64_t chosen = -1;
    for (int64_t j = 0; j < vocabulary_; ++j) {
      if (p_[static_cast<size_t>(j)] <= 0) continue;
      chosen = j;  // rounding may leave a remainder at the end: then the last possible one is taken
      before += p_[static_cast<size_t>(j)];
      if (before > wanted) break;
    }
    token.id = static_cast<int32_t>(chosen < 0 ? firstIndexOf(z, highest, vocabulary_) : chosen);
    token.sampledLogProb = z[token.id] - highest - static_cast<float>(std::log(sum));
  }
  token.logProb = logits[token.id] - rawHighest - rawLogSum;
  return token;
}

std::vector<SampledToken> sampleTokens(Context& context, const SamplingSettings& settings, int64_t vocabulary,
                                       const float* logits, std::span<const Draw> draws) {
  if (context.device) return sampleThere(*context.device, settings, vocabulary, logits, draws);
  std::vector<SampledToken> tokens(draws.size());
  context.pool.parallelFor(static_cast<int64_t>(draws.size()), 4, [&](int64_t begin, int64_t end) {
    Sampler sampler(settings, vocabulary);
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const Draw& draw = draws[i];
      tokens[i] = sampler.sample(logits + draw.logits * vocabulary, draw.seen, draw.stream, draw.row, draw.step);
      if (draw.seen) draw.seen[tokens[i].id] = 1;
    }
  });
  return tokens;
}

DeviceSampling deviceSampling(const SamplingSettings& settings) {
  return {settings.temperature, settings.topP, settings.minP, settings.repetitionPenalty,
          settings.topK,        settings.greedy, settings.seed};
}

std::vector<SampledToken> sampledTokens(std::span<const DeviceSample> samples) {
  std::vector<SampledToken> tokens;
  for (const DeviceSample& sample : samples) {
    if (sample.id < 0) refuseLogits();
    tokens.push_back({sample.id, sample.logProb, sample.sampledLogProb, sample.entropy});
  }
  return tokens;
}

}  // namespace secondlook
