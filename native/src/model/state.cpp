// The exact training state on disk.
#include <charconv>
#include <exception>

#include "../comm/communicator.h"
#include "../error.h"
#include "../io/safetensors.h"
#include "storage.h"

namespace secondlook {

namespace {
constexpr const char* stateFormat = "secondlook-state-1";
constexpr const char* stateFormat8Bit = "secondlook-state-8bit-1";

/// A tensor of a parameter's state on disk: one row, or two for scales, each with this member's part of it.
struct StatePart {
  std::string name, dtype;
  std::vector<int64_t> shape;
  size_t rowBytes, begin, bytes;  // of a whole row; this member's part of it
  std::vector<void*> rows;        // where that part is in the model's memory
};

std::vector<StatePart> partsOf(const Model& model, const Parameter& p) {
  const Optimiser& optimiser = model.optimiser();
  const Span own = model.shards().own(p);
  const auto part = [&](const char* kind, const char* dtype, std::vector<int64_t> shape, int64_t row, Span mine, size_t unit,
                        std::vector<void*> rows) {
    return StatePart{kind + ("." + p.name), dtype, std::move(shape), static_cast<size_t>(row) * unit,
                     static_cast<size_t>(mine.begin) * unit, static_cast<size_t>(mine.count()) * unit, std::move(rows)};
  };
  const auto floats = [&](const char* kind, float* values) {
    return part(kind, "F32", p.shape, p.count, own, sizeof(float), {values});
  };
  const auto codes = [&](const char* kind, uint8_t* values) {
    return part(kind, "U8", p.shape, p.count, own, 1, {values});
  };
  std::vector<StatePart> parts{floats("weights", model.weights().trained(p, own.begin))};
  if (optimiser.eightBit()) {
    const int64_t all = Optimiser::blocks(p.count), mine = Optimiser::blocks(own.count());
    const int64_t first = own.begin / Optimiser::blockSize;
    float* scales = optimiser.scales(p);
    parts.push_back(codes("exp_avg", optimiser.firstCodes(p, own.begin)));
    parts.push_back(codes("exp_avg_sq", optimiser.secondCodes(p, own.begin)));
    parts.push_back(part("scales", "F32", {2, all}, all, {first, first + mine}, sizeof(float), {scales, scales + mine}));
  } else {
    parts.push_back(floats("exp_avg", optimiser.firstMoment(p, own.begin)));
    parts.push_back(floats("exp_avg_sq", optimiser.secondMoment(p, own.begin)));
  }
  return parts;
}

const char* formatOf(const Model& model) { return model.optimiser().eightBit() ? stateFormat8Bit : stateFormat; }

/// The whole tensor at member 0, nothing at the others.
const void* whole(const Model& model, const StatePart& part, std::vector<std::byte>& room) {
  if (model.team() == nullptr && part.rows.size() == 1) return model.where().readable(part.rows[0], part.bytes, room);
  room.clear();
  for (const void* row : part.rows) {
    std::vector<std::byte> own(part.bytes);
    if (part.bytes > 0) model.where().read(own.data(), row, part.bytes);
    if (model.team() == nullptr)
      room.insert(room.end(), own.begin(), own.end());
    else
      for (const auto& of : model.team()->gatherTo(0, own)) room.insert(room.end(), of.begin(), of.end());
  }
  return room.data();
}
}  // namespace

void saveState(Model& model, const std::string& directory) {
  std::vector<StatePart> parts;
  for (const Parameter& parameter : model.table().all())
    if (parameter.trainable)
      for (StatePart& part : partsOf(model, parameter)) parts.push_back(std::move(part));
  std::vector<std::byte> room;
  size_t brought = 0;  // parts that all members have handed over
  const auto bring = [&] { return whole(model, parts[brought++], room); };
  if (model.team() != nullptr && model.team()->rank() != 0) {
    while (brought < parts.size()) bring();
    return;
  }
  try {
    createDirectories(directory);
    std::vector<TensorToWrite> tensors;
    for (const StatePart& part : parts) tensors.push_back({part.name, part.shape, part.dtype, bring});
    writeSafetensors(directory + "/state.safetensors", tensors,
                     {{"format", formatOf(model)}, {"step", std::to_string(model.optimiser().steps)}});
    writeTextFile(directory + "/config.json", flatConfig(model.config().source).dump(2) + "\n");
  } catch (...) {
    // The others hand over all they have before they hear of it.
    if (model.team() != nullptr)
      while (brought < parts.size()) bring();
    throw;
  }
}

void loadState(Context& context, Model& model, const std::string& directory) {
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
  const Memory& memory = model.where();
  for (const bool copy : {false, true})  // first see that everything is there, then change the model
    for (const Parameter& parameter : model.table().all()) {
      if (!parameter.trainable) continue;
      for (const StatePart& part : partsOf(model, parameter)) {
        const auto found = file.tensors().find(part.name);
        if (found == file.tensors().end() || found->second.shape != part.shape)
          refuse("has no tensor " + part.name + " of this model's shape");
        if (found->second.dtype != part.dtype) refuse("holds " + part.name + " as " + found->second.dtype);
        const std::byte* row = found->second.data;
        for (size_t i = 0; copy && i < part.rows.size(); ++i, row += part.rowBytes)
          if (part.bytes > 0) memory.write(part.rows[i], row + part.begin, part.bytes);
      }
      if (copy) model.weights().narrow(context, parameter);
    }
  if (model.team() != nullptr) model.weights().share(model.table());
  model.optimiser().steps = step;
  model.zeroGradients();
  model.weightsChanged(true);
}

}  // namespace secondlook
