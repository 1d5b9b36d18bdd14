#include "model.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "../comm/communicator.h"
#include "../error.h"

namespace secondlook {

namespace {
constexpr int64_t patchesPerEncoding = 8192;  // bounds the memory of one inference pass of the tower

constexpr uint64_t sharedKey = uint64_t{1} << 63;  // of keys made from weights; fresh ones count up from 1

uint64_t freshVisionKey() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1);
}
}  // namespace

Model::Model(const Context& context, ModelConfig config, const ModelOptions& options,
             std::shared_ptr<const Checkpoint> checkpoint)
    : config_(std::move(config)),
      options_(options),
      memory_(context),
      table_(config_, options),
      vision_(config_, options.storage),
      language_(config_, options.storage),
      embeddingCache_(options.visionCacheBytes),
      embeddingStore_(options.visionCacheFolder, options.visionCacheFolderBytes),
      prefixes_(options.prefixCacheBytes),
      visionKey_(freshVisionKey()) {
  if (options.storage == Storage::bfloat16 && checkpoint && memory_.ofHost()) {
    std::vector<bool> mapped;
    for (const Parameter& p : table_.all())
      mapped.push_back(!p.adapter && !p.isVectorOrNorm() && !table_.groupTrainable(p.group) &&
                       checkpoint->bfloat16(p.name) != nullptr);
    table_.place(options.storage, mapped);
  }
  shards_ = options.team ? Shards(table_, options.team->rank(), options.team->size()) : Shards(table_, 0, 1);
  weights_ = WeightStore(table_, shards_, memory_, std::move(checkpoint), options.team);
  const float adapterScale = options.lora.rank > 0 ? options.lora.scale() : 0.0f;
  visionWeights_ = bindVisionWeights(config_, table_, weights_, adapterScale);
  textWeights_ = bindTextWeights(config_, table_, weights_, adapterScale);
  baseTextWeights_ = bindTextWeights(config_, table_, weights_, 0.0f);
  if (table_.stateFloats() == 0) return;
  gradients_ = Gradients(config_, table_, shards_, memory_);
  optimiser_ = Optimiser(table_, shards_, memory_, options.optimiser8Bit);
  visionGradients_ = bindVisionGradients(config_, table_, gradients_);
  textGradients_ = bindTextGradients(config_, table_, gradients_);
  visionTrainable_ = table_.anyTrainable("visual.");
}

void Model::weightsChanged(bool visionChanged) {
  weightVersion_.fetch_add(1);
  prefixes_.clear();
  if (!visionChanged) return;
  visionKey_ = freshVisionKey();
  embeddingCache_.clear();
}

void Model::shareTower() {
  // Storage decides how products round, so it belongs to what must be equal.
  uint64_t key = 0x746F776572 + static_cast<uint64_t>(options_.storage);
  std::vector<float> values;
  for (const Parameter& p : table_.all()) {
    if (!p.name.starts_with("visual.")) continue;
    values.resize(static_cast<size_t>(p.count));
    weights_.read(p, values.data());
    for (const float value : values) {
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      key = (key ^ bits) * 0x9E3779B97F4A7C15;
      key ^= key >> 29;
    }
  }
  visionKey_ = key | sharedKey;
}

void Model::zeroGradients() {
  gradients_.zero();
}

std::shared_ptr<Arena> Model::borrowArena() {
  std::unique_ptr<Arena> arena;
  {
    const std::lock_guard lock(arenaMutex_);
    if (!idleArenas_.empty()) {
      arena = std::move(idleArenas_.back());
      idleArenas_.pop_back();
    }
  }
  if (!arena) arena = std::make_unique<Arena>(memory_);
  return {arena.release(), [weak = weak_from_this()](Arena* used) {
            std::unique_ptr<Arena> owned(used);
            owned->reset();
            const auto model = weak.lock();
            if (!model) return;
            model->noteActivations(owned->takePeak());
            if (!model->memory_.ofHost()) return;  // a device's allocator keeps it, for whoever needs it next
            const std::lock_guard lock(model->arenaMutex_);
            if (model->idleArenas_.size() < 2) model->idleArenas_.push_back(std::move(owned));
          }};
}

void Model::noteActivations(size_t bytes) noexcept {
  activationBytes_ = std::max(activationBytes_.load(), bytes);
  notePeak();
}
FlatBuffer Model::takeCache(int64_t floats) {
  FlatBuffer cache = std::move(idleCache_);
  idleCache_ = FlatBuffer();
  const auto bytes = static_cast<size_t>(floats) * sizeof(float);
  // Much more than is needed is let go: one long answer must not hold memory for good.
  if (cache.bytes() < bytes || cache.bytes() > 2 * bytes) {
    cache = FlatBuffer();
    cache = FlatBuffer(floats, memory_, Purpose::cache);
  }
  cacheBytes_ = cache.bytes();
  notePeak();
  return cache;
}

void Model::returnCache(FlatBuffer cache) noexcept {
  if (memory_.ofHost()) idleCache_ = std::move(cache);
}

void Model::notePeak() noexcept {
  const size_t now = memory().current();
  if (now > peakBytes_) peakBytes_ = now;
}

MemoryReport Model::memory() const {
  MemoryReport report{weights_.ownBytes(), weights_.mappedBytes(), gradients_.bytes(), optimiser_.bytes(),
                      activationBytes_.load(), cacheBytes_.load(), prefixes_.bytes(), MediaFloats::liveBytes(), 0,
                      embeddingCache_.hits(), embeddingStore_.hits(), prefixes_.reusedTokens(), prefixes_.readTokens()};
  report.peak = std::max(peakBytes_.load(), report.current());
  return report;
}

void Model::embedMissing(Context& context, const std::vector<std::shared_ptr<Media>>& media, Arena& arena) {
  std::vector<std::shared_ptr<Media>> missing;
  for (const auto& medium : media)
    if (!medium->cached(visionKey_)) {
      if (Embeddings known = embeddingCache_.find(medium->hash))
        medium->remember(visionKey_, std::move(known));
      else
        missing.push_back(medium);
    }
  // Only a key made from weights means the same in another process; instruction sets and devices round in their own ways.
  const bool stored = embeddingStore_.enabled() && (visionKey_ & sharedKey) != 0;
  const uint64_t tower = mixedHash(mixedHash(visionKey_, static_cast<uint64_t>(context.instructionSet)), context.device != nullptr);
  const auto keep = [&](const std::shared_ptr<Media>& medium, std::vector<float> values) {
    auto embeddings = std::make_shared<const MediaFloats>(std::move(values));
    embeddingCache_.add(medium->hash, embeddings);
    medium->remember(visionKey_, std::move(embeddings));
  };
  if (stored)
    std::erase_if(missing, [&](const std::shared_ptr<Media>& medium) {
      auto known = embeddingStore_.find(tower, medium->hash, static_cast<size_t>(medium->tokens * config_.text.hidden));
      if (known) keep(medium, std::move(*known));
      return known.has_value();
    });
  // No temporal grid sees another one inside the tower, so grids that several media show are embedded once.
  struct Part {
    ContentHash hash;
    VisionInput input;
    std::vector<float> embeddings;
  };
  std::vector<Part> parts;
  std::vector<std::vector<size_t>> partsOf(missing.size());
  std::unordered_multimap<uint64_t, size_t> known;
  for (size_t i = 0; i < missing.size(); ++i)
    for (int64_t t = 0; t < missing[i]->grid.time; ++t) {
      const ContentHash hash = missing[i]->gridHashes[static_cast<size_t>(t)];
      const auto [from, to] = known.equal_range(hash.first);
      const auto found = std::find_if(from, to, [&](const auto& entry) { return parts[entry.second].hash == hash; });
      if (found != to) {
        partsOf[i].push_back(found->second);
        continue;
      }
      known.emplace(hash.first, parts.size());
      partsOf[i].push_back(parts.size());
      const Grid& grid = missing[i]->grid;
      parts.push_back({hash, {missing[i]->gridPatches(t), {1, grid.height, grid.width}}, {}});
    }
  for (size_t begin = 0; begin < parts.size();) {
    const ArenaScope scope(arena);
    std::vector<VisionInput> inputs;
    size_t end = begin;
    for (int64_t patches = 0;
         end < parts.size() && (end == begin || patches + parts[end].input.grid.patches() <= patchesPerEncoding);
         ++end) {
      patches += parts[end].input.grid.patches();
      inputs.push_back(parts[end].input);
    }
    const VisionPass pass = vision_.forward(context, visionWeights_, inputs, Keep::nothing, arena);
    const float* from = pass.merged;
    const int64_t perUnit = config_.vision.patch.merge * config_.vision.patch.merge;
    for (; begin < end; ++begin) {
      const int64_t count = parts[begin].input.grid.patches() / perUnit * config_.text.hidden;
      parts[begin].embeddings.resize(static_cast<size_t>(count));
      ops::download(context, count, from, parts[begin].embeddings.data());
      from += count;
    }
  }
  for (size_t i = 0; i < missing.size(); ++i) {
    std::vector<float> all;
    all.reserve(static_cast<size_t>(missing[i]->tokens * config_.text.hidden));
    for (const size_t part : partsOf[i])
      all.insert(all.end(), parts[part].embeddings.begin(), parts[part].embeddings.end());
    if (stored) embeddingStore_.add(tower, missing[i]->hash, all.data(), all.size());
    keep(missing[i], std::move(all));
  }
}

const float* Model::embeddings(Context& context, const PackedBatch& batch, Arena& arena) {
  if (batch.media.empty()) return nullptr;
  embedMissing(context, batch.media, arena);
  float* all = arena.floats(batch.units * config_.text.hidden);
  float* to = all;
  for (const auto& medium : batch.media) {
    const Embeddings embeddings = medium->cached(visionKey_);
    ops::uploadBytes(context, embeddings->bytes(), embeddings->data(), to);
    to += embeddings->size();
  }
  return all;
}

void Model::blend(Context& context, const Model& other, double decay) {
  if (other.table_.parameterCount() != table_.parameterCount() || other.table_.all().size() != table_.all().size())
    throw Error(ErrorCode::badArgument,
                "blend: the other model has another architecture. Blend a model with its own clone.");
  const auto keep = static_cast<float>(decay), take = static_cast<float>(1.0 - decay);
  std::vector<float> mine, theirs;
  for (const Parameter& p : table_.all()) {
    mine.resize(static_cast<size_t>(p.count));
    theirs.resize(static_cast<size_t>(p.count));
    weights_.read(p, mine.data());
    other.weights_.read(*other.table_.find(p.name), theirs.data());
    for (size_t i = 0; i < mine.size(); ++i) mine[i] = keep * mine[i] + take * theirs[i];
    weights_.write(context, p, mine.data());
  }
  weightsChanged(true);
}

std::shared_ptr<Model> Model::clone(Context& context, bool trainable) const {
  ModelOptions options = options_;
  options.trainable = trainable;
  auto copy = std::make_shared<Model>(context, config_, options, weights_.checkpoint());
  std::vector<float> values;
  for (const Parameter& p : copy->table_.all()) {
    if (copy->weights_.mapped(p)) continue;
    values.resize(static_cast<size_t>(p.count));
    weights_.read(*table_.find(p.name), values.data());
    copy->weights_.write(context, p, values.data());
  }
  copy->visionKey_ = visionKey_;  // the same tower: its embeddings serve both
  return copy;
}

}  // namespace secondlook
