// The engine's operators: one declaration each; the CPU implementation lives in ops/<name>.cpp, the CUDA one beside it.
// Policy: activations are overwritten, gradients of parameters accumulate (+=), gradients of activations are
// overwritten unless a parameter says `accumulate`. All matrices are row-major float32. No operator allocates what it
// returns. Every operator is deterministic: each output element is computed in one fixed order, whatever the number
// of threads (no split-K across threads, reductions over rows in fixed blocks).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace secondlook {

class ThreadPool;
class CancelToken;
class Device;

// Each has what the ones before it have; amx is avx512 with matrix products on the tile unit.
enum class InstructionSet : uint8_t { portable, avx2, avx512, amx };

struct Context {
  ThreadPool& pool;
  InstructionSet instructionSet;
  const CancelToken* cancel = nullptr;  // polled between blocks; throws Aborted
  Device* device = nullptr;  // operators run there, on addresses of its memory; index lists and segments are the host's
};

/// The upper half of a float32.
struct Bfloat16 {
  uint16_t bits;
};

namespace ops {

// ---- matrix products -------------------------------------------------------------------------------------------
// A weight matrix as it is stored. bfloat16 is widened while it is packed or streamed: sums are float32, in the order
// they have for a float32 matrix of the same values, so storage never changes anything but the rounding of the weights.
struct Matrix {
  const void* data = nullptr;
  bool half = false;  // bfloat16, else float32

  Matrix() = default;
  Matrix(std::nullptr_t) {}                              // NOLINT: null where a family has no such matrix
  Matrix(const float* values) : data(values) {}          // NOLINT: a float32 matrix is its pointer
  explicit Matrix(const Bfloat16* values) : data(values), half(true) {}
  explicit operator bool() const { return data != nullptr; }
  /// The matrix that begins `elements` later.
  Matrix from(int64_t elements) const {
    Matrix later = *this;
    later.data = static_cast<const char*>(data) + elements * (half ? 2 : 4);
    return later;
  }
};

// C[m,n] = alpha * op(A)[m,k] * op(B)[k,n] + beta * C; ld* are row strides in elements.
void gemm(Context&, bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha, Matrix a, int64_t lda,
          Matrix b, int64_t ldb, float beta, float* c, int64_t ldc);
// y[rows,out] = x[rows,in] W[out,in]^T + bias[out] (bias may be null). Small `rows` (decode) take a path without packing.
// Rows of y lie `yStride` apart (0: out), so that several matrices can write one wide result.
void linear(Context&, int64_t rows, int64_t in, int64_t out, const float* x, Matrix w, const float* bias, float* y,
            int64_t yStride = 0);
// dx[rows,in] (null: skip; accumulateDx adds), dw[out,in] += dy^T x (null: skip), db[out] += column sums (null: skip).
// Rows of dy lie `dyStride` apart (0: out).
void linearBackward(Context&, int64_t rows, int64_t in, int64_t out, const float* x, Matrix w, const float* dy,
                    float* dx, bool accumulateDx, float* dw, float* db, int64_t dyStride = 0);
// to[i] = row index[i] of a stored matrix, as float32.
void gatherMatrixRows(Context&, int64_t rows, int64_t width, const int32_t* index, Matrix from, float* to);
// Round to nearest, ties to even, and back.
void narrow(Context&, int64_t count, const float* from, Bfloat16* to);
void widen(Context&, int64_t count, const Bfloat16* from, float* to);

// ---- memory: of the device where the context has one, else the host's own ------------------------------------------
void upload(Context&, int64_t count, const float* fromHost, float* to);
void download(Context&, int64_t count, const float* from, float* toHost);
void copyBytes(Context&, size_t bytes, const void* from, void* to);
void uploadBytes(Context&, size_t bytes, const void* fromHost, void* to);
void downloadBytes(Context&, size_t bytes, const void* from, void* toHost);
void zero(Context&, int64_t count, float* to);

// ---- row operators ---------------------------------------------------------------------------------------------
// y = w * x * r, r = rsqrt(mean(x^2) + eps); saves r[rows] (null: not saved).
void rmsNorm(Context&, int64_t rows, int64_t width, float eps, const float* x, const float* w, float* y, float* r);
void rmsNormBackward(Context&, int64_t rows, int64_t width, const float* x, const float* w, const float* r,
                     const float* dy, float* dx, bool accumulateDx, float* dw);
// y = (x - mean) * r * w + b; saves mean[rows], r[rows].
void layerNorm(Context&, int64_t rows, int64_t width, float eps, const float* x, const float* w, const float* b,
               float* y, float* mean, float* r);
void layerNormBackward(Context&, int64_t rows, int64_t width, const float* x, const float* w, const float* mean,
                       const float* r, const float* dy, float* dx, bool accumulateDx, float* dw, float* db);
// y[rows,width] = silu(gateUp[:, :width]) * gateUp[:, width:]; gateUp is [rows, 2 * width].
void swiglu(Context&, int64_t rows, int64_t width, const float* gateUp, float* y);
void swigluBackward(Context&, int64_t rows, int64_t width, const float* gateUp, const float* dy, float* dGateUp);
enum class Activation : uint8_t { geluErf, quickGelu };
void activation(Context&, Activation, int64_t count, const float* x, float* y);
void activationBackward(Context&, Activation, int64_t count, const float* x, const float* dy, float* dx);
// Rotate-half rotary embedding in place on x[tokens, heads, headDim] with row stride `stride`; cos/sin [tokens, headDim].
// `inverse` rotates back (the backward pass).
void rotary(Context&, int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride, const float* cos,
            const float* sin, bool inverse);
void addRows(Context&, int64_t count, const float* x, float* y);  // y += x
void gatherRows(Context&, int64_t rows, int64_t width, const int32_t* index, const float* from, float* to);
// to[index[i]] = from[i]; no index twice.
void scatterRows(Context&, int64_t rows, int64_t width, const int32_t* index, const float* from, float* to);
// Rows of `width` elements, fromStride and toStride apart.
void copyRows(Context&, int64_t rows, int64_t width, const float* from, int64_t fromStride, float* to, int64_t toStride);
// Rows of `width` elements, fromStride apart, to an address each.
void spreadRows(Context&, int64_t rows, int64_t width, const float* from, int64_t fromStride, float* const* to);
// to[index[i]] += from[i]; duplicates are summed in order of i.
void scatterAddRows(Context&, int64_t rows, int64_t width, const int32_t* index, const float* from, float* to);

// ---- attention -------------------------------------------------------------------------------------------------
// One run of query rows and the key rows it sees: a whole prefix, then its own run (causal or not). Shared-prefix
// groups, packed sequences, vision windows and plain causal sequences are all lists of these.
struct Segment {
  int64_t queryBegin, queryEnd;
  int64_t prefixBegin, prefixEnd;  // every query sees all of these keys; empty when equal
  int64_t keyBegin, keyEnd;        // own keys; with `causal`, query i sees keys keyBegin .. keyBegin + i - queryBegin
  bool causal;
};
struct AttentionShape {
  int64_t queryHeads, keyHeads, headDim;  // query head h reads key head h / (queryHeads / keyHeads)
  int64_t queryStride, keyStride, valueStride, outputStride;  // row strides in elements
  float scale;
  bool half = false;  // devices: operands rounded to bfloat16 for the tensor cores; the processor ignores it
};
// q/k/v/out: first head of row 0; head h at + h * headDim. logSumExp [queryHeads, totalQueries] is saved for backward.
void attention(Context&, const AttentionShape&, std::span<const Segment>, int64_t totalQueries, const float* q,
               const float* k, const float* v, float* out, float* logSumExp);
// dq, dk, dv have the strides of q, k, v and are accumulated (+=): callers zero them first.
void attentionBackward(Context&, const AttentionShape&, std::span<const Segment>, int64_t totalQueries, int64_t totalKeys,
                       const float* q, const float* k, const float* v, const float* out, const float* logSumExp,
                       const float* dOut, float* dq, float* dk, float* dv);
// Keys and values of one sequence and layer, kept for decoding in room for cacheRoom(tokens) tokens. Values are rows
// [token, keyHeads, headDim]. Keys lie in blocks of 16 tokens, turned around as the scores read them: dimension d of head h
// of token t is keys[((t / 16 * keyHeads + h) * headDim + d) * 16 + t % 16]. On a device they are rows, like values.
constexpr int64_t cacheBlock = 16;
constexpr int64_t cacheRoom(int64_t tokens) { return (tokens + cacheBlock - 1) / cacheBlock * cacheBlock; }
struct CachePlace {
  float *keys, *values;
  int64_t token;  // which of the sequence's
};
// Row i of k and v (all heads, strides of the shape) goes to places[i].
void keepKeys(Context&, const AttentionShape&, std::span<const CachePlace> places, const float* k, const float* v);
// The first `tokens` of a kept sequence as rows again, keyStride and valueStride of the shape apart.
void recallKeys(Context&, const AttentionShape&, int64_t tokens, const float* keys, const float* values, float* k,
                float* v);
// One query row per running sequence; `rows` of a group share the prefix keys, read once for the whole group.
struct DecodeRow {
  const float *prefixKeys, *prefixValues;  // as keepKeys() leaves them
  int64_t prefixLength;
  float *ownKeys, *ownValues;
  int64_t ownLength;  // the token's own key, of k and v, is kept as the last of them
  // From one layer's keys to the next one's, for lists that serve all layers of a pass (device/backend.h).
  int64_t prefixStride = 0, ownStride = 0;
};
void attentionDecode(Context&, const AttentionShape&, std::span<const DecodeRow>, const float* q, const float* k,
                     const float* v, float* out);

// ---- output projection fused with log-probability and entropy ------------------------------------------------------
// For x[rows,width], head W[vocab,width], targets[rows]: logProb, entropy (nats), logSumExp at logits / temperature.
// Logits exist only in chunks.
void linearLogProb(Context&, int64_t rows, int64_t width, int64_t vocab, float temperature, const float* x,
                   Matrix w, const int32_t* targets, float* logProb, float* entropy, float* logSumExp);
// dz_j = gLogProb * (1[j=y] - p_j) - gEntropy * p_j * (z_j - lse + H); dx overwritten, dw accumulated (null: skip).
void linearLogProbBackward(Context&, int64_t rows, int64_t width, int64_t vocab, float temperature, const float* x,
                           Matrix w, const int32_t* targets, const float* entropy, const float* logSumExp,
                           const float* gLogProb, const float* gEntropy, float* dx, float* dw);

// ---- optimiser -----------------------------------------------------------------------------------------------------
struct AdamW {
  double learningRate, beta1, beta2, epsilon, weightDecay;  // float64: 1 - 0.999f is off by 1e-5
  int64_t step;       // 1 for the first
  float gradientScale;  // clipping factor, applied to the gradient first
};
void adamw(Context&, const AdamW&, int64_t count, float* parameter, const float* gradient, float* m, float* v);
// The same with moments in 8 bits, blocks of adamw8Block elements with one scale (see model/optimiser.h); `stream` seeds the
// rounding.
constexpr int64_t adamw8Block = 256;
void adamw8(Context&, const AdamW&, uint64_t stream, int64_t count, float* parameter, const float* gradient,
            uint8_t* first, uint8_t* second, float* firstScale, float* secondScale);
struct Values {
  const float* data;
  int64_t count;
};
// totals[i]: sum of squares of list[i] in float64, fixed blocks; not finite if any element is not. A device is waited for once.
void sumsOfSquares(Context&, std::span<const Values> list, double* totals);

}  // namespace ops
}  // namespace secondlook
