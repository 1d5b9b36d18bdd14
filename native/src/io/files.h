// Whole files: read, map into memory, and write so that a reader never sees half of one.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "file_guard.h"

namespace secondlook {

/// Throws Error(io) with the path, the system's reason and a remedy. Refuses files above `maximumBytes`.
std::string readTextFile(const std::string& path, size_t maximumBytes);
bool fileExists(const std::string& path);

/// A file mapped read-only for as long as the object lives.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  const std::byte* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
  std::unique_ptr<FileGuard> guard_;
};

using WriteBytes = std::function<void(const void* data, size_t size)>;
/// Calls `fill` with a writer, syncs, then renames over `path`; on an error the old file stays.
void writeFileAtomically(const std::string& path, const std::function<void(const WriteBytes&)>& fill);
void writeTextFile(const std::string& path, const std::string& text);
void createDirectories(const std::string& directory);

}  // namespace secondlook
