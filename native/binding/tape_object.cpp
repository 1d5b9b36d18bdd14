#include <cmath>

#include "arguments.h"
#include "objects.h"

namespace secondlook::binding {

namespace {
struct TapeSource {
  std::shared_ptr<EngineCore> core;
  std::shared_ptr<Tape> tape;
};

void checkFinite(const std::vector<float>& values, const char* name) {
  for (size_t i = 0; i < values.size(); ++i)
    if (std::isnan(values[i]))
      refuse(std::string(name) + "[" + std::to_string(i) + "] is NaN. Look for a division by zero in the loss.");
}
}  // namespace

Napi::Function TapeObject::define(Napi::Env env) {
  return DefineClass(env, "Tape",
                     {InstanceMethod<&TapeObject::values>("values"), InstanceMethod<&TapeObject::backward>("backward"),
                      InstanceMethod<&TapeObject::dispose>("dispose")});
}

Napi::Value TapeObject::wrap(Napi::Env env, std::shared_ptr<EngineCore> core, std::shared_ptr<Tape> tape) {
  TapeSource source{std::move(core), std::move(tape)};
  return classesOf(env).tape.New({Napi::External<TapeSource>::New(env, &source)});
}

TapeObject::TapeObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<TapeObject>(info) {
  if (!info[0].IsExternal()) throw Napi::TypeError::New(info.Env(), "Tapes come from forward().");
  const TapeSource& source = *info[0].As<Napi::External<TapeSource>>().Data();
  core_ = source.core;
  tape_ = source.tape;
}

Napi::Value TapeObject::values(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!tape_) throw Error(ErrorCode::disposed, "This tape was disposed of. Run forward() again.");
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("logProbs", toFloat32Array(info.Env(), tape_->logProbs()));
    result.Set("entropy", toFloat32Array(info.Env(), tape_->entropy()));
    result.Set("offsets", toInt32Array(info.Env(), tape_->offsets()));
    return result;
  });
}

Napi::Value TapeObject::backward(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!tape_) throw Error(ErrorCode::disposed, "This tape was disposed of. Run forward() again.");
    std::vector<float> dLogProbs = asFloats(info[0], "dLogProbs");
    std::vector<float> dEntropy = isAbsent(info[1]) ? std::vector<float>() : asFloats(info[1], "dEntropy");
    checkFinite(dLogProbs, "dLogProbs");
    checkFinite(dEntropy, "dEntropy");
    return runJob(
        info.Env(), *core_, info.This().As<Napi::Object>(), asCancel(info[2]),
        [tape = tape_, dLogProbs = std::move(dLogProbs), dEntropy = std::move(dEntropy)](Context& context) {
          tape->backward(context, dLogProbs, dEntropy);
          return true;
        },
        [](Napi::Env env, bool) -> Napi::Value { return env.Undefined(); });
  });
}

Napi::Value TapeObject::dispose(const Napi::CallbackInfo& info) {
  tape_.reset();
  return info.Env().Undefined();
}

}  // namespace secondlook::binding
