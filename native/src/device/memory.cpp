#include "memory.h"

#include <sys/mman.h>

#include <cstring>
#include <string>

#include "../ops/ops.h"
#include "device.h"

namespace secondlook {

namespace {

std::string mebibytes(size_t bytes) { return std::to_string((bytes + (size_t{1} << 20) - 1) >> 20) + " MiB"; }

void* mapPages(size_t bytes) {
  void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED)
    throw Error(ErrorCode::outOfMemory, "The system refused " + std::to_string(bytes >> 20) +
                                            " MiB of memory. Use smaller batches, shorter clips or fewer completions.");
  ::madvise(address, bytes, MADV_HUGEPAGE);
  return address;
}

/// "weights 12 MiB, activations 64 MiB" of what the device's buffers are for.
std::string holders(const Device& device) {
  static constexpr const char* names[] = {"weights", "gradients", "optimiser", "activations", "key-value cache"};
  std::string list;
  for (size_t i = 0; i < device.held.size(); ++i)
    if (const size_t bytes = device.held[i])
      list += (list.empty() ? "" : ", ") + std::string(names[i]) + " " + mebibytes(bytes);
  return list.empty() ? "nothing" : list;
}

}  // namespace

Memory::Memory(const Context& context) {
  if (context.device) device_ = context.device->shared_from_this();
}

void* Memory::take(Purpose purpose, size_t bytes) const {
  if (!device_) return mapPages(bytes);
  void* address = nullptr;
  try {
    address = device_->allocate(bytes);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::outOfMemory) throw;
    throw Error(ErrorCode::outOfMemory, std::string(error.what()) + " It holds: " + holders(*device_) + ".");
  }
  device_->held[static_cast<size_t>(purpose)] += bytes;
  return address;
}

void Memory::give(Purpose purpose, void* address, size_t bytes) const noexcept {
  if (!device_) {
    ::munmap(address, bytes);
    return;
  }
  device_->release(address);
  device_->held[static_cast<size_t>(purpose)] -= bytes;
}

void Memory::zero(void* to, size_t bytes) const {
  if (device_) return device_->call(&DeviceTable::zero, to, bytes);
  std::memset(to, 0, bytes);
}

void Memory::write(void* to, const void* fromHost, size_t bytes) const {
  if (device_) return device_->call(&DeviceTable::upload, to, fromHost, bytes);
  std::memcpy(to, fromHost, bytes);
}

void Memory::read(void* toHost, const void* from, size_t bytes) const {
  if (device_) return device_->call(&DeviceTable::download, toHost, from, bytes);
  std::memcpy(toHost, from, bytes);
}

const void* Memory::readable(const void* values, size_t bytes, std::vector<std::byte>& room) const {
  if (!device_) return values;
  room.resize(bytes);
  read(room.data(), values, bytes);
  return room.data();
}

}  // namespace secondlook
