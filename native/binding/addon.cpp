// The module's entry: classes and helpers, one set per JavaScript environment, no globals.
#include "objects.h"

namespace secondlook::binding {

Classes& classesOf(Napi::Env env) { return *env.GetInstanceData<Classes>(); }

static Napi::Object initialiseModule(Napi::Env env, Napi::Object exports) {
  auto* classes = new Classes();
  classes->engine = Napi::Persistent(EngineObject::define(env));
  classes->model = Napi::Persistent(ModelObject::define(env));
  classes->media = Napi::Persistent(MediaObject::define(env));
  classes->tape = Napi::Persistent(TapeObject::define(env));
  classes->cancel = Napi::Persistent(CancelObject::define(env));
  exports.Set("Engine", classes->engine.Value());
  exports.Set("Cancel", classes->cancel.Value());
  env.SetInstanceData(classes);
  defineHelpers(env, exports);
  return exports;
}

static Napi::Object initialise(Napi::Env env, Napi::Object exports) { return initialiseModule(env, exports); }
NODE_API_MODULE(engine, initialise)

}  // namespace secondlook::binding
