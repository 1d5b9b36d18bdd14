#include "packing.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "../error.h"

namespace secondlook {

namespace {
class Packer {
 public:
  Packer(const ModelConfig& config, PositionRule rule) : config_(config), rule_(rule) {}

  void add(const GroupInput& group, size_t number) {
    where_ = "group " + std::to_string(number);
    const PromptInput& prompt = group.prompt;
    if (prompt.ids.empty()) refuse("has an empty prompt. Give at least one token");
    checkIds(prompt.ids);
    for (const auto& completion : group.completions) checkIds(completion);
    const int64_t begin = batch_.rows;
    const Positions positions =
        mropePositions(layOut(prompt), config_.vision.patch.merge, config_.vision.tokensPerSecond, rule_);
    for (size_t axis = 0; axis < 3; ++axis)
      batch_.positions[axis].insert(batch_.positions[axis].end(), positions.axes[axis].begin(),
                                    positions.axes[axis].end());
    batch_.ids.insert(batch_.ids.end(), prompt.ids.begin(), prompt.ids.end());
    const auto length = static_cast<int64_t>(prompt.ids.size()), end = begin + length;
    batch_.segments.push_back({begin, end, 0, 0, begin, end, true});
    batch_.prompts.push_back({begin, end, positions.next});
    batch_.rows = end;
    if (group.scorePrompt) {
      for (int64_t i = 1; i < length; ++i) score(begin + i - 1, prompt.ids[static_cast<size_t>(i)]);
      endRow();
    }
    for (const auto& completion : group.completions) addCompletion(completion, begin, end, positions.next);
    if (!group.variants.empty() && group.completions.size() != 1)
      refuse("has variants of its prompt and " + std::to_string(group.completions.size()) +
             " completions. Give exactly one");
    for (const PromptInput& variant : group.variants) addVariant(variant, group, begin);
    if (batch_.rows > (int64_t{1} << 30)) refuse("makes the batch longer than 2^30 tokens. Split the batch");
  }

  PackedBatch take() { return std::move(batch_); }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::badArgument, "The batch's " + where_ + " " + what + ".");
  }

  void checkIds(const std::vector<int32_t>& ids) const {
    for (const int32_t id : ids)
      if (id < 0 || id >= config_.text.vocabulary)
        refuse("has token id " + std::to_string(id) + ", outside the vocabulary of " +
               std::to_string(config_.text.vocabulary));
  }

  int64_t unitOf(const std::shared_ptr<Media>& medium) {
    const auto [place, fresh] = units_.try_emplace(medium.get(), batch_.units);
    if (fresh) {
      batch_.media.push_back(medium);
      batch_.units += medium->tokens;
    }
    return place->second;
  }

  /// Splits the prompt into text and media, and records which rows take which embeddings. The first `skipped` tokens have
  /// their rows elsewhere.
  std::vector<PositionRun> layOut(const PromptInput& prompt, int64_t skipped = 0) {
    std::vector<PositionRun> runs;
    const auto length = static_cast<int64_t>(prompt.ids.size());
    size_t next = 0;
    for (int64_t i = 0; i < length;) {
      const int32_t id = prompt.ids[static_cast<size_t>(i)];
      if (id != config_.imageToken && id != config_.videoToken) {
        if (runs.empty() || runs.back().grid.time != 0) runs.push_back({});
        runs.back().length += 1;
        if (i >= skipped) {
          batch_.textRows.push_back(static_cast<int32_t>(batch_.rows + i - skipped));
          batch_.textIds.push_back(id);
        }
        ++i;
        continue;
      }
      const bool video = id == config_.videoToken;
      if (next >= prompt.media.size())
        refuse("has more placeholders than its " + std::to_string(prompt.media.size()) +
               " media have embeddings (token " + std::to_string(i) + ")");
      const auto& medium = prompt.media[next++];
      if (medium->video != video)
        refuse("has a placeholder of the other kind at token " + std::to_string(i) +
               ": media must come in order of appearance");
      for (int64_t j = 0; j < medium->tokens; ++j)
        if (i + j >= length || prompt.ids[static_cast<size_t>(i + j)] != id)
          refuse("has " + std::to_string(j) + " placeholders at token " + std::to_string(i) + " for a medium of " +
                 std::to_string(medium->tokens) + " tokens");
      if (medium->size.patch != config_.vision.patch.patch || medium->size.merge != config_.vision.patch.merge ||
          medium->size.temporal != config_.vision.patch.temporal)
        refuse("has a medium that was encoded for another patch size. Encode it with this model");
      runs.push_back({0, medium->grid, video, medium->secondsPerGrid});
      if (const int64_t known = std::clamp<int64_t>(skipped - i, 0, medium->tokens); known < medium->tokens)
        batch_.mediaRuns.push_back(
            {batch_.rows + i + known - skipped, unitOf(medium) + known, medium->tokens - known});
      i += medium->tokens;
    }
    if (next != prompt.media.size())
      refuse("has placeholders for " + std::to_string(next) + " media, but " + std::to_string(prompt.media.size()) +
             " are given");
    return runs;
  }

  void score(int64_t row, int32_t target) {
    batch_.scoredRows.push_back(static_cast<int32_t>(row));
    batch_.targets.push_back(target);
  }
  void endRow() { batch_.offsets.push_back(static_cast<int32_t>(batch_.targets.size())); }

  void addCompletion(const std::vector<int32_t>& ids, int64_t promptBegin, int64_t promptEnd, int32_t position) {
    const int64_t begin = batch_.rows;
    for (size_t i = 0; i < ids.size(); ++i) {
      score(i == 0 ? promptEnd - 1 : begin + static_cast<int64_t>(i) - 1, ids[i]);
      if (i + 1 < ids.size()) addText(ids[i], position + static_cast<int32_t>(i));
    }
    endRow();
    if (batch_.rows > begin)
      batch_.segments.push_back({begin, batch_.rows, promptBegin, promptEnd, begin, batch_.rows, true});
  }

  /// Tokens at the beginning that both prompts have alike: the same ids, and media whose first grids show the same.
  int64_t sharedTokens(const PromptInput& one, const PromptInput& other) const {
    const auto length = static_cast<int64_t>(std::min(one.ids.size(), other.ids.size()));
    int64_t at = 0;
    for (size_t medium = 0; at < length; ++at) {
      const int32_t id = one.ids[static_cast<size_t>(at)];
      if (id != other.ids[static_cast<size_t>(at)]) break;
      if (id != config_.imageToken && id != config_.videoToken) continue;
      if (medium >= std::min(one.media.size(), other.media.size())) break;
      const Media &a = *one.media[medium], &b = *other.media[medium];
      const int64_t same = a.sharedTokens(b);
      if (same < a.tokens || same < b.tokens) return std::min(length, at + same);
      at += same - 1;
      ++medium;
    }
    return at;
  }

  /// The variant's own rows, which see the rows of the group's prompt up to the first difference, then its completion.
  void addVariant(const PromptInput& variant, const GroupInput& group, int64_t promptBegin) {
    if (variant.ids.empty()) refuse("has an empty variant. Give at least one token");
    checkIds(variant.ids);
    const std::vector<int32_t>& completion = group.completions.front();
    const int64_t shared = sharedTokens(group.prompt, variant), begin = batch_.rows;
    const Positions positions =
        mropePositions(layOut(variant, shared), config_.vision.patch.merge, config_.vision.tokensPerSecond, rule_);
    const auto length = static_cast<int64_t>(variant.ids.size());
    batch_.ids.insert(batch_.ids.end(), variant.ids.begin() + shared, variant.ids.end());
    for (size_t axis = 0; axis < 3; ++axis)
      batch_.positions[axis].insert(batch_.positions[axis].end(), positions.axes[axis].begin() + shared,
                                    positions.axes[axis].end());
    batch_.rows += length - shared;
    const int64_t last = shared == length ? promptBegin + length - 1 : batch_.rows - 1;
    const int64_t answer = batch_.rows;
    for (size_t i = 0; i < completion.size(); ++i) {
      score(i == 0 ? last : answer + static_cast<int64_t>(i) - 1, completion[i]);
      if (i + 1 < completion.size()) addText(completion[i], positions.next + static_cast<int32_t>(i));
    }
    endRow();
    if (batch_.rows > begin)
      batch_.segments.push_back({begin, batch_.rows, promptBegin, promptBegin + shared, begin, batch_.rows, true});
  }

  void addText(int32_t id, int32_t position) {
    batch_.ids.push_back(id);
    for (auto& axis : batch_.positions) axis.push_back(position);
    batch_.textRows.push_back(static_cast<int32_t>(batch_.rows));
    batch_.textIds.push_back(id);
    ++batch_.rows;
  }

  const ModelConfig& config_;
  PositionRule rule_;
  std::string where_;
  PackedBatch batch_;
  std::unordered_map<const Media*, int64_t> units_;
};
}  // namespace

PackedBatch packBatch(const ModelConfig& config, PositionRule rule, const std::vector<GroupInput>& groups) {
  if (groups.empty()) throw Error(ErrorCode::badArgument, "The batch is empty. Give at least one group or prompt.");
  Packer packer(config, rule);
  for (size_t i = 0; i < groups.size(); ++i) packer.add(groups[i], i);
  return packer.take();
}

}  // namespace secondlook
