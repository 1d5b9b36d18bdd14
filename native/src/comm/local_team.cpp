#include "local_team.h"

#include <cstring>

namespace secondlook {

class LocalTeam::Member final : public Communicator {
 public:
  Member(LocalTeam& team, int rank) : team_(team), rank_(rank) {}
  int rank() const noexcept override { return rank_; }
  int size() const noexcept override { return team_.size_; }

  void sumTo(int root, float* values, int64_t count) override {
    together(values, count, [&] {
      if (rank_ != root) return;
      for (int other = 0; other < size(); ++other)
        if (other != root)
          for (int64_t i = 0; i < count; ++i) values[i] += static_cast<const float*>(heldBy(other).data)[i];
    });
  }
  void broadcast(int root, void* bytes, int64_t count) override {
    together(bytes, count, [&] {
      if (rank_ != root && count > 0) std::memcpy(bytes, heldBy(root).data, static_cast<size_t>(count));
    });
  }
  std::vector<std::vector<std::byte>> gather(const std::vector<std::byte>& own) override {
    std::vector<std::vector<std::byte>> all;
    together(const_cast<std::byte*>(own.data()), static_cast<int64_t>(own.size()), [&] {
      for (const Held& part : team_.held_) {
        const auto* from = static_cast<const std::byte*>(part.data);
        all.emplace_back(from, from + part.count);
      }
    });
    return all;
  }
  std::vector<std::vector<std::byte>> gatherTo(int root, const std::vector<std::byte>& own) override {
    std::vector<std::vector<std::byte>> all = gather(own);
    if (rank_ != root) all.clear();
    return all;
  }

 private:
  const Held& heldBy(int rank) const { return team_.held_[static_cast<size_t>(rank)]; }
  /// Shows `data` to the others while everybody does `work`.
  template <class Work>
  void together(void* data, int64_t count, Work work) {
    team_.held_[static_cast<size_t>(rank_)] = {data, count};
    team_.meet_.arrive_and_wait();
    work();
    team_.meet_.arrive_and_wait();
  }
  LocalTeam& team_;
  int rank_;
};

std::shared_ptr<Communicator> LocalTeam::member(int rank) { return std::make_shared<Member>(*this, rank); }

}  // namespace secondlook
