// Synchronous helpers for tests and for the conformance command: small, pure, run on the calling thread.
#include <array>
#include <cmath>

#include "../src/device/cpu.h"
#include "../src/model/positions.h"
#include "../src/model/windows.h"
#include "arguments.h"
#include "objects.h"

namespace secondlook::binding {

namespace {
template <class F>
Napi::Value withContext(const Napi::CallbackInfo& info, F&& body) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    ThreadPool pool(1);
    Context context{pool, detectInstructionSet(), nullptr};
    return body(context);
  });
}

/// processLogits(logits Float32Array, history Int32Array, sampling) -> Float32Array
Napi::Value processLogits(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const std::vector<float> logits = asFloats(info[0], "logits");
    const std::vector<int32_t> history = asIds(info[1], "history");
    const auto vocabulary = static_cast<int64_t>(logits.size());
    if (vocabulary == 0) refuse("logits must hold at least one value.");
    for (const float logit : logits)
      if (std::isnan(logit)) refuse("logits must not hold NaN.");
    std::vector<uint8_t> seen(logits.size(), 0);
    for (const int32_t id : history) {
      if (id < 0 || id >= vocabulary) refuse("history holds id " + std::to_string(id) + ", outside the logits.");
      seen[static_cast<size_t>(id)] = 1;
    }
    const SamplingSettings sampling = asSampling(info[2], vocabulary);
    Sampler sampler(sampling, vocabulary);
    std::vector<float> probabilities(logits.size());
    sampler.distribution(logits.data(), seen.data(), probabilities.data());
    return toFloat32Array(info.Env(), probabilities);
  });
}

std::vector<Grid> asGrids(const Napi::Value& value) {
  const Napi::Array list = asArray(value, "grids", 1 << 16);
  std::vector<Grid> grids;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::Array grid = asArray(list.Get(i), "grid", 3);
    std::array<int64_t, 3> sizes{};
    for (uint32_t axis = 0; axis < 3; ++axis) sizes[axis] = asWhole(grid.Get(axis), "grid", 1, 4096);
    grids.push_back({sizes[0], sizes[1], sizes[2]});
  }
  return grids;
}

/// mropePositions(runs [{tokens} | {grid, video, secondsPerGrid}], merge, tokensPerSecond, rule) -> {positions, next}
Napi::Value positions(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const Napi::Array list = asArray(info[0], "runs", 1 << 16);
    const int64_t merge = asWhole(info[1], "merge", 1, 16);
    const double tokensPerSecond = asNumber(info[2], "tokensPerSecond", 0, 1e6);
    std::vector<PositionRun> runs;
    for (uint32_t i = 0; i < list.Length(); ++i) {
      const Napi::Object object = asObject(list.Get(i), "run");
      PositionRun run;
      if (const Napi::Value grid = object.Get("grid"); !isAbsent(grid)) {
        Napi::Array one = Napi::Array::New(env, 1);
        one.Set(0u, grid);
        run.grid = asGrids(one).front();
        run.video = booleanOr(object, "video", false);
        run.secondsPerGrid = numberOr(object, "secondsPerGrid", 0, 1e6, 1.0);
      } else {
        run.length = asWhole(object.Get("tokens"), "run.tokens", 0, 1 << 24);
      }
      runs.push_back(run);
    }
    const Positions result = mropePositions(
        runs, merge, tokensPerSecond, asString(info[3], "rule") == "hf5" ? PositionRule::hf5 : PositionRule::vllm);
    Napi::Array axes = Napi::Array::New(env, 3);
    for (uint32_t axis = 0; axis < 3; ++axis) axes.Set(axis, toInt32Array(env, result.axes[axis]));
    Napi::Object object = Napi::Object::New(env);
    object.Set("positions", axes);
    object.Set("next", result.next);
    return object;
  });
}

/// windowPlan(grids, {patch, merge, temporal}, windowSize)
Napi::Value windowPlan(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const Napi::Object size = asObject(info[1], "size");
    const PatchSize patch{asWhole(size.Get("patch"), "patch", 1, 256), 2, asWhole(size.Get("merge"), "merge", 1, 16)};
    const int64_t window = asWhole(info[2], "window", 0, 1 << 16);
    std::vector<Grid> grids = asGrids(info[0]);
    for (const Grid& grid : grids)
      if (grid.height % patch.merge != 0 || grid.width % patch.merge != 0)
        refuse("A grid's height and width must be multiples of merge.");
    const WindowPlan plan = planWindows(grids, patch, window);
    Napi::Object result = Napi::Object::New(env);
    result.Set("windowIndex", toInt32Array(env, plan.windowIndex));
    result.Set("windowEnds", toInt32Array(env, plan.windowEnds));
    result.Set("gridEnds", toInt32Array(env, plan.gridEnds));
    result.Set("rows", toInt32Array(env, plan.rows));
    result.Set("columns", toInt32Array(env, plan.columns));
    return result;
  });
}

/// patchify(frames) -> Float32Array [patches, 1176]
Napi::Value patches(const Napi::CallbackInfo& info) {
  return withContext(info, [&](Context& context) -> Napi::Value {
    const FramesInput frames = asFrames(info[0]);
    return toFloat32Array(
        info.Env(), patchify(context, PatchSize{}, frames.data.data(), frames.count, frames.height, frames.width));
  });
}

/// adamwUpdate({parameter, gradient, m, v}, {learningRate, beta1, beta2, epsilon, weightDecay, step, gradientScale})
Napi::Value adamwUpdate(const Napi::CallbackInfo& info) {
  return withContext(info, [&](Context& context) -> Napi::Value {
    const Napi::Object tensors = asObject(info[0], "tensors");
    std::vector<float> parameter = asFloats(tensors.Get("parameter"), "parameter"), m = asFloats(tensors.Get("m"), "m"),
                       v = asFloats(tensors.Get("v"), "v");
    const std::vector<float> gradient = asFloats(tensors.Get("gradient"), "gradient");
    if (gradient.size() != parameter.size() || m.size() != parameter.size() || v.size() != parameter.size())
      refuse("parameter, gradient, m and v must have one length.");
    const StepSettings settings = asStepSettings(info[1]);
    const Napi::Object options = asObject(info[1], "options");
    const ops::AdamW adamw{static_cast<float>(settings.learningRate),
                           static_cast<float>(settings.beta1),
                           static_cast<float>(settings.beta2),
                           static_cast<float>(settings.epsilon),
                           static_cast<float>(settings.weightDecay),
                           asWhole(options.Get("step"), "step", 1, int64_t{1} << 40),
                           static_cast<float>(numberOr(options, "gradientScale", 0, 1e30, 1))};
    ops::adamw(context, adamw, static_cast<int64_t>(parameter.size()), parameter.data(), gradient.data(), m.data(),
               v.data());
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("parameter", toFloat32Array(info.Env(), parameter));
    result.Set("m", toFloat32Array(info.Env(), m));
    result.Set("v", toFloat32Array(info.Env(), v));
    return result;
  });
}
}  // namespace

void defineHelpers(Napi::Env env, Napi::Object exports) {
  exports.Set("processLogits", Napi::Function::New<processLogits>(env));
  exports.Set("mropePositions", Napi::Function::New<positions>(env));
  exports.Set("windowPlan", Napi::Function::New<windowPlan>(env));
  exports.Set("patchify", Napi::Function::New<patches>(env));
  exports.Set("adamwUpdate", Napi::Function::New<adamwUpdate>(env));
}

}  // namespace secondlook::binding
