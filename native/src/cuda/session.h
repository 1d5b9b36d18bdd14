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

struct Blas;  // blas.h

/// What device code throws; entry points turn it into a status and a message.
struct Failure : std::exception {
  DeviceStatus status;
  std::string message;
  Failure(DeviceStatus status, std::string message) : status(status), message(std::move(message)) {}
  const char* what() const noexcept override { return message.c_str(); }
};

}  // namespace cuda

struct DeviceSession {
  cudaStream_t stream = nullptr, copies = nullptr;
  cudaEvent_t before = nullptr, after = nullptr;
  char* staging[2] = {nullptr, nullptr};
  cudaEvent_t staged[2] = {nullptr, nullptr};
  cuda::Heap heap;
  cuda::Blas* blas = nullptr;
  int processors = 1;
  bool capturing = false;
  bool dead = false;
  std::string name, message;
};

namespace cuda {

/// Device memory that lives as long as the call that needs it; later work on the stream may have it next.
class Scratch {
 public:
  Scratch(DeviceSession& session, size_t bytes) : session_(session), data_(session.heap.take(bytes)) {}
  ~Scratch() { session_.heap.give(data_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  DeviceSession& session_;
  void* data_;
};

/// A list of the host's, copied to the device for one call.
template <class T>
class Uploaded : Scratch {
 public:
  Uploaded(DeviceSession& session, std::span<const T> list) : Scratch(session, list.size_bytes()) {
    if (session.capturing)
      throw Failure(DeviceStatus::unsupported, "A graph cannot hold a list of the host's: upload it before the recording.");
    if (!list.empty())
      check(cudaMemcpyAsync(as<T>(), list.data(), list.size_bytes(), cudaMemcpyHostToDevice, session.stream));
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
