// Rows of logits to tokens, a block a row: the order of work of generate/sampler.cpp, without sorting. Thresholds of top-k and
// top-p are found digit by digit of the logits' sortable bits; masses are counted in whole numbers, so that the order in
// which threads add does not matter.
#include "../generate/philox.h"
#include "block_row.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

constexpr int sampleThreads = 512, bins = 256;
using Mass = unsigned long long;
constexpr double massOfOne = 1099511627776.0;  // 2^40: 2^24 tokens of mass 1 do not overflow

/// Unsigned numbers in the order of the floats.
DEVICE uint32_t sortable(float x) {
  const uint32_t bits = bitsOf(x);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

DEVICE Mass massOf(float z, float highest) { return static_cast<Mass>(static_cast<double>(expf(z - highest)) * massOfOne); }

struct Shared {
  float floats[sampleThreads / 32];
  double doubles[sampleThreads / 32];
  Mass mass[bins];
  double scan[sampleThreads];
  uint32_t prefix;
  Mass budget;
  int64_t remaining;
  int32_t index;
};

template <class F>
DEVICE float largestOf(int64_t vocab, Shared& shared, F valueOf) {
  float top = -INFINITY;
  for (int64_t j = threadIdx.x; j < vocab; j += sampleThreads) top = fmaxf(top, valueOf(j));
  return foldBlock(top, Larger{}, shared.floats);
}

/// The smallest index for which is(j) holds; all threads get it.
template <class F>
DEVICE int32_t firstOf(int64_t vocab, Shared& shared, F is) {
  int32_t found = INT32_MAX;
  for (int64_t j = threadIdx.x; j < vocab && found == INT32_MAX; j += sampleThreads)
    if (is(j)) found = static_cast<int32_t>(j);
  found = foldWarp(found, [](int32_t a, int32_t b) { return a < b ? a : b; });
  __syncthreads();
  if (laneId() == 0) shared.scan[warpId()] = found;
  __syncthreads();
  for (int i = 0; i < sampleThreads / 32; ++i) found = found < shared.scan[i] ? found : static_cast<int32_t>(shared.scan[i]);
  return found;
}

/// Sum of the values of threads before this one.
DEVICE double sumBefore(double own, Shared& shared) {
  __syncthreads();
  shared.scan[threadIdx.x] = own;
  __syncthreads();
  double before = 0.0;
  const int warp = warpId();
  // Whole warps first: every thread adds at most 16 + 31 numbers.
  if (laneId() == 0) {
    double total = 0.0;
    for (int i = 0; i < 32; ++i) total += shared.scan[warp * 32 + i];
    shared.doubles[warp] = total;
  }
  __syncthreads();
  for (int i = 0; i < warp; ++i) before += shared.doubles[i];
  for (int i = 0; i < laneId(); ++i) before += shared.scan[warp * 32 + i];
  return before;
}

/// The k-th largest logit's sortable bits.
DEVICE uint32_t selectLargest(const float* z, int64_t vocab, int64_t k, Shared& shared) {
  if (threadIdx.x == 0) {
    shared.prefix = 0;
    shared.remaining = k;
  }
  for (int shift = 24; shift >= 0; shift -= 8) {
    for (int i = threadIdx.x; i < bins; i += sampleThreads) shared.mass[i] = 0;
    __syncthreads();
    const uint32_t prefix = shared.prefix, known = shift == 24 ? 0 : 0xFFFFFFFFu << (shift + 8);
    for (int64_t j = threadIdx.x; j < vocab; j += sampleThreads) {
      const uint32_t key = sortable(z[j]);
      if ((key & known) == prefix) atomicAdd(&shared.mass[key >> shift & 255], Mass{1});
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      int bin = bins - 1;
      while (bin > 0 && static_cast<int64_t>(shared.mass[bin]) < shared.remaining) shared.remaining -= static_cast<int64_t>(shared.mass[bin--]);
      shared.prefix = prefix | static_cast<uint32_t>(bin) << shift;
    }
    __syncthreads();
  }
  return shared.prefix;
}

/// Excludes the least likely tokens whose masses add up to at most 1 - topP of all; of equals the first ones go.
DEVICE void keepNucleus(float* z, int64_t vocab, float topP, float highest, Shared& shared) {
  if (threadIdx.x == 0) {
    shared.budget = 0;
    shared.prefix = 0;
  }
  __syncthreads();
  Mass own = 0;
  for (int64_t j = threadIdx.x; j < vocab; j += sampleThreads) own += massOf(z[j], highest);
  atomicAdd(&shared.budget, own);
  __syncthreads();
  if (threadIdx.x == 0) {
    const Mass total = shared.budget;
    const Mass budget = static_cast<Mass>((1.0 - static_cast<double>(topP)) * static_cast<double>(total));
    shared.budget = budget < total ? budget : total - 1;
  }
  for (int shift = 24; shift >= 0; shift -= 8) {
    for (int i = threadIdx.x; i < bins; i += sampleThreads) shared.mass[i] = 0;
    __syncthreads();
    const uint32_t prefix = shared.prefix, known = shift == 24 ? 0 : 0xFFFFFFFFu << (shift + 8);
    for (int64_t j = threadIdx.x; j < vocab; j += sampleThreads) {
      const uint32_t key = sortable(z[j]);
      if ((key & known) == prefix) atomicAdd(&shared.mass[key >> shift & 255], massOf(z[j], highest));
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      int bin = 0;
      while (bin < bins - 1 && shared.mass[bin] <= shared.budget) shared.budget -= shared.mass[bin++];
      shared.prefix = prefix | static_cast<uint32_t>(bin) << shift;
    }
    __syncthreads();
  }
  const uint32_t lowest = shared.prefix;
  const int64_t chunk = ceilDivide(vocab, sampleThreads), begin = threadIdx.x * chunk, end = least(vocab, begin + chunk);
  double ties = 0.0;
  for (int64_t j = begin; j < end; ++j) ties += sortable(z[j]) == lowest ? 1.0 : 0.0;
  double rank = sumBefore(ties, shared);
  const Mass budget = shared.budget;
  for (int64_t j = begin; j < end; ++j) {
    const uint32_t key = sortable(z[j]);
    if (key > lowest) continue;
    // The whole ties that the rest of the budget pays for.
    const Mass each_ = massOf(z[j], highest);
    if (key < lowest || (rank + 1.0) * static_cast<double>(each_) <= static_cast<double>(budget)) z[j] = -INFINITY;
    if (key == lowest) rank += 1.0;
  }
  __syncthreads();
}

/// The raw softmax is what is sampled from.
EITHER bool isPlain(const DeviceSampling& settings, int64_t bannedCount) {
  return settings.temperature == 1.0f && settings.topP >= 1.0f && settings.minP <= 0.0f && settings.topK <= 0 &&
         settings.repetitionPenalty == 1.0f && bannedCount == 0;
}

__global__ void __launch_bounds__(sampleThreads)
    sampleKernel(DeviceSampling settings, int64_t vocab, const float* logits, float* filtered, const int32_t* banned,
                 int64_t bannedCount, const DeviceDraw* draws, DeviceSample* samples) {
  __shared__ Shared shared;
  const int64_t row = blockIdx.x;
  if (draws[row].logits < 0) return;
  const float* raw = logits + draws[row].logits * vocab;
  const float rawHighest = largestOf(vocab, shared, [&](int64_t j) { return raw[j]; });
  float sum = 0.0f, weighted = 0.0f;
  for (int64_t j = threadIdx.x; j < vocab; j += sampleThreads) {
    const float shifted = raw[j] - rawHighest, e = expf(shifted);
    sum += e;
    weighted += e * fmaxf(shifted, -1e4f);
  }
  sum = foldBlock(sum, Add{}, shared.floats);
  weighted = foldBlock(weighted, Add{}, shared.floats);
  const float rawLogSum = logf(sum);
  if (!isfinite(rawHighest) || !isfinite(sum)) {
    if (threadIdx.x == 0) samples[row] = {-1, 0.0f, 0.0f, 0.0f};
    return;
  }
  const float* z = raw;
  float highest = rawHighest;
  if (!isPlain(settings, bannedCount)) {
    float* own = filtered + row * vocab;
    const uint8_t* history = draws[row].seen;
    const bool punished = history && settings.repetitionPenalty != 1.0f && !settings.greedy;
    for (int64_t j = threadIdx.x; j < vocab; j += sampleThreads) {
      float value = raw[j];
      if (punished && history[j]) value *= value < 0.0f ? settings.repetitionPenalty : 1.0f / settings.repetitionPenalty;
      if (!settings.greedy && settings.temperature != 1.0f) value /= settings.temperature;
      own[j] = value;
    }
    __syncthreads();
    for (int64_t i = threadIdx.x; i < bannedCount; i += sampleThreads) own[banned[i]] = -INFINITY;
    __syncthreads();
    if (!settings.greedy) {
      if (settings.topK > 0 && settings.topK < vocab) {
        const uint32_t lowest = selectLargest(own, vocab, settings.topK, shared);
        for (int64_t j = threadIdx.x; j < vocab; j += sampleThreads)
          if (sortable(own[j]) < lowest) own[j] = -INFINITY;
        __syncthreads();
      }
      highest = largestOf(vocab, shared, [&](int64_t j) { return own[j]; });
      if (settings.topP < 1.0f) keepNucleus(own, vocab, settings.topP, highest, shared);
      if (settings.minP > 0.0f) {
        const float lowest = highest + logf(settings.minP);
        for (int64_t j = threadIdx.x; j < vocab; j += sampleThreads)
          if (own[j] < lowest && own[j] < highest) own[j] = -INFINITY;
        __syncthreads();
      }
    }
    z = own;
  }
  int32_t chosen;
  float sampledLogProb = 0.0f;
  if (settings.greedy) {
    const float top = largestOf(vocab, shared, [&](int64_t j) { return z[j]; });
    chosen = firstOf(vocab, shared, [&](int64_t j) { return z[j] == top; });
  } else {
    const int64_t chunk = ceilDivide(vocab, sampleThreads), begin = threadIdx.x * chunk, end = least(vocab, begin + chunk);
    double own = 0.0;
    for (int64_t j = begin; j < end; ++j) own += static_cast<double>(expf(z[j] - highest));
    double before = sumBefore(own, shared);
    const double total = foldBlock(own, Add{}, shared.doubles);
    const PhiloxBits bits = philoxBits(settings.seed, static_cast<uint32_t>(draws[row].stream),
                                       static_cast<uint32_t>(draws[row].stream >> 32), draws[row].row, draws[row].step);
    const double wanted = uniformDouble(bits.word[0], bits.word[1]) * total;
    // The first token at which the running sum passes `wanted`; rounding may leave a remainder: then the last possible one.
    int32_t last = -1, passed = INT32_MAX;
    for (int64_t j = begin; j < end && passed == INT32_MAX; ++j) {
      const float p = expf(z[j] - highest);
      if (p <= 0.0f) continue;
      last = static_cast<int32_t>(j);
      before += static_cast<double>(p);
      if (before > wanted) passed = last;
    }
    __syncthreads();
    if (threadIdx.x == 0) shared.index = INT32_MAX;
    __syncthreads();
    shared.scan[threadIdx.x] = passed == INT32_MAX ? static_cast<double>(INT32_MAX) : static_cast<double>(passed);
    __syncthreads();
    if (threadIdx.x == 0)
      for (int i = 0; i < sampleThreads && shared.index == INT32_MAX; ++i) shared.index = static_cast<int32_t>(shared.scan[i]);
    __syncthreads();
    chosen = shared.index;
    if (chosen == INT32_MAX) {
      shared.scan[threadIdx.x] = static_cast<double>(last);
      __syncthreads();
      for (int i = 0; i < sampleThreads; ++i)
        if (shared.scan[i] >= 0.0) chosen = static_cast<int32_t>(shared.scan[i]);
    }
    sampledLogProb = z[chosen] - highest - static_cast<float>(log(total));
  }
  if (threadIdx.x != 0) return;
  if (draws[row].seen) draws[row].seen[chosen] = 1;
  samples[row] = {chosen, raw[chosen] - rawHighest - rawLogSum, sampledLogProb, fmaxf(0.0f, rawLogSum - weighted / sum)};
}

/// All lists lie on the device.
void launchSample(DeviceSession& s, const DeviceSampling& given, int64_t rows, int64_t vocab, const float* logits,
                  const DeviceDraw* draws, const int32_t* banned, int64_t bannedCount, DeviceSample* samples) {
  const DeviceSampling settings = given;
  const Scratch filtered(s, isPlain(settings, bannedCount) ? 0 : static_cast<size_t>(rows * vocab) * sizeof(float));
  auto* room = filtered.as<float>();
  LAUNCH(sampleKernel, dim3(rows), dim3(sampleThreads), 0, s.stream, settings, vocab, logits, room, banned, bannedCount, draws,
         samples);
}

}  // namespace

namespace entries {

DeviceStatus sample(DeviceSession* s, const DeviceSampling* settings, int64_t rows, int64_t vocab, const float* logits,
                    const DeviceDraw* draws, const int32_t* banned, int64_t bannedCount, DeviceSample* samples) {
  return guarded(s, [&] {
    if (rows == 0) return;
    const Uploaded<DeviceDraw> drawList(*s, draws, rows);
    const Uploaded<int32_t> bannedList(*s, banned, bannedCount);
    const Scratch results(*s, static_cast<size_t>(rows) * sizeof(DeviceSample));
    launchSample(*s, *settings, rows, vocab, logits, drawList.data(), bannedList.data(), bannedCount, results.as<DeviceSample>());
    check(cudaMemcpyAsync(samples, results.as<void>(), static_cast<size_t>(rows) * sizeof(DeviceSample), cudaMemcpyDeviceToHost,
                          s->stream));
    check(cudaStreamSynchronize(s->stream));
  });
}

DeviceStatus sampleListed(DeviceSession* s, const DeviceSampling* settings, int64_t rows, int64_t vocab, const float* logits,
                          const DeviceDraw* draws, const int32_t* banned, int64_t bannedCount, DeviceSample* samples) {
  return guarded(s, [&] {
    if (rows > 0) launchSample(*s, *settings, rows, vocab, logits, draws, banned, bannedCount, samples);
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
