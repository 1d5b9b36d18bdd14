// GFLOP/s of the matrix product for the shapes the models use. Usage: gemm_bench [threads] [avx512|avx2|portable]
// For `npm run bench`: gemm_bench --slice f32|bf16 SIZE THREADS SECONDS prints the seconds of each SIZE^3 product x W^T.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "device/cpu.h"
#include "device/thread_pool.h"

using namespace secondlook;

namespace {

struct Shape {
  const char* name;
  bool transposeA, transposeB;
  int64_t m, n, k;
};

constexpr Shape shapes[] = {
    {"128^3 NT", false, true, 128, 128, 128},      {"256^3 NT", false, true, 256, 256, 256},
    {"512^3 NT", false, true, 512, 512, 512},      {"1024^3 NT", false, true, 1024, 1024, 1024},
    {"512^3 NN", false, false, 512, 512, 512},     {"512^3 TN", true, false, 512, 512, 512},
    {"500x384x128 NT", false, true, 500, 384, 128}, {"500x128x344 NT", false, true, 500, 128, 344},
    {"500x344x128 NN", false, false, 500, 344, 128}, {"688x128x500 TN", true, false, 688, 128, 500},
    {"1024x344x128 NT", false, true, 1024, 344, 128}, {"8000x688x128 NT", false, true, 8000, 688, 128},
    {"1x688x128 NT", false, true, 1, 688, 128},    {"8x688x128 NT", false, true, 8, 688, 128},
    {"1x2048x2048 NT", false, true, 1, 2048, 2048}, {"8x2048x2048 NT", false, true, 8, 2048, 2048},
    {"64x2048x2048 NT", false, true, 64, 2048, 2048}, {"512x2048x2048 NT", false, true, 512, 2048, 2048},
    {"67x45x33 NT", false, true, 67, 45, 33},
};

double secondsOf(auto&& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<float> noise(int64_t count) {
  std::vector<float> x(static_cast<size_t>(count));
  uint32_t state = 1;
  for (float& v : x) v = static_cast<float>(static_cast<int32_t>(state = state * 1664525u + 1013904223u)) * 4e-10f;
  return x;
}

/// One line of JSON: the time of each product that fits in `seconds`, after a few that warm up.
int slice(InstructionSet set, bool half, int64_t size, int threads, double seconds) {
  ThreadPool pool(threads);
  Context context{pool, set};
  const std::vector<float> a = noise(size * size), b = a;
  std::vector<float> c(a.size());
  std::vector<Bfloat16> narrow(a.size());
  ops::narrow(context, size * size, a.data(), narrow.data());
  const ops::Matrix left = half ? ops::Matrix(narrow.data()) : a.data(), right = half ? left : b.data();
  const auto run = [&] {
    ops::gemm(context, false, true, size, size, size, 1.0f, left, size, right, size, 0.0f, c.data(), size);
  };
  for (int i = 0; i < 3; ++i) run();
  std::printf("{\"seconds\":[");
  double total = 0;
  for (bool first = true; first || total < seconds; first = false) {
    const double took = secondsOf(run);
    total += took;
    std::printf("%s%.3e", first ? "" : ",", took);
  }
  std::printf("]}\n");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  InstructionSet set = detectInstructionSet();
  if (count == 6 && !std::strcmp(arguments[1], "--slice"))
    return slice(set, !std::strcmp(arguments[2], "bf16"), std::atoll(arguments[3]), std::max(1, std::atoi(arguments[4])), std::atof(arguments[5]));
  if (count > 2 && !std::strcmp(arguments[2], "avx512")) set = std::min(set, InstructionSet::avx512);
  if (count > 2 && !std::strcmp(arguments[2], "avx2")) set = InstructionSet::avx2;
  if (count > 2 && !std::strcmp(arguments[2], "portable")) set = InstructionSet::portable;
  ThreadPool pool(count > 1 ? std::max(1, std::atoi(arguments[1])) : 1);
  Context context{pool, set};
  std::printf("%s, %d threads; best of several runs, packing included\n", instructionSetName(set), pool.threads());
  for (const Shape& s : shapes) {
    const std::vector<float> a = noise(s.m * s.k), b = noise(s.n * s.k);
    std::vector<float> c(static_cast<size_t>(s.m * s.n));
    const double flops = 2.0 * static_cast<double>(s.m * s.n * s.k);
    const int repeats = static_cast<int>(std::clamp(2e8 / flops, 1.0, 2000.0));
    double best = 1e30;
    for (int round = 0; round < 9; ++round)
      best = std::min(best, secondsOf([&] {
                              for (int i = 0; i < repeats; ++i)
                                ops::gemm(context, s.transposeA, s.transposeB, s.m, s.n, s.k, 1.0f, a.data(),
                                          s.transposeA ? s.m : s.k, b.data(), s.transposeB ? s.k : s.n, 0.0f,
                                          c.data(), s.n);
                            }) / repeats);
    std::printf("%-18s %8.1f GFLOP/s %10.1f us\n", s.name, flops / best * 1e-9, best * 1e6);
  }
}
