#include "storage.h"

#include <cmath>

#include "../error.h"
#include "../generate/random.h"
#include "../io/checkpoint.h"
#include "adapters.h"
#include "transfer.h"

namespace secondlook {

namespace {
void fillNormal(uint64_t seed, uint32_t stream, float deviation, std::vector<float>& to) {
  for (size_t i = 0; i < to.size(); i += 2) {
    const auto pair = normalPair(seed, {static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32), stream, 0x57454947});
    to[i] = deviation * pair[0];
    if (i + 1 < to.size()) to[i + 1] = deviation * pair[1];
  }
}
}  // namespace

namespace {
void shareFrozenTower(Model& model) {
  const ModelOptions& options = model.options();
  if (!options.trainable || (!options.visionCacheFolder.empty() && !model.visionTrainable())) model.shareTower();
}
}  // namespace

std::shared_ptr<Model> loadModel(Context& context, const std::string& directory, const ModelOptions& given) {
  auto checkpoint = std::make_shared<const Checkpoint>(directory);
  ModelConfig config = parseModelConfig(checkpoint->config(), directory + "/config.json");
  ModelOptions options = given;
  if (!options.adapter.empty()) options.lora = adapterSettings(options.adapter);
  auto model = std::make_shared<Model>(context, std::move(config), options,
                                       options.storage == Storage::bfloat16 ? checkpoint : nullptr);
  std::vector<float> values;
  for (const Parameter& parameter : model->table().all()) {
    if (parameter.adapter) continue;
    if (model->weights().mapped(parameter)) {
      checkpoint->require(parameter.name, parameter.shape);
      continue;
    }
    if (float* direct = model->weights().target(parameter)) {
      checkpoint->read(parameter.name, parameter.shape, direct);
      continue;
    }
    values.resize(static_cast<size_t>(parameter.count));
    checkpoint->read(parameter.name, parameter.shape, values.data());
    model->weights().write(context, parameter, values.data());
  }
  for (const std::string& name : checkpoint->names())
    if (!model->table().has(name) && name != "lm_head.weight" && !name.ends_with("inv_freq"))
      throw Error(ErrorCode::badCheckpoint,
                  directory + " holds tensor " + name +
                      ", which its config.json does not know. The files do not belong together.");
  if (options.adapter.empty())
    initialiseAdapters(context, *model);
  else
    loadAdapter(context, *model, options.adapter);
  shareFrozenTower(*model);
  return model;
}

std::shared_ptr<Model> initialiseModel(Context& context, const Json& json, const ModelOptions& options,
                                       const InitialiseSettings& settings) {
  if (!options.adapter.empty())
    throw Error(ErrorCode::badArgument, "initialise: an adapter belongs to the weights it was trained on. Use load().");
  auto model = std::make_shared<Model>(context, parseModelConfig(json, "the config"), options);
  uint32_t stream = 0;
  std::vector<float> values;
  for (const Parameter& parameter : model->table().all()) {
    if (parameter.adapter) continue;
    ++stream;
    values.assign(static_cast<size_t>(parameter.count), parameter.name.ends_with(".bias") ? 0.0f : 1.0f);
    if (parameter.name == "model.embed_tokens.weight") {
      fillNormal(settings.seed, stream, static_cast<float>(settings.embeddingStd), values);
    } else if (parameter.shape.size() >= 2) {
      const auto fanIn = static_cast<double>(parameter.count / parameter.shape[0]);
      fillNormal(settings.seed, stream, static_cast<float>(settings.gain / std::sqrt(fanIn)), values);
    }
    model->weights().write(context, parameter, values.data());
  }
  initialiseAdapters(context, *model);
  shareFrozenTower(*model);
  return model;
}

void saveModel(Context& context, const Model& model, const std::string& directory) {
  createDirectories(directory);
  std::vector<TensorToWrite> tensors;
  std::vector<float> values;
  std::vector<Bfloat16> halves;
  std::vector<std::byte> room;
  Context host = onHost(context);
  for (const Parameter& parameter : model.table().all()) {
    if (parameter.adapter) continue;
    const bool half = model.weights().storedAsHalf(parameter);
    const bool merge = isAdapted(model, parameter);
    const auto data = [&, half, merge]() -> const void* {
      if (!merge) return model.weights().stored(parameter, room);
      values.resize(static_cast<size_t>(parameter.count));
      mergedValues(host, model, parameter, values.data());
      if (!half) return values.data();
      halves.resize(values.size());
      ops::narrow(host, parameter.count, values.data(), halves.data());
      return halves.data();
    };
    tensors.push_back({parameter.name, parameter.shape, half ? "BF16" : "F32", data});
  }
  writeSafetensors(directory + "/model.safetensors", tensors, {{"format", "pt"}});
  const bool half = model.options().storage == Storage::bfloat16;
  writeTextFile(directory + "/config.json",
                flatConfig(model.config().source, half ? "bfloat16" : "float32").dump(2) + "\n");
}

}  // namespace secondlook
