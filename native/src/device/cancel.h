// A flag that one thread raises and long computations poll between blocks.
#pragma once

#include <atomic>

#include "../error.h"

namespace secondlook {

class CancelToken {
 public:
  void cancel() noexcept { flag_.store(true, std::memory_order_relaxed); }
  bool cancelled() const noexcept { return flag_.load(std::memory_order_relaxed); }
  /// Throws Aborted once cancel() has been called.
  void check() const {
    if (cancelled()) throw Aborted();
  }

 private:
  std::atomic<bool> flag_{false};
};

}  // namespace secondlook
