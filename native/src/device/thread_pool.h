// A pool of worker threads for loops over independent blocks. The calling thread takes part; results must not depend
// on which thread runs which block, so that the number of threads never changes a number.
//
// Each thread has a share of consecutive blocks and, when it is done, takes blocks of the others: what one operator
// wrote is read by the same thread in the next one, and a thread that the machine has put aside holds up nobody but for
// the block it is in. Waiting is a short spin and then sleep, on both sides.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace secondlook {

/// Whether a loop is worth the several microseconds that waking sleeping workers takes. Those awake always help.
enum class Wake : uint8_t { no, yes };

class ThreadPool {
 public:
  /// `threads` counts the caller: 1 starts no thread at all.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  /// Calls body(begin, end) for consecutive ranges of at most `grain` indexes that cover [0, count), in any order and on
  /// any thread; returns when all are done. The first exception is rethrown here and stops ranges not yet begun.
  /// Calls from inside a body, or while another caller holds the pool, run on the calling thread alone.
  template <class F>
  void parallelFor(int64_t count, int64_t grain, F&& body, Wake wake = Wake::yes) {
    if (count <= 0) return;
    grain = std::max<int64_t>(grain, 1);
    if (workers_.empty() || count <= grain || !tryEnter()) {
      for (int64_t begin = 0; begin < count; begin += grain) body(begin, std::min(begin + grain, count));
      return;
    }
    using Body = std::remove_reference_t<F>;
    runJob(count, grain, const_cast<void*>(static_cast<const void*>(std::addressof(body))),
           [](void* context, int64_t begin, int64_t end) { (*static_cast<Body*>(context))(begin, end); }, wake);
  }

 private:
  using Call = void (*)(void* context, int64_t begin, int64_t end);
  /// The indexes that are meant for one thread; whoever takes some advances `next`.
  struct alignas(64) Share {
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  bool tryEnter() noexcept;
  void runJob(int64_t count, int64_t grain, void* context, Call call, Wake wake);
  void takeBlocks(size_t self) noexcept;
  void workerLoop(size_t self) noexcept;
  void awaitWorkers() noexcept;
  void awaitJob(uint64_t seen) noexcept;

  std::vector<std::thread> workers_;
  std::atomic<bool> busy_{false};

  // The job; written by the caller while `open_` is false, read by workers that counted themselves into `inside_`.
  Call call_ = nullptr;
  void* context_ = nullptr;
  int64_t grain_ = 1;
  std::unique_ptr<Share[]> shares_;
  alignas(64) std::atomic<bool> open_{false};
  std::atomic<bool> failed_{false};
  std::atomic<int> inside_{0};
  alignas(64) std::atomic<uint64_t> epoch_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<bool> callerSleeps_{false};
  std::atomic<bool> stop_{false};

  std::mutex sleepMutex_;
  std::condition_variable wake_, done_;
  std::mutex errorMutex_;
  std::exception_ptr error_;
};

}  // namespace secondlook
