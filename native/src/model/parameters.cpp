#include "parameters.h"

#include <algorithm>
#include <cmath>

#include "../error.h"

namespace secondlook {

float LoraSettings::scale() const {
  const auto r = static_cast<double>(rank);
  return static_cast<float>(rankStabilised ? alpha / std::sqrt(r) : alpha / r);
}

ParameterTable::ParameterTable(const ModelConfig& config, const ModelOptions& options) {
  addTower(config);
  addLanguageModel(config.text);
  for (const Parameter& parameter : parameters_) parameterCount_ += parameter.count;
  if (options.lora.rank > 0) addAdapters(options.lora);
  groupTrainable_.assign(groups_ + 1, false);
  for (Parameter& parameter : parameters_) {
    const bool frozen = std::any_of(options.frozen.begin(), options.frozen.end(), [&](const std::string& prefix) {
      return parameter.name.starts_with(prefix);
    });
    parameter.trainable = options.trainable && !frozen && (options.lora.rank == 0 || parameter.adapter);
    if (parameter.trainable) groupTrainable_[parameter.group] = true;
  }
  place(options.storage, std::vector<bool>(parameters_.size(), false));
}

void ParameterTable::addTower(const ModelConfig& config) {
  const VisionConfig& v = config.vision;
  const bool layerNorm = config.qwen2;
  newGroup();
  add("visual.patch_embed.proj.weight", {v.hidden, 3, v.patch.temporal, v.patch.patch, v.patch.patch});
  const auto addNorm = [&](const std::string& name) {
    newGroup();
    add(name + ".weight", {v.hidden});
    if (layerNorm) {
      newGroup();
      add(name + ".bias", {v.hidden});
    }
  };
  const auto addLinear = [&](const std::string& name, int64_t out, int64_t in) {
    newGroup();
    add(name + ".weight", {out, in});
    newGroup();
    add(name + ".bias", {out});
  };
  for (int64_t i = 0; i < v.depth; ++i) {
    const std::string block = "visual.blocks." + std::to_string(i) + ".";
    addNorm(block + "norm1");
    addNorm(block + "norm2");
    addLinear(block + "attn.qkv", 3 * v.hidden, v.hidden);
    addLinear(block + "attn.proj", v.hidden, v.hidden);
    if (config.qwen2) {
      addLinear(block + "mlp.fc1", v.ffn, v.hidden);
      addLinear(block + "mlp.fc2", v.hidden, v.ffn);
      continue;
    }
    newGroup();
    add(block + "mlp.gate_proj.weight", {v.ffn, v.hidden});
    add(block + "mlp.up_proj.weight", {v.ffn, v.hidden});
    newGroup();
    add(block + "mlp.gate_proj.bias", {v.ffn});
    add(block + "mlp.up_proj.bias", {v.ffn});
    addLinear(block + "mlp.down_proj", v.hidden, v.ffn);
  }
  addNorm("visual.merger.ln_q");
  addLinear("visual.merger.mlp.0", v.hidden * v.unit(), v.hidden * v.unit());
  addLinear("visual.merger.mlp.2", config.text.hidden, v.hidden * v.unit());
}

void ParameterTable::addLanguageModel(const TextConfig& t) {
  newGroup();
  add("model.embed_tokens.weight", {t.vocabulary, t.hidden});
  const int64_t queryWidth = t.heads * t.headDim, keyWidth = t.keyHeads * t.headDim;
  for (int64_t i = 0; i < t.layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    newGroup();
    add(layer + "input_layernorm.weight", {t.hidden});
    newGroup();
    add(layer + "self_attn.q_proj.weight", {queryWidth, t.hidden});
    add(layer + "self_attn.k_proj.weight", {keyWidth, t.hidden});
    add(layer + "self_attn.v_proj.weight", {keyWidth, t.hidden});
    newGroup();
    add(layer + "self_attn.q_proj.bias", {queryWidth});
    add(layer + "self_attn.k_proj.bias", {keyWidth});
    add(layer + "self_attn.v_proj.bias", {keyWidth});
    newGroup();
    add(layer + "self_attn.o_proj.weight", {t.hidden, queryWidth});
    newGroup();
    add(layer + "post_attention_layernorm.weight", {t.hidden});
    newGroup();
    add(layer + "mlp.gate_proj.weight", {t.ffn, t.hidden});
    add(layer + "mlp.up_proj.weight", {t.ffn, t.hidden});
    newGroup();
    add(layer + "mlp.down_proj.weight", {t.hidden, t.ffn});
  }
  newGroup();
  add("model.norm.weight", {t.hidden});
  newGroup();
  if (!t.tied) add("lm_head.weight", {t.vocabulary, t.hidden});
}

void ParameterTable::addAdapters(const LoraSettings& lora) {
  const size_t base = parameters_.size();
  std::vector<bool> used(lora.targets.size(), false);
  for (size_t i = 0; i < base; ++i) {
    const std::string name = parameters_[i].name;
    const std::vector<int64_t> shape = parameters_[i].shape;
    if (shape.size() != 2 || !name.starts_with("model.layers.")) continue;
    const std::string module = name.substr(0, name.size() - std::string(".weight").size());
    bool wanted = false;
    for (size_t t = 0; t < lora.targets.size(); ++t) {
      const std::string& target = lora.targets[t];
      const bool matches = module == target || module.ends_with("." + target);
      if (matches) wanted = used[t] = true;
    }
    if (!wanted) continue;
    newGroup();
    add(module + ".lora_A.weight", {lora.rank, shape[1]}, true);
    newGroup();
    add(module + ".lora_B.weight", {shape[0], lora.rank}, true);
  }
  for (size_t t = 0; t < used.size(); ++t)
    if (!used[t])
      throw Error(ErrorCode::badArgument, "lora.targets names \"" + lora.targets[t] +
                                              "\", which no linear layer of the language model is called. Use q_proj, "
                                              "k_proj, v_proj, o_proj, gate_proj, up_proj or down_proj.");
}

void ParameterTable::place(Storage storage, const std::vector<bool>& mapped) {
  sizes_ = {0, 0, 0};
  const auto align = [](int64_t& size) { size = (size + 15) / 16 * 16; };
  size_t group = 0;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& p = parameters_[i];
    if (p.group != group) {
      align(sizes_.wide);
      align(sizes_.half);
      align(sizes_.state);
      group = p.group;
    }
    const auto take = [&](int64_t& size) {
      const int64_t at = size;
      size += p.count;
      return at;
    };
    const bool half = storage == Storage::bfloat16 && !p.isVectorOrNorm() && !p.adapter;
    const bool trains = groupTrainable_[p.group];
    p.place = {};
    if (!half) p.place.wide = take(sizes_.wide);
    if (half && !mapped[i]) p.place.half = take(sizes_.half);
    if (trains) p.place.state = take(sizes_.state);
  }
  align(sizes_.wide);
  align(sizes_.half);
  align(sizes_.state);
}

void ParameterTable::add(const std::string& name, std::vector<int64_t> shape, bool adapter) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  index_.emplace(name, parameters_.size());
  parameters_.push_back({name, std::move(shape), count, groups_, true, adapter, {}});
}

const Parameter* ParameterTable::find(const std::string& name) const noexcept {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &parameters_[found->second];
}

bool ParameterTable::anyTrainable(const std::string& prefix) const {
  return std::any_of(parameters_.begin(), parameters_.end(),
                     [&](const Parameter& p) { return p.trainable && p.name.starts_with(prefix); });
}

}  // namespace secondlook
