#include "cpu.h"

#include <set>
#include <string>
#include <thread>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#endif

namespace secondlook {

namespace {

/// Tiles (AMX) for bfloat16: the processor has them, and Linux grants this process their eight kilobytes of registers.
bool mayUseTiles() {
#if defined(__x86_64__) && defined(__linux__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
  constexpr unsigned bfloat16 = 1u << 22, tiles = 1u << 24;
  constexpr long requestPermission = 0x1023, tileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return (d & bfloat16) && (d & tiles) && syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
#else
  return false;
#endif
}

}  // namespace

InstructionSet detectInstructionSet() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  // The level names x86-64-v3 and x86-64-v4 stand for exactly these flags (the compiler also checks that the
  // operating system saves the wide registers).
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                  __builtin_cpu_supports("bmi2");
  const bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl");
  if (v4) return mayUseTiles() ? InstructionSet::amx : InstructionSet::avx512;
  if (v3) return InstructionSet::avx2;
#endif
  return InstructionSet::portable;
}

int physicalCores() {
  const int logical = static_cast<int>(std::thread::hardware_concurrency());
#if defined(__linux__)
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    // Two hyperthreads of a core share its multipliers: count (package, core) pairs, not processors.
    std::set<std::pair<int, int>> cores;
    int processors = 0;
    for (int i = 0; i < CPU_SETSIZE; ++i) {
      if (!CPU_ISSET(i, &allowed)) continue;
      ++processors;
      const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(i) + "/topology/";
      int package = -1, core = -1;
      std::ifstream(folder + "physical_package_id") >> package;
      std::ifstream(folder + "core_id") >> core;
      if (core >= 0) cores.insert({package, core});
    }
    if (!cores.empty()) return static_cast<int>(cores.size());
    if (processors > 0) return processors;
  }
#endif
  return logical > 0 ? logical : 1;
}

const char* instructionSetName(InstructionSet set) {
  switch (set) {
    case InstructionSet::amx: return "amx";
    case InstructionSet::avx512: return "avx512";
    case InstructionSet::avx2: return "avx2";
    case InstructionSet::portable: return "portable";
  }
  return "portable";
}

}  // namespace secondlook
