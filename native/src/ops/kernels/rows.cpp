// Normalisations, rotary embedding and column sums. The rows themselves are in shared/rows.h.
#include "row.h"

namespace secondlook::SECONDLOOK_ISA {

void rmsNorm(int64_t rows, int64_t width, float eps, const float* x, const float* w, float* y, float* r) {
  const Row row{width};
  for (int64_t i = 0; i < rows; ++i, x += width, y += width) rmsNormRow(row, eps, x, w, y, r ? r + i : nullptr);
}

void rmsNormBackward(int64_t rows, int64_t width, const float* x, const float* w, const float* r, const float* dy,
                     float* dx, bool accumulate, float* dw) {
  const Row row{width};
  if (dw)
    for (int64_t j = 0; j < width; ++j) dw[j] = 0.0f;
  for (int64_t i = 0; i < rows; ++i, x += width, dy += width)
    rmsNormBackwardRow(row, x, w, r[i], dy, dx ? dx + i * width : nullptr, accumulate, dw);
}

void layerNorm(int64_t rows, int64_t width, float eps, const float* x, const float* w, const float* b, float* y,
               float* mean, float* r) {
  const Row row{width};
  for (int64_t i = 0; i < rows; ++i, x += width, y += width)
    layerNormRow(row, eps, x, w, b, y, mean ? mean + i : nullptr, r ? r + i : nullptr);
}

void layerNormBackward(int64_t rows, int64_t width, const float* x, const float* w, const float* mean, const float* r,
                       const float* dy, float* dx, bool accumulate, float* dw, float* db) {
  const Row row{width};
  for (int64_t j = 0; j < width; ++j) {
    if (dw) dw[j] = 0.0f;
    if (db) db[j] = 0.0f;
  }
  for (int64_t i = 0; i < rows; ++i, x += width, dy += width)
    layerNormBackwardRow(row, x, w, mean[i], r[i], dy, dx ? dx + i * width : nullptr, accumulate, dw, db);
}

void rotary(int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride, const float* cos,
            const float* sin, bool inverse) {
  const Row row{headDim / 2};
  const float sign = inverse ? -1.0f : 1.0f;
  for (int64_t token = 0; token < tokens; ++token, cos += headDim, sin += headDim)
    for (int64_t head = 0; head < heads; ++head) rotaryRow(row, x + token * stride + head * headDim, cos, sin, sign);
}

void columnSums(int64_t rows, int64_t columns, int64_t stride, const float* x, float* sums) {
  for (int64_t j = 0; j < columns; j += lanes) {
    const int64_t left = columns - j;
    Vector total{};
    for (int64_t row = 0; row < rows; ++row) total += loadFirst(x + row * stride + j, left);
    storeFirst(sums + j, loadFirst(sums + j, left) + total, left);
  }
}

}  // namespace secondlook::SECONDLOOK_ISA
