// The layers of one pass of decoding: what passes of every kind share; only attention differs.
#pragma once

#include "../model/language.h"
#include "../model/weights.h"

namespace secondlook {

/// Room for the rows of a pass.
struct PassBuffers {
  float *x = nullptr, *y = nullptr, *normed = nullptr, *qkv = nullptr, *attended = nullptr, *up = nullptr, *activated = nullptr;

  PassBuffers() = default;
  PassBuffers(Arena& arena, const BlockShape& shape, int64_t rows)
      : x(arena.floats(rows * shape.width)), y(arena.floats(rows * shape.width)) {}
  /// What layers need beside x and y: later, so that embeddings may use the memory first.
  void takeRest(Arena& arena, const BlockShape& shape, int64_t rows) {
    normed = arena.floats(rows * shape.width);
    qkv = arena.floats(rows * shape.qkvWidth());
    attended = arena.floats(rows * shape.queryWidth());
    up = arena.floats(rows * shape.upWidth());
    activated = arena.floats(rows * shape.ffn);
  }
};

/// b.x through all layers; attend(layer) makes b.attended of b.qkv.
template <class Attend>
void decodeLayers(Context& context, const BlockShape& shape, const TextWeights& w, int64_t rows, const PassBuffers& b,
                  RotaryRows turns, Arena& scratch, Attend&& attend) {
  for (size_t layer = 0; layer < w.layers.size(); ++layer) {
    checkCancelled(context);
    const BlockWeights& weights = w.layers[layer];
    ops::rmsNorm(context, rows, shape.width, shape.epsilon, b.x, weights.norm1, b.normed, nullptr);
    linearForward(context, rows, shape.width, shape.qkvWidth(), b.normed, weights.qkv, b.qkv, scratch);
    ops::rotary(context, rows, shape.queryHeads + shape.keyHeads, shape.headDim, b.qkv, shape.qkvWidth(), turns.cos, turns.sin,
                false);
    attend(static_cast<int64_t>(layer));
    linearForward(context, rows, shape.queryWidth(), shape.width, b.attended, weights.proj, b.y, scratch);
    ops::addRows(context, rows * shape.width, b.y, b.x);
    ops::rmsNorm(context, rows, shape.width, shape.epsilon, b.x, weights.norm2, b.normed, nullptr);
    linearForward(context, rows, shape.width, shape.upWidth(), b.normed, weights.up, b.up, scratch);
    checkCancelled(context);
    ops::swiglu(context, rows, shape.ffn, b.up, b.activated);
    linearForward(context, rows, shape.ffn, shape.width, b.activated, weights.down, b.y, scratch);
    ops::addRows(context, rows * shape.width, b.y, b.x);
  }
}

}  // namespace secondlook
