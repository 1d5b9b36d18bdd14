#include "device.h"

#include <dlfcn.h>

#include <cstdlib>

namespace secondlook {

namespace {

/// The folder of the binary that this code is in.
std::string ownFolder() {
  Dl_info info;
  if (::dladdr(reinterpret_cast<const void*>(&deviceEntryName), &info) == 0 || !info.dli_fname) return ".";
  const std::string path = info.dli_fname;
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

const DeviceTable* open() {
  const char* named = std::getenv("SECONDLOOK_CUDA_LIBRARY");
  const std::string path = named && *named ? named : ownFolder() + "/libsecondlook_cuda.so";
  // Never closed: a driver does not unload cleanly.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return nullptr;
  const auto entry = reinterpret_cast<DeviceEntry>(::dlsym(library, deviceEntryName));
  return entry ? entry(deviceAbi) : nullptr;
}

ErrorCode codeOf(DeviceStatus status) {
  switch (status) {
    case DeviceStatus::outOfMemory: return ErrorCode::outOfMemory;
    case DeviceStatus::unsupported: return ErrorCode::unsupported;
    case DeviceStatus::noDevice:
    case DeviceStatus::dead: return ErrorCode::device;
    default: return ErrorCode::internal;
  }
}

}  // namespace

const DeviceTable* cudaLibrary() {
  static const DeviceTable* const table = open();
  return table;
}

Device::Device(const DeviceTable& table, int32_t index) : table_(&table) {
  char why[1024] = "";
  const DeviceStatus status = table.open(index, &session_, why, sizeof why);
  if (status != DeviceStatus::ok) throw Error(status == DeviceStatus::noDevice ? ErrorCode::device : codeOf(status), why);
}

Device::~Device() { table_->close(session_); }

void Device::release(void* address) noexcept {
  const std::lock_guard lock(mutex_);
  released_.push_back(address);
  anyReleased_ = true;
}

void Device::giveBack() noexcept {
  if (!anyReleased_) return;
  const std::lock_guard lock(mutex_);
  for (void* address : released_) table_->release(session_, address);
  released_.clear();
  anyReleased_ = false;
}

void* Device::allocate(size_t bytes) {
  giveBack();
  void* address = nullptr;
  check(table_->allocate(session_, bytes, &address));
  return address;
}

void Device::beginRecording() {
  recording_ = true;  // nothing waits from here on
  call(&DeviceTable::beginGraph);
}

RecordedWork Device::endRecording() {
  DeviceGraph* graph = nullptr;
  call(&DeviceTable::endGraph, &graph);
  recording_ = false;
  return {shared_from_this(), graph};
}

void Device::dropRecording() noexcept {
  recording_ = false;
  table_->endGraph(session_, nullptr);
}

RecordedWork::~RecordedWork() {
  if (graph_) device_->table().releaseGraph(device_->session(), graph_);
}

void RecordedWork::run() const { device_->call(&DeviceTable::runGraph, graph_); }

PinnedMemory::PinnedMemory(std::shared_ptr<Device> device, size_t bytes) : device_(std::move(device)) {
  device_->call(&DeviceTable::allocatePinned, bytes, &data_);
}

PinnedMemory::~PinnedMemory() {
  if (data_) device_->table().releasePinned(device_->session(), data_);
}

void Device::check(DeviceStatus status) const {
  if (status != DeviceStatus::ok) throw Error(codeOf(status), table_->message(session_));
}

}  // namespace secondlook
