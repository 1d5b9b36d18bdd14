// One block of a matrix product: A is packed once into panels, each panel of B is packed just before its use and stays
// in the first-level cache while A's panels pass by.
#include "kernels.h"
#include "stream.h"
#include "table.h"

namespace secondlook::SECONDLOOK_ISA {

namespace {

using kernels::Product;

struct Tile {
  float alpha, beta;  // beta 0: C is not read
  const float* bias;  // of this tile's first column, or null
  float* c;
  int64_t ldc, rows, columns;
};

template <int height>
void computeTile(int64_t k, const float* a, const float* b, int64_t bStep, const Tile& tile) {
  multiplyTile<height, 2>(k, a, 1, height, b, bStep, [&](int i, int j, Vector acc) {
    if (i >= tile.rows) return;
    const int64_t left = tile.columns - j * lanes;
    if (left <= 0) return;
    float* c = tile.c + i * tile.ldc + j * lanes;
    Vector y = acc * tile.alpha;
    if (tile.beta != 0.0f) y += loadFirst(c, left) * tile.beta;
    if (tile.bias) y += loadFirst(tile.bias + j * lanes, left);
    storeFirst(c, y, left);
  });
}

/// A and T: float or Bfloat16, what the operands are stored as.
template <class A, class T>
void productOf(const Product& x, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* work) {
  const T* weights = static_cast<const T*>(x.b.data);
  if (sizeof(A) == sizeof(float) && m1 - m0 <= streamRows && x.bStep == 1) {
    n0 = streamProduct<T>(x, m0, m1, n0, n1);
    if (n0 == n1) return;
  }
  float* packedB = work;
  float* packedA = work + tileColumns * kernels::blockDepth;
  int64_t k0 = 0;
  do {  // also runs once for k = 0: C = beta * C + bias
    const int64_t depth = smaller(kernels::blockDepth, x.k - k0);
    const bool first = k0 == 0;
    for (int64_t i = m0; i < m1; i += tileRows) {
      const A* a = static_cast<const A*>(x.a.data) + i * x.aRow + k0 * x.aStep;
      packA(a, x.aRow, x.aStep, m1 - i, depth, tileHeight(m1 - i), packedA + (i - m0) * depth);
    }
    for (int64_t j = n0; j < n1; j += tileColumns) {
      const T* from = weights + k0 * x.bStep + j * x.bColumn;
      const float* b = nullptr;
      int64_t bStep = x.bStep;
      // Rows of B that are contiguous and seldom reread are used where they lie.
      if constexpr (sizeof(T) == sizeof(float))
        if (x.bColumn == 1 && n1 - j >= tileColumns && m1 - m0 <= 2 * tileRows) b = from;
      if (b == nullptr) {
        packB(from, x.bStep, x.bColumn, n1 - j, depth, packedB);
        b = packedB;
        bStep = tileColumns;
      }
      for (int64_t i = m0; i < m1; i += tileRows) {
        const Tile tile{x.alpha,
                        first ? x.beta : 1.0f,
                        first && x.bias ? x.bias + j : nullptr,
                        x.c + i * x.ldc + j,
                        x.ldc,
                        m1 - i,
                        n1 - j};
        withHeight(tileHeight(m1 - i), [&](auto height) {
          computeTile<decltype(height)::value>(depth, packedA + (i - m0) * depth, b, bStep, tile);
        });
      }
    }
    k0 += kernels::blockDepth;
  } while (k0 < x.k);
}

}  // namespace

void product(const Product& x, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* work) {
  if (x.a.half)
    x.b.half ? productOf<Bfloat16, Bfloat16>(x, m0, m1, n0, n1, work) : productOf<Bfloat16, float>(x, m0, m1, n0, n1, work);
  else
    x.b.half ? productOf<float, Bfloat16>(x, m0, m1, n0, n1, work) : productOf<float, float>(x, m0, m1, n0, n1, work);
}

}  // namespace secondlook::SECONDLOOK_ISA
