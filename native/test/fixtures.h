// Shared by the operators' tests: every instruction set the processor has, pools, reproducible random values.
#pragma once

#include <cstring>
#include <random>
#include <vector>

#include "check.h"
#include "device/cpu.h"
#include "device/thread_pool.h"
#include "error.h"
#include "devices.h"

namespace fixtures {

using namespace secondlook;
using Floats = std::vector<float, SharedAllocator<float>>;
using Halves = std::vector<Bfloat16, SharedAllocator<Bfloat16>>;
using Doubles = std::vector<double>;

inline std::vector<InstructionSet> instructionSets() {
  std::vector<InstructionSet> sets{InstructionSet::portable};
  if (detectInstructionSet() >= InstructionSet::avx2) sets.push_back(InstructionSet::avx2);
  if (detectInstructionSet() >= InstructionSet::avx512) sets.push_back(InstructionSet::avx512);
  if (detectInstructionSet() >= InstructionSet::amx) sets.push_back(InstructionSet::amx);
  return sets;
}

inline void checkSameBits(const Floats& first, const Floats& second) {
  CHECK(first.size() == second.size());
  CHECK(first.empty() || std::memcmp(first.data(), second.data(), first.size() * sizeof(float)) == 0);
}

/// Runs body(context) for every instruction set on one thread, and on three where the results must not change by a bit:
/// body returns them.
template <class F>
void onProcessor(F&& body) {
  ThreadPool one(1), three(3);
  for (const InstructionSet set : instructionSets()) {
    Context alone{one, set}, shared{three, set};
    checkSameBits(body(alone), body(shared));
  }
}

/// The same on a device: the CUDA kernels on the shim, or on a GPU where SECONDLOOK_TEST_DEVICE=cuda says so. The order in
/// which a block's threads run must not change a bit.
template <class F>
void onDevice(F&& body) {
  Device* device = testDevice();
  if (!device) return;
  ThreadPool one(1);
  Context context{one, InstructionSet::portable, nullptr, device};
  setThreadOrder(0);
  const Floats ascending = body(context);
  setThreadOrder(1);
  checkSameBits(ascending, body(context));
  setThreadOrder(0);
}

template <class F>
void everywhere(F&& body) {
  onProcessor(body);
  onDevice(body);
}

inline Floats randomFloats(int64_t count, unsigned seed, float scale = 1.0f) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0f, scale);
  Floats values(static_cast<size_t>(count));
  for (float& v : values) v = normal(generator);
  return values;
}

inline std::vector<int32_t> randomIds(int64_t count, int32_t below, unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<int32_t> ids(static_cast<size_t>(count));
  for (int32_t& id : ids) id = static_cast<int32_t>(generator() % static_cast<unsigned>(below));
  return ids;
}

/// Rounded to bfloat16 and back, ties to even.
inline Floats rounded(const Floats& x) {
  Floats y = x;
  for (float& v : y) {
    uint32_t bits;
    std::memcpy(&bits, &v, 4);
    bits = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000u;
    std::memcpy(&v, &bits, 4);
  }
  return y;
}

inline Halves halvesOf(const Floats& x) {
  Halves halves;
  for (const float v : rounded(x)) {
    uint32_t bits;
    std::memcpy(&bits, &v, 4);
    halves.push_back({static_cast<uint16_t>(bits >> 16)});
  }
  return halves;
}

inline Doubles widened(const Floats& x) { return Doubles(x.begin(), x.end()); }

inline void append(Floats& to, const Floats& from) { to.insert(to.end(), from.begin(), from.end()); }

/// Central differences of loss(values) at `values`, in float64; step 1e-5 leaves an error near 1e-9.
template <class F>
Doubles numericGradient(Doubles values, F&& loss) {
  Doubles gradient(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const double at = values[i], step = 1e-5;
    values[i] = at + step;
    const double above = loss(values);
    values[i] = at - step;
    gradient[i] = (above - loss(values)) / (2 * step);
    values[i] = at;
  }
  return gradient;
}

inline double dot(const Doubles& a, const Floats& b) {
  double total = 0;
  for (size_t i = 0; i < a.size(); ++i) total += a[i] * static_cast<double>(b[i]);
  return total;
}

}  // namespace fixtures
