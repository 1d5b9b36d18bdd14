// A tiny test harness: TEST("claim") { CHECK(...); } in any *_test.cpp; native_tests runs them all.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace check {

struct Test {
  std::string claim;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline int failures = 0;

struct Register {
  Register(std::string claim, std::function<void()> body) { tests().push_back({std::move(claim), std::move(body)}); }
};

inline void fail(const char* file, int line, const std::string& message) {
  ++failures;
  std::printf("  %s:%d: %s\n", file, line, message.c_str());
}

/// ||a - b|| / ||b|| in float64; infinite if a value is not finite.
template <class A, class B>
double relativeError(const A& a, const B& b) {
  double difference = 0.0, size = 0.0;
  if (a.size() != b.size()) return INFINITY;
  for (size_t i = 0; i < a.size(); ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    if (!std::isfinite(x)) return INFINITY;
    difference += (x - y) * (x - y);
    size += y * y;
  }
  return std::sqrt(difference) / (std::sqrt(size) + 1e-30);
}

}  // namespace check

#define CHECK_JOIN2(a, b) a##b
#define CHECK_JOIN(a, b) CHECK_JOIN2(a, b)
#define TEST(claim)                                                                                 \
  static void CHECK_JOIN(testBody, __LINE__)();                                                     \
  static const check::Register CHECK_JOIN(testEntry, __LINE__)(claim, CHECK_JOIN(testBody, __LINE__)); \
  static void CHECK_JOIN(testBody, __LINE__)()
#define CHECK(condition)                                          \
  do {                                                            \
    if (!(condition)) check::fail(__FILE__, __LINE__, #condition); \
  } while (false)
#define CHECK_CLOSE(actual, expected, tolerance)                                                            \
  do {                                                                                                      \
    const double error = check::relativeError(actual, expected);                                            \
    if (!(error <= (tolerance)))                                                                            \
      check::fail(__FILE__, __LINE__, #actual " differs from " #expected " by " + std::to_string(error) + \
                                          " relative (" + std::to_string(error * 1e6) + "e-6)");            \
  } while (false)
