// Damaged files from a seeded mutator: each is read or refused with an Error, and no sanitizer finds anything.
// SECONDLOOK_FUZZ_CASES sets how many of each kind (`npm run test:deep` runs 100,000 under sanitizers).
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "check.h"
#include "error.h"
#include "io/json.h"
#include "io/safetensors.h"
#include "model/config.h"

using namespace secondlook;

namespace {

int cases() {
  const char* wanted = std::getenv("SECONDLOOK_FUZZ_CASES");
  return wanted ? std::atoi(wanted) : 2000;
}

/// One to six changes: a byte replaced, a piece doubled, cut out or exchanged for something a parser may stumble over.
std::string damaged(const std::string& whole, std::mt19937& random) {
  static const char* const pieces[] = {"-1", "1e999", "18446744073709551616", "null", "\"", "[[[[", "{", "}", ",", "\\u12", "\xff", "0.5", "true"};
  std::string text = whole;
  const auto below = [&](size_t limit) { return limit == 0 ? 0 : random() % limit; };
  for (size_t change = 1 + below(6); change > 0; --change) {
    const size_t at = below(text.size() + 1), length = below(12);
    switch (below(4)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random());
        break;
      case 1: text.insert(at, text.substr(at, length)); break;
      case 2: text.erase(at, length); break;
      default: text.replace(at, length, pieces[below(std::size(pieces))]); break;
    }
  }
  return text;
}

/// Counts refusals; anything but an Error is a failure.
template <class F>
void readDamaged(const std::string& whole, unsigned seed, F&& read) {
  std::mt19937 random(seed);
  int refused = 0;
  const int count = cases();
  for (int i = 0; i < count; ++i) {
    const std::string text = damaged(whole, random);
    try {
      read(text);
    } catch (const Error& error) {
      ++refused;
      if (std::string(error.what()).empty()) check::fail(__FILE__, __LINE__, "an error without a sentence");
    } catch (const std::exception& error) {
      check::fail(__FILE__, __LINE__, "case " + std::to_string(i) + " threw something else: " + error.what());
    }
  }
  CHECK(refused > count / 4);
}

}  // namespace

TEST("a damaged config is read or refused with a sentence") {
  const std::string config = R"({"model_type":"qwen2_5_vl","vocab_size":64,"hidden_size":32,"intermediate_size":48,
"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"rms_norm_eps":1e-6,"rope_theta":1e6,
"rope_scaling":{"type":"mrope","mrope_section":[2,3,3]},"tie_word_embeddings":true,"image_token_id":60,"video_token_id":61,
"vision_config":{"depth":2,"hidden_size":32,"intermediate_size":48,"num_heads":2,"in_chans":3,"patch_size":14,
"temporal_patch_size":2,"spatial_merge_size":2,"window_size":112,"fullatt_block_indexes":[1],"out_hidden_size":32}})";
  readDamaged(config, 1, [](const std::string& text) { parseModelConfig(Json::parse(text, "config.json"), "config.json"); });
}

TEST("a damaged safetensors file is read or refused with a sentence") {
  const auto path = (std::filesystem::temp_directory_path() / ("fuzz-" + std::to_string(getpid()) + ".safetensors")).string();
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  writeSafetensors(path,
                   {{"a", {2, 3}, "F32", [&] { return values.data(); }}, {"b.weight", {6}, "F32", [&] { return values.data(); }}},
                   {{"format", "pt"}});
  std::ifstream file(path, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  readDamaged(whole, 2, [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    const SafetensorsFile opened(path);
    for (const auto& [name, tensor] : opened.tensors()) {
      std::vector<float> copy(static_cast<size_t>(tensor.count()));
      copyAsFloat(tensor, name, path, copy.data());
    }
  });
  std::filesystem::remove(path);
}
