#include "worker.h"

#include <new>

#include "../src/io/file_guard.h"

namespace secondlook::binding {

Failure currentFailure() {
  try {
    throw;
  } catch (const Error& error) {
    return {error.code(), error.what()};
  } catch (const std::bad_alloc&) {
    return {ErrorCode::outOfMemory,
            "The engine ran out of memory. Use smaller batches, shorter clips or fewer completions."};
  } catch (const std::exception& error) {
    return {ErrorCode::internal,
            std::string("The engine met an unexpected error: ") + error.what() + ". Please report it."};
  } catch (...) {
    return {ErrorCode::internal, "The engine met an unexpected error of unknown kind. Please report it."};
  }
}

Napi::Error toJavaScript(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.message);
  error.Set("code", Napi::String::New(env, codeName(failure.code)));
  return error;
}

Worker::Worker(Napi::Env env)
    : function_(Napi::ThreadSafeFunction::New(env, Napi::Function::New(env, [](const Napi::CallbackInfo&) {}),
                                              "secondlook engine", 0, 1)),
      env_(env) {
  function_.Unref(env);  // an idle engine does not keep the process alive
  napi_add_env_cleanup_hook(env, closeWithEnvironment, this);
  thread_ = std::thread([this] { loop(); });
}

Worker::~Worker() {
  join();
  if (closed_) return;
  napi_remove_env_cleanup_hook(env_, closeWithEnvironment, this);
  function_.Release();
}

/// Runs before the environment frees its ThreadSafeFunctions; releasing one after that would wait for ever.
void Worker::closeWithEnvironment(void* worker) {
  auto* self = static_cast<Worker*>(worker);
  self->closed_ = true;
  self->join();
}

void Worker::join() {
  stop();
  *alive_ = false;
  if (thread_.joinable()) thread_.join();
}

void Worker::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  if (running_) running_->cancel();
  for (Job* job : queue_) job->cancel->cancel();
  wake_.notify_all();
}

Napi::Promise Worker::submit(Napi::Env env, std::unique_ptr<Job> job) {
  if (!job->cancel) job->cancel = std::make_shared<CancelToken>();
  const Napi::Promise promise = job->deferred.Promise();
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    job->deferred.Reject(
        toJavaScript(env, {ErrorCode::disposed, "The engine was disposed of. Open it again with openEngine()."})
            .Value());
    return promise;
  }
  if (pending_++ == 0) function_.Ref(env);
  queue_.push_back(job.release());
  wake_.notify_one();
  return promise;
}

void Worker::loop() {
  for (;;) {
    Job* job = nullptr;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = queue_.front();
      queue_.pop_front();
      running_ = job->cancel;
    }
    try {
      job->work();
      requireWholeFiles();
    } catch (...) {
      job->failure = currentFailure();
    }
    {
      const std::lock_guard lock(mutex_);
      running_.reset();
    }
    const auto settle = [this, alive = alive_](Napi::Env env, Napi::Function, Job* done) {
      if (env == nullptr) return;  // going away: see below
      const std::unique_ptr<Job> owned(done);
      if (*alive && --pending_ == 0) function_.Unref(env);
      Worker::settle(env, done);
    };
    // When the environment is going away the call is refused; the job then leaks on purpose: its references belong to
    // JavaScript's thread and may not be released here.
    function_.BlockingCall(job, settle);
  }
}

void Worker::settle(Napi::Env env, Job* job) {
  const Napi::HandleScope scope(env);
  if (!job->failure) {
    try {
      job->deferred.Resolve(job->toValue(env));
      return;
    } catch (const Napi::Error& error) {
      job->deferred.Reject(error.Value());
      return;
    } catch (...) {
      job->failure = currentFailure();
    }
  }
  job->deferred.Reject(toJavaScript(env, *job->failure).Value());
}

void Worker::post(Job& job, std::function<Napi::Value(Napi::Env)> toValue) {
  struct Event {
    Job* job;
    std::function<Napi::Value(Napi::Env)> toValue;
  };
  auto* event = new Event{&job, std::move(toValue)};
  const auto deliver = [](Napi::Env env, Napi::Function, Event* delivered) {
    const std::unique_ptr<Event> owned(delivered);
    if (env == nullptr) return;
    const Napi::HandleScope scope(env);
    // The TypeScript face passes a function that never throws.
    delivered->job->onEvent.Call({delivered->toValue(env)});
  };
  if (function_.BlockingCall(event, deliver) != napi_ok) delete event;
}

}  // namespace secondlook::binding
