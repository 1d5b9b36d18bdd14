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

class Device;

/// libsecondlook_cuda.so beside this binary, or what SECONDLOOK_CUDA_LIBRARY names; opened once. Null where it is missing.
const DeviceTable* cudaLibrary();

/// Work of a device that was recorded and can be run again; null: none.
class RecordedWork {
 public:
  RecordedWork() = default;
  RecordedWork(std::shared_ptr<Device> device, DeviceGraph* graph) : device_(std::move(device)), graph_(graph) {}
  RecordedWork(RecordedWork&& other) noexcept { *this = std::move(other); }
  RecordedWork& operator=(RecordedWork&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(graph_, other.graph_);
    return *this;
  }
  ~RecordedWork();
  explicit operator bool() const noexcept { return graph_ != nullptr; }
  void run() const;

 private:
  std::shared_ptr<Device> device_;
  DeviceGraph* graph_ = nullptr;
};

/// Memory of the host that send() and receive() of a device may use while both go on.
class PinnedMemory {
 public:
  PinnedMemory(std::shared_ptr<Device> device, size_t bytes);
  ~PinnedMemory();
  PinnedMemory(const PinnedMemory&) = delete;
  PinnedMemory& operator=(const PinnedMemory&) = delete;
  std::byte* data() const noexcept { return static_cast<std::byte*>(data_); }

 private:
  std::shared_ptr<Device> device_;
  void* data_ = nullptr;
};

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
    if (synchronous && !recording_) check(table_->synchronise(session_));
  }
  /// Records what body queues instead of doing it. Nothing where the device cannot: then body must be done each time.
  template <class F>
  RecordedWork record(F&& body) {
    try {
      beginRecording();
      body();
      return endRecording();
    } catch (const Error& error) {
      dropRecording();
      if (error.code() == ErrorCode::device) throw;
      return {};
    } catch (...) {
      dropRecording();
      throw;
    }
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
  void beginRecording();
  RecordedWork endRecording();
  void dropRecording() noexcept;
  /// Gives released memory to the session, on the thread that computes.
  void giveBack() noexcept;
  void check(DeviceStatus status) const;

  const DeviceTable* table_;
  DeviceSession* session_ = nullptr;
  std::mutex mutex_;
  std::vector<void*> released_;
  std::atomic<bool> anyReleased_{false};
  bool recording_ = false;
};

}  // namespace secondlook
