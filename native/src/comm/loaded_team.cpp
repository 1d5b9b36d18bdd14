#include <dlfcn.h>

#include <array>
#include <cstring>

#include "../error.h"
#include "communicator.h"
#include "table.h"

namespace secondlook {

namespace {
class LoadedTeam final : public Communicator {
 public:
  explicit LoadedTeam(const CommunicationTable& table) : table_(table) {}
  int rank() const noexcept override { return table_.rank; }
  int size() const noexcept override { return table_.size; }

  void sumTo(int root, float* values, int64_t count) override { require(table_.sumTo(root, values, count)); }
  void broadcast(int root, void* bytes, int64_t count) override {
    require(table_.broadcast(root, static_cast<uint8_t*>(bytes), count));
  }
  std::vector<std::vector<std::byte>> gather(const std::vector<std::byte>& own) override {
    const std::vector<int64_t> sizes = sizesOf(own);
    std::vector<std::vector<std::byte>> all(sizes.size());
    for (int member = 0; member < size(); ++member) {
      std::vector<std::byte>& part = all[static_cast<size_t>(member)];
      if (member == rank())
        part = own;
      else
        part.resize(static_cast<size_t>(sizes[static_cast<size_t>(member)]));
      broadcast(member, part.data(), static_cast<int64_t>(part.size()));
    }
    return all;
  }
  std::vector<std::vector<std::byte>> gatherTo(int root, const std::vector<std::byte>& own) override {
    const std::vector<int64_t> sizes = sizesOf(own);
    if (rank() != root) {
      require(table_.send(root, reinterpret_cast<const uint8_t*>(own.data()), static_cast<int64_t>(own.size())));
      return {};
    }
    std::vector<std::vector<std::byte>> all(sizes.size());
    for (int member = 0; member < size(); ++member) {
      std::vector<std::byte>& part = all[static_cast<size_t>(member)];
      if (member == root) {
        part = own;
        continue;
      }
      part.resize(static_cast<size_t>(sizes[static_cast<size_t>(member)]));
      require(table_.receive(member, reinterpret_cast<uint8_t*>(part.data()), static_cast<int64_t>(part.size())));
    }
    return all;
  }

  void leave() override { require(table_.leave()); }
  void abort(int exitCode) override { table_.abort(exitCode); }

 private:
  std::vector<int64_t> sizesOf(const std::vector<std::byte>& own) const {
    std::vector<int64_t> sizes(static_cast<size_t>(size()));
    require(table_.gatherSizes(static_cast<int64_t>(own.size()), sizes.data()));
    return sizes;
  }
  void require(int code) const {
    if (code == 0) return;
    std::array<char, 512> sentence{};
    table_.describe(code, sentence.data(), static_cast<int64_t>(sentence.size()));
    throw Error(ErrorCode::device, std::string("The processes of this run lost each other: ") + sentence.data());
  }
  const CommunicationTable& table_;
};
}  // namespace

std::shared_ptr<Communicator> joinLaunchedTeam(const std::string& library) {
  // Kept open for good: MPI cannot be started twice in a process.
  void* module = dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr) {
    const char* why = dlerror();
    throw Error(ErrorCode::device, std::string("Several processes need the engine's MPI module, which does not load: ") +
                                       (why == nullptr ? library : why) +
                                       ". Install MPI (Debian: libopenmpi-dev, openmpi-bin) and build the engine again "
                                       "with `npm run build:native`.");
  }
  const auto entry = reinterpret_cast<CommunicationEntry>(dlsym(module, communicationEntry));
  std::array<char, 512> sentence{};
  const CommunicationTable* table =
      entry == nullptr ? nullptr : entry(communicationAbi, sentence.data(), static_cast<int64_t>(sentence.size()));
  if (table == nullptr)
    throw Error(ErrorCode::device, std::string("The MPI module ") + library + " cannot be used: " +
                                       (sentence[0] == 0 ? "it is of another version. Build the engine again."
                                                         : sentence.data()));
  return std::make_shared<LoadedTeam>(*table);
}

}  // namespace secondlook
