// A session: one device, its stream, its memory. Used by one thread at a time.
#pragma once

#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "../device/backend.h"
#include "heap.h"

namespace secondlook {

struct DeviceGraph {
  cudaGraphExec_t executable = nullptr;
};

namespace cuda {

struct Blas;        // blas.h
struct Collective;  // collective.h

/// What device code throws; entry points turn it into a status and a message.
struct Failure : std::exception {
  DeviceStatus status;
  std::string message;
  Failure(DeviceStatus status, std::string message) : status(status), message(std::move(message)) {}
  const char* what() const noexcept override { return message.c_str(); }
};

/// Pinned memory that the host's values go through, in order with the stream's work, so that nobody waits and the caller's
/// memory is free at once. Two halves take turns: one is filled while copies of the other are under way.
class Staging {
 public:
  void open();
  void close() noexcept;
  void copy(cudaStream_t stream, void* to, const void* from, size_t bytes);

 private:
  static constexpr size_t half = size_t{8} << 20;
  char* halves_[2] = {nullptr, nullptr};
  cudaEvent_t left_[2] = {nullptr, nullptr};  // copies out of a half were queued before it
  size_t used_ = 0;
  int turn_ = 0;
};

/// Scratch memory of recorded graphs: what they write between their runs must not become somebody else's. They run one after
/// the other, so all share it; it goes back to the heap with the last of them.
class RecordedScratch {
 public:
  void* take(Heap& heap, size_t bytes);
  void give(void* address);
  void clear(Heap& heap);

 private:
  struct Piece {
    void* address;
    size_t bytes;
    bool taken;
  };
  std::vector<Piece> pieces_;
};

}  // namespace cuda

struct DeviceSession {
  cudaStream_t stream = nullptr;
  cuda::Staging staging;
  cuda::Heap heap;
  cuda::RecordedScratch recorded;
  int64_t graphs = 0;
  cuda::Blas* blas = nullptr;
  cuda::Collective* collective = nullptr;
  int processors = 1;
  bool capturing = false;
  bool dead = false;
  std::string name, message;
};

namespace cuda {

/// Device memory that lives as long as the call that needs it; later work on the stream may have it next.
class Scratch {
 public:
  Scratch(DeviceSession& session, size_t bytes)
      : session_(session),
        recorded_(session.capturing),
        data_(recorded_ ? session.recorded.take(session.heap, bytes) : session.heap.take(bytes)) {}
  ~Scratch() {
    if (recorded_)
      session_.recorded.give(data_);
    else
      session_.heap.give(data_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  DeviceSession& session_;
  const bool recorded_;
  void* data_;
};

/// Throws while a graph is recorded, which would read the host's memory again when it runs.
void refuseRecording(const DeviceSession& session);

/// A list of the host's, copied to the device for one call.
template <class T>
class Uploaded : Scratch {
 public:
  Uploaded(DeviceSession& session, std::span<const T> list) : Scratch(session, list.size_bytes()) {
    refuseRecording(session);
    session.staging.copy(session.stream, as<T>(), list.data(), list.size_bytes());
  }
  Uploaded(DeviceSession& session, const T* list, int64_t count)
      : Uploaded(session, std::span<const T>(list, static_cast<size_t>(count))) {}
  const T* data() const { return as<T>(); }
};

/// Largest grid in the first dimension that is worth having for element-wise work.
inline int64_t gridFor(const DeviceSession& session, int64_t threads, int64_t perBlock) {
  return most(1, least(ceilDivide(threads, perBlock), int64_t{session.processors} * 32));
}

inline bool aligned(int64_t width, std::initializer_list<const void*> pointers, int64_t multiple = 4, size_t bytes = 16) {
  if (width % multiple != 0) return false;
  for (const void* p : pointers)
    if (reinterpret_cast<uintptr_t>(p) % bytes != 0) return false;
  return true;
}

}  // namespace cuda
}  // namespace secondlook
