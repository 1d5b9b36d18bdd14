// Reading arguments at the boundary: every value is checked before it reaches the core, and every refusal names the
// argument and the remedy.
#pragma once

#include <napi.h>

#include <memory>
#include <string>
#include <vector>

#include "../src/generate/sampler.h"
#include "../src/model/model.h"
#include "../src/model/storage.h"
#include "worker.h"

namespace secondlook::binding {

[[noreturn]] void refuse(const std::string& what);

/// Runs `body` and turns what it throws into a JavaScript exception.
template <class F>
auto guarded(Napi::Env env, F&& body) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    throw toJavaScript(env, currentFailure());
  }
}

Napi::Object asObject(const Napi::Value& value, const std::string& name);
Napi::Array asArray(const Napi::Value& value, const std::string& name, uint32_t longest);
std::string asString(const Napi::Value& value, const std::string& name);
/// A path: a string without NUL.
std::string asPath(const Napi::Value& value, const std::string& name);
double asNumber(const Napi::Value& value, const std::string& name, double lowest, double highest);
int64_t asWhole(const Napi::Value& value, const std::string& name, int64_t lowest, int64_t highest);
/// `otherwise` when the member is undefined or null.
double numberOr(const Napi::Object& object, const char* key, double lowest, double highest, double otherwise);
int64_t wholeOr(const Napi::Object& object, const char* key, int64_t lowest, int64_t highest, int64_t otherwise);
bool booleanOr(const Napi::Object& object, const char* key, bool otherwise);
bool isAbsent(const Napi::Value& value);

std::vector<int32_t> asIds(const Napi::Value& value, const std::string& name);
/// Ids in an ordinary array, each in [0, below).
std::vector<int32_t> asIdList(const Napi::Value& value, const std::string& name, int64_t below);
std::vector<float> asFloats(const Napi::Value& value, const std::string& name);

struct FramesInput {
  std::vector<uint8_t> data;
  int64_t count, height, width;
};
FramesInput asFrames(const Napi::Value& value);

ModelOptions asModelOptions(const Napi::Value& value);
/// {adapter: false}: the base model under the adapters.
Policy asPolicy(const Napi::Value& options);
InitialiseSettings asInitialiseSettings(const Napi::Value& value);
StepSettings asStepSettings(const Napi::Value& value);
SamplingSettings asSampling(const Napi::Value& value, int64_t vocabulary);
/// {temperature}
float asTemperature(const Napi::Value& options);
/// {measure, fill}
DivergenceRule asDivergenceRule(const Napi::Value& options);
PromptInput asPrompt(const Napi::Value& value, const std::string& name);
std::vector<PromptInput> asPrompts(const Napi::Value& value);
std::vector<GroupInput> asBatch(const Napi::Value& value);
std::shared_ptr<CancelToken> asCancel(const Napi::Value& value);

Napi::Float32Array toFloat32Array(Napi::Env env, const float* values, size_t count);
Napi::Int32Array toInt32Array(Napi::Env env, const std::vector<int32_t>& values);
inline Napi::Float32Array toFloat32Array(Napi::Env env, const std::vector<float>& values) {
  return toFloat32Array(env, values.data(), values.size());
}

}  // namespace secondlook::binding
