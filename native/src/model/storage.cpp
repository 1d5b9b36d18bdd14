#include "storage.h"

#include <charconv>
#include <cmath>

#include "../error.h"
#include "../generate/random.h"
#include "../io/checkpoint.h"

namespace secondlook {

namespace {
constexpr const char* stateFormat = "secondlook-state-1";

void writeConfig(const Model& model, const std::string& directory) {
  const std::string text = flatConfig(model.config().source).dump(2) + "\n";
  writeFileAtomically(directory + "/config.json", [&](const WriteBytes& write) { write(text.data(), text.size()); });
}

void fillNormal(const Parameter& parameter, uint64_t seed, uint32_t stream, float deviation, float* to) {
  for (int64_t i = 0; i < parameter.count; i += 2) {
    const auto pair = normalPair(seed, {static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32), stream, 0x57454947});
    to[i] = deviation * pair[0];
    if (i + 1 < parameter.count) to[i + 1] = deviation * pair[1];
  }
}
}  // namespace

std::shared_ptr<Model> loadModel(const std::string& directory, const ModelOptions& options) {
  const Checkpoint checkpoint(directory);
  ModelConfig config = parseModelConfig(checkpoint.config(), directory + "/config.json");
  auto model = std::make_shared<Model>(std::move(config), options);
  for (const Parameter& parameter : model->table().all())
    checkpoint.read(parameter.name, parameter.shape, model->weights().data() + parameter.offset);
  for (const std::string& name : checkpoint.names())
    if (!model->table().has(name) && name != "lm_head.weight" && !name.ends_with("inv_freq"))
      throw Error(ErrorCode::badCheckpoint,
                  directory + " holds tensor " + name +
                      ", which its config.json does not know. The files do not belong together.");
  return model;
}

std::shared_ptr<Model> initialiseModel(const Json& json, const ModelOptions& options,
                                       const InitialiseSettings& settings) {
  auto model = std::make_shared<Model>(parseModelConfig(json, "the config"), options);
  uint32_t stream = 0;
  for (const Parameter& parameter : model->table().all()) {
    float* to = model->weights().data() + parameter.offset;
    ++stream;
    if (parameter.name == "model.embed_tokens.weight")
      fillNormal(parameter, settings.seed, stream, static_cast<float>(settings.embeddingStd), to);
    else if (parameter.shape.size() >= 2)
      fillNormal(
          parameter, settings.seed, stream,
          static_cast<float>(settings.gain / std::sqrt(static_cast<double>(parameter.count / parameter.shape[0]))), to);
    else
      std::fill(to, to + parameter.count, parameter.name.ends_with(".bias") ? 0.0f : 1.0f);
  }
  return model;
}

void saveModel(const Model& model, const std::string& directory) {
  createDirectories(directory);
  std::vector<TensorToWrite> tensors;
  for (const Parameter& parameter : model.table().all())
    tensors.push_back({parameter.name, parameter.shape, model.weights().data() + parameter.offset});
  writeSafetensors(directory + "/model.safetensors", tensors, {{"format", "pt"}});
  writeConfig(model, directory);
}

void saveState(const Model& model, const std::string& directory) {
  createDirectories(directory);
  std::vector<TensorToWrite> tensors;
  for (const Parameter& parameter : model.table().all()) {
    const int64_t at = parameter.offset;
    tensors.push_back({"weights." + parameter.name, parameter.shape, model.weights().data() + at});
    if (!parameter.trainable) continue;
    tensors.push_back({"exp_avg." + parameter.name, parameter.shape, model.firstMoments().data() + at});
    tensors.push_back({"exp_avg_sq." + parameter.name, parameter.shape, model.secondMoments().data() + at});
  }
  writeSafetensors(directory + "/state.safetensors", tensors,
                   {{"format", stateFormat}, {"step", std::to_string(model.optimiserSteps())}});
  writeConfig(model, directory);
}

void loadState(Model& model, const std::string& directory) {
  const std::string path = directory + "/state.safetensors";
  const SafetensorsFile file(path);
  const auto refuse = [&](const std::string& what) -> void {
    throw Error(ErrorCode::badCheckpoint,
                path + " " + what + ". Give a folder that saveState() of the same model wrote.");
  };
  const auto note = [&](const char* key) {
    const auto found = file.metadata().find(key);
    return found == file.metadata().end() ? std::string() : found->second;
  };
  if (note("format") != stateFormat) refuse("is not a training state");
  const std::string stepText = note("step");
  int64_t step = -1;
  std::from_chars(stepText.data(), stepText.data() + stepText.size(), step);
  if (step < 0) refuse("has no step count");
  const auto find = [&](const std::string& name, const Parameter& parameter) -> const TensorEntry& {
    const auto found = file.tensors().find(name);
    if (found == file.tensors().end() || found->second.shape != parameter.shape)
      refuse("has no tensor " + name + " of this model's shape");
    return found->second;
  };
  for (const bool copy : {false, true})  // first see that everything is there, then change the model
    for (const Parameter& parameter : model.table().all())
      for (const auto& [prefix, buffer] :
           {std::pair{"weights.", model.weights().data()}, std::pair{"exp_avg.", model.firstMoments().data()},
            std::pair{"exp_avg_sq.", model.secondMoments().data()}}) {
        if (!parameter.trainable && std::string_view(prefix) != "weights.") continue;
        const std::string name = prefix + parameter.name;
        const TensorEntry& entry = find(name, parameter);
        if (entry.dtype != "F32") refuse("holds " + name + " as " + entry.dtype);
        if (copy) copyAsFloat(entry, name, path, buffer + parameter.offset);
      }
  model.setOptimiserSteps(step);
  model.zeroGradients();
  model.weightsChanged(true);
}

}  // namespace secondlook
