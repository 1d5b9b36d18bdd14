// Host side of attention.
#pragma once

#include <span>
#include <vector>

#include "attention_tile.h"
#include "session.h"

namespace secondlook::cuda {

struct ForwardArguments {
  const AttentionTask* tasks;
  ops::AttentionShape shape;
  int groupHeads;
  int64_t layer, totalQueries, partialRows;
  const float* q;
  float *out, *logSumExp;             // final: as in ops.h
  float *partial, *partialLogSumExp;  // [keyHeads, partialRows, headDim], [keyHeads, partialRows]
};
void launchForward(DeviceSession&, int64_t tasks, const ForwardArguments&);

/// Query heads that share a key head; throws Failure(unsupported) for shapes that no kernel takes.
int64_t groupOf(const ops::AttentionShape&);
/// Query tokens of one task.
int64_t tokensPerTile(const ops::AttentionShape&);
std::vector<AttentionTask> queryTasks(const ops::AttentionShape&, std::span<const ops::Segment>, const float* k,
                                      const float* v);

}  // namespace secondlook::cuda
