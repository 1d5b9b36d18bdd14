#include <array>

#include "fixtures.h"

using namespace fixtures;

namespace {

struct Loss {
  int64_t rows, width, vocab;
  double temperature;
  std::vector<int32_t> targets;
  Floats gLogProb, gEntropy;

  /// sum gLogProb * logProb + gEntropy * entropy; optionally keeps both.
  double operator()(const Doubles& x, const Doubles& w, Doubles* logProb = nullptr, Doubles* entropy = nullptr) const {
    double total = 0;
    for (int64_t i = 0; i < rows; ++i) {
      Doubles z(vocab);
      double top = -INFINITY, sum = 0, h = 0;
      for (int64_t j = 0; j < vocab; ++j) {
        for (int64_t d = 0; d < width; ++d) z[j] += x[i * width + d] * w[j * width + d] / temperature;
        top = std::max(top, z[j]);
      }
      for (const double v : z) sum += std::exp(v - top);
      const double lse = top + std::log(sum);
      for (const double v : z) h -= std::exp(v - lse) * (v - lse);
      total += static_cast<double>(gLogProb[i]) * (z[targets[i]] - lse) + static_cast<double>(gEntropy[i]) * h;
      if (logProb) logProb->push_back(z[targets[i]] - lse);
      if (entropy) entropy->push_back(h);
    }
    return total;
  }
};

void verify(const Loss& loss, float temperature, bool differences) {
  const auto [rows, width, vocab] = std::array{loss.rows, loss.width, loss.vocab};
  const Floats x = randomFloats(rows * width, 1), w = randomFloats(vocab * width, 2);
  Doubles expectedLogProb, expectedEntropy, dx, dw;
  loss(widened(x), widened(w), &expectedLogProb, &expectedEntropy);
  if (differences) {
    dx = numericGradient(widened(x), [&](const Doubles& v) { return loss(v, widened(w)); });
    dw = numericGradient(widened(w), [&](const Doubles& v) { return loss(widened(x), v); });
  }
  everywhere([&](Context& context) {
    Floats logProb(rows), entropy(rows), lse(rows), dxs(x.size(), NAN), dws(w.size());
    ops::linearLogProb(context, rows, width, vocab, temperature, x.data(), w.data(), loss.targets.data(),
                       logProb.data(), entropy.data(), lse.data());
    CHECK_CLOSE(logProb, expectedLogProb, 2e-6);
    CHECK_CLOSE(entropy, expectedEntropy, 4e-6);
    ops::linearLogProbBackward(context, rows, width, vocab, temperature, x.data(), w.data(), loss.targets.data(),
                               entropy.data(), lse.data(), loss.gLogProb.data(), loss.gEntropy.data(), dxs.data(),
                               dws.data());
    if (differences) {
      CHECK_CLOSE(dxs, dx, 1e-5);
      CHECK_CLOSE(dws, dw, 1e-5);
    }
    for (const Floats* part : {&entropy, &dxs, &dws}) append(logProb, *part);
    return logProb;
  });
}

Loss makeLoss(int64_t rows, int64_t width, int64_t vocab, float temperature) {
  return {rows, width, vocab, static_cast<double>(temperature), randomIds(rows, static_cast<int32_t>(vocab), 3),
          randomFloats(rows, 4), randomFloats(rows, 5)};
}

}  // namespace

TEST("linearLogProb and its gradients equal float64 and differences") {
  verify(makeLoss(7, 5, 37, 1.0f), 1.0f, true);
  verify(makeLoss(4, 8, 50, 0.7f), 0.7f, true);
}

TEST("linearLogProb equals float64 across chunks of rows and of vocabulary") { verify(makeLoss(530, 9, 2100, 1.3f), 1.3f, false); }

TEST("gradients across chunks of vocabulary equal those of the formula") {
  const Loss loss = makeLoss(5, 4, 2100, 1.0f);
  const Floats x = randomFloats(5 * 4, 1), w = randomFloats(2100 * 4, 2);
  const Doubles dx = numericGradient(widened(x), [&](const Doubles& v) { return loss(v, widened(w)); });
  everywhere([&](Context& context) {
    Floats logProb(5), entropy(5), lse(5), dxs(20), dws(w.size());
    ops::linearLogProb(context, 5, 4, 2100, 1.0f, x.data(), w.data(), loss.targets.data(), logProb.data(), entropy.data(), lse.data());
    ops::linearLogProbBackward(context, 5, 4, 2100, 1.0f, x.data(), w.data(), loss.targets.data(), entropy.data(),
                               lse.data(), loss.gLogProb.data(), loss.gEntropy.data(), dxs.data(), dws.data());
    CHECK_CLOSE(dxs, dx, 1e-5);
    return dxs;
  });
}
