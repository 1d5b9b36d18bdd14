// Matrix products: cutting C into blocks for the pool. Blocks never split the sum over k, so that every element has
// one order of summation.
#include <algorithm>

#include "blocks.h"

namespace secondlook::ops {

namespace {

using kernels::Product;

constexpr int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Multiply-adds one thread does in about 10 microseconds: less is not worth a second thread.
constexpr int64_t worthAThread = 500'000;

Wake wakeFor(int64_t m, int64_t n, int64_t k) {
  return m * n * k >= blocksWorthWaking * worthAThread ? Wake::yes : Wake::no;
}

}  // namespace

Product rowMajorProduct(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha, Matrix a,
                        int64_t lda, Matrix b, int64_t ldb, float beta, float* c, int64_t ldc) {
  return {m,
          n,
          k,
          a,
          transposeA ? 1 : lda,
          transposeA ? lda : 1,
          b,
          transposeB ? 1 : ldb,
          transposeB ? ldb : 1,
          alpha,
          beta,
          nullptr,
          c,
          ldc};
}

ProductPlan planProduct(const Context& context, const Product& x) {
  ProductPlan plan{x, 0, 0, 0, 0};
  if (x.m <= 0 || x.n <= 0) return plan;
  const auto& kernels = kernelsOf(context);
  const int64_t rowTiles = ceilDivide(x.m, kernels.tileRows), columnTiles = ceilDivide(x.n, kernels.tileColumns);
  // Packing B costs about as much as 24 more rows would.
  const int64_t threads = context.pool.threads(), work = (x.m + 24) * x.n * std::max<int64_t>(x.k, 1);
  const int64_t useful = std::max<int64_t>(1, work / worthAThread);
  // Several blocks a thread even out unequal speeds, as long as each stays large.
  const int64_t wanted = threads == 1 ? 1 : std::min(useful, work / threads > 16 * worthAThread ? 4 * threads : threads);
  const int64_t leastRowBlocks = ceilDivide(x.m, kernels::blockRows);
  const int64_t leastColumnBlocks = x.k > kernels.depth ? ceilDivide(x.n, kernels::blockColumns) : 1;
  int64_t best = -1, bestRows = leastRowBlocks, bestColumns = leastColumnBlocks;
  for (int64_t rows = leastRowBlocks; rows <= std::max(leastRowBlocks, std::min(rowTiles, wanted)); ++rows) {
    const int64_t columns = std::min(columnTiles, std::max(leastColumnBlocks, ceilDivide(wanted, rows)));
    // A is packed once a column block, B once a row block; a shortage of blocks leaves threads idle.
    const int64_t packing = columns * x.m + rows * x.n;
    const int64_t idle = std::max<int64_t>(0, wanted - rows * columns) * x.m * x.n;
    if (best < 0 || packing + idle < best) {
      best = packing + idle;
      bestRows = rows;
      bestColumns = columns;
    }
  }
  plan.rowsPerBlock = ceilDivide(rowTiles, bestRows) * kernels.tileRows;
  plan.columnsPerBlock = ceilDivide(columnTiles, bestColumns) * kernels.tileColumns;
  plan.rowBlocks = ceilDivide(x.m, plan.rowsPerBlock);
  plan.columnBlocks = ceilDivide(x.n, plan.columnsPerBlock);
  return plan;
}

void runBlock(const kernels::Kernels& kernels, const ProductPlan& plan, int64_t block) {
  const Product& x = plan.product;
  const int64_t m0 = block / plan.columnBlocks * plan.rowsPerBlock;
  const int64_t n0 = block % plan.columnBlocks * plan.columnsPerBlock;
  kernels.product(x, m0, std::min(x.m, m0 + plan.rowsPerBlock), n0, std::min(x.n, n0 + plan.columnsPerBlock),
                  scratch(Scratch::kernel, kernels::productWork()));
}

void runProduct(Context& context, const Product& product) {
  const auto& kernels = kernelsOf(context);
  const ProductPlan plan = planProduct(context, product);
  forBlocks(context, plan.blocks(), 1, wakeFor(product.m, product.n, product.k), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) runBlock(kernels, plan, i);
  });
}

void gemm(Context& context, bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha, Matrix a,
          int64_t lda, Matrix b, int64_t ldb, float beta, float* c, int64_t ldc) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::gemm, transposeA, transposeB, m, n, k, alpha, &a, lda, &b, ldb, beta, c, ldc);
  runProduct(context, rowMajorProduct(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc));
}

void linear(Context& context, int64_t rows, int64_t in, int64_t out, const float* x, Matrix w, const float* bias,
            float* y, int64_t yStride) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::linear, rows, in, out, x, &w, bias, y, yStride);
  Product product = rowMajorProduct(false, true, rows, out, in, 1.0f, x, in, w, in, 0.0f, y, yStride ? yStride : out);
  product.bias = bias;
  runProduct(context, product);
}

void linearBackward(Context& context, int64_t rows, int64_t in, int64_t out, const float* x, Matrix w, const float* dy,
                    float* dx, bool accumulateDx, float* dw, float* db, int64_t dyStride) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::linearBackward, rows, in, out, x, &w, dy, dx, accumulateDx, dw, db, dyStride);
  const int64_t stride = dyStride ? dyStride : out;
  const auto& kernels = kernelsOf(context);
  // Three independent results, one parallel loop: a tiny layer is not worth three.
  ProductPlan toInput{}, toWeight{};
  if (dx)
    toInput = planProduct(context, rowMajorProduct(false, false, rows, in, out, 1.0f, dy, stride, w, in,
                                                   accumulateDx ? 1.0f : 0.0f, dx, in));
  if (dw && rows > 0)
    toWeight = planProduct(context, rowMajorProduct(true, false, out, in, rows, 1.0f, dy, stride, x, in, 1.0f, dw, in));
  constexpr int64_t biasColumns = 64;
  const int64_t biasBlocks = db && rows > 0 ? ceilDivide(out, biasColumns) : 0;
  const int64_t first = toInput.blocks(), second = first + toWeight.blocks();
  forBlocks(context, second + biasBlocks, 1, wakeFor(rows, in, out), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      if (i < first) {
        runBlock(kernels, toInput, i);
      } else if (i < second) {
        runBlock(kernels, toWeight, i - first);
      } else {
        const int64_t column = (i - second) * biasColumns;
        kernels.columnSums(rows, std::min(biasColumns, out - column), stride, dy + column, db + column);
      }
    }
  });
}

}  // namespace secondlook::ops
