// The shim's runtime. Device memory is a heap of its own; with SECONDLOOK_SHIM_GUARD=1 the host cannot touch it outside of
// kernels and copies, as on a real device: what does ends with a segmentation fault.
// SECONDLOOK_SHIM_MEMORY (bytes) and SECONDLOOK_SHIM_NO_DEVICE make small and missing devices; secondlook_shim_fail() lets the
// nth next allocation or launch fail, SECONDLOOK_SHIM_LAUNCHES the launch after so many.
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "fibers.h"

namespace secondlook::shim {

struct Graph {
  std::vector<std::function<void()>> work;
};
struct Stream {
  Graph* capturing = nullptr;
  bool broken = false;  // by a call that a capture does not allow
};

namespace {

int64_t setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::atoll(value) : 0;
}

std::recursive_mutex mutex;  // one block of fibers at a time in the process
cudaError_t sticky = cudaSuccess;
int64_t launchesLeft = setting("SECONDLOOK_SHIM_LAUNCHES") - 1;  // before one fails; negative: none does
int64_t allocationsLeft = -1;
std::map<const char*, size_t> pinned;  // memory of cudaMallocHost

bool isPinned(const void* address, size_t bytes) {
  const auto* at = static_cast<const char*>(address);
  const auto after = pinned.upper_bound(at);
  return after != pinned.begin() && at + bytes <= std::prev(after)->first + std::prev(after)->second;
}

/// First fit over one reservation; freed neighbours are joined.
class Heap {
 public:
  void* take(size_t bytes) {
    bytes = (std::max<size_t>(bytes, 1) + page - 1) / page * page;
    if (!base_) reserve();
    if (used_ + bytes > size_) return nullptr;
    for (auto hole = holes_.begin(); hole != holes_.end(); ++hole) {
      if (hole->second < bytes) continue;
      const size_t at = hole->first, left = hole->second - bytes;
      holes_.erase(hole);
      if (left > 0) holes_[at + bytes] = left;
      taken_[at] = bytes;
      used_ += bytes;
      if (guarded_) ::mprotect(base_ + at, bytes, open_ > 0 ? PROT_READ | PROT_WRITE : PROT_NONE);
      return base_ + at;
    }
    return nullptr;
  }
  bool give(void* address) {
    const auto at = static_cast<size_t>(static_cast<char*>(address) - base_);
    const auto found = taken_.find(at);
    if (found == taken_.end()) return false;
    size_t begin = at, bytes = found->second;
    used_ -= bytes;
    // Pages go back to the system and read as zero afterwards; used after free, they cannot be read at all.
    ::madvise(base_ + at, bytes, MADV_DONTNEED);
    ::mprotect(base_ + at, bytes, guarded_ ? PROT_NONE : PROT_READ | PROT_WRITE);
    taken_.erase(found);
    auto next = holes_.lower_bound(begin);
    if (next != holes_.end() && begin + bytes == next->first) {
      bytes += next->second;
      next = holes_.erase(next);
    }
    if (next != holes_.begin()) {
      auto before = std::prev(next);
      if (before->first + before->second == begin) {
        before->second += bytes;
        return true;
      }
    }
    holes_[begin] = bytes;
    return true;
  }
  size_t size() {
    if (!base_) reserve();
    return size_;
  }
  size_t available() { return size() - used_; }
  bool holds(const void* address) const {
    const auto* at = static_cast<const char*>(address);
    return base_ && at >= base_ && at < base_ + size_;
  }

  void open() {
    if (guarded_ && open_++ == 0) protect(PROT_READ | PROT_WRITE);
  }
  void close() {
    if (guarded_ && --open_ == 0) protect(PROT_NONE);
  }

 private:
  static constexpr size_t page = 4096;
  void reserve() {
    const int64_t wanted = setting("SECONDLOOK_SHIM_MEMORY");
    size_ = wanted > 0 ? static_cast<size_t>(wanted) / page * page : size_t{8} << 30;
    guarded_ = setting("SECONDLOOK_SHIM_GUARD") != 0;
    void* address = ::mmap(nullptr, size_, guarded_ ? PROT_NONE : PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED) throw std::runtime_error("the shim found no address space for its heap");
    base_ = static_cast<char*>(address);
    holes_[0] = size_;
  }
  void protect(int rights) {
    for (const auto& [at, bytes] : taken_) ::mprotect(base_ + at, bytes, rights);
  }

  char* base_ = nullptr;
  size_t size_ = 0, used_ = 0;
  bool guarded_ = false;
  int open_ = 0;
  std::map<size_t, size_t> holes_, taken_;
};

Heap& heap() {
  static Heap all;
  return all;
}

struct Opened {
  Opened() { heap().open(); }
  ~Opened() { heap().close(); }
};

void submit(cudaStream_t stream, std::function<void()> work) {
  if (stream && stream->capturing)
    stream->capturing->work.push_back(std::move(work));
  else
    work();
}

}  // namespace

void launch(dim3 grid, dim3 threads, size_t sharedBytes, cudaStream_t stream, const std::function<void()>& body) {
  submit(stream, [=] {
    const std::lock_guard lock(mutex);
    if (sticky != cudaSuccess) return;
    if (launchesLeft >= 0 && launchesLeft-- == 0) {
      sticky = cudaErrorIllegalAddress;
      return;
    }
    const Opened opened;
    place.blocks = grid;
    place.threads = threads;
    for (unsigned z = 0; z < grid.z; ++z)
      for (unsigned y = 0; y < grid.y; ++y)
        for (unsigned x = 0; x < grid.x; ++x) {
          place.block = {x, y, z};
          runBlock(sharedBytes, body);
        }
  });
}

}  // namespace secondlook::shim

using namespace secondlook::shim;

cudaError_t cudaGetDeviceCount(int* count) {
  *count = setting("SECONDLOOK_SHIM_NO_DEVICE") ? 0 : 1;
  return *count ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
  *properties = {"SIMT shim on the processor", heap().size(), 8, 0, 2};
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int) { return cudaSuccess; }
cudaError_t cudaMalloc(void** address, size_t bytes) {
  const std::lock_guard lock(mutex);
  if (sticky != cudaSuccess) return sticky;
  if (allocationsLeft >= 0 && allocationsLeft-- == 0) return cudaErrorMemoryAllocation;
  *address = heap().take(bytes);
  return *address ? cudaSuccess : cudaErrorMemoryAllocation;
}
cudaError_t cudaFree(void* address) {
  const std::lock_guard lock(mutex);
  return !address || heap().give(address) ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaMallocHost(void** address, size_t bytes) {
  *address = std::malloc(bytes);
  if (!*address) return cudaErrorMemoryAllocation;
  const std::lock_guard lock(mutex);
  pinned[static_cast<const char*>(*address)] = bytes;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* address) {
  const std::lock_guard lock(mutex);
  pinned.erase(static_cast<const char*>(address));
  std::free(address);
  return cudaSuccess;
}
cudaError_t cudaMallocManaged(void** address, size_t bytes) { return cudaMallocHost(address, bytes); }
cudaError_t cudaMemGetInfo(size_t* available, size_t* total) {
  const std::lock_guard lock(mutex);
  *available = heap().available();
  *total = heap().size();
  return sticky;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind, cudaStream_t stream) {
  if (stream && stream->capturing && kind != cudaMemcpyDeviceToDevice) {
    // A device would read or write the host's memory when the graph runs, whatever has become of it.
    const std::lock_guard lock(mutex);
    if (!isPinned(kind == cudaMemcpyHostToDevice ? from : to, bytes)) {
      stream->broken = true;
      return cudaErrorStreamCaptureUnsupported;
    }
  }
  submit(stream, [=] {
    const std::lock_guard lock(mutex);
    const Opened opened;
    if (bytes > 0) memmove(to, from, bytes);
  });
  return sticky;
}
cudaError_t cudaMemsetAsync(void* to, int value, size_t bytes, cudaStream_t stream) {
  submit(stream, [=] {
    const std::lock_guard lock(mutex);
    const Opened opened;
    memset(to, value, bytes);
  });
  return sticky;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new Stream;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (!stream || !stream->capturing) return sticky;
  stream->broken = true;
  return cudaErrorStreamCaptureUnsupported;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  stream->capturing = new Graph;
  stream->broken = false;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = nullptr;
  if (!stream->capturing) return cudaErrorInvalidValue;
  *graph = stream->capturing;
  stream->capturing = nullptr;
  if (!stream->broken) return cudaSuccess;
  delete *graph;
  *graph = nullptr;
  return cudaErrorStreamCaptureInvalidated;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  *executable = new Graph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t) {
  for (const auto& work : graph->work) work();
  return sticky;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = nullptr;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t) { return sticky; }
cudaError_t cudaEventSynchronize(cudaEvent_t) { return sticky; }
cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }
cudaError_t cudaGetLastError() { return sticky; }
const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorNoDevice: return "no CUDA-capable device is detected";
    case cudaErrorStreamCaptureUnsupported: return "operation not permitted when stream is capturing";
    case cudaErrorStreamCaptureInvalidated: return "operation failed due to a previous error during capture";
    case cudaErrorIllegalAddress: return "an illegal memory access was encountered";
    default: return "unspecified failure";
  }
}

/// Lets `allocations` allocations and `launches` launches succeed before one fails (negative: none fails), and heals what failed.
extern "C" __attribute__((visibility("default"))) void secondlook_shim_fail(int64_t allocations, int64_t launches) {
  const std::lock_guard lock(mutex);
  allocationsLeft = allocations;
  launchesLeft = launches;
  sticky = cudaSuccess;
}

/// For native/test/fake_nccl.cpp: copies between the device and the host. 0, or 1 where not exactly one of both is the device's.
extern "C" __attribute__((visibility("default"))) int secondlook_shim_copy(void* to, const void* from, size_t bytes) {
  const std::lock_guard lock(mutex);
  if (heap().holds(to) == heap().holds(from)) return 1;
  const Opened opened;
  memmove(to, from, bytes);
  return 0;
}
