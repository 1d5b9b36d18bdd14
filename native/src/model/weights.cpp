#include "weights.h"

#include <algorithm>

namespace secondlook {

BlockShape visionBlockShape(const ModelConfig& config) {
  const VisionConfig& v = config.vision;
  return {v.hidden, v.heads, v.heads, v.headDim(), v.ffn, 1e-6f, config.qwen2, !config.qwen2};
}

BlockShape textBlockShape(const ModelConfig& config) {
  const TextConfig& t = config.text;
  return {t.hidden, t.heads, t.keyHeads, t.headDim, t.ffn, t.normEpsilon, false, true};
}

namespace {
template <class T>
class Binder {
 public:
  Binder(const ParameterTable& table, T* base, bool onlyTrainable)
      : table_(table), base_(base), onlyTrainable_(onlyTrainable) {}

  /// A vector or norm: always bound when it exists.
  T* vector(const std::string& name) const { return table_.has(name) ? base_ + table_.offset(name) : nullptr; }
  /// A matrix, or the first of several that are fused; null when none of `names` takes a gradient and that matters.
  T* matrix(const std::vector<std::string>& names) const {
    const bool wanted = !onlyTrainable_ || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      const Parameter* parameter = table_.find(name);
      return parameter && parameter->trainable;
    });
    return wanted ? vector(names.front()) : nullptr;
  }

 private:
  const ParameterTable& table_;
  T* base_;
  bool onlyTrainable_;
};
}  // namespace

template <class T>
VisionTensors<T> bindVision(const ModelConfig& config, const ParameterTable& table, T* base, bool onlyTrainable) {
  const Binder<T> bind(table, base, onlyTrainable);
  VisionTensors<T> v{};
  v.patchEmbed = bind.matrix({"visual.patch_embed.proj.weight"});
  v.mergerNorm = bind.vector("visual.merger.ln_q.weight");
  v.mergerNormBias = bind.vector("visual.merger.ln_q.bias");
  v.mergerUp = bind.matrix({"visual.merger.mlp.0.weight"});
  v.mergerUpBias = bind.vector("visual.merger.mlp.0.bias");
  v.mergerDown = bind.matrix({"visual.merger.mlp.2.weight"});
  v.mergerDownBias = bind.vector("visual.merger.mlp.2.bias");
  for (int64_t i = 0; i < config.vision.depth; ++i) {
    const std::string p = "visual.blocks." + std::to_string(i) + ".";
    const std::string up = config.qwen2 ? "mlp.fc1" : "mlp.gate_proj",
                      down = config.qwen2 ? "mlp.fc2" : "mlp.down_proj";
    BlockTensors<T> b{};
    b.norm1 = bind.vector(p + "norm1.weight");
    b.norm1Bias = bind.vector(p + "norm1.bias");
    b.norm2 = bind.vector(p + "norm2.weight");
    b.norm2Bias = bind.vector(p + "norm2.bias");
    b.qkv = bind.matrix({p + "attn.qkv.weight"});
    b.qkvBias = bind.vector(p + "attn.qkv.bias");
    b.proj = bind.matrix({p + "attn.proj.weight"});
    b.projBias = bind.vector(p + "attn.proj.bias");
    b.up = bind.matrix({p + up + ".weight", p + "mlp.up_proj.weight"});
    b.upBias = bind.vector(p + up + ".bias");
    b.down = bind.matrix({p + down + ".weight"});
    b.downBias = bind.vector(p + down + ".bias");
    v.blocks.push_back(b);
  }
  return v;
}

template <class T>
TextTensors<T> bindText(const ModelConfig& config, const ParameterTable& table, T* base, bool onlyTrainable) {
  const Binder<T> bind(table, base, onlyTrainable);
  TextTensors<T> t{};
  t.embedding = bind.matrix({"model.embed_tokens.weight"});
  t.norm = bind.vector("model.norm.weight");
  t.head = config.text.tied ? t.embedding : bind.matrix({"lm_head.weight"});
  for (int64_t i = 0; i < config.text.layers; ++i) {
    const std::string p = "model.layers." + std::to_string(i) + ".";
    BlockTensors<T> b{};
    b.norm1 = bind.vector(p + "input_layernorm.weight");
    b.norm2 = bind.vector(p + "post_attention_layernorm.weight");
    b.qkv = bind.matrix({p + "self_attn.q_proj.weight", p + "self_attn.k_proj.weight", p + "self_attn.v_proj.weight"});
    b.qkvBias = bind.vector(p + "self_attn.q_proj.bias");
    b.proj = bind.matrix({p + "self_attn.o_proj.weight"});
    b.up = bind.matrix({p + "mlp.gate_proj.weight", p + "mlp.up_proj.weight"});
    b.down = bind.matrix({p + "mlp.down_proj.weight"});
    t.layers.push_back(b);
  }
  return t;
}

template VisionTensors<const float> bindVision(const ModelConfig&, const ParameterTable&, const float*, bool);
template VisionTensors<float> bindVision(const ModelConfig&, const ParameterTable&, float*, bool);
template TextTensors<const float> bindText(const ModelConfig&, const ParameterTable&, const float*, bool);
template TextTensors<float> bindText(const ModelConfig&, const ParameterTable&, float*, bool);

}  // namespace secondlook
