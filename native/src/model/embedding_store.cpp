#include "embedding_store.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "../io/files.h"

namespace secondlook {

namespace fs = std::filesystem;

namespace {
constexpr const char *ending = ".embedding", *unfinished = ".part";
/// Changes when the tower's arithmetic does.
constexpr uint64_t version = 1;

struct Header {
  uint64_t magic, tower, first, second, count, sum;
};
constexpr uint64_t magic = 0x31474E4944424D45;  // EMBDING1

uint64_t sumOf(const float* values, size_t count) {
  uint64_t sum = count;
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, values + i, sizeof bits);
    sum = mixedHash(sum, bits);
  }
  return sum;
}
}  // namespace

std::string EmbeddingStore::pathOf(uint64_t tower, const ContentHash& medium) const {
  char name[64];
  std::snprintf(name, sizeof name, "%016" PRIx64 "-%016" PRIx64 "%016" PRIx64, mixedHash(tower, version), medium.first,
                medium.second);
  return folder_ + "/" + name + ending;
}

std::optional<std::vector<float>> EmbeddingStore::find(uint64_t tower, const ContentHash& medium, size_t count) {
  const std::string path = pathOf(tower, medium);
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::error_code ignored;
  std::vector<float> values(count);
  Header header{};
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(float)));
  const Header wanted{magic, tower, medium.first, medium.second, count, sumOf(values.data(), count)};
  if (!file || file.peek() != std::ifstream::traits_type::eof() || std::memcmp(&header, &wanted, sizeof header) != 0) {
    fs::remove(path, ignored);  // made again from the medium
    return std::nullopt;
  }
  fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
  ++hits_;
  return values;
}

void EmbeddingStore::add(uint64_t tower, const ContentHash& medium, const float* values, size_t count) noexcept {
  const size_t bytes = sizeof(Header) + count * sizeof(float);
  if (bytes > budget_) return;
  try {
    createDirectories(folder_);
    if (!measured_) trim();
    const Header header{magic, tower, medium.first, medium.second, count, sumOf(values, count)};
    const std::string path = pathOf(tower, medium), part = path + "." + std::to_string(::getpid()) + unfinished;
    std::ofstream file(part, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
    file.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(count * sizeof(float)));
    file.close();
    // Not synced: what a power cut leaves is found out by its sum.
    if (file) fs::rename(part, path);
    else fs::remove(part);
    written_ += bytes;
    if (written_ > budget_) trim();
  } catch (...) {
    // Nothing depends on it: the medium is embedded again next time.
  }
}

/// Sums up the folder, which other processes write too, and lets the oldest files go where it is too much: down to nine tenths, so
/// that not every new file begins another count.
void EmbeddingStore::trim() {
  struct Kept {
    fs::file_time_type used;
    size_t bytes;
    fs::path path;
  };
  std::vector<Kept> files;
  size_t all = 0;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
    const fs::path extension = entry.path().extension();
    if (extension == unfinished && fs::file_time_type::clock::now() - entry.last_write_time(ignored) > std::chrono::hours(1))
      fs::remove(entry.path(), ignored);  // of a process that was killed
    if (extension != ending) continue;
    const auto bytes = static_cast<size_t>(entry.file_size(ignored));
    files.push_back({entry.last_write_time(ignored), bytes, entry.path()});
    all += bytes;
  }
  if (all > budget_) {
    std::sort(files.begin(), files.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
    for (const Kept& file : files) {
      if (all <= budget_ / 10 * 9) break;
      if (fs::remove(file.path, ignored)) all -= file.bytes;
    }
  }
  written_ = all;
  measured_ = true;
}

}  // namespace secondlook
