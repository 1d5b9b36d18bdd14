#include "arguments.h"
#include "objects.h"

namespace secondlook::binding {

Napi::Function MediaObject::define(Napi::Env env) {
  return DefineClass(
      env, "Media",
      {InstanceMethod<&MediaObject::describe>("describe"), InstanceMethod<&MediaObject::dispose>("dispose")});
}

Napi::Value MediaObject::wrap(Napi::Env env, std::shared_ptr<Media> media) {
  return classesOf(env).media.New({Napi::External<std::shared_ptr<Media>>::New(env, &media)});
}

MediaObject::MediaObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<MediaObject>(info) {
  if (!info[0].IsExternal()) throw Napi::TypeError::New(info.Env(), "Media come from encode().");
  media = *info[0].As<Napi::External<std::shared_ptr<Media>>>().Data();
  Napi::MemoryManagement::AdjustExternalMemory(info.Env(), static_cast<int64_t>(media->bytes()));
}

MediaObject::~MediaObject() {
  if (media) Napi::MemoryManagement::AdjustExternalMemory(Env(), -static_cast<int64_t>(media->bytes()));
}

Napi::Value MediaObject::describe(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    if (!media) throw Error(ErrorCode::disposed, "This medium was disposed of. Encode it again.");
    Napi::Object result = Napi::Object::New(info.Env());
    result.Set("kind", media->video ? "video" : "image");
    Napi::Array grid = Napi::Array::New(info.Env(), 3);
    grid.Set(0u, static_cast<double>(media->grid.time));
    grid.Set(1u, static_cast<double>(media->grid.height));
    grid.Set(2u, static_cast<double>(media->grid.width));
    result.Set("grid", grid);
    result.Set("tokens", static_cast<double>(media->tokens));
    result.Set("secondsPerGrid", media->secondsPerGrid);
    return result;
  });
}

Napi::Value MediaObject::dispose(const Napi::CallbackInfo& info) {
  if (media) Napi::MemoryManagement::AdjustExternalMemory(info.Env(), -static_cast<int64_t>(media->bytes()));
  media.reset();
  return info.Env().Undefined();
}

}  // namespace secondlook::binding
