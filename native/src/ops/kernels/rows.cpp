// Normalisations, rotary embedding and column sums. Sums over a row run in `lanes` interleaved partial sums.
#include "table.h"
#include "vector.h"

namespace secondlook::SECONDLOOK_ISA {

namespace {

float rootReciprocal(float x) { return 1.0f / __builtin_sqrtf(x); }

}  // namespace

void rmsNorm(int64_t rows, int64_t width, float eps, const float* x, const float* w, float* y, float* r) {
  for (int64_t row = 0; row < rows; ++row, x += width, y += width) {
    Vector squares{};
    for (int64_t j = 0; j < width; j += lanes) {
      const Vector v = loadFirst(x + j, width - j);
      squares += v * v;
    }
    const float scale = rootReciprocal(sum(squares) / static_cast<float>(width) + eps);
    if (r) r[row] = scale;
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      storeFirst(y + j, loadFirst(x + j, left) * scale * loadFirst(w + j, left), left);
    }
  }
}

void rmsNormBackward(int64_t rows, int64_t width, const float* x, const float* w, const float* r, const float* dy,
                     float* dx, bool accumulate, float* dw) {
  if (dw)
    for (int64_t j = 0; j < width; ++j) dw[j] = 0.0f;
  for (int64_t row = 0; row < rows; ++row, x += width, dy += width) {
    const float scale = r[row];
    Vector product{};
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      const Vector xv = loadFirst(x + j, left), dyv = loadFirst(dy + j, left);
      product += dyv * loadFirst(w + j, left) * xv;
      if (dw) storeFirst(dw + j, loadFirst(dw + j, left) + dyv * xv * scale, left);
    }
    if (!dx) continue;
    // dx = r g - x r^3 mean(g x), g = dy w
    const float pull = sum(product) / static_cast<float>(width) * scale * scale * scale;
    float* to = dx + row * width;
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      Vector v = loadFirst(dy + j, left) * loadFirst(w + j, left) * scale - loadFirst(x + j, left) * pull;
      if (accumulate) v += loadFirst(to + j, left);
      storeFirst(to + j, v, left);
    }
  }
}

void layerNorm(int64_t rows, int64_t width, float eps, const float* x, const float* w, const float* b, float* y,
               float* mean, float* r) {
  const float size = static_cast<float>(width);
  for (int64_t row = 0; row < rows; ++row, x += width, y += width) {
    Vector total{}, squares{};
    for (int64_t j = 0; j < width; j += lanes) total += loadFirst(x + j, width - j);
    const float mu = sum(total) / size;
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      const Vector inside = laneNumbers() < static_cast<int32_t>(smaller(left, lanes)) ? splat(1.0f) : Vector{};
      const Vector v = (loadFirst(x + j, left) - mu) * inside;
      squares += v * v;
    }
    const float scale = rootReciprocal(sum(squares) / size + eps);
    if (mean) mean[row] = mu;
    if (r) r[row] = scale;
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      Vector v = (loadFirst(x + j, left) - mu) * scale * loadFirst(w + j, left);
      if (b) v += loadFirst(b + j, left);
      storeFirst(y + j, v, left);
    }
  }
}

void layerNormBackward(int64_t rows, int64_t width, const float* x, const float* w, const float* mean, const float* r,
                       const float* dy, float* dx, bool accumulate, float* dw, float* db) {
  const float size = static_cast<float>(width);
  for (int64_t j = 0; j < width; ++j) {
    if (dw) dw[j] = 0.0f;
    if (db) db[j] = 0.0f;
  }
  for (int64_t row = 0; row < rows; ++row, x += width, dy += width) {
    const float mu = mean[row], scale = r[row];
    Vector total{}, product{};
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      const Vector dyv = loadFirst(dy + j, left), g = dyv * loadFirst(w + j, left);
      const Vector normal = (loadFirst(x + j, left) - mu) * scale;
      total += g;
      product += g * normal;
      if (dw) storeFirst(dw + j, loadFirst(dw + j, left) + dyv * normal, left);
      if (db) storeFirst(db + j, loadFirst(db + j, left) + dyv, left);
    }
    if (!dx) continue;
    const float meanG = sum(total) / size, meanGx = sum(product) / size;
    float* to = dx + row * width;
    for (int64_t j = 0; j < width; j += lanes) {
      const int64_t left = width - j;
      const Vector normal = (loadFirst(x + j, left) - mu) * scale;
      Vector v = (loadFirst(dy + j, left) * loadFirst(w + j, left) - meanG - normal * meanGx) * scale;
      if (accumulate) v += loadFirst(to + j, left);
      storeFirst(to + j, v, left);
    }
  }
}

void rotary(int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride, const float* cos,
            const float* sin, bool inverse) {
  const int64_t half = headDim / 2;
  const float sign = inverse ? -1.0f : 1.0f;
  for (int64_t token = 0; token < tokens; ++token, cos += headDim, sin += headDim)
    for (int64_t head = 0; head < heads; ++head) {
      float* low = x + token * stride + head * headDim;
      float* high = low + half;
      for (int64_t j = 0; j < half; j += lanes) {
        const int64_t left = half - j;
        const Vector a = loadFirst(low + j, left), b = loadFirst(high + j, left);
        const Vector cosLow = loadFirst(cos + j, left), cosHigh = loadFirst(cos + half + j, left);
        const Vector sinLow = loadFirst(sin + j, left) * sign, sinHigh = loadFirst(sin + half + j, left) * sign;
        storeFirst(low + j, a * cosLow - b * sinLow, left);
        storeFirst(high + j, b * cosHigh + a * sinHigh, left);
      }
    }
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
