#include "amx/product.h"
#include "blocks.h"

#include <cstdlib>
#include <memory>
#include <new>

namespace secondlook {

namespace kernels {

const Kernels& kernelsFor(InstructionSet set) {
#if defined(SECONDLOOK_X86_LEVELS)
#if defined(SECONDLOOK_AMX)
  if (set == InstructionSet::amx) {
    static const Kernels table = [] {
      Kernels own = isa_avx512::table;
      own.set = InstructionSet::amx;
      own.product = isa_amx::product;
      own.tileRows = own.tileColumns = isa_amx::productSide;
      own.depth = isa_amx::productDepth;
      return own;
    }();
    return table;
  }
#endif
  if (set >= InstructionSet::avx512) return isa_avx512::table;
  if (set == InstructionSet::avx2) return isa_avx2::table;
#endif
  (void)set;
  return isa_portable::table;
}

}  // namespace kernels

namespace ops {

namespace {

struct Free {
  void operator()(float* p) const { std::free(p); }
};

struct Buffer {
  std::unique_ptr<float, Free> memory;
  int64_t floats = 0;
};

}  // namespace

float* scratch(Scratch purpose, int64_t floats) {
  thread_local Buffer buffers[static_cast<int>(Scratch::count)];
  Buffer& buffer = buffers[static_cast<int>(purpose)];
  if (buffer.floats < floats) {
    buffer.floats = 0;
    buffer.memory.reset();
    const auto bytes = static_cast<size_t>((floats * 4 + 4095) / 4096 * 4096);
    buffer.memory.reset(static_cast<float*>(std::aligned_alloc(64, bytes)));
    if (!buffer.memory) throw std::bad_alloc();
    buffer.floats = floats;
  }
  return buffer.memory.get();
}

}  // namespace ops

}  // namespace secondlook
