// The list of a model's tensors with their names on disk, and where each lies in memory. Tensors that one matrix product
// reads together (q|k|v, gate|up) form a group and lie side by side, so that the fused weight is a plain view.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "config.h"
#include "options.h"

namespace secondlook {

/// Places, in elements, in the buffers of a model; -1: not there.
struct Place {
  int64_t wide = -1;   // float32: norms, biases, adapters, float32 matrices
  int64_t half = -1;   // bfloat16 of the model's own
  int64_t state = -1;  // gradient, moments, masters of bfloat16 matrices: the same place in several buffers
};

/// Elements [begin, end).
struct Span {
  int64_t begin = 0, end = 0;
  int64_t count() const { return end - begin; }
  bool empty() const { return end <= begin; }
};

struct Parameter {
  std::string name;  // the hub's spelling; adapters: module path + ".lora_A.weight"
  std::vector<int64_t> shape;
  int64_t count;
  size_t group;
  bool trainable = true, adapter = false;
  Place place;
  /// Biases and norms: float32 always, and no weight decay by default.
  bool isVectorOrNorm() const { return shape.size() < 2; }
};

class ParameterTable {
 public:
  ParameterTable(const ModelConfig& config, const ModelOptions& options);

  const std::vector<Parameter>& all() const noexcept { return parameters_; }
  /// Null when there is none of that name.
  const Parameter* find(const std::string& name) const noexcept;
  bool has(const std::string& name) const noexcept { return index_.contains(name); }
  int64_t parameterCount() const noexcept { return parameterCount_; }
  bool anyTrainable(const std::string& prefix) const;
  /// Elements of the buffers that places point into.
  int64_t wideFloats() const noexcept { return sizes_.wide; }
  int64_t halves() const noexcept { return sizes_.half; }
  int64_t stateFloats() const noexcept { return sizes_.state; }
  /// Gives places. `mapped[i]` true: parameter i stays in the checkpoint's file (frozen bfloat16 groups only).
  void place(Storage storage, const std::vector<bool>& mapped);
  /// Whether any parameter of the group takes a gradient: then all of it has room for gradients and what updates it.
  bool groupTrainable(size_t group) const { return groupTrainable_[group]; }

 private:
  void newGroup() { ++groups_; }
  void add(const std::string& name, std::vector<int64_t> shape, bool adapter = false);
  void addTower(const ModelConfig& config);
  void addLanguageModel(const TextConfig& text);
  void addAdapters(const LoraSettings& lora);

  std::vector<Parameter> parameters_;
  std::unordered_map<std::string, size_t> index_;
  std::vector<bool> groupTrainable_;
  size_t groups_ = 0;
  Place sizes_{0, 0, 0};
  int64_t parameterCount_ = 0;
};

}  // namespace secondlook
