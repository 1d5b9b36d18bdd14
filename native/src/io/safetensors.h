// The safetensors format: u64 little-endian header length, a JSON header name -> {dtype, shape, data_offsets}, raw
// little-endian data. The reader refuses whatever does not add up: overlaps, holes, wrong sizes, huge headers.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "files.h"

namespace secondlook {

struct TensorEntry {
  std::string dtype;  // "F32", "BF16", "F16", ...
  std::vector<int64_t> shape;
  const std::byte* data;
  size_t bytes;
  int64_t count() const;
};

class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path);
  const std::map<std::string, TensorEntry>& tensors() const noexcept { return tensors_; }
  const std::map<std::string, std::string>& metadata() const noexcept { return metadata_; }
  const std::string& path() const noexcept { return file_.path(); }

 private:
  MappedFile file_;
  std::map<std::string, TensorEntry> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// Copies as float32; accepts F32, BF16 and F16. Throws Error(badCheckpoint) for other types.
void copyAsFloat(const TensorEntry& tensor, const std::string& name, const std::string& path, float* to);

struct TensorToWrite {
  std::string name;
  std::vector<int64_t> shape;
  std::string dtype;
  /// Called once, when it is the tensor's turn; what it returns is read before the next call.
  std::function<const void*()> data;
};
/// Writes tensors in the order given.
void writeSafetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                      const std::map<std::string, std::string>& metadata);

}  // namespace secondlook
