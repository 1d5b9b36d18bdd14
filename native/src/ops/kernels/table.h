// The kernels of the instruction set being compiled, one declaration each; see kernels.h for what they do.
#pragma once

#include "kernels.h"

namespace secondlook::SECONDLOOK_ISA {

using ops::AttentionShape;
using ops::DecodeRow;
using ops::Segment;

void product(const kernels::Product&, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* work);

int64_t attentionWork(const AttentionShape&, int64_t rows);
void attention(const AttentionShape&, const Segment&, int64_t keyHead, int64_t queryBegin, int64_t queryEnd,
               int64_t totalQueries, const float* q, const float* k, const float* v, float* out, float* logSumExp,
               float* work);
void attentionDecode(const AttentionShape&, const DecodeRow* rows, int64_t count, int64_t keyHead, const float* q,
                     const float* k, const float* v,
                     float* out, float* work);
int64_t attentionBackwardWork(const AttentionShape&, int64_t rows);
void attentionBackward(const AttentionShape&, const Segment&, int64_t keyHead, int64_t queryBegin, int64_t queryEnd,
                       int64_t totalQueries, const float* q, const float* k, const float* v, const float* out,
                       const float* logSumExp, const float* dOut, float* dq, float* dk, float* dv, float* work);

void rmsNorm(int64_t rows, int64_t width, float eps, const float* x, const float* w, float* y, float* r);
void rmsNormBackward(int64_t rows, int64_t width, const float* x, const float* w, const float* r, const float* dy,
                     float* dx, bool accumulate, float* dw);
void layerNorm(int64_t rows, int64_t width, float eps, const float* x, const float* w, const float* b, float* y,
               float* mean, float* r);
void layerNormBackward(int64_t rows, int64_t width, const float* x, const float* w, const float* mean, const float* r,
                       const float* dy, float* dx, bool accumulate, float* dw, float* db);
void swiglu(int64_t rows, int64_t width, const float* gateUp, float* y);
void swigluBackward(int64_t rows, int64_t width, const float* gateUp, const float* dy, float* dGateUp);
void activation(ops::Activation, int64_t count, const float* x, float* y);
void activationBackward(ops::Activation, int64_t count, const float* x, const float* dy, float* dx);
void rotary(int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride, const float* cos,
            const float* sin, bool inverse);
void add(int64_t count, const float* x, float* y);
void columnSums(int64_t rows, int64_t columns, int64_t stride, const float* x, float* sums);

void logitStatistics(const kernels::LogitRows&, const float* logits, float* maximum, float* sum, float* weighted,
                     float* target);
void logitGradients(const kernels::LogitRows&, float* logits, const float* entropy, const float* logSumExp,
                    const float* gLogProb, const float* gEntropy);

void adamw(const ops::AdamW&, float correction1, float correction2, int64_t count, float* parameter,
           const float* gradient, float* m, float* v);
double sumOfSquares(int64_t count, const float* x);
void narrow(int64_t count, const float* from, Bfloat16* to);
void widen(int64_t count, const Bfloat16* from, float* to);

}  // namespace secondlook::SECONDLOOK_ISA
