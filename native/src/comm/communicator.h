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

  /// values[count] of member `root` becomes the sum over all members; what the others hold stays.
  virtual void sumTo(int root, float* values, int64_t count) = 0;
  /// bytes[count] of member `root` becomes the bitwise or over all members; what the others hold stays.
  virtual void mergeTo(int root, void* bytes, int64_t count) = 0;
  /// Everybody's bytes[count] becomes member `root`'s.
  virtual void broadcast(int root, void* bytes, int64_t count) = 0;
  /// Everybody's bytes, by rank. Sizes may differ.
  virtual std::vector<std::vector<std::byte>> gather(const std::vector<std::byte>& own) = 0;
  /// Ends the membership, when all others do; nothing may follow.
  virtual void leave() {}
  /// Ends every member's process: for one that cannot go on while the others wait for it.
  virtual void abort(int) {}
};

/// The members that an MPI launcher started, through the module at `library` (built from comm/mpi where MPI is installed).
/// Joins on first use; a process can be in one such team. Throws Error(device) with the remedy where it cannot.
std::shared_ptr<Communicator> joinLaunchedTeam(const std::string& library);

}  // namespace secondlook
