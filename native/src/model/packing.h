// A batch of rollout groups as one packed token sequence: each prompt once, its completions behind a block mask, all
// completions of a group starting at the same position. Every matrix product then sees all rows of the batch.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "config.h"
#include "media.h"
#include "positions.h"

namespace secondlook {

struct PromptInput {
  std::vector<int32_t> ids;
  std::vector<std::shared_ptr<Media>> media;
};

struct GroupInput {
  PromptInput prompt;
  std::vector<std::vector<int32_t>> completions;
  bool scorePrompt = false;
  /// Prompts that begin like `prompt`, each followed by the first completion: only what comes after the first difference
  /// takes rows. Their results follow those of the completions. Passes without gradients only.
  std::vector<PromptInput> variants;
};

/// `count` consecutive rows that take consecutive embeddings of the distinct media, concatenated.
struct MediaRun {
  int64_t row, unit, count;
};

struct PromptRows {
  int64_t begin, end;
  int32_t nextPosition;
};

struct PackedBatch {
  int64_t rows = 0;
  std::vector<int32_t> ids;
  std::array<std::vector<int32_t>, 3> positions;
  std::vector<ops::Segment> segments;
  std::vector<PromptRows> prompts;
  /// Row that predicts a scored token, and that token; result row k is [offsets[k], offsets[k + 1]).
  std::vector<int32_t> scoredRows, targets, offsets{0};
  std::vector<std::shared_ptr<Media>> media;  // distinct, in order of first appearance
  std::vector<MediaRun> mediaRuns;
  int64_t units = 0;                       // embeddings of all distinct media
  std::vector<int32_t> textRows, textIds;  // rows that take a token's own embedding
};

/// Throws Error(badArgument) when an id is outside the vocabulary or placeholders and media do not match. The last
/// token of a completion predicts nothing and gets no row.
PackedBatch packBatch(const ModelConfig& config, PositionRule rule, const std::vector<GroupInput>& groups);

}  // namespace secondlook
