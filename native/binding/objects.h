// The classes that JavaScript holds: thin wrappers around shared pointers to the core, one file each.
#pragma once

#include <napi.h>

#include <memory>

#include "../src/comm/communicator.h"
#include "../src/device/device.h"
#include "../src/device/thread_pool.h"
#include "../src/model/model.h"
#include "../src/model/tape.h"
#include "worker.h"

namespace secondlook::binding {

/// One engine: its compute threads, its device and its job thread. Models, tapes and media keep it alive.
struct EngineCore {
  EngineCore(Napi::Env env, int threads, InstructionSet set, std::shared_ptr<Device> device)
      : pool(threads), instructionSet(set), device(std::move(device)), worker(env) {}
  /// What a job's operators run in.
  Context context(const CancelToken* cancel) { return {pool, instructionSet, cancel, device.get()}; }
  ThreadPool pool;
  InstructionSet instructionSet;
  std::shared_ptr<Device> device;  // null: the processor computes
  std::shared_ptr<Communicator> team;  // null: alone; used by the job thread
  Worker worker;  // last: it is stopped before the pool goes
};

/// Constructors, one set per JavaScript environment.
struct Classes {
  Napi::FunctionReference engine, model, media, tape, cancel;
};
Classes& classesOf(Napi::Env env);

class CancelObject : public Napi::ObjectWrap<CancelObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit CancelObject(const Napi::CallbackInfo& info);
  std::shared_ptr<CancelToken> token = std::make_shared<CancelToken>();

 private:
  Napi::Value cancel(const Napi::CallbackInfo& info);
};

class EngineObject : public Napi::ObjectWrap<EngineObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit EngineObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value info(const Napi::CallbackInfo& info);
  Napi::Value load(const Napi::CallbackInfo& info);
  Napi::Value initialise(const Napi::CallbackInfo& info);
  Napi::Value resize(const Napi::CallbackInfo& info);
  Napi::Value join(const Napi::CallbackInfo& info);
  Napi::Value gather(const Napi::CallbackInfo& info);
  Napi::Value leave(const Napi::CallbackInfo& info);
  Napi::Value abort(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  std::shared_ptr<EngineCore> core_;
};

class MediaObject : public Napi::ObjectWrap<MediaObject> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Value wrap(Napi::Env env, std::shared_ptr<Media> media);
  explicit MediaObject(const Napi::CallbackInfo& info);
  ~MediaObject() override;
  std::shared_ptr<Media> media;  // null once disposed of

 private:
  Napi::Value describe(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
};

class TapeObject : public Napi::ObjectWrap<TapeObject> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Value wrap(Napi::Env env, std::shared_ptr<EngineCore> core, std::shared_ptr<Tape> tape);
  explicit TapeObject(const Napi::CallbackInfo& info);

 private:
  Napi::Value values(const Napi::CallbackInfo& info);
  Napi::Value backward(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
  std::shared_ptr<EngineCore> core_;
  std::shared_ptr<Tape> tape_;
};

class ModelObject : public Napi::ObjectWrap<ModelObject> {
 public:
  static Napi::Function define(Napi::Env env);
  static Napi::Value wrap(Napi::Env env, std::shared_ptr<EngineCore> core, std::shared_ptr<Model> model);
  explicit ModelObject(const Napi::CallbackInfo& info);
  std::shared_ptr<Model> model;  // null once disposed of
  std::shared_ptr<EngineCore> core;

 private:
  Model& live();
  Napi::Value describe(const Napi::CallbackInfo& info);
  Napi::Value weightVersion(const Napi::CallbackInfo& info);
  Napi::Value memory(const Napi::CallbackInfo& info);
  Napi::Value encode(const Napi::CallbackInfo& info);
  Napi::Value generate(const Napi::CallbackInfo& info);
  Napi::Value score(const Napi::CallbackInfo& info);
  Napi::Value forward(const Napi::CallbackInfo& info);
  Napi::Value step(const Napi::CallbackInfo& info);
  Napi::Value zeroGradients(const Napi::CallbackInfo& info);
  Napi::Value groupDivergence(const Napi::CallbackInfo& info);
  Napi::Value blend(const Napi::CallbackInfo& info);
  Napi::Value clone(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value saveState(const Napi::CallbackInfo& info);
  Napi::Value saveAdapter(const Napi::CallbackInfo& info);
  Napi::Value loadState(const Napi::CallbackInfo& info);
  Napi::Value readParameter(const Napi::CallbackInfo& info);
  Napi::Value readGradient(const Napi::CallbackInfo& info);
  Napi::Value trace(const Napi::CallbackInfo& info);
  Napi::Value dispose(const Napi::CallbackInfo& info);
};

/// Runs `work(Context&)` on the engine's thread; its result becomes the promise's value through `convert(env, result)`.
template <class Work, class Convert>
Napi::Promise runJob(Napi::Env env, EngineCore& core, const Napi::Object& caller, std::shared_ptr<CancelToken> cancel,
                     Work work, Convert convert) {
  using Result = std::invoke_result_t<Work, Context&>;
  auto result = std::make_shared<std::optional<Result>>();
  auto job = std::make_unique<Job>(env);
  job->keepAlive = Napi::Persistent(caller);
  job->cancel = cancel ? std::move(cancel) : std::make_shared<CancelToken>();
  job->work = [&core, token = job->cancel, work = std::move(work), result]() mutable {
    Context context = core.context(token.get());
    token->check();
    result->emplace(work(context));
  };
  job->toValue = [result, convert = std::move(convert)](Napi::Env inner) mutable { return convert(inner, **result); };
  return core.worker.submit(env, std::move(job));
}

void defineHelpers(Napi::Env env, Napi::Object exports);

}  // namespace secondlook::binding
