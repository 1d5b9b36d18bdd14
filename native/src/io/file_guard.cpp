#include "file_guard.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <mutex>

#include "../error.h"

namespace secondlook {

namespace {
/// What the signal handler reads: no locks, nothing that moves.
struct Guarded {
  std::atomic<uintptr_t> begin{0}, end{0};  // 0: free
  std::atomic<const char*> path{nullptr};
  std::atomic<bool> cutOff{false};
};
constexpr size_t most = 1024;  // files mapped at once; more are left unguarded
std::array<Guarded, most> files;
std::mutex slots;
struct sigaction before;

void onBusError(int signal, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (Guarded& file : files) {
    if (address < file.begin.load() || address >= file.end.load()) continue;
    file.cutOff = true;
    void* at = reinterpret_cast<void*>(address / page * page);
    if (::mmap(at, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) return;
  }
  // Not ours: as if we had never been asked.
  if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction != nullptr)
    before.sa_sigaction(signal, info, context);
  else
    ::sigaction(SIGBUS, &before, nullptr);
}

void listen() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action{};
    action.sa_sigaction = onBusError;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigaction(SIGBUS, &action, &before);
  });
}
}  // namespace

FileGuard::FileGuard(const void* data, size_t size, const std::string& path) : slot_(most) {
  listen();
  const std::lock_guard lock(slots);
  for (size_t i = 0; i < most; ++i) {
    Guarded& file = files[i];
    if (file.end != 0) continue;
    file.cutOff = false;
    file.path = path.c_str();
    file.begin = reinterpret_cast<uintptr_t>(data);
    file.end = reinterpret_cast<uintptr_t>(data) + size;
    slot_ = i;
    return;
  }
}

FileGuard::~FileGuard() {
  if (slot_ == most) return;
  const std::lock_guard lock(slots);
  files[slot_].end = 0;
  files[slot_].begin = 0;
}

void requireWholeFiles() {
  const std::lock_guard lock(slots);
  for (const Guarded& file : files)
    if (file.end != 0 && file.cutOff)
      throw Error(ErrorCode::io, std::string(file.path) +
                                     " became shorter while the model was read from it; results are discarded. Put the "
                                     "file back, dispose of the model and load it again.");
}

}  // namespace secondlook
