// The device that operator tests run on beside the processor: the SIMT shim, or a GPU with SECONDLOOK_TEST_DEVICE=cuda.
#pragma once

#include <cstdlib>
#include <new>

#include "device/device.h"

namespace fixtures {

using secondlook::Device;
using secondlook::DeviceTable;

/// Null where the device's library was not built.
const DeviceTable* testLibrary();
/// One session for all tests, which waits for every call; null as above.
Device* testDevice();
/// 0 ascending, 1 descending, 2 shuffled; does nothing on a GPU.
void setThreadOrder(int order);
/// Lets the shim fail after so many allocations and launches (negative: never), and heals it; false on a GPU.
bool failAfter(int64_t allocations, int64_t launches);

/// Memory that host and device both read.
template <class T>
struct SharedAllocator {
  using value_type = T;
  SharedAllocator() = default;
  template <class U>
  SharedAllocator(const SharedAllocator<U>&) {}
  T* allocate(size_t count) {
    void* address = nullptr;
    const DeviceTable* table = testLibrary();
    if (!table) address = std::malloc(count * sizeof(T));
    else if (table->allocateShared(count * sizeof(T), &address) != secondlook::DeviceStatus::ok) address = nullptr;
    if (!address) throw std::bad_alloc();
    return static_cast<T*>(address);
  }
  void deallocate(T* address, size_t) noexcept {
    if (const DeviceTable* table = testLibrary()) table->releaseShared(address);
    else std::free(address);
  }
  template <class U>
  bool operator==(const SharedAllocator<U>&) const {
    return true;
  }
};

}  // namespace fixtures
