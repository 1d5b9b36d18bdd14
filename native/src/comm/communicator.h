// The processes that train one model together. Every member calls the same operations in the same order; each call returns
// when the member's part of it is done. Used by the engine's own thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace secondlook {

class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const noexcept = 0;
  virtual int size() const noexcept = 0;

  // Values that models compute with: the host's, or where a device computes, that device's.
  /// values[count] of member `root` becomes the sum over all members; what the others hold is lost.
  virtual void sumTo(int root, float* values, int64_t count) = 0;
  /// Everybody's bytes[count] becomes member `root`'s.
  virtual void broadcast(int root, void* bytes, int64_t count) = 0;
  /// Between these, sums and copies of values that do not overlap may be done all at once.
  virtual void begin() {}
  virtual void end() {}

  // Bytes of the host.
  /// Everybody's bytes, by rank. Sizes may differ.
  virtual std::vector<std::vector<std::byte>> gather(const std::vector<std::byte>& own) = 0;
  /// The same at member `root`; none at the others.
  virtual std::vector<std::vector<std::byte>> gatherTo(int root, const std::vector<std::byte>& own) = 0;
  /// Ends the membership, when all others do; nothing may follow.
  virtual void leave() {}
  /// Ends every member's process: for one that cannot go on while the others wait for it.
  virtual void abort(int) {}
};

/// The members that an MPI launcher started, through the module at `library` (built from comm/mpi where MPI is installed).
/// Joins on first use; a process can be in one such team. Throws Error(device) with the remedy where it cannot.
std::shared_ptr<Communicator> joinLaunchedTeam(const std::string& library);

class Device;
/// The same members, each computing on a device of its own: values go from device to device (NCCL), bytes of the host by way
/// of `host`. All members call. Throws Error(device) with the remedy where NCCL is missing.
std::shared_ptr<Communicator> joinDevices(std::shared_ptr<Communicator> host, std::shared_ptr<Device> device);

}  // namespace secondlook
