// Host side of attention.
#pragma once

#include <span>
#include <vector>

#include "attention_tile.h"
#include "session.h"

namespace secondlook::cuda {

/// Query heads that share a key head; throws Failure(unsupported) for shapes that no kernel takes.
int64_t groupOf(const ops::AttentionShape&);
/// Query tokens of one task.
int64_t tokensPerTile(const ops::AttentionShape&);
std::vector<AttentionTask> queryTasks(const ops::AttentionShape&, std::span<const ops::Segment>, const float* k,
                                      const float* v);

}  // namespace secondlook::cuda
