// All weights of a model in one flat buffer, with gradients and AdamW moments in buffers of the same layout. Tensors
// that one matrix product reads together (q|k|v, gate|up) lie side by side, so the fused weight is a plain view.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "arena.h"
#include "config.h"

namespace secondlook {

struct Parameter {
  std::string name;  // the hub's spelling
  std::vector<int64_t> shape;
  int64_t offset, count;
  bool trainable = true;
  /// Biases and norms: no weight decay by default.
  bool isVectorOrNorm() const { return shape.size() < 2; }
};

class ParameterTable {
 public:
  /// The list of a config's parameters; `frozen` holds name prefixes, `trainable` false freezes all.
  ParameterTable(const ModelConfig& config, const std::vector<std::string>& frozen, bool trainable);

  const std::vector<Parameter>& all() const noexcept { return parameters_; }
  /// Null when there is none of that name.
  const Parameter* find(const std::string& name) const noexcept;
  /// Offset in floats; the name must exist.
  int64_t offset(const std::string& name) const { return parameters_[index_.at(name)].offset; }
  bool has(const std::string& name) const noexcept { return index_.contains(name); }
  int64_t floats() const noexcept { return floats_; }
  int64_t parameterCount() const noexcept { return parameterCount_; }
  bool anyTrainable(const std::string& prefix) const;

 private:
  void align();
  void add(const std::string& name, std::vector<int64_t> shape);

  std::vector<Parameter> parameters_;
  std::unordered_map<std::string, size_t> index_;
  int64_t floats_ = 0, parameterCount_ = 0;
};

}  // namespace secondlook
