// A device's library, opened at run time, and a session on one device. Operators go to it when a Context names one.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "../error.h"
#include "backend.h"
#include "cancel.h"
#include "memory.h"

namespace secondlook {

/// libsecondlook_cuda.so beside this binary, or what SECONDLOOK_CUDA_LIBRARY names; opened once. Null where it is missing.
const DeviceTable* cudaLibrary();

class Device : public std::enable_shared_from_this<Device> {
 public:
  /// Throws Error(device) with a sentence that says what to do.
  explicit Device(const DeviceTable& table, int32_t index = 0);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  /// Calls an entry of the table; a status that is not ok becomes an Error.
  template <class... Parameters, class... Arguments>
  void call(DeviceStatus (*DeviceTable::*entry)(DeviceSession*, Parameters...), Arguments... arguments) {
    giveBack();
    check((table_->*entry)(session_, arguments...));
    if (synchronous) check(table_->synchronise(session_));
  }
  const DeviceTable& table() const noexcept { return *table_; }
  DeviceSession* session() const noexcept { return session_; }

  void* allocate(size_t bytes);
  /// Also from another thread than the one that computes.
  void release(void* address) noexcept;

  /// Waits for every call: for tests that read results at once.
  bool synchronous = false;
  /// Bytes that Memory has taken, by Purpose.
  std::array<std::atomic<size_t>, static_cast<size_t>(Purpose::count)> held{};

 private:
  /// Gives released memory to the session, on the thread that computes.
  void giveBack() noexcept;
  void check(DeviceStatus status) const;

  const DeviceTable* table_;
  DeviceSession* session_ = nullptr;
  std::mutex mutex_;
  std::vector<void*> released_;
  std::atomic<bool> anyReleased_{false};
};

}  // namespace secondlook
