#include "../src/device/cpu.h"
#include "../src/device/cuda.h"
#include "../src/device/device.h"
#include "../src/preprocess/resize.h"
#include "arguments.h"
#include "objects.h"

namespace secondlook::binding {

Napi::Function EngineObject::define(Napi::Env env) {
  return DefineClass(
      env, "Engine",
      {InstanceMethod<&EngineObject::info>("info"), InstanceMethod<&EngineObject::load>("load"),
       InstanceMethod<&EngineObject::initialise>("initialise"), InstanceMethod<&EngineObject::resize>("resize"),
       InstanceMethod<&EngineObject::join>("join"), InstanceMethod<&EngineObject::gather>("gather"),
       InstanceMethod<&EngineObject::leave>("leave"), InstanceMethod<&EngineObject::abort>("abort"),
       InstanceMethod<&EngineObject::dispose>("dispose")});
}

namespace {
/// The device that `device` names, "cpu" (null) or "cuda". Throws Error(device) where there is none.
std::shared_ptr<Device> openDevice(const Napi::Value& wanted) {
  if (isAbsent(wanted) || asString(wanted, "device") == "cpu") return nullptr;
  const CudaProbe probe = probeCuda();
  if (probe.devices.empty())
    throw Error(ErrorCode::device, probe.reason + " Open the engine with device \"cpu\" or \"auto\".");
  return std::make_shared<Device>(*cudaLibrary());
}
}  // namespace

/// new Engine({threads?, instructionSet?, device?})
EngineObject::EngineObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<EngineObject>(info) {
  core_ = guarded(info.Env(), [&] {
    const Napi::Object options = asObject(info[0], "options");
    const auto threads = static_cast<int>(wholeOr(options, "threads", 1, 256, physicalCores()));
    InstructionSet set = detectInstructionSet();
    if (const Napi::Value wanted = options.Get("instructionSet"); !isAbsent(wanted)) {
      const std::string name = asString(wanted, "instructionSet");
      InstructionSet limit = set;
      if (name == "portable")
        limit = InstructionSet::portable;
      else if (name == "avx2")
        limit = InstructionSet::avx2;
      else if (name == "avx512")
        limit = InstructionSet::avx512;
      else if (name == "amx")
        limit = InstructionSet::amx;
      else if (name != "auto")
        refuse("instructionSet must be \"auto\", \"amx\", \"avx512\", \"avx2\" or \"portable\".");
      set = std::min(set, limit);
    }
    return std::make_shared<EngineCore>(info.Env(), threads, set, openDevice(options.Get("device")));
  });
}

Napi::Value EngineObject::info(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  if (!core_) return result;
  result.Set("threads", core_->pool.threads());
  result.Set("instructionSet", instructionSetName(core_->instructionSet));
  const CudaProbe probe = probeCuda();
  Napi::Array devices = Napi::Array::New(info.Env(), probe.devices.size());
  for (size_t i = 0; i < probe.devices.size(); ++i) devices.Set(static_cast<uint32_t>(i), probe.devices[i]);
  Napi::Object cuda = Napi::Object::New(info.Env());
  cuda.Set("compiled", probe.compiled);
  cuda.Set("devices", devices);
  result.Set("cuda", cuda);
  result.Set("device", core_->device ? "cuda" : "cpu");
  result.Set("deviceReason",
             probe.devices.empty() ? probe.reason
             : core_->device       ? "Running on " + probe.devices.front() + "."
                                   : "A CUDA device is there (" + probe.devices.front() +
                                   "); it is used where device \"cuda\" is asked for. Running on the CPU.");
  return result;
}

namespace {
void requireOpen(const std::shared_ptr<EngineCore>& core) {
  if (!core) throw Error(ErrorCode::disposed, "The engine was disposed of. Open it again with openEngine().");
}
}  // namespace

Napi::Value EngineObject::load(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    requireOpen(core_);
    return runJob(
        info.Env(), *core_, info.This().As<Napi::Object>(), nullptr,
        [core = core_, directory = asPath(info[0], "directory"), options = asModelOptions(info[1])](Context& context) mutable {
          options.team = core->team;
          return loadModel(context, directory, options);
        },
        [core = core_](Napi::Env env, std::shared_ptr<Model>& model) { return ModelObject::wrap(env, core, model); });
  });
}

/// initialise(configText, options): the config as JSON text.
Napi::Value EngineObject::initialise(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    requireOpen(core_);
    return runJob(
        info.Env(), *core_, info.This().As<Napi::Object>(), nullptr,
        [core = core_, config = Json::parse(asString(info[0], "config"), "the config"), options = asModelOptions(info[1]),
         settings = asInitialiseSettings(info[1])](Context& context) mutable {
          options.team = core->team;
          return initialiseModel(context, config, options, settings);
        },
        [core = core_](Napi::Env env, std::shared_ptr<Model>& model) { return ModelObject::wrap(env, core, model); });
  });
}

Napi::Value EngineObject::resize(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    requireOpen(core_);
    const Napi::Object size = asObject(info[1], "size");
    const int64_t height = asWhole(size.Get("height"), "size.height", 1, 1 << 14),
                  width = asWhole(size.Get("width"), "size.width", 1, 1 << 14);
    return runJob(
        info.Env(), *core_, info.This().As<Napi::Object>(), nullptr,
        [frames = asFrames(info[0]), height, width](Context& context) {
          return resizeFrames(context, frames.data.data(), frames.count, frames.height, frames.width, height, width);
        },
        [](Napi::Env env, std::vector<uint8_t>& bytes) -> Napi::Value {
          auto array = Napi::Uint8Array::New(env, bytes.size());
          std::copy(bytes.begin(), bytes.end(), array.Data());
          return array;
        });
  });
}

Napi::Value EngineObject::dispose(const Napi::CallbackInfo& info) {
  if (core_) core_->worker.stop();
  core_.reset();
  return info.Env().Undefined();
}

}  // namespace secondlook::binding
