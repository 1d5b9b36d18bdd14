#include <cstring>

#include "../device/device.h"
#include "communicator.h"

namespace secondlook {

namespace {
class DeviceTeam final : public Communicator {
 public:
  DeviceTeam(std::shared_ptr<Communicator> host, std::shared_ptr<Device> device)
      : host_(std::move(host)), device_(std::move(device)) {
    std::vector<std::byte> name(deviceTeamName);
    device_->call(&DeviceTable::nameTeam, rank() == 0, reinterpret_cast<uint8_t*>(name.data()));
    host_->broadcast(0, name.data(), static_cast<int64_t>(name.size()));
    device_->call(&DeviceTable::joinTeam, reinterpret_cast<const uint8_t*>(name.data()), rank(), size());
  }
  int rank() const noexcept override { return host_->rank(); }
  int size() const noexcept override { return host_->size(); }

  void sumTo(int root, float* values, int64_t count) override { device_->call(&DeviceTable::sumTo, root, values, count); }
  void broadcast(int root, void* bytes, int64_t count) override {
    device_->call(&DeviceTable::broadcast, root, bytes, count);
  }
  void begin() override { device_->call(&DeviceTable::beginTogether); }
  void end() override { device_->call(&DeviceTable::endTogether); }
  std::vector<std::vector<std::byte>> gather(const std::vector<std::byte>& own) override { return host_->gather(own); }
  std::vector<std::vector<std::byte>> gatherTo(int root, const std::vector<std::byte>& own) override {
    return host_->gatherTo(root, own);
  }
  void leave() override {
    device_->call(&DeviceTable::leaveTeam);
    host_->leave();
  }
  void abort(int exitCode) override { host_->abort(exitCode); }

 private:
  std::shared_ptr<Communicator> host_;
  std::shared_ptr<Device> device_;
};
}  // namespace

std::shared_ptr<Communicator> joinDevices(std::shared_ptr<Communicator> host, std::shared_ptr<Device> device) {
  return std::make_shared<DeviceTeam>(std::move(host), std::move(device));
}

}  // namespace secondlook
