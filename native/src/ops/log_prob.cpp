// Output projection fused with log-probability and entropy: logits exist one chunk at a time. The chunk's size is
// fixed, so that sums group alike on every machine and thread count.
#include <algorithm>
#include <cmath>
#include <limits>

#include "blocks.h"

namespace secondlook::ops {

namespace {

/// Rows and vocabulary entries of a chunk of logits: 4 MiB at most. Small vocabularies are one tile.
constexpr int64_t chunkRows = 512, chunkColumns = 2048;

kernels::LogitRows logitRows(int64_t rows, int64_t columns, int64_t first, float temperature, const int32_t* targets) {
  return {rows, columns, columns, first, 1.0f / temperature, targets};
}

}  // namespace

void linearLogProb(Context& context, int64_t rows, int64_t width, int64_t vocab, float temperature, const float* x,
                   Matrix w, const int32_t* targets, float* logProb, float* entropy, float* logSumExp) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::linearLogProb, rows, width, vocab, temperature, x, &w, targets, logProb, entropy, logSumExp);
  const auto& kernels = kernelsOf(context);
  const int64_t most = std::min(rows, chunkRows);
  float* logits = scratch(Scratch::chunk, most * std::min(vocab, chunkColumns));
  float* maximum = scratch(Scratch::statistics, 4 * std::max<int64_t>(1, most));
  float *sum = maximum + most, *weighted = sum + most, *target = weighted + most;
  for (int64_t row = 0; row < rows; row += chunkRows) {
    const int64_t count = std::min(chunkRows, rows - row);
    std::fill_n(maximum, count, -std::numeric_limits<float>::infinity());
    std::fill_n(sum, 3 * most, 0.0f);
    for (int64_t first = 0; first < vocab; first += chunkColumns) {
      const int64_t columns = std::min(chunkColumns, vocab - first);
      gemm(context, false, true, count, columns, width, 1.0f, x + row * width, width, w.from(first * width), width, 0.0f,
           logits, columns);
      forBlocks(context, count, rowGrain(columns), [&](int64_t begin, int64_t end) {
        kernels.logitStatistics(logitRows(end - begin, columns, first, temperature, targets + row + begin),
                                logits + begin * columns, maximum + begin, sum + begin, weighted + begin,
                                target + begin);
      });
    }
    for (int64_t i = 0; i < count; ++i) {
      const double total = sum[i], lse = maximum[i] + std::log(total);
      logSumExp[row + i] = static_cast<float>(lse);
      logProb[row + i] = static_cast<float>(target[i] - lse);
      entropy[row + i] = static_cast<float>(std::log(total) - weighted[i] / total);
    }
  }
}

void linearLogProbBackward(Context& context, int64_t rows, int64_t width, int64_t vocab, float temperature,
                           const float* x, Matrix w, const int32_t* targets, const float* entropy,
                           const float* logSumExp, const float* gLogProb, const float* gEntropy, float* dx,
                           float* dw) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::linearLogProbBackward, rows, width, vocab, temperature, x, &w, targets, entropy, logSumExp, gLogProb, gEntropy, dx, dw);
  const auto& kernels = kernelsOf(context);
  float* logits = scratch(Scratch::chunk, std::min(rows, chunkRows) * std::min(vocab, chunkColumns));
  for (int64_t row = 0; row < rows; row += chunkRows) {
    const int64_t count = std::min(chunkRows, rows - row);
    for (int64_t first = 0; first < vocab; first += chunkColumns) {
      const int64_t columns = std::min(chunkColumns, vocab - first);
      const Matrix tile = w.from(first * width);
      gemm(context, false, true, count, columns, width, 1.0f, x + row * width, width, tile, width, 0.0f, logits,
           columns);
      forBlocks(context, count, rowGrain(columns), [&](int64_t begin, int64_t end) {
        const int64_t at = row + begin;
        kernels.logitGradients(logitRows(end - begin, columns, first, temperature, targets + at),
                               logits + begin * columns, entropy + at, logSumExp + at,
                               gLogProb ? gLogProb + at : nullptr, gEntropy ? gEntropy + at : nullptr);
      });
      linearBackward(context, count, width, columns, x + row * width, tile, logits, dx ? dx + row * width : nullptr,
                     first > 0, dw ? dw + first * width : nullptr, nullptr);
    }
  }
}

}  // namespace secondlook::ops
