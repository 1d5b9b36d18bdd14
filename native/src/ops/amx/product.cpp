// Matrix products on the processor's tile unit (AMX): bfloat16 in, float32 sums. A float32 operand is three exact
// bfloat16 parts; of the nine products of parts the six that reach float32's last place are added, the small ones first
// and by themselves, so that the result is as good as a chain of float32 multiply-adds at several times its speed.
// Each element has one order of summation whatever the block, as in kernels/gemm.cpp; it is another order than there.
#include "product.h"

#include "split.h"

namespace secondlook::SECONDLOOK_ISA {

namespace {

using kernels::Product;

/// Fewer rows than this do not repay the packing of B.
constexpr int64_t fewestRows = 16;

/// k taken at a time; two operands of one part each leave room for more.
template <int aParts, int bParts>
constexpr int64_t mostDepth = aParts * bParts == 1 ? 4 * productDepth : productDepth;

struct alignas(64) TileConfig {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t columnBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileConfig tileConfig;

/// Tiles 0-3 hold C, 4-5 A, 6-7 B. An operand's tiles lie [tile][part][k-step].
template <int rowTiles, int columnTiles>
struct Registers {
  const uint16_t *a, *b;
  int64_t aTile, bTile;  // words from one tile to the next

  SECONDLOOK_INLINE void loadA(int64_t at) const {
    _tile_loadd(4, a + at, 64);
    if constexpr (rowTiles > 1) _tile_loadd(5, a + aTile + at, 64);
  }
  SECONDLOOK_INLINE void loadB(int64_t at) const {
    _tile_loadd(6, b + at, 64);
    if constexpr (columnTiles > 1) _tile_loadd(7, b + bTile + at, 64);
  }
  SECONDLOOK_INLINE void multiply() const {
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (columnTiles > 1) _tile_dpbf16ps(1, 4, 7);
    if constexpr (rowTiles > 1) _tile_dpbf16ps(2, 5, 6);
    if constexpr (rowTiles > 1 && columnTiles > 1) _tile_dpbf16ps(3, 5, 7);
  }
};

constexpr int64_t roundSide = 2 * tileSide, roundFloats = roundSide * roundSide;

/// Where the sums of a round go. Those of a k that takes several depths are kept side by side until the last, whatever
/// C's rows lie apart: rows a power of two apart would meet in a few sets of the caches.
struct Target {
  float alpha, beta;  // beta 0: C is not read
  const float* bias;  // of the first column, or null
  float* c;
  int64_t ldc, rows, columns;
  float* kept;  // [roundSide, roundSide], or null: one depth is all
  bool first, last;
};

/// Adds a round's sums to those kept, or all of them to C.
void fold(const Target& to, const float* sums) {
  const int64_t rows = smaller(to.rows, roundSide), columns = smaller(to.columns, roundSide);
  if (!to.last) {
    for (int64_t i = 0; i < rows * roundSide; i += lanes) store(to.kept + i, load(to.kept + i) + load(sums + i));
    return;
  }
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; j += lanes) {
      const int64_t left = columns - j;
      float* c = to.c + i * to.ldc + j;
      Vector y = load(sums + i * roundSide + j);
      if (to.kept) y += load(to.kept + i * roundSide + j);
      y *= to.alpha;
      if (to.beta != 0.0f) y += loadFirst(c, left) * to.beta;
      if (to.bias) y += loadFirst(to.bias + j, left);
      storeFirst(c, y, left);
    }
}

/// Asks for the result's lines while there is still a round of tiles to compute.
template <int rowTiles, int columnTiles>
void prefetchTarget(const Target& to) {
  for (int64_t i = 0; i < smaller(to.rows, rowTiles * tileSide); ++i)
    for (int64_t j = 0; j < smaller(to.columns, columnTiles * tileSide); j += lanes)
      _mm_prefetch(reinterpret_cast<const char*>(to.c + i * to.ldc + j), _MM_HINT_T0);
}

/// A round's sums until they are folded, which is while the next round's products run: right after the last product
/// vectors would have to wait for the tiles.
struct Round {
  alignas(64) float sums[roundFloats];
  Target to;
  bool waits = false;

  void settle() {
    if (waits) fold(to, sums);
    waits = false;
  }
};

template <int rowTiles, int columnTiles>
SECONDLOOK_INLINE void storeTiles(float* to, int64_t stride) {
  _tile_stored(0, to, stride * 4);
  if constexpr (columnTiles > 1) _tile_stored(1, to + tileSide, stride * 4);
  if constexpr (rowTiles > 1) _tile_stored(2, to + tileSide * stride, stride * 4);
  if constexpr (rowTiles > 1 && columnTiles > 1) _tile_stored(3, to + tileSide * stride + tileSide, stride * 4);
}

template <int aParts, int bParts, int rowTiles, int columnTiles>
void computeTiles(int64_t steps, const uint16_t* a, const uint16_t* b, const Target& to, Round& before, Round& own) {
  const int64_t part = steps * tileWords;
  const Registers<rowTiles, columnTiles> tiles{a, b, aParts * part, bParts * part};
  if (to.last) prefetchTarget<rowTiles, columnTiles>(to);
  asm volatile("" ::: "memory");  // the packed operands are written: tile loads do not say that they read memory
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  if constexpr (aParts * bParts > 1)
    for (int64_t at = 0; at < part; at += tileWords) {  // each line changes one operand
      if constexpr (aParts == 3) {
        tiles.loadA(at + 2 * part), tiles.loadB(at), tiles.multiply();
        tiles.loadA(at + part), tiles.multiply();
        if constexpr (bParts == 3) tiles.loadB(at + part), tiles.multiply();
      }
      if constexpr (bParts == 3) {
        tiles.loadA(at);
        if constexpr (aParts == 1) tiles.loadB(at + part);
        tiles.multiply();
        tiles.loadB(at + 2 * part), tiles.multiply();
      }
    }
  int64_t at = 0;
  if constexpr (aParts * bParts == 1)
    for (; at < part / 2; at += tileWords) tiles.loadA(at), tiles.loadB(at), tiles.multiply();
  before.settle();
  for (; at < part; at += tileWords) tiles.loadA(at), tiles.loadB(at), tiles.multiply();
  const bool whole = to.rows >= rowTiles * tileSide && to.columns >= columnTiles * tileSide;
  if (!to.last && to.first) return storeTiles<rowTiles, columnTiles>(to.kept, roundSide);
  if (whole && !to.kept && to.alpha == 1.0f && to.beta == 0.0f && !to.bias)
    return storeTiles<rowTiles, columnTiles>(to.c, to.ldc);
  storeTiles<rowTiles, columnTiles>(own.sums, roundSide);
  own.to = to;
  own.waits = true;
}

template <class A, class B>
void productOf(const Product& x, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* work) {
  constexpr int aParts = partsOf<A>, bParts = partsOf<B>;
  constexpr int64_t most = mostDepth<aParts, bParts>;
  const A* left = static_cast<const A*>(x.a.data);
  const B* right = static_cast<const B*>(x.b.data);
  const int64_t roundsAcross = (n1 - n0 + roundSide - 1) / roundSide;
  float* kept = x.k > most ? work : nullptr;
  auto* packedB = reinterpret_cast<uint16_t*>(work + (kept ? kernels::blockRows * kernels::blockColumns : 0));
  uint16_t* packedA = packedB + 2 * bParts * most * tileSide;
  _tile_loadconfig(&tileConfig);
  Round rounds[2];
  int now = 0;
  for (int64_t k0 = 0; k0 < x.k; k0 += most) {
    const int64_t depth = smaller(most, x.k - k0), steps = (depth + tileDepth - 1) / tileDepth;
    const int64_t part = steps * tileWords;
    const bool first = k0 == 0, last = k0 + most >= x.k;
    for (int64_t i = m0; i < m1; i += tileSide)
      packTilesA(left + i * x.aRow + k0 * x.aStep, x.aRow, x.aStep, m1 - i, depth,
                 packedA + (i - m0) / tileSide * aParts * part, part);
    for (int64_t j = n0; j < n1; j += 2 * tileSide) {
      const bool wide = n1 - j > tileSide;
      for (int64_t t = 0; t < (wide ? 2 : 1); ++t)
        for (int64_t s = 0; s < steps; ++s)
          packTileB(right + (k0 + s * tileDepth) * x.bStep + (j + t * tileSide) * x.bColumn, x.bStep, x.bColumn,
                    n1 - j - t * tileSide, depth - s * tileDepth, packedB + t * bParts * part + s * tileWords, part);
      for (int64_t i = m0; i < m1; i += 2 * tileSide) {
        const int64_t round = (i - m0) / roundSide * roundsAcross + (j - n0) / roundSide;
        const Target to{x.alpha, x.beta, x.bias ? x.bias + j : nullptr, x.c + i * x.ldc + j, x.ldc, m1 - i, n1 - j,
                        kept ? kept + round * roundFloats : nullptr, first, last};
        const uint16_t* a = packedA + (i - m0) / tileSide * aParts * part;
        const bool tall = m1 - i > tileSide;
        Round &before = rounds[now], &own = rounds[now ^= 1];
        if (tall && wide) computeTiles<aParts, bParts, 2, 2>(steps, a, packedB, to, before, own);
        else if (tall) computeTiles<aParts, bParts, 2, 1>(steps, a, packedB, to, before, own);
        else if (wide) computeTiles<aParts, bParts, 1, 2>(steps, a, packedB, to, before, own);
        else computeTiles<aParts, bParts, 1, 1>(steps, a, packedB, to, before, own);
      }
    }
  }
  rounds[now].settle();
  _tile_release();
}

}  // namespace

void product(const Product& x, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* work) {
  const bool along = (x.aStep == 1 || x.aRow == 1) && (x.bStep == 1 || x.bColumn == 1);
  // By the whole product's size, not the block's: the same path on any number of threads.
  if (x.m < fewestRows || x.k < 1 || !along) return isa_avx512::table.product(x, m0, m1, n0, n1, work);
  if (x.a.half && x.b.half) productOf<Bfloat16, Bfloat16>(x, m0, m1, n0, n1, work);
  else if (x.a.half) productOf<Bfloat16, float>(x, m0, m1, n0, n1, work);
  else if (x.b.half) productOf<float, Bfloat16>(x, m0, m1, n0, n1, work);
  else productOf<float, float>(x, m0, m1, n0, n1, work);
}

}  // namespace secondlook::SECONDLOOK_ISA
