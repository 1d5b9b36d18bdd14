// Softmax statistics and gradients over tiles of logits. The rows themselves are in shared/rows.h.
#include "row.h"

namespace secondlook::SECONDLOOK_ISA {

void logitStatistics(const kernels::LogitRows& x, const float* logits, float* maximum_, float* sum_, float* weighted,
                     float* target) {
  const Row tile{x.columns};
  for (int64_t row = 0; row < x.rows; ++row) {
    const float* z = logits + row * x.stride;
    logitStatisticsRow(tile, x.inverseTemperature, z, maximum_ + row, sum_ + row, weighted + row);
    const int64_t at = x.targets[row] - x.first;
    if (at >= 0 && at < x.columns) target[row] = z[at] * x.inverseTemperature;
  }
}

void logitGradients(const kernels::LogitRows& x, float* logits, const float* entropy, const float* logSumExp,
                    const float* gLogProb, const float* gEntropy) {
  const Row tile{x.columns};
  for (int64_t row = 0; row < x.rows; ++row) {
    float* z = logits + row * x.stride;
    const float gl = gLogProb ? gLogProb[row] : 0.0f, gh = gEntropy ? gEntropy[row] : 0.0f;
    logitGradientsRow(tile, x.inverseTemperature, z, entropy[row], logSumExp[row], gl, gh);
    const int64_t at = x.targets[row] - x.first;
    if (at >= 0 && at < x.columns) z[at] += gl * x.inverseTemperature;
  }
}

}  // namespace secondlook::SECONDLOOK_ISA
