#include "arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace secondlook {

namespace {
constexpr size_t alignment = 64;
constexpr size_t smallestBlock = size_t{16} << 20;
}  // namespace

Arena::~Arena() {
  for (const Block& block : blocks_) memory_.give(Purpose::activations, block.data, block.size);
}

float* Arena::floats(int64_t count) {
  const size_t bytes =
      (static_cast<size_t>(std::max<int64_t>(count, 1)) * sizeof(float) + alignment - 1) / alignment * alignment;
  while (current_ < blocks_.size() && blocks_[current_].size - blocks_[current_].used < bytes) {
    if (current_ + 1 == blocks_.size()) break;
    full_ += blocks_[current_].used;
    blocks_[++current_].used = 0;
  }
  if (blocks_.empty() || blocks_[current_].size - blocks_[current_].used < bytes) {
    const size_t size =
        (std::max({bytes, smallestBlock, capacity_ / 2}) + smallestBlock - 1) / smallestBlock * smallestBlock;
    if (!blocks_.empty()) full_ += blocks_[current_].used;
    blocks_.push_back({static_cast<std::byte*>(memory_.take(Purpose::activations, size)), size, 0});
    capacity_ += size;
    current_ = blocks_.size() - 1;
  }
  Block& block = blocks_[current_];
  float* result = reinterpret_cast<float*>(block.data + block.used);
  block.used += bytes;
  peak_ = std::max(peak_, full_ + block.used);
  return result;
}

float* Arena::zeros(int64_t count) {
  float* result = floats(count);
  memory_.zero(result, static_cast<size_t>(count) * sizeof(float));
  return result;
}

void Arena::release(Mark mark) noexcept {
  while (current_ > mark.block) full_ -= blocks_[--current_].used;
  if (current_ < blocks_.size()) blocks_[current_].used = mark.used;
}

size_t Arena::takePeak() noexcept {
  const size_t peak = peak_;
  peak_ = current_ < blocks_.size() ? full_ + blocks_[current_].used : 0;
  return peak;
}

FlatBuffer::FlatBuffer(int64_t count, const Memory& memory, Purpose purpose) : count_(count) {
  const size_t bytes = static_cast<size_t>(std::max<int64_t>(count, 1)) * sizeof(float);
  data_ = std::unique_ptr<float, GiveBack>(static_cast<float*>(memory.take(purpose, bytes)),
                                           GiveBack{memory, purpose, bytes});
  if (!memory.ofHost()) memory.zero(data_.get(), bytes);
}

void FlatBuffer::forget(size_t begin, size_t end) noexcept {
  constexpr size_t page = size_t{1} << 21;  // huge pages too
  auto* bytes = reinterpret_cast<std::byte*>(data_.get());
  const size_t from = std::min(end, (begin + page - 1) / page * page), to = std::max(from, end / page * page);
  std::memset(bytes + begin, 0, from - begin);
  if (to > from) ::madvise(bytes + from, to - from, MADV_DONTNEED);
  std::memset(bytes + to, 0, end - to);
}

}  // namespace secondlook
