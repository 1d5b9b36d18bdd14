// A team inside one process, a thread a member: the sharded algorithms are tested with it, without a launcher.
#pragma once

#include <barrier>
#include <memory>
#include <vector>

#include "communicator.h"

namespace secondlook {

class LocalTeam {
 public:
  explicit LocalTeam(int size) : size_(size), meet_(size), held_(static_cast<size_t>(size)) {}
  /// The member's own end; use each on a thread of its own, and all of them.
  std::shared_ptr<Communicator> member(int rank);

 private:
  class Member;
  struct Held {
    void* data;
    int64_t count;
  };
  int size_;
  std::barrier<> meet_;
  std::vector<Held> held_;
};

}  // namespace secondlook
