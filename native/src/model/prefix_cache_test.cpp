#include "prefix_cache.h"

#include "generate/scheduler.h"
#include "tiny_model.h"

using namespace fixtures;

namespace {

ContentHash key(uint64_t number) { return {number, ~number}; }

/// Chains a, ab, abc … as prompts would have them.
std::vector<ContentHash> chain(std::initializer_list<uint64_t> numbers) {
  std::vector<ContentHash> keys;
  for (const uint64_t number : numbers) keys.push_back(key(number));
  return keys;
}

void addChain(PrefixCache& cache, const std::vector<ContentHash>& keys) {
  for (size_t i = 1; i <= keys.size(); ++i) cache.add({keys.data(), i}, std::vector<float>(100, static_cast<float>(i)));
}

GenerationRequest ask(const std::vector<PromptInput>& prompts) {
  GenerationRequest request;
  request.prompts = prompts;
  request.completions.assign(prompts.size(), 2);
  request.sampling.maxTokens = 12;
  request.sampling.seed = 3;
  request.sampling.bannedIds = {59, 60};
  for (size_t i = 0; i < prompts.size(); ++i) request.streams.push_back(i);
  return request;
}

void checkSame(const Completions& a, const Completions& b) {
  CHECK(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < a[i].size(); ++j) {
      CHECK(a[i][j].ids == b[i][j].ids);
      CHECK(a[i][j].logProbs == b[i][j].logProbs);
      CHECK(a[i][j].stopReason == StopReason::length);
    }
}

/// Five questions about a clip, one about another, one without any.
std::vector<PromptInput> questions() {
  const auto clip = [] { return tinyClip({1, 2, 3, 4}, 16, 16); };
  std::vector<PromptInput> prompts;
  for (unsigned i = 0; i < 5; ++i) prompts.push_back(tinyPrompt(70, clip(), 20 + 3 * i, i));
  prompts.push_back(tinyPrompt(70, tinyClip({9, 8, 7, 6}, 16, 16), 30, 9));
  prompts.push_back(tinyPrompt(70, nullptr, 200, 10));
  return prompts;
}

}  // namespace

TEST("the prefix cache keeps to its budget, and lets the end of a prompt go before its beginning") {
  PrefixCache cache(500 * sizeof(float));
  const auto first = chain({1, 2, 3}), second = chain({11, 12, 13});
  addChain(cache, first);
  CHECK(cache.match(first) == 3);
  addChain(cache, second);
  CHECK(cache.bytes() == 500 * sizeof(float));
  CHECK(cache.match(second) == 3);
  CHECK(cache.match(first) == 2);
  addChain(cache, chain({21, 22}));
  CHECK(cache.match(first) == 2);
  CHECK(cache.match(second) == 1);
  cache.clear();
  CHECK(cache.bytes() == 0 && cache.match(first) == 0);
}

TEST("blocks of two prompts are named alike up to the first word or frame that differs") {
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable};
  const auto model = tinyModel(context);
  const auto same = [&](const PromptInput& a, const PromptInput& b) {
    const auto one = prefixKeys(model->config(), a), other = prefixKeys(model->config(), b);
    size_t count = 0;
    while (count < std::min(one.size(), other.size()) && one[count] == other[count]) ++count;
    return count;
  };
  // 64 words, then grids of 64 tokens.
  const PromptInput whole = tinyPrompt(64, tinyClip({1, 2, 3}, 16, 16), 64, 1);
  CHECK(prefixKeys(model->config(), whole).size() == 5);
  CHECK(same(whole, tinyPrompt(64, tinyClip({1, 2, 3}, 16, 16), 64, 1)) == 5);
  CHECK(same(whole, tinyPrompt(64, tinyClip({1, 2, 3}, 16, 16), 64, 2)) == 4);
  CHECK(same(whole, tinyPrompt(64, tinyClip({1, 2, 4}, 16, 16), 64, 1)) == 3);
  CHECK(same(whole, tinyPrompt(64, tinyClip({5, 2, 3}, 16, 16), 64, 1)) == 1);
  CHECK(same(whole, tinyPrompt(63, tinyClip({1, 2, 3}, 16, 16), 64, 1)) == 0);
  CHECK(same(whole, tinyPrompt(64, tinyClip({1, 2, 3}, 32, 8), 64, 1)) == 1);
  auto slow = std::make_shared<Media>(true, Grid{1, 16, 16}, 2.0, 4, PatchSize{}, std::vector<float>(256 * 1176, 0.5f));
  auto quick = std::make_shared<Media>(true, Grid{1, 16, 16}, 1.0, 4, PatchSize{}, std::vector<float>(256 * 1176, 0.5f));
  CHECK(same(tinyPrompt(64, slow, 64, 1), tinyPrompt(64, quick, 64, 1)) == 1);
}

TEST("answers have the same bits with and without the prefix cache, in one call and in later ones") {
  atLevelTwo([](Context& context) {
    const auto plain = tinyModel(context);
    ModelOptions options = frozenOptions();
    options.prefixCacheBytes = 1 << 20;
    const auto caching = tinyModel(context, options);
    const std::vector<PromptInput> prompts = questions();
    const Completions expected = generateCompletions(context, *plain, ask(prompts));
    checkSame(generateCompletions(context, *caching, ask(prompts)), expected);
    // 70 words and 256 tokens of the clip are five blocks; the system prompt's first block serves the other two.
    CHECK(caching->memory().prefixReused == 4 * 320 + 2 * 64);
    checkSame(generateCompletions(context, *caching, ask(prompts)), expected);
    for (size_t i = 0; i < prompts.size(); ++i) {
      GenerationRequest alone = ask({prompts[i]});
      alone.streams = {i};
      checkSame(generateCompletions(context, *caching, alone), {expected[i]});
    }
    CHECK(caching->memory().prefixCache <= options.prefixCacheBytes);
    CHECK(plain->memory().prefixCache == 0 && plain->memory().prefixReused == 0);
  });
}

TEST("the prefix cache is empty once weights change, and one too small for a prompt does no harm") {
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable};
  ModelOptions options = frozenOptions();
  options.prefixCacheBytes = 1 << 20;
  const auto model = tinyModel(context, options);
  const std::vector<PromptInput> prompts = questions();
  const Completions before = generateCompletions(context, *model, ask(prompts));
  CHECK(model->memory().prefixCache > 0);
  const auto other = initialiseModel(context, model->config().source, ModelOptions{}, {99, 2.0, 0.5});
  model->blend(context, *other, 0.5);
  CHECK(model->memory().prefixCache == 0);
  const auto plain = tinyModel(context);
  plain->blend(context, *other, 0.5);
  const Completions after = generateCompletions(context, *model, ask(prompts));
  checkSame(after, generateCompletions(context, *plain, ask(prompts)));
  CHECK(after[0][0].logProbs != before[0][0].logProbs);

  options.prefixCacheBytes = 40'000;  // two blocks
  const auto small = tinyModel(context, options);
  checkSame(generateCompletions(context, *small, ask(prompts)), before);
  CHECK(small->memory().prefixCache <= 40'000);
}
