#include "arguments.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "objects.h"

namespace secondlook::binding {

void refuse(const std::string& what) { throw Error(ErrorCode::badArgument, what); }

bool isAbsent(const Napi::Value& value) { return value.IsUndefined() || value.IsNull(); }

Napi::Object asObject(const Napi::Value& value, const std::string& name) {
  if (!value.IsObject()) refuse(name + " must be an object.");
  return value.As<Napi::Object>();
}

Napi::Array asArray(const Napi::Value& value, const std::string& name, uint32_t longest) {
  if (!value.IsArray()) refuse(name + " must be an array.");
  const auto array = value.As<Napi::Array>();
  if (array.Length() > longest)
    refuse(name + " has " + std::to_string(array.Length()) + " entries; at most " + std::to_string(longest) +
           " are allowed.");
  return array;
}

std::string asString(const Napi::Value& value, const std::string& name) {
  if (!value.IsString()) refuse(name + " must be a string.");
  return value.As<Napi::String>().Utf8Value();
}

std::string asPath(const Napi::Value& value, const std::string& name) {
  const std::string path = asString(value, name);
  if (path.empty() || path.size() > 4000 || path.find('\0') != std::string::npos) refuse(name + " must be a path.");
  return path;
}

double asNumber(const Napi::Value& value, const std::string& name, double lowest, double highest) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::nan("");
  if (!(number >= lowest && number <= highest)) {
    char range[80];
    std::snprintf(range, sizeof range, "%g to %g", lowest, highest);
    refuse(name + " must be a number from " + range + ".");
  }
  return number;
}

int64_t asWhole(const Napi::Value& value, const std::string& name, int64_t lowest, int64_t highest) {
  const double number = asNumber(value, name, static_cast<double>(lowest), static_cast<double>(highest));
  if (number != std::floor(number)) refuse(name + " must be a whole number.");
  return static_cast<int64_t>(number);
}

double numberOr(const Napi::Object& object, const char* key, double lowest, double highest, double otherwise) {
  const Napi::Value value = object.Get(key);
  return isAbsent(value) ? otherwise : asNumber(value, key, lowest, highest);
}

int64_t wholeOr(const Napi::Object& object, const char* key, int64_t lowest, int64_t highest, int64_t otherwise) {
  const Napi::Value value = object.Get(key);
  return isAbsent(value) ? otherwise : asWhole(value, key, lowest, highest);
}

bool booleanOr(const Napi::Object& object, const char* key, bool otherwise) {
  const Napi::Value value = object.Get(key);
  if (isAbsent(value)) return otherwise;
  if (!value.IsBoolean()) refuse(std::string(key) + " must be true or false.");
  return value.As<Napi::Boolean>().Value();
}

namespace {
bool isTypedArray(const Napi::Value& value, napi_typedarray_type type) {
  return value.IsTypedArray() && value.As<Napi::TypedArray>().TypedArrayType() == type;
}

uint64_t asSeed(const Napi::Value& value) {
  return isAbsent(value) ? 0 : static_cast<uint64_t>(asWhole(value, "seed", 0, int64_t{1} << 53));
}
}  // namespace

std::vector<int32_t> asIds(const Napi::Value& value, const std::string& name) {
  if (!isTypedArray(value, napi_int32_array)) refuse(name + " must be an Int32Array.");
  const auto array = value.As<Napi::Int32Array>();
  if (array.ElementLength() == 0) return {};
  return {array.Data(), array.Data() + array.ElementLength()};
}

std::vector<int32_t> asIdList(const Napi::Value& value, const std::string& name, int64_t below) {
  std::vector<int32_t> ids;
  if (isAbsent(value)) return ids;
  const Napi::Array array = asArray(value, name, 1 << 24);
  for (uint32_t i = 0; i < array.Length(); ++i)
    ids.push_back(static_cast<int32_t>(asWhole(array.Get(i), name, 0, below - 1)));
  return ids;
}

std::vector<float> asFloats(const Napi::Value& value, const std::string& name) {
  if (!isTypedArray(value, napi_float32_array)) refuse(name + " must be a Float32Array.");
  const auto array = value.As<Napi::Float32Array>();
  if (array.ElementLength() == 0) return {};
  return {array.Data(), array.Data() + array.ElementLength()};
}

FramesInput asFrames(const Napi::Value& value) {
  const Napi::Object object = asObject(value, "frames");
  FramesInput frames{{},
                     asWhole(object.Get("count"), "frames.count", 1, 1 << 20),
                     asWhole(object.Get("height"), "frames.height", 1, 1 << 16),
                     asWhole(object.Get("width"), "frames.width", 1, 1 << 16)};
  const Napi::Value data = object.Get("data");
  if (!isTypedArray(data, napi_uint8_array) && !isTypedArray(data, napi_uint8_clamped_array))
    refuse("frames.data must be a Uint8Array.");
  const auto bytes = data.As<Napi::TypedArrayOf<uint8_t>>();
  const auto wanted = static_cast<size_t>(frames.count * frames.height * frames.width * 3);
  if (bytes.ElementLength() != wanted)
    refuse("frames.data has " + std::to_string(bytes.ElementLength()) + " bytes, but count x height x width x 3 is " +
           std::to_string(wanted) + ".");
  frames.data.assign(bytes.Data(), bytes.Data() + wanted);
  return frames;
}

namespace {
/// Place of the member's value in `names`; 0 when it is absent.
size_t oneOf(const Napi::Object& object, const char* key, const std::vector<const char*>& names) {
  const Napi::Value value = object.Get(key);
  if (isAbsent(value)) return 0;
  const std::string given = asString(value, key);
  std::string list;
  for (size_t i = 0; i < names.size(); ++i) {
    if (given == names[i]) return i;
    list += std::string(i ? ", " : "") + "\"" + names[i] + "\"";
  }
  throw Error(ErrorCode::unsupported, std::string(key) + " must be one of " + list + ".");
}

LoraSettings asLora(const Napi::Value& value) {
  const Napi::Object object = asObject(value, "lora");
  LoraSettings lora;
  lora.rank = asWhole(object.Get("rank"), "lora.rank", 1, 4096);
  lora.alpha = numberOr(object, "alpha", 1e-6, 1e6, static_cast<double>(2 * lora.rank));
  lora.rankStabilised = booleanOr(object, "rankStabilised", false);
  lora.seed = asSeed(object.Get("seed"));
  if (const Napi::Value targets = object.Get("targets"); !isAbsent(targets)) {
    const Napi::Array list = asArray(targets, "lora.targets", 10000);
    if (list.Length() == 0) refuse("lora.targets is empty: name at least one linear layer, such as q_proj.");
    lora.targets.clear();
    for (uint32_t i = 0; i < list.Length(); ++i) lora.targets.push_back(asString(list.Get(i), "lora.targets"));
  }
  return lora;
}
}  // namespace

Policy asPolicy(const Napi::Value& options) {
  const bool adapted = isAbsent(options) || booleanOr(asObject(options, "options"), "adapter", true);
  return adapted ? Policy::adapted : Policy::base;
}

ModelOptions asModelOptions(const Napi::Value& value) {
  ModelOptions options;
  if (isAbsent(value)) return options;
  const Napi::Object object = asObject(value, "options");
  options.trainable = booleanOr(object, "trainable", true);
  if (const Napi::Value frozen = object.Get("frozen"); !isAbsent(frozen)) {
    const Napi::Array list = asArray(frozen, "frozen", 10000);
    for (uint32_t i = 0; i < list.Length(); ++i) options.frozen.push_back(asString(list.Get(i), "frozen"));
  }
  options.storage = oneOf(object, "dtype", {"float32", "bf16"}) == 1 ? Storage::bfloat16 : Storage::float32;
  options.checkpointing = static_cast<Checkpointing>(oneOf(object, "checkpointing", {"auto", "always", "never"}));
  options.optimiser8Bit = oneOf(object, "optimiser", {"float32", "8bit"}) == 1;
  options.prefixCacheBytes = static_cast<size_t>(wholeOr(object, "prefixCacheBytes", 0, int64_t{1} << 50, 0));
  options.visionCacheBytes = static_cast<size_t>(wholeOr(object, "visionCacheBytes", 0, int64_t{1} << 50, 0));
  if (const Napi::Value folder = object.Get("visionCacheFolder"); !isAbsent(folder)) {
    options.visionCacheFolder = asPath(folder, "visionCacheFolder");
    options.visionCacheFolderBytes =
        static_cast<size_t>(wholeOr(object, "visionCacheFolderBytes", 0, int64_t{1} << 50, 2'000'000'000));
  }
  if (const Napi::Value lora = object.Get("lora"); !isAbsent(lora)) options.lora = asLora(lora);
  if (const Napi::Value adapter = object.Get("adapter"); !isAbsent(adapter)) {
    if (options.lora.rank > 0) refuse("Give either lora (a new adapter) or adapter (a PEFT folder), not both.");
    options.adapter = asPath(adapter, "adapter");
  }
  if (const Napi::Value rule = object.Get("positionRule"); !isAbsent(rule)) {
    const std::string name = asString(rule, "positionRule");
    if (name != "vllm" && name != "hf5") refuse("positionRule must be \"vllm\" or \"hf5\".");
    options.positionRule = name == "hf5" ? PositionRule::hf5 : PositionRule::vllm;
  }
  return options;
}

InitialiseSettings asInitialiseSettings(const Napi::Value& value) {
  const Napi::Object object = asObject(value, "options");
  InitialiseSettings settings;
  settings.seed = asSeed(object.Get("seed"));
  settings.gain = numberOr(object, "gain", 0, 1e3, 0.8);
  settings.embeddingStd = numberOr(object, "embeddingStd", 0, 1e3, 0.05);
  return settings;
}

StepSettings asStepSettings(const Napi::Value& value) {
  const Napi::Object object = asObject(value, "options");
  StepSettings settings;
  settings.learningRate = asNumber(object.Get("learningRate"), "learningRate", 0, 1e6);
  settings.clip = numberOr(object, "clip", 0, 1e30, 0);
  settings.weightDecay = numberOr(object, "weightDecay", 0, 1e6, 0);
  settings.beta1 = numberOr(object, "beta1", 0, 0.999999, 0.9);
  settings.beta2 = numberOr(object, "beta2", 0, 0.99999999, 0.999);
  settings.epsilon = numberOr(object, "epsilon", 1e-30, 1e3, 1e-8);
  settings.skipNormDecay = booleanOr(object, "skipNormDecay", true);
  return settings;
}

SamplingSettings asSampling(const Napi::Value& value, int64_t vocabulary) {
  const Napi::Object object = asObject(value, "sampling");
  SamplingSettings sampling;
  sampling.greedy = booleanOr(object, "greedy", false);
  sampling.temperature = static_cast<float>(numberOr(object, "temperature", 1e-6, 1e6, 1));
  sampling.topP = static_cast<float>(numberOr(object, "topP", 0, 1, 1));
  sampling.topK = static_cast<int32_t>(wholeOr(object, "topK", 0, 1 << 30, 0));
  sampling.minP = static_cast<float>(numberOr(object, "minP", 0, 1, 0));
  sampling.repetitionPenalty = static_cast<float>(numberOr(object, "repetitionPenalty", 1e-3, 1e3, 1));
  sampling.maxTokens = asWhole(object.Get("maxTokens"), "maxTokens", 1, 1 << 20);
  sampling.stopIds = asIdList(object.Get("stopIds"), "stopIds", vocabulary);
  sampling.bannedIds = asIdList(object.Get("bannedIds"), "bannedIds", vocabulary);
  std::vector<uint8_t> banned(static_cast<size_t>(vocabulary), 0);
  int64_t distinct = 0;
  for (const int32_t id : sampling.bannedIds) distinct += banned[static_cast<size_t>(id)]++ == 0 ? 1 : 0;
  if (distinct == vocabulary) refuse("bannedIds holds the whole vocabulary: nothing is left to sample.");
  sampling.seed = asSeed(object.Get("seed"));
  return sampling;
}

float asTemperature(const Napi::Value& options) {
  return isAbsent(options) ? 1.0f
                           : static_cast<float>(numberOr(asObject(options, "options"), "temperature", 1e-6, 1e6, 1));
}

namespace {
/// Place of the option among the known ones, of which it may leave the first, the usual one, out.
size_t oneOf(const Napi::Object& object, const char* key, std::initializer_list<std::string> known) {
  const Napi::Value value = object.Get(key);
  if (isAbsent(value)) return 0;
  const std::string text = value.IsString() ? value.As<Napi::String>().Utf8Value() : "";
  const auto found = std::find(known.begin(), known.end(), text);
  if (found != known.end()) return static_cast<size_t>(found - known.begin());
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "\"" : " or \"") + one + "\"";
  refuse(std::string("options.") + key + " must be " + list + ".");
}
}  // namespace

DivergenceRule asDivergenceRule(const Napi::Value& options) {
  if (isAbsent(options)) return {};
  const Napi::Object object = asObject(options, "options");
  constexpr Spread spreads[] = {Spread::klToMean, Spread::logMeanK3, Spread::logVariance};
  return {spreads[oneOf(object, "measure", {"kl_to_mean", "code_k3", "variance_of_logp"})],
          oneOf(object, "fill", {"live_only", "uniform"}) == 1};
}

PromptInput asPrompt(const Napi::Value& value, const std::string& name) {
  const Napi::Object object = asObject(value, name);
  PromptInput prompt;
  prompt.ids = asIds(object.Get("ids"), name + ".ids");
  const Napi::Value media = object.Get("media");
  if (isAbsent(media)) return prompt;
  const Napi::Array list = asArray(media, name + ".media", 1 << 20);
  const Napi::Function constructor = classesOf(value.Env()).media.Value();
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::Value item = list.Get(i);
    if (!item.IsObject() || !item.As<Napi::Object>().InstanceOf(constructor))
      refuse(name + ".media[" + std::to_string(i) + "] is not what encode() returned.");
    const auto& inner = MediaObject::Unwrap(item.As<Napi::Object>())->media;
    if (!inner)
      throw Error(ErrorCode::disposed, name + ".media[" + std::to_string(i) + "] was disposed of. Encode it again.");
    prompt.media.push_back(inner);
  }
  return prompt;
}

std::vector<PromptInput> asPrompts(const Napi::Value& value) {
  const Napi::Array list = asArray(value, "prompts", 1 << 16);
  if (list.Length() == 0) refuse("prompts must hold at least one prompt.");
  std::vector<PromptInput> prompts;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::HandleScope scope(value.Env());
    prompts.push_back(asPrompt(list.Get(i), "prompts[" + std::to_string(i) + "]"));
  }
  return prompts;
}

std::vector<GroupInput> asBatch(const Napi::Value& value) {
  const Napi::Array list = asArray(value, "batch", 1 << 16);
  std::vector<GroupInput> groups;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::HandleScope scope(value.Env());
    const std::string name = "batch[" + std::to_string(i) + "]";
    const Napi::Object object = asObject(list.Get(i), name);
    GroupInput group;
    group.prompt = asPrompt(object.Get("prompt"), name + ".prompt");
    group.scorePrompt = booleanOr(object, "scorePrompt", false);
    const Napi::Array completions = asArray(object.Get("completions"), name + ".completions", 1 << 16);
    for (uint32_t j = 0; j < completions.Length(); ++j)
      group.completions.push_back(asIds(completions.Get(j), name + ".completions[" + std::to_string(j) + "]"));
    if (!isAbsent(object.Get("variants"))) {
      const Napi::Array variants = asArray(object.Get("variants"), name + ".variants", 1 << 16);
      for (uint32_t j = 0; j < variants.Length(); ++j)
        group.variants.push_back(asPrompt(variants.Get(j), name + ".variants[" + std::to_string(j) + "]"));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

std::shared_ptr<CancelToken> asCancel(const Napi::Value& value) {
  if (isAbsent(value)) return nullptr;
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(classesOf(value.Env()).cancel.Value()))
    refuse("The cancel handle is not one of the engine's.");
  return CancelObject::Unwrap(value.As<Napi::Object>())->token;
}

Napi::Float32Array toFloat32Array(Napi::Env env, const float* values, size_t count) {
  auto array = Napi::Float32Array::New(env, count);
  if (count > 0) std::copy(values, values + count, array.Data());
  return array;
}

Napi::Int32Array toInt32Array(Napi::Env env, const std::vector<int32_t>& values) {
  auto array = Napi::Int32Array::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

}  // namespace secondlook::binding
