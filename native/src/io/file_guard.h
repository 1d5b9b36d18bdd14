// Mapped files that somebody cuts off while they are in use. The system answers a read behind a file's new end with SIGBUS,
// which would end the process; the guard puts an empty page there instead and remembers, so that whoever computed with it
// can refuse the result.
#pragma once

#include <cstddef>
#include <string>

namespace secondlook {

/// From its mapping until it is unmapped. `path` must outlive the guard.
class FileGuard {
 public:
  FileGuard(const void* data, size_t size, const std::string& path);
  ~FileGuard();
  FileGuard(const FileGuard&) = delete;
  FileGuard& operator=(const FileGuard&) = delete;

 private:
  size_t slot_;
};

/// Throws Error(io) naming a guarded file that was found cut off, for as long as it is mapped.
void requireWholeFiles();

}  // namespace secondlook
