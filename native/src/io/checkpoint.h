// A Hugging Face checkpoint directory as one table of tensors: a single file or shards with an index, names in either
// key layout turned into the hub's spelling.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "../ops/ops.h"
#include "json.h"
#include "safetensors.h"

namespace secondlook {

class Checkpoint {
 public:
  /// Throws Error(badCheckpoint) when files are missing or contradict the index.
  explicit Checkpoint(const std::string& directory);
  const Json& config() const noexcept { return config_; }
  const std::string& directory() const noexcept { return directory_; }
  bool has(const std::string& name) const { return tensors_.contains(name); }
  /// The tensor where it lies in the mapped file, if it is stored as bfloat16 at an even address; else null.
  const Bfloat16* bfloat16(const std::string& name) const;
  /// Throws Error(badCheckpoint) unless the tensor is there in this shape.
  void require(const std::string& name, const std::vector<int64_t>& shape) const;
  /// Copies the tensor as float32 after checking its shape.
  void read(const std::string& name, const std::vector<int64_t>& shape, float* to) const;
  /// Names that nobody asked for.
  std::vector<std::string> names() const;

 private:
  struct Place {
    const TensorEntry* entry;
    const SafetensorsFile* file;
    std::string spelledAs;
  };
  void open(const std::string& file);

  std::string directory_;
  Json config_;
  std::vector<std::unique_ptr<SafetensorsFile>> files_;
  std::map<std::string, Place> tensors_;
};

/// "model.visual.x" -> "visual.x", "model.language_model.x" -> "model.x"; other names stay.
std::string hubName(const std::string& name);

}  // namespace secondlook
