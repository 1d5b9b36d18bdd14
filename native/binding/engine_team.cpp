// What an engine does as a member of a team of processes.
#include "arguments.h"
#include "objects.h"

namespace secondlook::binding {

namespace {
Communicator& teamOf(const std::shared_ptr<EngineCore>& core) {
  if (!core->team) throw Error(ErrorCode::badArgument, "This engine is in no team. Open it with `team`.");
  return *core->team;
}

void requireOpen(const std::shared_ptr<EngineCore>& core) {
  if (!core) throw Error(ErrorCode::disposed, "The engine was disposed of. Open it again with openEngine().");
}
}  // namespace

/// join(library) → {rank, size}: the team that the launcher started.
Napi::Value EngineObject::join(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    requireOpen(core_);
    return runJob(
        info.Env(), *core_, info.This().As<Napi::Object>(), nullptr,
        [core = core_, library = asPath(info[0], "library")](Context&) {
          core->team = joinLaunchedTeam(library);
          if (core->device) core->team = joinDevices(core->team, core->device);
          return std::pair(core->team->rank(), core->team->size());
        },
        [](Napi::Env env, std::pair<int, int>& place) -> Napi::Value {
          Napi::Object result = Napi::Object::New(env);
          result.Set("rank", place.first);
          result.Set("size", place.second);
          return result;
        });
  });
}

/// gather(bytes) → everybody's bytes, by rank.
Napi::Value EngineObject::gather(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    requireOpen(core_);
    if (!info[0].IsTypedArray() || info[0].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
      refuse("gather: give a Uint8Array.");
    const auto array = info[0].As<Napi::Uint8Array>();
    const auto* from = reinterpret_cast<const std::byte*>(array.Data());
    using Parts = std::vector<std::vector<std::byte>>;
    return runJob(
        info.Env(), *core_, info.This().As<Napi::Object>(), nullptr,
        [core = core_, own = std::vector<std::byte>(from, from + array.ByteLength())](Context&) {
          return teamOf(core).gather(own);
        },
        [](Napi::Env env, Parts& parts) -> Napi::Value {
          Napi::Array result = Napi::Array::New(env, parts.size());
          for (size_t i = 0; i < parts.size(); ++i) {
            auto bytes = Napi::Uint8Array::New(env, parts[i].size());
            std::copy(parts[i].begin(), parts[i].end(), reinterpret_cast<std::byte*>(bytes.Data()));
            result.Set(static_cast<uint32_t>(i), bytes);
          }
          return result;
        });
  });
}

Napi::Value EngineObject::leave(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    requireOpen(core_);
    return runJob(
        info.Env(), *core_, info.This().As<Napi::Object>(), nullptr,
        [core = core_](Context&) {
          teamOf(core).leave();
          core->team.reset();
          return true;
        },
        [](Napi::Env env, bool) -> Napi::Value { return env.Undefined(); });
  });
}

/// abort(exitCode): at once, from any state.
Napi::Value EngineObject::abort(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    requireOpen(core_);
    if (core_->team) core_->team->abort(static_cast<int>(asWhole(info[0], "exitCode", 0, 255)));
    return info.Env().Undefined();
  });
}

}  // namespace secondlook::binding
