#include "objects.h"

namespace secondlook::binding {

Napi::Function CancelObject::define(Napi::Env env) {
  return DefineClass(env, "Cancel", {InstanceMethod<&CancelObject::cancel>("cancel")});
}

CancelObject::CancelObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CancelObject>(info) {}

Napi::Value CancelObject::cancel(const Napi::CallbackInfo& info) {
  token->cancel();
  return info.Env().Undefined();
}

}  // namespace secondlook::binding
