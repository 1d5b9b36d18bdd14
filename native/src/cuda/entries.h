// What the table holds: a function each, defined beside its kernels.
#pragma once

#include "session.h"

namespace secondlook::cuda {

/// Runs body; what it throws becomes a status, with its sentence kept in the session.
template <class F>
DeviceStatus guarded(DeviceSession* session, F&& body) noexcept {
  try {
    if (session->dead)
      throw Failure(DeviceStatus::dead, "This process lost its CUDA context in an earlier call. Start the run again: it "
                                        "resumes from its newest checkpoint.");
    body();
    return DeviceStatus::ok;
  } catch (const Failure& failure) {
    session->dead |= failure.status == DeviceStatus::dead;
    session->message = failure.message;
    return failure.status;
  } catch (const std::exception& error) {
    session->message = std::string("The CUDA part of the engine failed: ") + error.what() + ".";
    return DeviceStatus::failed;
  }
}

}  // namespace secondlook::cuda

namespace secondlook::cuda::entries {

// The same names and types as the members of DeviceTable.
#define SECONDLOOK_ENTRIES(X)                                                                                          \
  X(probe) X(open) X(close) X(message) X(memory) X(allocate) X(release) X(allocateShared) X(releaseShared) X(upload)   \
  X(download) X(allocatePinned) X(releasePinned) X(send) X(receive) X(copy) X(zero) X(synchronise) X(gemm) X(linear)   \
  X(linearBackward) X(gatherMatrixRows) X(narrow) X(widen) X(rmsNorm) X(rmsNormBackward) X(layerNorm)                  \
  X(layerNormBackward) X(swiglu) X(swigluBackward) X(activation) X(activationBackward) X(rotary) X(addRows)            \
  X(gatherRows) X(scatterRows) X(scatterAddRows) X(copyRows) X(spreadRows) X(attention) X(attentionBackward)           \
  X(attentionDecode) X(linearLogProb) X(linearLogProbBackward) X(adamw) X(adamw8) X(sumsOfSquares) X(sample)           \
  X(planDecode) X(writeDecode) X(attentionListed) X(gatherListed) X(sampleListed) X(beginGraph) X(endGraph)            \
  X(runGraph) X(releaseGraph)                                                                                        \
  X(nameTeam) X(joinTeam) X(sumTo) X(broadcast) X(beginTogether) X(endTogether) X(leaveTeam)

#define SECONDLOOK_DECLARE(name) std::remove_pointer_t<decltype(DeviceTable::name)> name;
SECONDLOOK_ENTRIES(SECONDLOOK_DECLARE)
#undef SECONDLOOK_DECLARE

}  // namespace secondlook::cuda::entries
