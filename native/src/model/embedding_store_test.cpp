#include "embedding_store.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "generate/scheduler.h"
#include "tiny_model.h"

using namespace fixtures;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "embeddings-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  std::vector<fs::path> files() const {
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(path)) all.push_back(entry.path());
    return all;
  }
  std::string path;
};

std::vector<float> values(size_t count, unsigned seed) {
  const Floats random = randomFloats(static_cast<int64_t>(count), seed);
  return {random.begin(), random.end()};
}

}  // namespace

TEST("kept embeddings are found again by another process, of the same tower and medium only") {
  const Folder folder;
  const std::vector<float> kept = values(1000, 1);
  EmbeddingStore(folder.path + "/new", 1 << 20).add(7, {1, 2}, kept.data(), kept.size());
  EmbeddingStore later(folder.path + "/new", 1 << 20);
  CHECK(later.find(7, {1, 2}, 1000) == kept);
  CHECK(later.hits() == 1);
  CHECK(!later.find(8, {1, 2}, 1000) && !later.find(7, {1, 3}, 1000));
}

TEST("damaged embeddings count as missing, wherever the damage is, and are removed") {
  const Folder folder;
  EmbeddingStore store(folder.path, 1 << 20);
  const std::vector<float> kept = values(100, 1);
  const auto damage = [&](const auto& change) {
    store.add(7, {1, 2}, kept.data(), kept.size());
    CHECK(store.find(7, {1, 2}, 100).has_value());
    change(folder.files().at(0));
    CHECK(!store.find(7, {1, 2}, 100));
    CHECK(folder.files().empty());
  };
  for (const int place : {0, 9, 20, 40, 47, 48, 300, 447})
    damage([&](const fs::path& path) {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(place);
      const char byte = static_cast<char>(file.get() ^ 4);
      file.seekp(place);
      file.put(byte);
    });
  for (const size_t size : {0, 30, 447, 449}) damage([&](const fs::path& path) { fs::resize_file(path, size); });
}

TEST("the folder keeps to its budget, and what was used last stays") {
  const Folder folder;
  EmbeddingStore store(folder.path, 10'000);
  const std::vector<float> kept = values(220, 1);  // 928 bytes each
  for (uint64_t i = 0; i < 10; ++i) {
    store.add(7, {i, 0}, kept.data(), kept.size());
    for (const fs::path& path : folder.files())  // an hour goes by
      fs::last_write_time(path, fs::last_write_time(path) - std::chrono::hours(1));
  }
  CHECK(store.find(7, {0, 0}, 220).has_value());
  store.add(7, {100, 0}, kept.data(), kept.size());
  size_t bytes = 0;
  for (const fs::path& path : folder.files()) bytes += fs::file_size(path);
  CHECK(bytes <= 10'000 && bytes > 8'000);
  CHECK(store.find(7, {0, 0}, 220).has_value());
  CHECK(store.find(7, {100, 0}, 220).has_value());
  CHECK(!store.find(7, {1, 0}, 220));
}

TEST("a folder that cannot be made is as if nothing were kept") {
  EmbeddingStore store("/dev/null/embeddings", 1 << 20);
  const std::vector<float> kept = values(10, 1);
  store.add(7, {1, 2}, kept.data(), kept.size());
  CHECK(!store.find(7, {1, 2}, 10));
}

TEST("a model that is loaded again finds its clips embedded and answers the same; a tower that changes keeps nothing") {
  atLevelTwo([](Context& context) {
    const Folder folder;
    ModelOptions options = frozenOptions();
    options.visionCacheFolder = folder.path;
    options.visionCacheFolderBytes = 1 << 20;
    const auto answer = [&](const ModelOptions& how, size_t hits) {
      const auto model = tinyModel(context, how);
      GenerationRequest request;
      request.prompts = {tinyPrompt(10, tinyClip({1, 2, 3}), 10, 1), tinyPrompt(5, tinyClip({4}), 9, 2)};
      request.completions = {1, 1};
      request.sampling.maxTokens = 10;
      request.streams = {1, 2};
      const Completions results = generateCompletions(context, *model, request);
      CHECK(model->memory().visionFolderHits == hits);
      std::vector<std::vector<float>> seen;
      for (const auto& group : results) seen.push_back(group[0].logProbs);
      return seen;
    };
    const auto first = answer(options, 0);
    CHECK(folder.files().size() == 2);
    CHECK(answer(options, 2) == first);
    CHECK(answer(frozenOptions(), 0) == first);
    options.trainable = true;  // its tower changes
    answer(options, 0);
    options.frozen = {"visual."};
    CHECK(answer(options, 2) == first);
    options.storage = Storage::bfloat16;
    answer(options, 0);
    CHECK(folder.files().size() == 4);
  });
}
