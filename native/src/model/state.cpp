// The exact training state on disk.
#include <charconv>

#include "../comm/communicator.h"
#include "../error.h"
#include "../io/safetensors.h"
#include "storage.h"

namespace secondlook {

namespace {
constexpr const char* stateFormat = "secondlook-state-1";
constexpr const char* stateFormat8Bit = "secondlook-state-8bit-1";

/// One buffer of a parameter's state: its name on disk, and where it is in the model's memory.
struct StatePart {
  std::string name, dtype;
  std::vector<int64_t> shape;
  void* data;
  size_t bytes() const {
    size_t bytes = dtype == "U8" ? 1 : sizeof(float);
    for (const int64_t extent : shape) bytes *= static_cast<size_t>(extent);
    return bytes;
  }
};

std::vector<StatePart> partsOf(const Model& model, const Parameter& p) {
  const Optimiser& optimiser = model.optimiser();
  std::vector<StatePart> parts{{"weights." + p.name, "F32", p.shape, model.weights().wide(p)}};
  if (optimiser.eightBit()) {
    parts.push_back({"exp_avg." + p.name, "U8", p.shape, optimiser.firstCodes(p)});
    parts.push_back({"exp_avg_sq." + p.name, "U8", p.shape, optimiser.secondCodes(p)});
    parts.push_back({"scales." + p.name, "F32", {2, optimiser.blocks(p)}, optimiser.scales(p)});
  } else {
    parts.push_back({"exp_avg." + p.name, "F32", p.shape, optimiser.firstMoment(p)});
    parts.push_back({"exp_avg_sq." + p.name, "F32", p.shape, optimiser.secondMoment(p)});
  }
  return parts;
}

const char* formatOf(const Model& model) { return model.optimiser().eightBit() ? stateFormat8Bit : stateFormat; }
}  // namespace

void saveState(Model& model, const std::string& directory, Communicator* team) {
  if (team != nullptr) {
    model.optimiser().collect(*team, 0);
    if (team->rank() != 0) return;
  }
  createDirectories(directory);
  std::vector<TensorToWrite> tensors;
  std::vector<std::byte> room;
  for (const Parameter& parameter : model.table().all()) {
    if (!parameter.trainable) continue;
    for (const StatePart& part : partsOf(model, parameter))
      tensors.push_back({part.name, part.shape, part.dtype, [&, data = part.data, bytes = part.bytes()] {
                           return model.where().readable(data, bytes, room);
                         }});
  }
  writeSafetensors(directory + "/state.safetensors", tensors,
                   {{"format", formatOf(model)}, {"step", std::to_string(model.optimiser().steps)}});
  writeTextFile(directory + "/config.json", flatConfig(model.config().source).dump(2) + "\n");
  model.optimiser().keepOwn(model.shards());
}

void loadState(Context& context, Model& model, const std::string& directory, Communicator* team) {
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
  const std::string format = note("format");
  if (format != stateFormat && format != stateFormat8Bit) refuse("is not a training state");
  if (format != formatOf(model))
    refuse(model.optimiser().eightBit() ? "holds float32 moments, but this model's optimiser keeps 8 bits"
                                        : "holds 8-bit moments, but this model's optimiser keeps float32");
  const std::string stepText = note("step");
  int64_t step = -1;
  std::from_chars(stepText.data(), stepText.data() + stepText.size(), step);
  if (step < 0) refuse("has no step count");
  for (const bool copy : {false, true})  // first see that everything is there, then change the model
    for (const Parameter& parameter : model.table().all()) {
      if (!parameter.trainable) continue;
      for (const StatePart& part : partsOf(model, parameter)) {
        const auto found = file.tensors().find(part.name);
        if (found == file.tensors().end() || found->second.shape != part.shape)
          refuse("has no tensor " + part.name + " of this model's shape");
        if (found->second.dtype != part.dtype) refuse("holds " + part.name + " as " + found->second.dtype);
        if (copy) model.where().write(part.data, found->second.data, found->second.bytes);
      }
      if (copy) model.weights().narrow(context, parameter);
    }
  model.optimiser().steps = 0;
  if (team != nullptr) model.divide(team->rank(), team->size());
  model.optimiser().keepOwn(model.shards());
  model.optimiser().steps = step;
  model.zeroGradients();
  model.weightsChanged(true);
}

}  // namespace secondlook
