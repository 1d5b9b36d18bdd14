// Passes without gradients: log-probabilities, the spread of a group, and a trace of every intermediate.
#include <algorithm>
#include <cmath>

#include "../device/thread_pool.h"
#include "model.h"
#include "transfer.h"

namespace secondlook {

namespace {
constexpr int64_t rowsPerPass = 16384;       // bounds the memory of one inference pass
constexpr int64_t logitsPerChunk = 4 << 20;  // floats

int64_t rowsOf(const GroupInput& group) {
  auto rows = static_cast<int64_t>(group.prompt.ids.size());
  for (const auto& completion : group.completions) rows += static_cast<int64_t>(completion.size());
  for (const auto& variant : group.variants) rows += static_cast<int64_t>(variant.ids.size());
  return rows;
}

/// Calls `body` with consecutive groups of at most rowsPerPass rows together (at least one group each).
template <class F>
void forEachPass(const std::vector<GroupInput>& groups, F&& body) {
  for (size_t begin = 0; begin < groups.size();) {
    size_t end = begin + 1;
    for (int64_t rows = rowsOf(groups[begin]); end < groups.size() && (rows += rowsOf(groups[end])) <= rowsPerPass;)
      ++end;
    body(std::vector<GroupInput>(groups.begin() + static_cast<std::ptrdiff_t>(begin),
                                 groups.begin() + static_cast<std::ptrdiff_t>(end)),
         begin);
    begin = end;
  }
}

/// Final norm of the given rows: [index.size(), hidden].
float* normedRows(Context& context, Model& model, const LanguagePass& pass, const std::vector<int32_t>& index,
                  Arena& arena) {
  const auto rows = static_cast<int64_t>(index.size());
  const int64_t width = model.config().text.hidden;
  float* gathered = arena.floats(rows * width);
  float* normed = arena.floats(rows * width);
  ops::gatherRows(context, rows, width, index.data(), pass.last, gathered);
  ops::rmsNorm(context, rows, width, model.config().text.normEpsilon, gathered, model.text().norm, normed, nullptr);
  return normed;
}

/// Log-softmax in place of logits[rows, vocabulary] / temperature.
void logSoftmax(Context& context, int64_t rows, int64_t vocabulary, float temperature, float* logits) {
  context.pool.parallelFor(rows, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      float* z = logits + row * vocabulary;
      float highest = z[0];
      for (int64_t j = 0; j < vocabulary; ++j) highest = std::max(highest, z[j]);
      double sum = 0;
      for (int64_t j = 0; j < vocabulary; ++j) {
        z[j] = (z[j] - highest) / temperature;
        sum += std::exp(z[j]);
      }
      const auto logSum = static_cast<float>(std::log(sum));
      for (int64_t j = 0; j < vocabulary; ++j) z[j] -= logSum;
    }
  });
}

/// mean_i KL(p_i || mean p) of `members` log-distributions and `ended` uniform ones.
float klToMean(const float* logProbs, int64_t members, int64_t ended, int64_t vocabulary) {
  const double logUniform = -std::log(static_cast<double>(vocabulary)), uniform = std::exp(logUniform);
  const auto count = static_cast<double>(members + ended);
  double total = 0;
  for (int64_t j = 0; j < vocabulary; ++j) {
    double mean = static_cast<double>(ended) * uniform, crossed = mean * logUniform;
    for (int64_t i = 0; i < members; ++i) {
      const double logP = logProbs[i * vocabulary + j], p = std::exp(logP);
      mean += p;
      if (p > 0) crossed += p * logP;
    }
    mean /= count;
    if (mean > 0) total += crossed / count - mean * std::log(mean);
  }
  return static_cast<float>(std::max(total, 0.0));
}

/// mean_i sum_j exp(d) - d - 1 with d = mean_i log p_ij - log p_ij, clamped to 11: TW-GRPO's published code.
float logMeanK3(const float* logProbs, int64_t members, int64_t ended, int64_t vocabulary) {
  const double logUniform = -std::log(static_cast<double>(vocabulary));
  const auto count = static_cast<double>(members + ended);
  const auto k3 = [](double d) {
    d = std::clamp(d, -11.0, 11.0);
    return std::exp(d) - d - 1;
  };
  double total = 0;
  for (int64_t j = 0; j < vocabulary; ++j) {
    double mean = static_cast<double>(ended) * logUniform;
    for (int64_t i = 0; i < members; ++i) mean += logProbs[i * vocabulary + j];
    mean /= count;
    for (int64_t i = 0; i < members; ++i) total += k3(mean - logProbs[i * vocabulary + j]);
    total += static_cast<double>(ended) * k3(mean - logUniform);
  }
  return static_cast<float>(total / count);
}

/// sum_j mean_i p_ij var_i log p_ij: how far the members' log-probabilities of a token spread, by how likely it is.
float logVariance(const float* logProbs, int64_t members, int64_t ended, int64_t vocabulary) {
  const double logUniform = -std::log(static_cast<double>(vocabulary)), uniform = std::exp(logUniform);
  const auto count = static_cast<double>(members + ended);
  double total = 0;
  for (int64_t j = 0; j < vocabulary; ++j) {
    double likely = static_cast<double>(ended) * uniform, mean = static_cast<double>(ended) * logUniform;
    for (int64_t i = 0; i < members; ++i) {
      const double logP = logProbs[i * vocabulary + j];
      likely += std::exp(logP);
      mean += logP;
    }
    mean /= count;
    double squares = static_cast<double>(ended) * (logUniform - mean) * (logUniform - mean);
    for (int64_t i = 0; i < members; ++i) {
      const double gap = logProbs[i * vocabulary + j] - mean;
      squares += gap * gap;
    }
    total += likely / count * squares / count;
  }
  return static_cast<float>(total);
}

using SpreadOf = float (*)(const float*, int64_t, int64_t, int64_t);
SpreadOf spreadBy(Spread measure) {
  switch (measure) {
    case Spread::logMeanK3:
      return logMeanK3;
    case Spread::logVariance:
      return logVariance;
    default:
      return klToMean;
  }
}
}  // namespace

ScoreResult Model::score(Context& context, const std::vector<GroupInput>& groups, float temperature, Policy policy) {
  ScoreResult result;
  result.offsets.push_back(0);
  packBatch(config_, options_.positionRule, groups);  // refuses bad input before anything is computed
  const auto arena = borrowArena();
  forEachPass(groups, [&](const std::vector<GroupInput>& part, size_t) {
    const ArenaScope scope(*arena);
    const PackedBatch batch = packBatch(config_, options_.positionRule, part);
    result.rows += batch.rows;
    const float* media = embeddings(context, batch, *arena);
    const LanguagePass pass = language_.forward(context, text(policy), batch, media, Keep::nothing, *arena);
    const float* normed = normedRows(context, *this, pass, batch.scoredRows, *arena);
    const size_t before = result.logProbs.size(), count = batch.targets.size();
    result.logProbs.resize(before + count);
    result.entropy.resize(before + count);
    if (count > 0) {
      const auto tokens = static_cast<int64_t>(count);
      float* scores = arena->floats(3 * tokens);
      ops::linearLogProb(context, tokens, config_.text.hidden, config_.text.vocabulary, temperature, normed,
                         textWeights_.head, batch.targets.data(), scores, scores + tokens, scores + 2 * tokens);
      ops::download(context, tokens, scores, result.logProbs.data() + before);
      ops::download(context, tokens, scores + tokens, result.entropy.data() + before);
    }
    for (size_t i = 1; i < batch.offsets.size(); ++i)
      result.offsets.push_back(static_cast<int32_t>(before) + batch.offsets[i]);
  });
  return result;
}

std::vector<std::vector<float>> Model::groupDivergence(Context& context, const std::vector<GroupInput>& groups,
                                                       float temperature, const DivergenceRule& rule) {
  std::vector<std::vector<float>> spreads;
  std::vector<float> room;
  const int64_t vocabulary = config_.text.vocabulary, width = config_.text.hidden;
  packBatch(config_, options_.positionRule, groups);
  const auto arena = borrowArena();
  for (GroupInput group : groups) {
    group.scorePrompt = false;
    group.variants.clear();
    const ArenaScope scope(*arena);
    const PackedBatch batch = packBatch(config_, options_.positionRule, {group});
    const float* media = embeddings(context, batch, *arena);
    const LanguagePass pass = language_.forward(context, textWeights_, batch, media, Keep::nothing, *arena);
    const float* normed = normedRows(context, *this, pass, batch.scoredRows, *arena);
    size_t longest = 0;
    for (const auto& completion : group.completions) longest = std::max(longest, completion.size());
    std::vector<float> spread(longest, 0.0f);
    const auto perChunk = std::max<int64_t>(
        1, logitsPerChunk / (vocabulary * std::max<int64_t>(1, static_cast<int64_t>(group.completions.size()))));
    for (size_t begin = 1; begin < longest;
         begin += static_cast<size_t>(perChunk)) {  // position 0 shares one distribution: 0
      checkCancelled(context);
      const ArenaScope chunk(*arena);
      const size_t end = std::min(longest, begin + static_cast<size_t>(perChunk));
      std::vector<int32_t> rows, starts{0};
      for (size_t position = begin; position < end; ++position) {
        for (size_t i = 0; i < group.completions.size(); ++i)
          if (group.completions[i].size() > position) rows.push_back(batch.offsets[i] + static_cast<int32_t>(position));
        starts.push_back(static_cast<int32_t>(rows.size()));
      }
      const auto count = static_cast<int64_t>(rows.size());
      float* x = arena->floats(count * width);
      float* computed = arena->floats(count * vocabulary);
      ops::gatherRows(context, count, width, rows.data(), normed, x);
      ops::linear(context, count, width, vocabulary, x, textWeights_.head, nullptr, computed);
      float* logits = readable(context, computed, count * vocabulary, room);
      logSoftmax(context, count, vocabulary, temperature, logits);
      context.pool.parallelFor(static_cast<int64_t>(end - begin), 1, [&](int64_t first, int64_t last) {
        const SpreadOf measure = spreadBy(rule.measure);
        for (auto i = static_cast<size_t>(first); i < static_cast<size_t>(last); ++i) {
          const int64_t alive = starts[i + 1] - starts[i];
          const int64_t ended = rule.endedAreUniform ? static_cast<int64_t>(group.completions.size()) - alive : 0;
          spread[begin + i] = measure(logits + starts[i] * vocabulary, alive, ended, vocabulary);
        }
      });
    }
    spreads.push_back(std::move(spread));
  }
  return spreads;
}

void Model::trace(Context& context, const PromptInput& prompt, const TraceSink& hostSink) {
  std::vector<std::byte> room;
  const TraceSink sink = [&](const std::string& name, const float* values, int64_t count) {
    const void* read = memory_.readable(values, static_cast<size_t>(count) * sizeof(float), room);
    hostSink(name, static_cast<const float*>(read), count);
  };
  const PackedBatch batch = packBatch(config_, options_.positionRule, {GroupInput{prompt, {}, false, {}}});
  const auto arena = borrowArena();
  float* media = arena->floats(batch.units * config_.text.hidden);
  for (const bool video : {false, true}) {
    std::vector<VisionInput> inputs;
    for (const auto& medium : batch.media)
      if (medium->video == video) inputs.push_back({medium->patches.data(), medium->grid});
    if (inputs.empty()) continue;
    const ArenaScope scope(*arena);
    const std::string prefix = video ? "vision.video." : "vision.image.";
    const VisionPass pass = vision_.forward(
        context, visionWeights_, inputs, Keep::nothing, *arena,
        [&](const std::string& name, const float* values, int64_t count) { sink(prefix + name, values, count); });
    const float* from = pass.merged;
    float* to = media;
    for (const auto& medium : batch.media) {
      const int64_t count = medium->tokens * config_.text.hidden;
      if (medium->video == video) {
        ops::copyBytes(context, static_cast<size_t>(count) * sizeof(float), from, to);
        from += count;
      }
      to += count;
    }
  }
  const LanguagePass pass = language_.forward(context, textWeights_, batch, media, Keep::nothing, *arena, sink);
  std::vector<int32_t> rows(static_cast<size_t>(batch.rows));
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int32_t>(i);
  const float* normed = normedRows(context, *this, pass, rows, *arena);
  sink("lm.norm", normed, batch.rows * config_.text.hidden);
  float* logits = arena->floats(batch.rows * config_.text.vocabulary);
  ops::linear(context, batch.rows, config_.text.hidden, config_.text.vocabulary, normed, textWeights_.head, nullptr,
              logits);
  sink("logits", logits, batch.rows * config_.text.vocabulary);
}

}  // namespace secondlook
