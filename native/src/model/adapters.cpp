#include "adapters.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "../error.h"
#include "../generate/random.h"
#include "../io/checkpoint.h"

namespace secondlook {

namespace {
constexpr const char* peftPrefix = "base_model.model.";
constexpr size_t maximumConfigBytes = 1 << 20;

std::string withoutWeight(const std::string& name) { return name.substr(0, name.size() - 7); }

/// "base_model.model.model.language_model.layers.0.x.lora_A.default.weight" -> "model.layers.0.x.lora_A.weight"
std::string engineName(const std::string& peftName) {
  std::string name = peftName.starts_with(peftPrefix) ? peftName.substr(std::string(peftPrefix).size()) : peftName;
  if (const size_t at = name.find(".default.weight"); at != std::string::npos) name.replace(at, 15, ".weight");
  return hubName(name);
}

/// The module path of the library's present layout: "model.layers." -> "model.language_model.layers."
std::string peftName(const std::string& name) { return peftPrefix + ("model.language_model." + name.substr(6)); }

Json readConfig(const std::string& directory) {
  const std::string path = directory + "/adapter_config.json";
  return Json::parse(readTextFile(path, maximumConfigBytes), path);
}
}  // namespace

LoraSettings adapterSettings(const std::string& directory) {
  const Json config = readConfig(directory);
  const std::string where = directory + "/adapter_config.json";
  const auto text = [&](const char* key) {
    const Json* value = config.find(key);
    return value && value->isString() ? value->asString() : std::string();
  };
  const auto set = [&](const char* key) {
    const Json* value = config.find(key);
    return value && (value->asBoolean() || !value->items().empty() || !value->members().empty());
  };
  if (text("peft_type") != "LORA")
    throw Error(ErrorCode::unsupported,
                where + ": peft_type is \"" + text("peft_type") + "\"; the engine runs LORA. Choose such an adapter.");
  for (const char* key : {"use_dora", "fan_in_fan_out", "modules_to_save", "rank_pattern", "alpha_pattern"})
    if (set(key))
      throw Error(ErrorCode::unsupported, where + ": " + key + " is set; the engine runs plain LoRA. Merge the "
                                                               "adapter into its base with PEFT and load the result.");
  if (!text("bias").empty() && text("bias") != "none")
    throw Error(ErrorCode::unsupported, where + ": bias is \"" + text("bias") + "\"; the engine trains none.");
  LoraSettings lora;
  const Json *rank = config.find("r"), *alpha = config.find("lora_alpha"), *stable = config.find("use_rslora");
  const auto whole = rank ? rank->asInteger() : std::nullopt;
  if (!whole || *whole < 1 || *whole > 4096 || !alpha || !alpha->isNumber())
    throw Error(ErrorCode::badCheckpoint, where + " has no rank r from 1 to 4096, or no lora_alpha. Save it again.");
  lora.rank = *whole;
  lora.alpha = alpha->asNumber();
  lora.rankStabilised = stable && stable->asBoolean();
  std::set<std::string> modules;
  const SafetensorsFile file(directory + "/adapter_model.safetensors");
  for (const auto& [name, entry] : file.tensors()) {
    const std::string own = engineName(name);
    const size_t at = own.find(".lora_");
    if (at == std::string::npos || own.substr(0, at).starts_with("visual."))
      throw Error(ErrorCode::unsupported, file.path() + ": tensor " + name +
                                              " is no adapter of the language model. Merge the adapter with PEFT.");
    modules.insert(own.substr(0, at));
  }
  lora.targets.assign(modules.begin(), modules.end());
  return lora;
}

void loadAdapter(Context& context, Model& model, const std::string& directory) {
  const SafetensorsFile file(directory + "/adapter_model.safetensors");
  std::map<std::string, const TensorEntry*> tensors;
  for (const auto& [name, entry] : file.tensors()) tensors[engineName(name)] = &entry;
  std::vector<float> values;
  for (const Parameter& p : model.table().all()) {
    if (!p.adapter) continue;
    const auto found = tensors.find(p.name);
    if (found == tensors.end() || found->second->shape != p.shape)
      throw Error(ErrorCode::badCheckpoint, file.path() + " has no tensor " + p.name +
                                                " of the shape that adapter_config.json and the base model make it. "
                                                "The adapter belongs to another model.");
    values.resize(static_cast<size_t>(p.count));
    copyAsFloat(*found->second, p.name, file.path(), values.data());
    model.weights().write(context, p, values.data());
  }
}

void initialiseAdapters(Context& context, Model& model) {
  std::vector<float> values;
  uint32_t stream = 0;
  for (const Parameter& p : model.table().all()) {
    if (!p.adapter) continue;
    values.assign(static_cast<size_t>(p.count), 0.0f);
    ++stream;
    if (p.name.ends_with(".lora_A.weight")) {
      const double bound = 1.0 / std::sqrt(static_cast<double>(p.shape[1]));
      for (size_t i = 0; i < values.size(); ++i) {
        const auto bits = philox(model.options().lora.seed,
                                 {static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32), stream, 0x4C6F5241});
        values[i] = static_cast<float>((2 * uniformDouble(bits[0], bits[1]) - 1) * bound);
      }
    }
    model.weights().write(context, p, values.data());
  }
}

void saveAdapter(const Model& model, const std::string& directory) {
  const LoraSettings& lora = model.options().lora;
  if (lora.rank == 0)
    throw Error(ErrorCode::badArgument, "saveAdapter: this model has no adapter. Load it with lora, or use save().");
  createDirectories(directory);
  std::vector<TensorToWrite> tensors;
  std::set<std::string> kinds;
  std::vector<std::byte> room;
  for (const Parameter& p : model.table().all()) {
    if (!p.adapter) continue;
    tensors.push_back({peftName(p.name), p.shape, "F32", [&model, &p, &room] { return model.weights().readableWide(p, room); }});
    const std::string module = p.name.substr(0, p.name.find(".lora_"));
    kinds.insert(module.substr(module.rfind('.') + 1));
  }
  writeSafetensors(directory + "/adapter_model.safetensors", tensors, {{"format", "pt"}});
  std::string names;
  for (const std::string& kind : kinds) names += (names.empty() ? "" : "|") + kind;
  Json config = Json::object();
  config.set("peft_type", Json::string("LORA"));
  config.set("task_type", Json::string("CAUSAL_LM"));
  config.set("base_model_name_or_path",
             Json::string(model.weights().checkpoint() ? model.weights().checkpoint()->directory() : ""));
  config.set("r", Json::integer(lora.rank));
  config.set("lora_alpha", Json::number(lora.alpha));
  config.set("use_rslora", Json::boolean(lora.rankStabilised));
  config.set("lora_dropout", Json::number(0));
  config.set("bias", Json::string("none"));
  // The vision tower has modules of the same names: the expression leaves them alone.
  config.set("target_modules", Json::string(".*language_model.*\\.(" + names + ")"));
  config.set("fan_in_fan_out", Json::boolean(false));
  config.set("inference_mode", Json::boolean(true));
  writeTextFile(directory + "/adapter_config.json", config.dump(2) + "\n");
}

bool isAdapted(const Model& model, const Parameter& parameter) {
  return parameter.name.ends_with(".weight") && model.table().has(withoutWeight(parameter.name) + ".lora_A.weight");
}

void mergedValues(Context& host, const Model& model, const Parameter& parameter, float* to) {
  const std::string module = withoutWeight(parameter.name);
  const Parameter &a = *model.table().find(module + ".lora_A.weight"), &b = *model.table().find(module + ".lora_B.weight");
  const int64_t rank = a.shape[0], in = a.shape[1], out = b.shape[0];
  std::vector<std::byte> roomA, roomB;
  const auto *valuesA = static_cast<const float*>(model.weights().readableWide(a, roomA)),
             *valuesB = static_cast<const float*>(model.weights().readableWide(b, roomB));
  model.weights().read(parameter, to);
  ops::gemm(host, false, false, out, in, rank, model.options().lora.scale(), valuesB, rank, valuesA, in, 1.0f, to, in);
}

}  // namespace secondlook
