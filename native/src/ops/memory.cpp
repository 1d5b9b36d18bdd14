// Copies between the host and where operators work, and moves of rows. Without a device both are the same memory.
#include <cstring>

#include "blocks.h"

namespace secondlook::ops {

void uploadBytes(Context& context, size_t bytes, const void* fromHost, void* to) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::upload, to, fromHost, bytes);
  if (bytes > 0) std::memcpy(to, fromHost, bytes);
}

void downloadBytes(Context& context, size_t bytes, const void* from, void* toHost) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::download, toHost, from, bytes);
  if (bytes > 0) std::memcpy(toHost, from, bytes);
}

void copyBytes(Context& context, size_t bytes, const void* from, void* to) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::copy, to, from, bytes);
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void upload(Context& context, int64_t count, const float* fromHost, float* to) {
  uploadBytes(context, static_cast<size_t>(count) * sizeof(float), fromHost, to);
}

void download(Context& context, int64_t count, const float* from, float* toHost) {
  downloadBytes(context, static_cast<size_t>(count) * sizeof(float), from, toHost);
}

void zero(Context& context, int64_t count, float* to) {
  const size_t bytes = static_cast<size_t>(count) * sizeof(float);
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::zero, to, bytes);
  if (bytes > 0) std::memset(to, 0, bytes);
}

void scatterRows(Context& context, int64_t rows, int64_t width, const int32_t* index, const float* from, float* to) {
  if (Device* device = deviceOf(context)) return device->call(&DeviceTable::scatterRows, rows, width, index, from, to);
  forBlocks(context, rows, rowGrain(width), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      std::memcpy(to + int64_t{index[i]} * width, from + i * width, static_cast<size_t>(width) * sizeof(float));
  });
}

void copyRows(Context& context, int64_t rows, int64_t width, const float* from, int64_t fromStride, float* to,
              int64_t toStride) {
  if (Device* device = deviceOf(context))
    return device->call(&DeviceTable::copyRows, rows, width, from, fromStride, to, toStride);
  forBlocks(context, rows, rowGrain(width), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      std::memcpy(to + i * toStride, from + i * fromStride, static_cast<size_t>(width) * sizeof(float));
  });
}

void spreadRows(Context& context, int64_t rows, int64_t width, const float* from, int64_t fromStride, float* const* to) {
  if (Device* device = deviceOf(context))
    return device->call(&DeviceTable::spreadRows, rows, width, from, fromStride, to);
  for (int64_t i = 0; i < rows; ++i)
    std::memcpy(to[i], from + i * fromStride, static_cast<size_t>(width) * sizeof(float));
}

}  // namespace secondlook::ops
