#include "checkpoint.h"

#include <filesystem>
#include <set>

#include "../error.h"

namespace secondlook {

namespace {
constexpr size_t maximumConfigBytes = 16 << 20, maximumIndexBytes = 100 << 20;

std::string shapeText(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}
}  // namespace

std::string hubName(const std::string& name) {
  if (name.starts_with("model.visual.")) return name.substr(6);
  if (name.starts_with("model.language_model.")) return "model." + name.substr(21);
  if (name.starts_with("language_model.lm_head.")) return name.substr(15);
  return name;
}

Checkpoint::Checkpoint(const std::string& directory) : directory_(directory) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(directory, ignored))
    throw Error(ErrorCode::io,
                directory + " is not a folder. Give the folder of a checkpoint: config.json and model.safetensors.");
  const std::string configPath = directory + "/config.json";
  if (!fileExists(configPath))
    throw Error(ErrorCode::badCheckpoint,
                directory + " has no config.json. Give the folder of a Hugging Face checkpoint.");
  config_ = Json::parse(readTextFile(configPath, maximumConfigBytes), configPath);
  const std::string indexPath = directory + "/model.safetensors.index.json";
  if (fileExists(directory + "/model.safetensors")) {
    open("model.safetensors");
    return;
  }
  if (!fileExists(indexPath))
    throw Error(ErrorCode::badCheckpoint,
                directory + " has neither model.safetensors nor model.safetensors.index.json. Download the weights.");
  const Json index = Json::parse(readTextFile(indexPath, maximumIndexBytes), indexPath);
  const Json* map = index.find("weight_map");
  if (!map || !map->isObject())
    throw Error(ErrorCode::badCheckpoint, indexPath + " has no weight_map. Download it again.");
  std::set<std::string> shards;
  for (const auto& [name, shard] : map->members()) {
    const std::string file = shard.asString();
    if (file.empty() || file.find('/') != std::string::npos || file.find('\\') != std::string::npos)
      throw Error(ErrorCode::badCheckpoint, indexPath + ": tensor " + name + " is said to be in \"" + file +
                                                "\", which is no file name. Download it again.");
    shards.insert(file);
  }
  for (const std::string& shard : shards) {
    if (!fileExists(directory + "/" + shard))
      throw Error(ErrorCode::badCheckpoint,
                  directory + "/" + shard + " is missing, but the index names it. Download the missing shard.");
    open(shard);
  }
  for (const auto& member : map->members())
    if (!has(hubName(member.first)))
      throw Error(ErrorCode::badCheckpoint,
                  indexPath + ": tensor " + member.first + " is in none of the shards. Download the checkpoint again.");
}

void Checkpoint::open(const std::string& file) {
  files_.push_back(std::make_unique<SafetensorsFile>(directory_ + "/" + file));
  for (const auto& [name, entry] : files_.back()->tensors())
    if (!tensors_.emplace(hubName(name), Place{&entry, files_.back().get(), name}).second)
      throw Error(ErrorCode::badCheckpoint,
                  files_.back()->path() + ": tensor " + name +
                      " stands in two files or under two names. Download the checkpoint again.");
}

const Bfloat16* Checkpoint::bfloat16(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) return nullptr;
  const TensorEntry& entry = *found->second.entry;
  if (entry.dtype != "BF16" || reinterpret_cast<uintptr_t>(entry.data) % alignof(Bfloat16) != 0) return nullptr;
  return reinterpret_cast<const Bfloat16*>(entry.data);
}

void Checkpoint::require(const std::string& name, const std::vector<int64_t>& shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    throw Error(ErrorCode::badCheckpoint, directory_ + " has no tensor " + name +
                                              ", which its config.json asks for. Download the checkpoint again.");
  const Place& place = found->second;
  if (place.entry->shape != shape)
    throw Error(ErrorCode::badCheckpoint, place.file->path() + ": tensor " + place.spelledAs + " has shape " +
                                              shapeText(place.entry->shape) + ", but config.json makes it " +
                                              shapeText(shape) + ". The two files do not belong together.");
}

void Checkpoint::read(const std::string& name, const std::vector<int64_t>& shape, float* to) const {
  require(name, shape);
  const Place& place = tensors_.at(name);
  copyAsFloat(*place.entry, place.spelledAs, place.file->path(), to);
}

std::vector<std::string> Checkpoint::names() const {
  std::vector<std::string> result;
  for (const auto& [name, place] : tensors_) result.push_back(name);
  return result;
}

}  // namespace secondlook
