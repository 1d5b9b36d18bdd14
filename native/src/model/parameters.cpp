#include "parameters.h"

#include <algorithm>

namespace secondlook {

ParameterTable::ParameterTable(const ModelConfig& config, const std::vector<std::string>& frozen, bool trainable) {
  const VisionConfig& v = config.vision;
  const TextConfig& t = config.text;
  const bool layerNorm = config.qwen2;
  add("visual.patch_embed.proj.weight", {v.hidden, 3, v.patch.temporal, v.patch.patch, v.patch.patch});
  const auto addNorm = [&](const std::string& name) {
    align();
    add(name + ".weight", {v.hidden});
    if (layerNorm) {
      align();
      add(name + ".bias", {v.hidden});
    }
  };
  const auto addLinear = [&](const std::string& name, int64_t out, int64_t in) {
    align();
    add(name + ".weight", {out, in});
    align();
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
    align();
    add(block + "mlp.gate_proj.weight", {v.ffn, v.hidden});
    add(block + "mlp.up_proj.weight", {v.ffn, v.hidden});
    align();
    add(block + "mlp.gate_proj.bias", {v.ffn});
    add(block + "mlp.up_proj.bias", {v.ffn});
    addLinear(block + "mlp.down_proj", v.hidden, v.ffn);
  }
  addNorm("visual.merger.ln_q");
  addLinear("visual.merger.mlp.0", v.hidden * v.unit(), v.hidden * v.unit());
  addLinear("visual.merger.mlp.2", t.hidden, v.hidden * v.unit());

  align();
  add("model.embed_tokens.weight", {t.vocabulary, t.hidden});
  const int64_t queryWidth = t.heads * t.headDim, keyWidth = t.keyHeads * t.headDim;
  for (int64_t i = 0; i < t.layers; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    align();
    add(layer + "input_layernorm.weight", {t.hidden});
    align();
    add(layer + "self_attn.q_proj.weight", {queryWidth, t.hidden});
    add(layer + "self_attn.k_proj.weight", {keyWidth, t.hidden});
    add(layer + "self_attn.v_proj.weight", {keyWidth, t.hidden});
    align();
    add(layer + "self_attn.q_proj.bias", {queryWidth});
    add(layer + "self_attn.k_proj.bias", {keyWidth});
    add(layer + "self_attn.v_proj.bias", {keyWidth});
    align();
    add(layer + "self_attn.o_proj.weight", {t.hidden, queryWidth});
    align();
    add(layer + "post_attention_layernorm.weight", {t.hidden});
    align();
    add(layer + "mlp.gate_proj.weight", {t.ffn, t.hidden});
    add(layer + "mlp.up_proj.weight", {t.ffn, t.hidden});
    align();
    add(layer + "mlp.down_proj.weight", {t.hidden, t.ffn});
  }
  align();
  add("model.norm.weight", {t.hidden});
  align();
  if (!t.tied) add("lm_head.weight", {t.vocabulary, t.hidden});
  align();
  for (Parameter& parameter : parameters_)
    parameter.trainable = trainable && std::none_of(frozen.begin(), frozen.end(), [&](const std::string& prefix) {
                            return parameter.name.starts_with(prefix);
                          });
}

void ParameterTable::align() { floats_ = (floats_ + 15) / 16 * 16; }

void ParameterTable::add(const std::string& name, std::vector<int64_t> shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) count *= extent;
  index_.emplace(name, parameters_.size());
  parameters_.push_back({name, std::move(shape), floats_, count, true});
  floats_ += count;
  parameterCount_ += count;
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
