// Output projection with log-probability and entropy, and its gradients: logits exist a chunk of rows at a time.
#include "block_row.h"
#include "entries.h"
#include "gemm.h"

namespace secondlook::cuda {

namespace {

constexpr int lossThreads = 512;
constexpr int64_t chunkBytes = int64_t{256} << 20;

/// Rows of a chunk: of the vocabulary's size alone, so that sums group alike whatever else is in the batch.
int64_t chunkRows(int64_t vocab) { return most(16, least(4096, chunkBytes / (vocab * 4) / 16 * 16)); }

template <int n>
__global__ void __launch_bounds__(lossThreads)
    statisticsKernel(int64_t vocab, float inverseTemperature, const float* logits, const int32_t* targets, float* logProb,
                     float* entropy, float* logSumExp) {
  __shared__ float slots[lossThreads / 32];
  __shared__ float running[3];
  const int64_t row = blockIdx.x;
  if (threadIdx.x == 0) {
    running[0] = -INFINITY;
    running[1] = running[2] = 0.0f;
  }
  __syncthreads();
  const float* z = logits + row * vocab;
  logitStatisticsRow(BlockRow<n>{vocab, slots}, inverseTemperature, z, &running[0], &running[1], &running[2]);
  if (threadIdx.x != 0) return;
  const double total = running[1], lse = running[0] + log(total);
  logSumExp[row] = static_cast<float>(lse);
  logProb[row] = static_cast<float>(static_cast<double>(z[targets[row]] * inverseTemperature) - lse);
  entropy[row] = static_cast<float>(log(total) - running[2] / total);
}

template <int n>
__global__ void __launch_bounds__(lossThreads)
    gradientsKernel(int64_t vocab, float inverseTemperature, float* logits, const int32_t* targets, const float* entropy,
                    const float* logSumExp, const float* gLogProb, const float* gEntropy) {
  const int64_t row = blockIdx.x;
  float* z = logits + row * vocab;
  const float gl = gLogProb ? gLogProb[row] : 0.0f, gh = gEntropy ? gEntropy[row] : 0.0f;
  logitGradientsRow(BlockRow<n>{vocab, nullptr}, inverseTemperature, z, entropy[row], logSumExp[row], gl, gh);
  __syncthreads();
  if (threadIdx.x == 0) z[targets[row]] += gl * inverseTemperature;
}

}  // namespace

namespace entries {

DeviceStatus linearLogProb(DeviceSession* s, int64_t rows, int64_t width, int64_t vocab, float temperature, const float* x,
                           const ops::Matrix* w, const int32_t* targets, float* logProb, float* entropy,
                           float* logSumExp) {
  return guarded(s, [&] {
    if (rows == 0) return;
    const int64_t most_ = least(rows, chunkRows(vocab));
    const Scratch room(*s, static_cast<size_t>(most_ * vocab) * sizeof(float));
    const Uploaded<int32_t> list(*s, targets, rows);
    float* logits = room.as<float>();
    for (int64_t at = 0; at < rows; at += most_) {
      const int64_t count = least(most_, rows - at);
      multiply(*s, {false, true, count, vocab, width, 1.0f, x + at * width, width, *w, width, 0.0f, logits, vocab, nullptr,
                    w->half});
      const int32_t* target = list.data() + at;
      const float inverse = 1.0f / temperature;
      float *lp = logProb + at, *h = entropy + at, *lse = logSumExp + at;
      if (aligned(vocab, {logits}))
        LAUNCH(statisticsKernel<4>, dim3(count), dim3(lossThreads), 0, s->stream, vocab, inverse, logits, target, lp, h, lse);
      else
        LAUNCH(statisticsKernel<1>, dim3(count), dim3(lossThreads), 0, s->stream, vocab, inverse, logits, target, lp, h, lse);
    }
  });
}

DeviceStatus linearLogProbBackward(DeviceSession* s, int64_t rows, int64_t width, int64_t vocab, float temperature,
                                   const float* x, const ops::Matrix* w, const int32_t* targets, const float* entropy,
                                   const float* logSumExp, const float* gLogProb, const float* gEntropy, float* dx,
                                   float* dw) {
  return guarded(s, [&] {
    if (rows == 0) return;
    const int64_t most_ = least(rows, chunkRows(vocab));
    const Scratch room(*s, static_cast<size_t>(most_ * vocab) * sizeof(float));
    const Uploaded<int32_t> list(*s, targets, rows);
    float* logits = room.as<float>();
    for (int64_t at = 0; at < rows; at += most_) {
      const int64_t count = least(most_, rows - at);
      const float* part = x + at * width;
      multiply(*s, {false, true, count, vocab, width, 1.0f, part, width, *w, width, 0.0f, logits, vocab, nullptr, w->half});
      const int32_t* target = list.data() + at;
      const float inverse = 1.0f / temperature;
      const float *h = entropy + at, *lse = logSumExp + at, *gl = gLogProb ? gLogProb + at : nullptr,
                  *gh = gEntropy ? gEntropy + at : nullptr;
      if (aligned(vocab, {logits}))
        LAUNCH(gradientsKernel<4>, dim3(count), dim3(lossThreads), 0, s->stream, vocab, inverse, logits, target, h, lse, gl,
               gh);
      else
        LAUNCH(gradientsKernel<1>, dim3(count), dim3(lossThreads), 0, s->stream, vocab, inverse, logits, target, h, lse, gl,
               gh);
      if (dx)
        multiply(*s, {false, false, count, width, vocab, 1.0f, logits, vocab, *w, width, 0.0f, dx + at * width, width,
                      nullptr, w->half});
      if (dw)
        multiply(*s, {true, false, vocab, width, count, 1.0f, logits, vocab, part, width, 1.0f, dw, width, nullptr, w->half});
    }
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
