#include "weights.h"

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
using Modules = std::vector<std::string>;

/// Reads values.
struct WeightBinder {
  using Layer = LinearWeight;
  const ParameterTable& table;
  const WeightStore& store;
  float adapterScale;

  const float* vector(const std::string& name) const {
    const Parameter* p = table.find(name);
    return p ? store.wide(*p) : nullptr;
  }
  ops::Matrix matrix(const std::string& name) const {
    const Parameter* p = table.find(name);
    return p ? store.matrix(*p) : ops::Matrix();
  }
  /// One layer out of modules whose outputs lie side by side; matrices that touch in memory become one product.
  LinearWeight layer(const Modules& modules) const {
    LinearWeight layer;
    layer.bias = vector(modules.front() + ".bias");
    int64_t begin = 0;
    for (const std::string& module : modules) {
      const Parameter* p = table.find(module + ".weight");
      if (p == nullptr) continue;
      const ops::Matrix matrix = store.matrix(*p);
      const int64_t out = p->shape[0], in = p->count / out;
      LinearPart* last = layer.parts.empty() ? nullptr : &layer.parts.back();
      if (last && last->matrix.half == matrix.half && last->matrix.from(last->out * in).data == matrix.data)
        last->out += out;
      else
        layer.parts.push_back({matrix, begin, out});
      const Parameter* a = table.find(module + ".lora_A.weight");
      const Parameter* b = table.find(module + ".lora_B.weight");
      if (a && b && adapterScale != 0)
        layer.adapters.push_back({store.wide(*a), store.wide(*b), begin, out, a->shape[0], adapterScale});
      begin += out;
    }
    return layer;
  }
};

/// Finds places for gradients.
struct GradientBinder {
  using Layer = LinearGradient;
  const ParameterTable& table;
  const Gradients& gradients;

  float* vector(const std::string& name) const {
    const Parameter* p = table.find(name);
    return p ? gradients.target(*p) : nullptr;
  }
  float* matrix(const std::string& name) const { return vector(name); }
  LinearGradient layer(const Modules& modules) const {
    LinearGradient layer{vector(modules.front() + ".weight"), vector(modules.front() + ".bias"), {}};
    for (const std::string& module : modules)
      if (table.has(module + ".lora_A.weight"))
        layer.adapters.push_back({vector(module + ".lora_A.weight"), vector(module + ".lora_B.weight")});
    return layer;
  }
};

template <class Tensors, class Binder>
Tensors bindVision(const ModelConfig& config, const Binder& bind) {
  Tensors v{};
  v.patchEmbed = bind.layer({"visual.patch_embed.proj"});
  v.mergerNorm = bind.vector("visual.merger.ln_q.weight");
  v.mergerNormBias = bind.vector("visual.merger.ln_q.bias");
  v.mergerUp = bind.layer({"visual.merger.mlp.0"});
  v.mergerDown = bind.layer({"visual.merger.mlp.2"});
  for (int64_t i = 0; i < config.vision.depth; ++i) {
    const std::string p = "visual.blocks." + std::to_string(i) + ".";
    auto& b = v.blocks.emplace_back();
    b.norm1 = bind.vector(p + "norm1.weight");
    b.norm1Bias = bind.vector(p + "norm1.bias");
    b.norm2 = bind.vector(p + "norm2.weight");
    b.norm2Bias = bind.vector(p + "norm2.bias");
    b.qkv = bind.layer({p + "attn.qkv"});
    b.proj = bind.layer({p + "attn.proj"});
    b.up = config.qwen2 ? bind.layer({p + "mlp.fc1"}) : bind.layer({p + "mlp.gate_proj", p + "mlp.up_proj"});
    b.down = bind.layer({p + (config.qwen2 ? "mlp.fc2" : "mlp.down_proj")});
  }
  return v;
}

template <class Tensors, class Binder>
Tensors bindText(const ModelConfig& config, const Binder& bind) {
  Tensors t{};
  t.embedding = bind.matrix("model.embed_tokens.weight");
  t.norm = bind.vector("model.norm.weight");
  t.head = config.text.tied ? t.embedding : bind.matrix("lm_head.weight");
  for (int64_t i = 0; i < config.text.layers; ++i) {
    const std::string p = "model.layers." + std::to_string(i) + ".";
    auto& b = t.layers.emplace_back();
    b.norm1 = bind.vector(p + "input_layernorm.weight");
    b.norm2 = bind.vector(p + "post_attention_layernorm.weight");
    b.qkv = bind.layer({p + "self_attn.q_proj", p + "self_attn.k_proj", p + "self_attn.v_proj"});
    b.proj = bind.layer({p + "self_attn.o_proj"});
    b.up = bind.layer({p + "mlp.gate_proj", p + "mlp.up_proj"});
    b.down = bind.layer({p + "mlp.down_proj"});
  }
  return t;
}
}  // namespace

VisionWeights bindVisionWeights(const ModelConfig& config, const ParameterTable& table, const WeightStore& store,
                                float adapterScale) {
  return bindVision<VisionWeights>(config, WeightBinder{table, store, adapterScale});
}
TextWeights bindTextWeights(const ModelConfig& config, const ParameterTable& table, const WeightStore& store,
                            float adapterScale) {
  return bindText<TextWeights>(config, WeightBinder{table, store, adapterScale});
}
VisionGradients bindVisionGradients(const ModelConfig& config, const ParameterTable& table, const Gradients& gradients) {
  return bindVision<VisionGradients>(config, GradientBinder{table, gradients});
}
TextGradients bindTextGradients(const ModelConfig& config, const ParameterTable& table, const Gradients& gradients) {
  return bindText<TextGradients>(config, GradientBinder{table, gradients});
}

}  // namespace secondlook
