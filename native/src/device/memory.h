// Where buffers lie: pages of the host, or the memory of a device. A small value that whoever holds a buffer keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace secondlook {

struct Context;
class Device;

/// What a buffer is for: a device without room names who holds it.
enum class Purpose : uint8_t { weights, gradients, optimiser, activations, cache, count };

class Memory {
 public:
  /// The host's.
  Memory() = default;
  /// The memory that operators of this context read and write.
  explicit Memory(const Context& context);

  bool ofHost() const noexcept { return device_ == nullptr; }
  /// At least 64-byte aligned; pages of the host are zero, a device's hold anything. Throws Error(outOfMemory) with what to do.
  void* take(Purpose purpose, size_t bytes) const;
  void give(Purpose purpose, void* address, size_t bytes) const noexcept;

  // Moves between the host's own values and this memory; a device's are waited for.
  void zero(void* to, size_t bytes) const;
  void write(void* to, const void* fromHost, size_t bytes) const;
  void read(void* toHost, const void* from, size_t bytes) const;
  /// Values where the host can read them: in place, or copied into `room`.
  const void* readable(const void* values, size_t bytes, std::vector<std::byte>& room) const;

 private:
  std::shared_ptr<Device> device_;
};

}  // namespace secondlook
