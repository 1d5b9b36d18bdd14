// How fast memory can be read: the bound of decoding, which reads every weight once a token.
//   bandwidth_bench [threads] [megabytes]
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

int main(int count, char** arguments) {
  const auto threads = static_cast<size_t>(count > 1 ? std::max(1, std::atoi(arguments[1])) : 2);
  const auto megabytes = static_cast<size_t>(count > 2 ? std::max(1, std::atoi(arguments[2])) : 1024);
  const size_t words = (megabytes << 20) / sizeof(uint64_t) / threads;
  std::vector<std::vector<uint64_t>> memory(threads);
  std::vector<uint64_t> sums(threads);
  const auto everywhere = [&](auto&& body) {
    std::vector<std::thread> team;
    for (size_t i = 0; i < threads; ++i) team.emplace_back([&, i] { body(i); });
    for (std::thread& member : team) member.join();
  };
  everywhere([&](size_t i) { memory[i].assign(words, i + 1); });
  double best = 0;
  for (int round = 0; round < 7; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    everywhere([&](size_t i) {
      uint64_t partial[32] = {};
      const uint64_t* from = memory[i].data();
      for (size_t at = 0; at + 32 <= words; at += 32)
        for (size_t lane = 0; lane < 32; ++lane) partial[lane] += from[at + lane];
      for (const uint64_t part : partial) sums[i] += part;
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    best = std::max(best, static_cast<double>(words * threads * sizeof(uint64_t)) / seconds / 1e9);
  }
  uint64_t check = 0;
  for (const uint64_t sum : sums) check += sum;
  std::printf("%.2f GB/s read by %zu threads, best of 7 (check %llu)\n", best, threads,
              static_cast<unsigned long long>(check));
}
