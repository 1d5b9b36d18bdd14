#include "thread_pool.h"

#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace secondlook {

namespace {

// Operators follow each other within microseconds, so whoever waits looks for a while before it sleeps; a shared machine
// should not pay for more than about what a sleep and a wake-up cost.
constexpr auto spinTime = std::chrono::microseconds(60);

void pause() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

/// Looks again and again, for spinTime at most; returns whether `ready` came true.
template <class F>
bool spinUntil(F&& ready) noexcept {
  std::chrono::steady_clock::time_point end{};
  for (;;) {
    for (int round = 0; round < 32; ++round) {
      if (ready()) return true;
      pause();
    }
    const auto now = std::chrono::steady_clock::now();
    if (end == std::chrono::steady_clock::time_point{}) end = now + spinTime;
    else if (now > end) return false;
  }
}

// A body that calls parallelFor again runs it serially; the flag is per thread, so other pools are not disturbed.
thread_local bool insideBody = false;

}  // namespace

ThreadPool::ThreadPool(int threads) : shares_(std::make_unique<Share[]>(static_cast<size_t>(std::max(threads, 1)))) {
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { workerLoop(static_cast<size_t>(i)); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(sleepMutex_);
    stop_.store(true);
    epoch_.fetch_add(1);
  }
  wake_.notify_all();
  for (auto& worker : workers_) worker.join();
}

bool ThreadPool::tryEnter() noexcept {
  if (insideBody) return false;
  return !busy_.exchange(true, std::memory_order_acquire);
}

void ThreadPool::runJob(int64_t count, int64_t grain, void* context, Call call, Wake wake) {
  call_ = call;
  context_ = context;
  grain_ = grain;
  const int64_t blocks = (count + grain - 1) / grain, threads = this->threads();
  for (int64_t i = 0; i < threads; ++i) {
    Share& share = shares_[static_cast<size_t>(i)];
    share.next.store(blocks * i / threads * grain, std::memory_order_relaxed);
    share.end = std::min(count, blocks * (i + 1) / threads * grain);
  }
  open_.store(true);
  epoch_.fetch_add(1);
  if (wake == Wake::yes && sleepers_.load() > 0) {
    // Taking the lock orders this after a worker's last look at the epoch: no wake-up is lost.
    { std::lock_guard lock(sleepMutex_); }
    wake_.notify_all();
  }
  insideBody = true;
  takeBlocks(0);
  insideBody = false;
  // A worker that comes late sees the job closed and leaves; only those inside are waited for.
  open_.store(false);
  awaitWorkers();
  std::exception_ptr error;
  if (failed_.load(std::memory_order_relaxed)) {
    std::swap(error, error_);
    failed_.store(false, std::memory_order_relaxed);
  }
  busy_.store(false, std::memory_order_release);
  if (error) std::rethrow_exception(error);
}

void ThreadPool::takeBlocks(size_t self) noexcept {
  const auto threads = static_cast<size_t>(this->threads());
  for (size_t i = 0; i < threads; ++i) {
    Share& share = shares_[(self + i) % threads];
    for (;;) {
      // A look first: a share that is used up must not be written to again and again.
      if (share.next.load(std::memory_order_relaxed) >= share.end || failed_.load(std::memory_order_relaxed)) break;
      const int64_t begin = share.next.fetch_add(grain_, std::memory_order_relaxed);
      if (begin >= share.end) break;
      try {
        call_(context_, begin, std::min(begin + grain_, share.end));
      } catch (...) {
        std::lock_guard lock(errorMutex_);
        if (!error_) error_ = std::current_exception();
        failed_.store(true, std::memory_order_relaxed);
      }
    }
  }
}

void ThreadPool::awaitWorkers() noexcept {
  const auto done = [this] { return inside_.load() == 0; };
  if (done() || spinUntil(done)) return;
  std::unique_lock lock(sleepMutex_);
  callerSleeps_.store(true);
  done_.wait(lock, done);
  callerSleeps_.store(false);
}

void ThreadPool::awaitJob(uint64_t seen) noexcept {
  const auto come = [this, seen] { return epoch_.load() != seen; };
  if (spinUntil(come)) return;
  std::unique_lock lock(sleepMutex_);
  sleepers_.fetch_add(1);
  wake_.wait(lock, come);
  sleepers_.fetch_sub(1);
}

void ThreadPool::workerLoop(size_t self) noexcept {
  insideBody = true;
  uint64_t seen = 0;
  for (;;) {
    awaitJob(seen);
    seen = epoch_.load();
    if (stop_.load()) return;
    inside_.fetch_add(1);
    if (open_.load()) takeBlocks(self);
    if (inside_.fetch_sub(1) == 1 && callerSleeps_.load()) {
      { std::lock_guard lock(sleepMutex_); }
      done_.notify_one();
    }
  }
}

}  // namespace secondlook
