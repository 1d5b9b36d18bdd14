#include "device/cancel.h"
#include "device/cuda.h"
#include "fixtures.h"

#include <chrono>

using namespace fixtures;

TEST("parallelFor visits every index once, also nested and from two threads at once") {
  ThreadPool pool(3), other(2);
  for (int repeat = 0; repeat < 300; ++repeat) {
    std::vector<std::atomic<int>> visits(1000);
    const auto run = [&](ThreadPool& p) {
      p.parallelFor(1000, 7, [&](int64_t begin, int64_t end) {
        p.parallelFor(end - begin, 2, [&](int64_t b, int64_t e) {
          for (int64_t i = b; i < e; ++i) visits[begin + i].fetch_add(1);
        });
      });
    };
    std::thread second([&] { run(pool); });
    std::thread third([&] { run(other); });
    run(pool);
    second.join();
    third.join();
    for (const auto& v : visits) CHECK(v.load() == 3);
  }
}

TEST("a thread that is held up keeps only the block it is in: the others take the rest of its share") {
  ThreadPool pool(3);
  for (const int64_t held : {0, 59}) {  // in the caller's share and in the last worker's
    std::atomic<int64_t> done{0};
    pool.parallelFor(60, 1, [&](int64_t begin, int64_t) {
      if (begin == held)
        while (done.load() < 59) std::this_thread::yield();
      ++done;
    });
    CHECK(done == 60);
  }
}

TEST("workers asleep are woken for work that is worth it, and a loop without them still ends") {
  ThreadPool pool(3);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::atomic<int> together{0};
    pool.parallelFor(3, 1, [&](int64_t, int64_t) {  // ends only when three threads are inside at once
      ++together;
      while (together.load() < 3) std::this_thread::yield();
    });
    CHECK(together == 3);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::atomic<int64_t> total{0};
    pool.parallelFor(10, 3, [&](int64_t begin, int64_t end) { total += end - begin; }, Wake::no);
    CHECK(total == 10);
  }
}

TEST("an exception in a body reaches the caller and the pool goes on") {
  ThreadPool pool(3);
  for (int repeat = 0; repeat < 100; ++repeat) {
    bool caught = false;
    try {
      pool.parallelFor(100, 1, [](int64_t begin, int64_t) {
        if (begin == 40) throw Error(ErrorCode::badArgument, "Forty.");
      });
    } catch (const Error& error) {
      caught = error.code() == ErrorCode::badArgument && std::string(error.codeName()) == "BAD_ARGUMENT";
    }
    CHECK(caught);
    std::atomic<int64_t> total{0};
    pool.parallelFor(100, 3, [&](int64_t begin, int64_t end) { total += end - begin; });
    CHECK(total == 100);
  }
}

TEST("a cancelled operator throws Aborted") {
  ThreadPool pool(2);
  CancelToken token;
  Context context{pool, detectInstructionSet(), &token};
  Floats x(1000, 1.0f), y(1000, 1.0f);
  ops::addRows(context, 1000, x.data(), y.data());
  CHECK(y[999] == 2.0f);
  token.cancel();
  bool aborted = false;
  try {
    ops::addRows(context, 1000, x.data(), y.data());
  } catch (const Aborted& error) {
    aborted = error.code() == ErrorCode::aborted;
  }
  CHECK(aborted);
}

TEST("the CUDA probe names devices or says why there are none") {
  const CudaProbe probe = probeCuda();
  CHECK(probe.devices.empty() == !probe.reason.empty());
}
