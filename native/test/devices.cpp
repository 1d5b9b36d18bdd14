#include "devices.h"

#include <dlfcn.h>

#include <cstdio>
#include <memory>
#include <string>

namespace fixtures {

using namespace secondlook;

namespace {

bool onGpu() {
  const char* wanted = std::getenv("SECONDLOOK_TEST_DEVICE");
  return wanted && std::string(wanted) == "cuda";
}

void* library() {
  static void* const handle = [] {
    // Beside this program.
    Dl_info info;
    ::dladdr(reinterpret_cast<const void*>(&testLibrary), &info);
    std::string path = info.dli_fname;
    const size_t slash = path.rfind('/');
    path = (slash == std::string::npos ? "." : path.substr(0, slash)) + (onGpu() ? "/libsecondlook_cuda.so" : "/libsecondlook_shim.so");
    void* opened = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!opened) std::printf("no device library: %s\n", ::dlerror());
    return opened;
  }();
  return handle;
}

}  // namespace

const DeviceTable* testLibrary() {
  static const DeviceTable* const table = [] {
    if (!library()) return static_cast<const DeviceTable*>(nullptr);
    return reinterpret_cast<DeviceEntry>(::dlsym(library(), deviceEntryName))(deviceAbi);
  }();
  return table;
}

Device* testDevice() {
  static const std::shared_ptr<Device> device = [] {
    auto made = testLibrary() ? std::make_shared<Device>(*testLibrary()) : nullptr;
    if (made) made->synchronous = true;
    return made;
  }();
  return device.get();
}

void setThreadOrder(int order) {
  if (!library()) return;
  if (const auto set = reinterpret_cast<void (*)(int)>(::dlsym(library(), "secondlook_shim_order"))) set(order);
}

bool failAfter(int64_t allocations, int64_t launches) {
  const auto fail = library() ? reinterpret_cast<void (*)(int64_t, int64_t)>(::dlsym(library(), "secondlook_shim_fail")) : nullptr;
  if (fail) fail(allocations, launches);
  return fail != nullptr;
}

}  // namespace fixtures
