// A stand-in for libnccl.so.2 in tests without a GPU: what native/src/cuda/collective.cu calls, between processes of one
// machine through shared memory, on the memory of the CUDA shim (SECONDLOOK_CUDA_LIBRARY). It refuses what NCCL would hang or
// crash on: members that call different operations, and memory that is not the device's. Its sums are in the order of the
// ranks. A real NCCL has never taken its place.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

constexpr int success = 0, systemError = 2, invalidArgument = 4, invalidUsage = 5;
constexpr int mostRanks = 16;
constexpr size_t slotBytes = size_t{1} << 20;

/// What a member is about to do: all must say the same.
struct Call {
  int operation, root, type;
  size_t count;
};

struct Shared {
  std::atomic<int> ready;
  pthread_barrier_t barrier;
  Call calls[mostRanks];
  char slots[mostRanks][slotBytes];
};

struct Comm {
  Shared* shared;
  int rank, size;
};

using Copy = int (*)(void*, const void*, size_t);

Copy copyFunction() {
  static const Copy found = [] {
    const char* path = std::getenv("SECONDLOOK_CUDA_LIBRARY");
    void* shim = path ? ::dlopen(path, RTLD_NOW | RTLD_NOLOAD) : nullptr;
    return shim ? reinterpret_cast<Copy>(::dlsym(shim, "secondlook_shim_copy")) : nullptr;
  }();
  return found;
}

int meet(Comm* comm, const Call& call) {
  comm->shared->calls[comm->rank] = call;
  ::pthread_barrier_wait(&comm->shared->barrier);
  for (int other = 0; other < comm->size; ++other) {
    const Call& theirs = comm->shared->calls[other];
    if (theirs.operation != call.operation || theirs.root != call.root || theirs.type != call.type ||
        theirs.count != call.count)
      return invalidUsage;
  }
  return success;
}

size_t bytesOf(int type, size_t count) { return type == 7 ? 4 * count : type == 1 ? count : 0; }

}  // namespace

struct Name {
  char bytes[128];
};

extern "C" {

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int ncclGetUniqueId(Name* name) {
  static std::atomic<int> made{0};
  std::memset(name->bytes, 0, sizeof name->bytes);
  std::snprintf(name->bytes, sizeof name->bytes, "/secondlook-fake-nccl-%d-%d", static_cast<int>(::getpid()), made++);
  return success;
}

EXPORTED int ncclCommInitRank(void** comm, int members, Name name, int rank) {
  if (members > mostRanks || rank >= members || copyFunction() == nullptr) return invalidArgument;
  int file = ::shm_open(name.bytes, O_RDWR | O_CREAT | O_EXCL, 0600);
  const bool first = file >= 0;
  if (!first) file = ::shm_open(name.bytes, O_RDWR, 0600);
  if (file < 0 || ::ftruncate(file, sizeof(Shared)) != 0) return systemError;
  void* address = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  if (address == MAP_FAILED) return systemError;
  auto* shared = static_cast<Shared*>(address);
  if (first) {
    pthread_barrierattr_t between;
    ::pthread_barrierattr_init(&between);
    ::pthread_barrierattr_setpshared(&between, PTHREAD_PROCESS_SHARED);
    ::pthread_barrier_init(&shared->barrier, &between, static_cast<unsigned>(members));
    shared->ready = 1;
  }
  while (shared->ready == 0) ::usleep(100);
  ::pthread_barrier_wait(&shared->barrier);
  if (first) ::shm_unlink(name.bytes);
  *comm = new Comm{shared, rank, members};
  return success;
}

EXPORTED int ncclReduce(const void* from, void* to, size_t count, int type, int operation, int root, void* team, void*) {
  auto* comm = static_cast<Comm*>(team);
  if (type != 7 || operation != 0) return invalidArgument;
  if (const int code = meet(comm, {1, root, type, count})) return code;
  std::vector<float> sum;
  int result = success;
  for (size_t at = 0, most = slotBytes / sizeof(float); at < count; at += most) {
    const size_t part = std::min(most, count - at);
    if (copyFunction()(comm->shared->slots[comm->rank], static_cast<const float*>(from) + at, part * sizeof(float)))
      result = invalidArgument;
    ::pthread_barrier_wait(&comm->shared->barrier);
    if (comm->rank == root) {
      sum.assign(part, 0.0f);
      for (int other = 0; other < comm->size; ++other)
        for (size_t i = 0; i < part; ++i) sum[i] += reinterpret_cast<const float*>(comm->shared->slots[other])[i];
      if (copyFunction()(static_cast<float*>(to) + at, sum.data(), part * sizeof(float))) result = invalidArgument;
    }
    ::pthread_barrier_wait(&comm->shared->barrier);
  }
  return result;
}

EXPORTED int ncclBroadcast(const void* from, void* to, size_t count, int type, int root, void* team, void*) {
  auto* comm = static_cast<Comm*>(team);
  if (const int code = meet(comm, {2, root, type, count})) return code;
  int result = success;
  for (size_t at = 0, all = bytesOf(type, count); at < all; at += slotBytes) {
    const size_t part = std::min(slotBytes, all - at);
    if (comm->rank == root && copyFunction()(comm->shared->slots[root], static_cast<const char*>(from) + at, part))
      result = invalidArgument;
    ::pthread_barrier_wait(&comm->shared->barrier);
    if (comm->rank != root && copyFunction()(static_cast<char*>(to) + at, comm->shared->slots[root], part))
      result = invalidArgument;
    ::pthread_barrier_wait(&comm->shared->barrier);
  }
  return result;
}

EXPORTED int ncclCommDestroy(void* team) {
  auto* comm = static_cast<Comm*>(team);
  ::munmap(comm->shared, sizeof(Shared));
  delete comm;
  return success;
}
EXPORTED int ncclCommAbort(void* team) { return ncclCommDestroy(team); }
EXPORTED int ncclCommGetAsyncError(void*, int* error) {
  *error = success;
  return success;
}
EXPORTED int ncclGroupStart() { return success; }
EXPORTED int ncclGroupEnd() { return success; }
EXPORTED const char* ncclGetErrorString(int code) {
  return code == invalidUsage ? "members call different operations" : code == invalidArgument ? "invalid argument" : "error";
}
}
