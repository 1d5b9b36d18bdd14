// Row operators. Gradients of weights are summed over fixed blocks of rows, then the blocks in order.
#include <algorithm>
#include <cstring>

#include "blocks.h"

namespace secondlook::ops {

namespace {

/// Rows a partial sum covers; depends on the number of rows alone.
int64_t rowsPerPartial(int64_t rows) { return std::max<int64_t>(64, (rows + 63) / 64); }

/// Runs block(firstRow, rows, partial sums [vectors * width]) for all blocks and adds the partial sums to `to`.
template <class F>
void sumOverRows(Context& context, int64_t rows, int64_t width, int vectors, float* const* to, F&& block) {
  const auto& kernels = kernelsOf(context);
  const int64_t size = rowsPerPartial(rows), blocks = (rows + size - 1) / size, stride = vectors * width;
  float* partial = scratch(Scratch::partial, std::max<int64_t>(1, blocks * stride));
  forBlocks(context, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) block(i * size, std::min(size, rows - i * size), partial + i * stride);
  });
  for (int i = 0; i < vectors; ++i)
    if (to[i]) kernels.columnSums(blocks, width, stride, partial + i * width, to[i]);
}

}  // namespace

void rmsNorm(Context& context, int64_t rows, int64_t width, float eps, const float* x, const float* w, float* y,
             float* r) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::rmsNorm, rows, width, eps, x, w, y, r);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, rows, rowGrain(width), [&](int64_t begin, int64_t end) {
    kernels.rmsNorm(end - begin, width, eps, x + begin * width, w, y + begin * width, r ? r + begin : nullptr);
  });
}

void rmsNormBackward(Context& context, int64_t rows, int64_t width, const float* x, const float* w, const float* r,
                     const float* dy, float* dx, bool accumulateDx, float* dw) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::rmsNormBackward, rows, width, x, w, r, dy, dx, accumulateDx, dw);
  const auto& kernels = kernelsOf(context);
  sumOverRows(context, rows, width, 1, &dw, [&](int64_t first, int64_t count, float* partial) {
    const int64_t at = first * width;
    kernels.rmsNormBackward(count, width, x + at, w, r + first, dy + at, dx ? dx + at : nullptr, accumulateDx,
                            dw ? partial : nullptr);
  });
}

void layerNorm(Context& context, int64_t rows, int64_t width, float eps, const float* x, const float* w,
               const float* b, float* y, float* mean, float* r) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::layerNorm, rows, width, eps, x, w, b, y, mean, r);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, rows, rowGrain(width), [&](int64_t begin, int64_t end) {
    kernels.layerNorm(end - begin, width, eps, x + begin * width, w, b, y + begin * width,
                      mean ? mean + begin : nullptr, r ? r + begin : nullptr);
  });
}

void layerNormBackward(Context& context, int64_t rows, int64_t width, const float* x, const float* w,
                       const float* mean, const float* r, const float* dy, float* dx, bool accumulateDx, float* dw,
                       float* db) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::layerNormBackward, rows, width, x, w, mean, r, dy, dx, accumulateDx, dw, db);
  const auto& kernels = kernelsOf(context);
  float* const to[] = {dw, db};
  sumOverRows(context, rows, width, 2, to, [&](int64_t first, int64_t count, float* partial) {
    const int64_t at = first * width;
    kernels.layerNormBackward(count, width, x + at, w, mean + first, r + first, dy + at, dx ? dx + at : nullptr,
                              accumulateDx, dw ? partial : nullptr, db ? partial + width : nullptr);
  });
}

void rotary(Context& context, int64_t tokens, int64_t heads, int64_t headDim, float* x, int64_t stride,
            const float* cos, const float* sin, bool inverse) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::rotary, tokens, heads, headDim, x, stride, cos, sin, inverse);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, tokens, rowGrain(heads * headDim), [&](int64_t begin, int64_t end) {
    kernels.rotary(end - begin, heads, headDim, x + begin * stride, stride, cos + begin * headDim,
                   sin + begin * headDim, inverse);
  });
}

void gatherRows(Context& context, int64_t rows, int64_t width, const int32_t* index, const float* from, float* to) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::gatherRows, rows, width, index, from, to);
  forBlocks(context, rows, rowGrain(width), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      std::memcpy(to + i * width, from + int64_t{index[i]} * width, static_cast<size_t>(width) * sizeof(float));
  });
}

void gatherMatrixRows(Context& context, int64_t rows, int64_t width, const int32_t* index, Matrix from, float* to) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::gatherMatrixRows, rows, width, index, &from, to);
  const auto& kernels = kernelsOf(context);
  forBlocks(context, rows, rowGrain(width), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const void* row = from.from(int64_t{index[i]} * width).data;
      if (from.half)
        kernels.widen(width, static_cast<const Bfloat16*>(row), to + i * width);
      else
        std::memcpy(to + i * width, row, static_cast<size_t>(width) * sizeof(float));
    }
  });
}

void scatterAddRows(Context& context, int64_t rows, int64_t width, const int32_t* index, const float* from,
                    float* to) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::scatterAddRows, rows, width, index, from, to);
  const auto& kernels = kernelsOf(context);
  // Each thread owns columns, not rows: duplicates are then summed in order of i without locks.
  constexpr int64_t columns = 64;
  const int64_t grain = std::max<int64_t>(1, grainElements / std::max<int64_t>(1, rows * columns));
  forBlocks(context, (width + columns - 1) / columns, grain, [&](int64_t begin, int64_t end) {
    const int64_t first = begin * columns, count = std::min(end * columns, width) - first;
    for (int64_t i = 0; i < rows; ++i)
      kernels.add(count, from + i * width + first, to + int64_t{index[i]} * width + first);
  });
}

}  // namespace secondlook::ops
