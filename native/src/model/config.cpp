#include "config.h"

#include <cmath>

#include "../error.h"

namespace secondlook {

namespace {
class Section {
 public:
  Section(const Json* json, const Json* fallback, std::string where)
      : json_(json), fallback_(fallback), where_(std::move(where)) {}

  const Json* find(const std::string& key) const {
    const Json* value = json_ ? json_->find(key) : nullptr;
    if ((!value || value->isNull()) && fallback_) value = fallback_->find(key);
    return value && !value->isNull() ? value : nullptr;
  }

  int64_t size(const std::string& key, int64_t lowest, int64_t highest, const int64_t* otherwise = nullptr) const {
    const Json* value = find(key);
    if (!value && otherwise) return *otherwise;
    const auto whole = value ? value->asInteger() : std::nullopt;
    if (!whole || *whole < lowest || *whole > highest)
      fail(key, value ? "must be a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest)
                      : "is missing");
    return *whole;
  }
  int64_t size(const std::string& key, int64_t lowest, int64_t highest, int64_t otherwise) const {
    return size(key, lowest, highest, &otherwise);
  }

  double number(const std::string& key, double lowest, double highest, double otherwise) const {
    const Json* value = find(key);
    if (!value) return otherwise;
    if (!value->isNumber() || !(value->asNumber() >= lowest && value->asNumber() <= highest))
      fail(key, "is not a number in its range");
    return value->asNumber();
  }

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw Error(ErrorCode::badCheckpoint,
                where_ + ": " + key + " " + what + ". Correct the file or download it again.");
  }

 private:
  const Json* json_;
  const Json* fallback_;
  std::string where_;
};

std::array<int64_t, 3> mropeSection(const Section& text, const Json& rope, int64_t headDim) {
  const Json* section = rope.find("mrope_section");
  if (!section || section->items().size() != 3) text.fail("mrope_section", "must have three entries");
  std::array<int64_t, 3> result{};
  int64_t sum = 0;
  for (size_t i = 0; i < 3; ++i) {
    const auto part = section->items()[i].asInteger();
    if (!part || *part < 0 || *part > headDim) text.fail("mrope_section", "must hold sizes");
    result[i] = *part;
    sum += *part;
  }
  if (2 * sum != headDim)
    text.fail("mrope_section",
              "adds up to " + std::to_string(sum) + ", not to half the head size " + std::to_string(headDim));
  return result;
}

TextConfig parseText(const Section& text) {
  TextConfig c{};
  c.hidden = text.size("hidden_size", 8, 1 << 16);
  c.ffn = text.size("intermediate_size", 1, 1 << 20);
  c.layers = text.size("num_hidden_layers", 1, 1024);
  c.heads = text.size("num_attention_heads", 1, 1024);
  c.keyHeads = text.size("num_key_value_heads", 1, 1024, c.heads);
  c.vocabulary = text.size("vocab_size", 1, 1 << 24);
  if (c.heads % c.keyHeads != 0) text.fail("num_key_value_heads", "does not divide num_attention_heads");
  if (!text.find("head_dim") && c.hidden % c.heads != 0)
    text.fail("num_attention_heads", "does not divide hidden_size");
  c.headDim = text.size("head_dim", 2, 1024, c.hidden / c.heads);
  if (c.headDim % 8 != 0) text.fail("head_dim", "(hidden_size / num_attention_heads) must be a multiple of 8");
  c.normEpsilon = static_cast<float>(text.number("rms_norm_eps", 0, 1, 1e-5));
  const Json* rope = text.find("rope_parameters");
  if (!rope) rope = text.find("rope_scaling");
  if (!rope || !rope->isObject()) text.fail("rope_scaling", "(or rope_parameters) is missing");
  c.ropeTheta = Section(rope, nullptr, "").number("rope_theta", 1, 1e12, text.number("rope_theta", 1, 1e12, 10000));
  c.mropeSection = mropeSection(text, *rope, c.headDim);
  const Json* tied = text.find("tie_word_embeddings");
  c.tied = tied && tied->asBoolean();
  const Json* sliding = text.find("use_sliding_window");
  if (sliding && sliding->asBoolean())
    throw Error(ErrorCode::unsupported, "use_sliding_window is not supported. Set it to false to use full attention.");
  return c;
}

VisionConfig parseVision(const Section& vision, bool qwen2, int64_t textHidden) {
  VisionConfig c{};
  c.depth = vision.size("depth", 1, 1024);
  c.hidden = vision.size(qwen2 ? "embed_dim" : "hidden_size", 8, 1 << 16);
  c.heads = vision.size("num_heads", 1, 1024);
  if (c.hidden % c.heads != 0 || c.headDim() % 8 != 0)
    vision.fail("num_heads", "must divide the width into heads of a multiple of 8");
  c.ffn = qwen2 ? static_cast<int64_t>(static_cast<double>(c.hidden) * vision.number("mlp_ratio", 0.1, 64, 4))
                : vision.size("intermediate_size", 1, 1 << 20);
  c.patch.patch = vision.size("patch_size", 1, 256, 14);
  c.patch.temporal = vision.size("temporal_patch_size", 1, 16, 2);
  c.patch.merge = vision.size("spatial_merge_size", 1, 16, 2);
  if (vision.size(vision.find("in_chans") ? "in_chans" : "in_channels", 1, 64, 3) != 3)
    vision.fail("in_chans", "must be 3: the engine reads RGB");
  const int64_t out = vision.size(qwen2 ? "hidden_size" : "out_hidden_size", 1, 1 << 16, textHidden);
  if (out != textHidden)
    vision.fail("out_hidden_size",
                "is " + std::to_string(out) + ", but the language model is " + std::to_string(textHidden) + " wide");
  if (qwen2) return c;
  c.windowSize = vision.size("window_size", 1, 1 << 16, 112);
  if (c.windowSize / c.patch.patch / c.patch.merge < 1) vision.fail("window_size", "is smaller than one merged patch");
  const Json* full = vision.find("fullatt_block_indexes");
  if (!full || !full->isArray()) vision.fail("fullatt_block_indexes", "is missing");
  for (const Json& item : full->items()) {
    const auto index = item.asInteger();
    if (!index || *index < 0) vision.fail("fullatt_block_indexes", "must hold block numbers");
    c.fullAttentionBlocks.push_back(*index);
  }
  c.tokensPerSecond = vision.number("tokens_per_second", 1e-3, 1e6, 2);
  return c;
}
}  // namespace

ModelConfig parseModelConfig(const Json& json, const std::string& where) {
  const Section root(&json, nullptr, where);
  if (!json.isObject()) root.fail("the file", "is not a JSON object");
  ModelConfig config{};
  const Json* type = json.find("model_type");
  const std::string family = type && type->isString() ? type->asString() : "";
  if (family != "qwen2_5_vl" && family != "qwen2_vl")
    throw Error(ErrorCode::unsupported, where + ": model_type is \"" + family +
                                            "\"; the engine runs qwen2_5_vl and qwen2_vl. Choose such a checkpoint.");
  config.qwen2 = family == "qwen2_vl";
  const Json* text = json.find("text_config");
  config.text = parseText(Section(text && text->isObject() ? text : nullptr, &json, where));
  const Json* vision = json.find("vision_config");
  if (!vision || !vision->isObject()) root.fail("vision_config", "is missing");
  config.vision = parseVision(Section(vision, nullptr, where + " (vision_config)"), config.qwen2, config.text.hidden);
  config.imageToken = static_cast<int32_t>(root.size("image_token_id", 0, config.text.vocabulary - 1));
  config.videoToken = static_cast<int32_t>(root.size("video_token_id", 0, config.text.vocabulary - 1));
  config.source = json;
  return config;
}

Json flatConfig(const Json& source, const std::string& dtype) {
  const Json* text = source.find("text_config");
  Json flat = source;
  if (text && text->isObject()) {
    flat.remove("text_config");
    for (const auto& [key, value] : text->members())
      if (key != "model_type" && key != "dtype" && key != "rope_parameters" && key != "layer_types" && !flat.find(key))
        flat.set(key, value);
    if (const Json* rope = text->find("rope_parameters"); rope && rope->isObject()) {
      if (const Json* theta = rope->find("rope_theta")) flat.set("rope_theta", *theta);
      Json scaling = Json::object();
      scaling.set("type", Json::string("mrope"));
      if (const Json* section = rope->find("mrope_section")) scaling.set("mrope_section", *section);
      flat.set("rope_scaling", std::move(scaling));
    }
  }
  if (const Json* vision = flat.find("vision_config"); vision && vision->isObject()) {
    Json copy = *vision;
    if (const Json* channels = copy.find("in_channels"); channels && !copy.find("in_chans"))
      copy.set("in_chans", *channels);
    copy.remove("rope_parameters");
    flat.set("vision_config", std::move(copy));
  }
  flat.remove("dtype");
  flat.set("torch_dtype", Json::string(dtype));
  return flat;
}

}  // namespace secondlook
