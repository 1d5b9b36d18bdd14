// The tensor core's instructions of sm_80, and what the shim makes of them. Fragments of m16n8k16 with bfloat16 operands:
// lane l holds of A rows l / 4 and l / 4 + 8, columns 2 (l % 4) + {0, 1} and 8 more; of B the same with its columns as rows;
// of C and D (float32) rows l / 4 and l / 4 + 8, columns 2 (l % 4) + {0, 1}.
#pragma once

#include "pack.h"

namespace secondlook::cuda {

#if defined(SECONDLOOK_SHIM)

DEVICE void loadMatrices(uint32_t (&to)[4], const Bfloat16* rowOfLane, bool transposed) {
  const uint64_t word = reinterpret_cast<uintptr_t>(rowOfLane);
  const auto all = shim::exchange(&word, 1);
  const int lane = laneId();
  for (int i = 0; i < 4; ++i) {
    Bfloat16 pair[2];
    for (int j = 0; j < 2; ++j) {
      const int row = transposed ? lane % 4 * 2 + j : lane / 4, column = transposed ? lane / 4 : lane % 4 * 2 + j;
      pair[j] = reinterpret_cast<const Bfloat16*>(all[i * 8 + row][0])[column];
    }
    to[i] = static_cast<uint32_t>(pair[0].bits) | static_cast<uint32_t>(pair[1].bits) << 16;
  }
}

DEVICE void multiplyAdd(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  const uint64_t words[6] = {a[0], a[1], a[2], a[3], b0, b1};
  const auto all = shim::exchange(words, 6);
  const int lane = laneId();
  const auto half = [&](int of, int word, int which) {
    return floatOf(static_cast<uint32_t>(all[of][word] >> (16 * which)) << 16);
  };
  for (int i = 0; i < 4; ++i) {
    const int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
    float total = c[i];
    for (int k = 0; k < 16; ++k) {
      const int within = k % 8 / 2, upper = k / 8;
      total += half(row % 8 * 4 + within, row / 8 + 2 * upper, k % 2) * half(column * 4 + within, 4 + upper, k % 2);
    }
    c[i] = total;
  }
}

/// 16 bytes to shared memory while the thread goes on; `valid` of them are read, the others become 0.
DEVICE void copyAsync(void* to, const void* from, int valid) { shim::copyLater(to, from, 16, valid); }
DEVICE void commitCopies() { shim::commitCopies(); }
template <int left>
DEVICE void waitForCopies() {
  shim::waitForCopies(left);
}
template <class T>
DEVICE T* dynamicShared() {
  return static_cast<T*>(shim::sharedMemory());
}

#else

DEVICE uint32_t sharedAddress(const void* p) { return static_cast<uint32_t>(__cvta_generic_to_shared(p)); }

/// Four 8 x 8 matrices; lanes 8 i .. 8 i + 7 give the rows of matrix i.
DEVICE void loadMatrices(uint32_t (&to)[4], const Bfloat16* rowOfLane, bool transposed) {
  const uint32_t address = sharedAddress(rowOfLane);
  if (transposed)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address)
                 : "memory");
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address)
                 : "memory");
}

/// c += a b.
DEVICE void multiplyAdd(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/// 16 bytes to shared memory while the thread goes on; `valid` of them are read, the others become 0.
DEVICE void copyAsync(void* to, const void* from, int valid) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(sharedAddress(to)), "l"(from), "r"(valid) : "memory");
}
DEVICE void commitCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int left>
DEVICE void waitForCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(left) : "memory");
}
template <class T>
DEVICE T* dynamicShared() {
  extern __shared__ __align__(128) unsigned char memory[];
  return reinterpret_cast<T*>(memory);
}

#endif

/// Fragment of A (16 x 16) from rows of A in shared memory, `stride` apart.
DEVICE void loadA(uint32_t (&to)[4], const Bfloat16* tile, int stride) {
  const int lane = laneId();
  loadMatrices(to, tile + lane % 16 * stride + lane / 16 * 8, false);
}
/// Fragment of A (16 x 16) from columns of A: shared memory holds its transpose.
DEVICE void loadATransposed(uint32_t (&to)[4], const Bfloat16* tile, int stride) {
  const int lane = laneId();
  loadMatrices(to, tile + (lane % 8 + lane / 16 * 8) * stride + lane / 8 % 2 * 8, true);
}
/// Two fragments of B (16 x 8 each, side by side: b[0..1], b[2..3]) from columns of B: shared memory holds its transpose.
DEVICE void loadBTransposed(uint32_t (&to)[4], const Bfloat16* tile, int stride) {
  const int lane = laneId();
  loadMatrices(to, tile + (lane % 8 + lane / 16 * 8) * stride + lane / 8 % 2 * 8, false);
}
/// Two fragments of B (16 x 8 each, side by side) from rows of B.
DEVICE void loadB(uint32_t (&to)[4], const Bfloat16* tile, int stride) {
  const int lane = laneId();
  loadMatrices(to, tile + lane % 16 * stride + lane / 16 * 8, true);
}

}  // namespace secondlook::cuda
