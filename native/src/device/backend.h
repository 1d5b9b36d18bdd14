// The one door between the engine and a device's library (libsecondlook_cuda.so), opened with dlopen. Plain C: a table of
// functions, each returning a status; nothing throws across it. Pointers to tensors are addresses of the device; `index`,
// `targets`, `segments`, `rows` and spans of them are the host's and are copied before the call returns. Work is queued on
// the session's stream in order; only download(), synchronise() and calls that return numbers wait for it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../ops/ops.h"

namespace secondlook {

/// Both sides must agree; raise it with every change of this file.
constexpr uint32_t deviceAbi = 4;

/// Bytes that name a team of devices.
constexpr size_t deviceTeamName = 128;

enum class DeviceStatus : int32_t {
  ok,
  noDevice,        // none there, or no driver
  outOfMemory,
  unsupported,     // a shape that the device's kernels do not take
  dead,            // an error the context does not recover from: the process must start again
  failed,
};

struct DeviceSession;
struct DeviceGraph;

struct DeviceMemory {
  uint64_t total, available, reserved, used, peak;  // the device's; the session's
};

/// What the sampler does with a row of logits; see generate/sampler.h.
struct DeviceSampling {
  float temperature, topP, minP, repetitionPenalty;
  int32_t topK;
  int32_t greedy;
  uint64_t seed;
};
/// A token to draw: the row of the logits (negative: none), the counters of its random number, and the ids seen [vocab], of the
/// device or null, in which the token that is drawn is marked.
struct DeviceDraw {
  int64_t logits;
  uint64_t stream;
  uint32_t row, step;
  uint8_t* seen;
};
struct DeviceSample {
  int32_t id;
  float logProb, sampledLogProb, entropy;
};

/// A pass of decoding in which nothing but the contents of lists on the device depends on the sequences: bounds that are rounded
/// up, so that one recorded graph serves many passes.
struct DevicePass {
  int64_t rows, tasks, pieces;
  uint64_t bytes;  // of the lists
};

struct DeviceTable {
  uint32_t abi;

  // ---- life ----
  /// Names of the devices, one a line, or why there is none; a sentence.
  DeviceStatus (*probe)(char* text, size_t size);
  DeviceStatus (*open)(int32_t device, DeviceSession**, char* why, size_t size);
  void (*close)(DeviceSession*);
  /// What the last call that failed has to say; valid until the next call.
  const char* (*message)(DeviceSession*);
  DeviceStatus (*memory)(DeviceSession*, DeviceMemory*);

  // ---- memory ----
  DeviceStatus (*allocate)(DeviceSession*, size_t bytes, void**);
  void (*release)(DeviceSession*, void*);
  /// Memory that host and device both read, for tests.
  DeviceStatus (*allocateShared)(size_t bytes, void**);
  void (*releaseShared)(void*);
  DeviceStatus (*upload)(DeviceSession*, void* to, const void* from, size_t bytes);
  DeviceStatus (*download)(DeviceSession*, void* to, const void* from, size_t bytes);
  /// Memory of the host that send() and receive() copy from and to while host and device go on.
  DeviceStatus (*allocatePinned)(DeviceSession*, size_t bytes, void**);
  void (*releasePinned)(DeviceSession*, void*);
  DeviceStatus (*send)(DeviceSession*, void* to, const void* fromPinned, size_t bytes);
  DeviceStatus (*receive)(DeviceSession*, void* toPinned, const void* from, size_t bytes);
  DeviceStatus (*copy)(DeviceSession*, void* to, const void* from, size_t bytes);
  DeviceStatus (*zero)(DeviceSession*, void*, size_t bytes);
  DeviceStatus (*synchronise)(DeviceSession*);

  // ---- operators, as in ops.h ----
  DeviceStatus (*gemm)(DeviceSession*, bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha,
                       const ops::Matrix* a, int64_t lda, const ops::Matrix* b, int64_t ldb, float beta, float* c,
                       int64_t ldc);
  DeviceStatus (*linear)(DeviceSession*, int64_t rows, int64_t in, int64_t out, const float* x, const ops::Matrix* w,
                         const float* bias, float* y, int64_t yStride);
  DeviceStatus (*linearBackward)(DeviceSession*, int64_t rows, int64_t in, int64_t out, const float* x,
                                 const ops::Matrix* w, const float* dy, float* dx, bool accumulateDx, float* dw,
                                 float* db, int64_t dyStride);
  DeviceStatus (*gatherMatrixRows)(DeviceSession*, int64_t rows, int64_t width, const int32_t* index,
                                   const ops::Matrix* from, float* to);
  DeviceStatus (*narrow)(DeviceSession*, int64_t count, const float* from, Bfloat16* to);
  DeviceStatus (*widen)(DeviceSession*, int64_t count, const Bfloat16* from, float* to);
  DeviceStatus (*rmsNorm)(DeviceSession*, int64_t rows, int64_t width, float eps, const float* x, const float* w,
                          float* y, float* r);
  DeviceStatus (*rmsNormBackward)(DeviceSession*, int64_t rows, int64_t width, const float* x, const float* w,
                                  const float* r, const float* dy, float* dx, bool accumulateDx, float* dw);
  DeviceStatus (*layerNorm)(DeviceSession*, int64_t rows, int64_t width, float eps, const float* x, const float* w,
                            const float* b, float* y, float* mean, float* r);
  DeviceStatus (*layerNormBackward)(DeviceSession*, int64_t rows, int64_t width, const float* x, const float* w,
                                    const float* mean, const float* r, const float* dy, float* dx, bool accumulateDx,
                                    float* dw, float* db);
  DeviceStatus (*swiglu)(DeviceSession*, int64_t rows, int64_t width, const float* gateUp, float* y);
  DeviceStatus (*swigluBackward)(DeviceSession*, int64_t rows, int64_t width, const float* gateUp, const float* dy,
                                 float* dGateUp);
  DeviceStatus (*activation)(DeviceSession*, ops::Activation, int64_t count, const float* x, float* y);
  DeviceStatus (*activationBackward)(DeviceSession*, ops::Activation, int64_t count, const float* x, const float* dy,
                                     float* dx);
  DeviceStatus (*rotary)(DeviceSession*, int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride,
                         const float* cos, const float* sin, bool inverse);
  DeviceStatus (*addRows)(DeviceSession*, int64_t count, const float* x, float* y);
  DeviceStatus (*gatherRows)(DeviceSession*, int64_t rows, int64_t width, const int32_t* index, const float* from,
                             float* to);
  /// to[index[i]] = from[i]; no index twice.
  DeviceStatus (*scatterRows)(DeviceSession*, int64_t rows, int64_t width, const int32_t* index, const float* from,
                              float* to);
  DeviceStatus (*scatterAddRows)(DeviceSession*, int64_t rows, int64_t width, const int32_t* index, const float* from,
                                 float* to);
  /// Rows of `width` floats, `fromStride` and `toStride` apart.
  DeviceStatus (*copyRows)(DeviceSession*, int64_t rows, int64_t width, const float* from, int64_t fromStride, float* to,
                           int64_t toStride);
  /// Rows of `width` floats to `rows` addresses of the device.
  DeviceStatus (*spreadRows)(DeviceSession*, int64_t rows, int64_t width, const float* from, int64_t fromStride,
                             float* const* to);
  DeviceStatus (*attention)(DeviceSession*, const ops::AttentionShape*, const ops::Segment*, int64_t segments,
                            int64_t totalQueries, const float* q, const float* k, const float* v, float* out,
                            float* logSumExp);
  DeviceStatus (*attentionBackward)(DeviceSession*, const ops::AttentionShape*, const ops::Segment*, int64_t segments,
                                    int64_t totalQueries, int64_t totalKeys, const float* q, const float* k,
                                    const float* v, const float* out, const float* logSumExp, const float* dOut,
                                    float* dq, float* dk, float* dv);
  DeviceStatus (*attentionDecode)(DeviceSession*, const ops::AttentionShape*, const ops::DecodeRow*, int64_t rows,
                                  const float* q, const float* k, const float* v, float* out);
  DeviceStatus (*linearLogProb)(DeviceSession*, int64_t rows, int64_t width, int64_t vocab, float temperature,
                                const float* x, const ops::Matrix* w, const int32_t* targets, float* logProb,
                                float* entropy, float* logSumExp);
  DeviceStatus (*linearLogProbBackward)(DeviceSession*, int64_t rows, int64_t width, int64_t vocab, float temperature,
                                        const float* x, const ops::Matrix* w, const int32_t* targets,
                                        const float* entropy, const float* logSumExp, const float* gLogProb,
                                        const float* gEntropy, float* dx, float* dw);
  DeviceStatus (*adamw)(DeviceSession*, const ops::AdamW*, int64_t count, float* parameter, const float* gradient,
                        float* m, float* v);
  /// Moments in 8 bits, blocks of 256; see model/optimiser.h.
  DeviceStatus (*adamw8)(DeviceSession*, const ops::AdamW*, uint64_t stream, int64_t count, float* parameter,
                         const float* gradient, uint8_t* first, uint8_t* second, float* firstScale, float* secondScale);
  /// totals[i] of the host: the sum of squares of list[i]; waits once.
  DeviceStatus (*sumsOfSquares)(DeviceSession*, const ops::Values* list, int64_t count, double* totals);

  // ---- generation ----
  /// samples[i] of draws[i] from logits [any, vocab]; `draws` and `banned` are the host's. Waits for the result; id -1 where
  /// the logits are not finite.
  DeviceStatus (*sample)(DeviceSession*, const DeviceSampling*, int64_t rows, int64_t vocab, const float* logits,
                         const DeviceDraw* draws, const int32_t* banned, int64_t bannedCount, DeviceSample* samples);
  // The same for passes that are recorded: lists lie on the device. planDecode() rounds the bounds of a pass up,
  // writeDecode() fills pass.bytes of the host's memory with the lists of these rows, which go to the device as they are.
  DeviceStatus (*planDecode)(DeviceSession*, const ops::AttentionShape*, const ops::DecodeRow*, int64_t rows, DevicePass*);
  DeviceStatus (*writeDecode)(DeviceSession*, const ops::AttentionShape*, const ops::DecodeRow*, int64_t rows,
                              const DevicePass*, void* lists);
  /// Layer `layer` of the rows that the lists name; rows behind them come out as zeros.
  DeviceStatus (*attentionListed)(DeviceSession*, const ops::AttentionShape*, const DevicePass*, const void* lists,
                                  int64_t layer, const float* q, const float* k, const float* v, float* out);
  DeviceStatus (*gatherListed)(DeviceSession*, int64_t rows, int64_t width, const int32_t* index, const ops::Matrix* from,
                               float* to);
  DeviceStatus (*sampleListed)(DeviceSession*, const DeviceSampling*, int64_t rows, int64_t vocab, const float* logits,
                               const DeviceDraw* draws, const int32_t* banned, int64_t bannedCount, DeviceSample* samples);

  // ---- graphs: what is queued between begin and end is recorded instead and can be run again. Lists of the host and copies
  // that are not of pinned memory are refused meanwhile; scratch memory stays the graphs' ----
  DeviceStatus (*beginGraph)(DeviceSession*);
  /// Null: what was recorded is dropped, and a failure on the way forgotten.
  DeviceStatus (*endGraph)(DeviceSession*, DeviceGraph**);
  DeviceStatus (*runGraph)(DeviceSession*, DeviceGraph*);
  void (*releaseGraph)(DeviceSession*, DeviceGraph*);

  // ---- several devices, each with a process of its own ----
  /// Sees that NCCL is there; the first member makes name[deviceTeamName], which the others must get.
  DeviceStatus (*nameTeam)(DeviceSession*, bool first, uint8_t* name);
  /// Waits for all members.
  DeviceStatus (*joinTeam)(DeviceSession*, const uint8_t* name, int32_t rank, int32_t members);
  /// As Communicator's, queued on the session's stream.
  DeviceStatus (*sumTo)(DeviceSession*, int32_t root, float* values, int64_t count);
  DeviceStatus (*broadcast)(DeviceSession*, int32_t root, void* bytes, int64_t count);
  DeviceStatus (*beginTogether)(DeviceSession*);
  DeviceStatus (*endTogether)(DeviceSession*);
  DeviceStatus (*leaveTeam)(DeviceSession*);
};

/// The one symbol of the library: null when it was built for another `abi`.
using DeviceEntry = const DeviceTable* (*)(uint32_t abi);
constexpr const char* deviceEntryName = "secondlook_device";

}  // namespace secondlook
