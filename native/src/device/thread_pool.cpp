#include "thread_pool.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace secondlook {

namespace {

// Operators follow each other within microseconds, so a worker spins a little before it sleeps; a shared machine
// should not pay for more than that.
constexpr int spinRounds = 1500;

void pause() noexcept {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

// A body that calls parallelFor again runs it serially; the flag is per thread, so other pools are not disturbed.
thread_local bool insideBody = false;

}  // namespace

ThreadPool::ThreadPool(int threads) {
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { workerLoop(); });
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

void ThreadPool::runJob(int64_t count, int64_t grain, void* context, Call call) {
  call_ = call;
  context_ = context;
  count_ = count;
  grain_ = grain;
  next_.store(0, std::memory_order_relaxed);
  open_.store(true);
  epoch_.fetch_add(1);
  if (sleepers_.load() > 0) {
    // Taking the lock orders this after a worker's last look at the epoch: no wake-up is lost.
    { std::lock_guard lock(sleepMutex_); }
    wake_.notify_all();
  }
  insideBody = true;
  takeBlocks();
  insideBody = false;
  // A worker that comes late sees the job closed and leaves; only those inside are waited for.
  open_.store(false);
  for (int round = 0; inside_.load() != 0; ++round) {
    if (round < spinRounds) pause();
    else std::this_thread::yield();
  }
  std::exception_ptr error;
  std::swap(error, error_);
  busy_.store(false, std::memory_order_release);
  if (error) std::rethrow_exception(error);
}

void ThreadPool::takeBlocks() noexcept {
  for (;;) {
    const int64_t begin = next_.fetch_add(grain_, std::memory_order_relaxed);
    if (begin >= count_) return;
    try {
      call_(context_, begin, std::min(begin + grain_, count_));
    } catch (...) {
      next_.store(count_, std::memory_order_relaxed);
      std::lock_guard lock(errorMutex_);
      if (!error_) error_ = std::current_exception();
    }
  }
}

void ThreadPool::workerLoop() noexcept {
  insideBody = true;
  uint64_t seen = 0;
  for (;;) {
    int rounds = 0;
    while (epoch_.load() == seen) {
      if (++rounds < spinRounds) {
        pause();
        continue;
      }
      std::unique_lock lock(sleepMutex_);
      sleepers_.fetch_add(1);
      wake_.wait(lock, [&] { return epoch_.load() != seen; });
      sleepers_.fetch_sub(1);
    }
    seen = epoch_.load();
    if (stop_.load()) return;
    inside_.fetch_add(1);
    if (open_.load()) takeBlocks();
    inside_.fetch_sub(1);
  }
}

}  // namespace secondlook
