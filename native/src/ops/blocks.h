// How operators cut work into blocks: cancellation between blocks, scratch memory, grain sizes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../device/cancel.h"
#include "../device/device.h"
#include "../device/thread_pool.h"
#include "kernels/kernels.h"

namespace secondlook::ops {

inline const kernels::Kernels& kernelsOf(const Context& context) {
  return kernels::kernelsFor(context.instructionSet);
}

/// The device that the context names, or null: the operator runs here. Polls the cancel token.
inline Device* deviceOf(const Context& context) {
  if (context.device && context.cancel) context.cancel->check();
  return context.device;
}

/// parallelFor over blocks that polls the cancel token before each range.
template <class F>
void forBlocks(Context& context, int64_t count, int64_t grain, Wake wake, F&& body) {
  const auto checked = [&](int64_t begin, int64_t end) {
    if (context.cancel) context.cancel->check();
    body(begin, end);
  };
  context.pool.parallelFor(count, grain, checked, wake);
}

/// Blocks of about 10 microseconds each, as the grains below make them: fewer than these are done before a sleeping
/// worker is awake.
constexpr int64_t blocksWorthWaking = 8;

template <class F>
void forBlocks(Context& context, int64_t count, int64_t grain, F&& body) {
  forBlocks(context, count, grain, count >= blocksWorthWaking * grain ? Wake::yes : Wake::no, body);
}

/// Elements below which handing work to another thread costs more than it saves.
constexpr int64_t grainElements = 16384;

/// Rows a range should have at least, for rows of `width` elements.
constexpr int64_t rowGrain(int64_t width) { return width > 0 ? (grainElements + width - 1) / width : grainElements; }

/// Buffers that live as long as their thread and only grow; one purpose each, because operators nest.
enum class Scratch : int { kernel, chunk, partial, statistics, count };

/// At least `floats` floats, 64-byte aligned, contents undefined. Valid until the same purpose is asked for more.
float* scratch(Scratch purpose, int64_t floats);

/// A product cut into blocks for the pool. Which blocks there are never changes a bit of the result.
struct ProductPlan {
  kernels::Product product;
  int64_t rowsPerBlock, columnsPerBlock, rowBlocks, columnBlocks;
  int64_t blocks() const { return rowBlocks * columnBlocks; }
};
ProductPlan planProduct(const Context&, const kernels::Product&);
void runBlock(const kernels::Kernels&, const ProductPlan&, int64_t block);
void runProduct(Context&, const kernels::Product&);

/// Products of row-major operands; see ops::gemm.
kernels::Product rowMajorProduct(bool transposeA, bool transposeB, int64_t m, int64_t n, int64_t k, float alpha,
                                 Matrix a, int64_t lda, Matrix b, int64_t ldb, float beta, float* c,
                                 int64_t ldc);

}  // namespace secondlook::ops
