#include "files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "../error.h"

namespace secondlook {

namespace {
[[noreturn]] void failIo(const std::string& what, const std::string& path, int reason) {
  throw Error(ErrorCode::io, "Could not " + what + " " + path + ": " + std::strerror(reason) +
                                 ". Check the path, its permissions and the free space.");
}

struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};
}  // namespace

std::string readTextFile(const std::string& path, size_t maximumBytes) {
  const MappedFile file(path);
  if (file.size() > maximumBytes)
    throw Error(ErrorCode::badCheckpoint, path + " has " + std::to_string(file.size()) + " bytes, more than the " +
                                              std::to_string(maximumBytes) +
                                              " allowed here. Check that it is the right file.");
  return std::string(reinterpret_cast<const char*>(file.data()), file.size());
}

bool fileExists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

MappedFile::MappedFile(const std::string& path) : path_(path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.value < 0) failIo("open", path, errno);
  struct stat status{};
  if (::fstat(file.value, &status) != 0) failIo("read", path, errno);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorCode::io, path + " is not a file. Give the path of a file.");
  size_ = static_cast<size_t>(status.st_size);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.value, 0);
  if (address == MAP_FAILED) failIo("map", path, errno);
  data_ = static_cast<const std::byte*>(address);
  guard_ = std::make_unique<FileGuard>(data_, size_, path_);
}

MappedFile::~MappedFile() {
  guard_.reset();
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

void writeFileAtomically(const std::string& path, const std::function<void(const WriteBytes&)>& fill) {
  const std::string temporary = path + ".partial";
  try {
    const Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (file.value < 0) failIo("create", temporary, errno);
    fill([&](const void* data, size_t size) {
      const char* at = static_cast<const char*>(data);
      while (size > 0) {
        const ssize_t written = ::write(file.value, at, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) failIo("write", temporary, errno);
        at += written;
        size -= static_cast<size_t>(written);
      }
    });
    if (::fsync(file.value) != 0) failIo("sync", temporary, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) failIo("rename to", path, errno);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  const Descriptor directory{::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_CLOEXEC)};
  if (directory.value >= 0) ::fsync(directory.value);
}

void writeTextFile(const std::string& path, const std::string& text) {
  writeFileAtomically(path, [&](const WriteBytes& write) { write(text.data(), text.size()); });
}

void createDirectories(const std::string& directory) {
  std::error_code reason;
  std::filesystem::create_directories(directory, reason);
  if (reason) failIo("create the folder", directory, reason.value());
}

}  // namespace secondlook
