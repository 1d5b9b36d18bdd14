// The engine's own thread: jobs run on it one after the other, and settle their promises on JavaScript's thread through
// one ThreadSafeFunction. Nothing here uses libuv's pool.
#pragma once

#include <napi.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "../src/device/cancel.h"
#include "../src/error.h"

namespace secondlook::binding {

struct Failure {
  ErrorCode code;
  std::string message;
};

/// What the exception in flight means to the caller. Call inside a catch block.
Failure currentFailure();
/// A JavaScript Error with `code`, as the TypeScript face expects it.
Napi::Error toJavaScript(Napi::Env env, const Failure& failure);

/// Owned by the worker's queue, then by the callback that settles it; both ends live on JavaScript's thread.
struct Job {
  explicit Job(Napi::Env env) : deferred(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise::Deferred deferred;
  Napi::ObjectReference keepAlive;  // the wrapper that was called: not collected while the job runs
  Napi::FunctionReference onEvent;
  std::shared_ptr<CancelToken> cancel;
  std::function<void()> work;                     // on the worker's thread
  std::function<Napi::Value(Napi::Env)> toValue;  // on JavaScript's thread
  std::optional<Failure> failure;
};

class Worker {
 public:
  explicit Worker(Napi::Env env);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Takes over the job and returns its promise. JavaScript's thread only.
  Napi::Promise submit(Napi::Env env, std::unique_ptr<Job> job);
  /// From the worker's thread, inside a job: calls job.onEvent with what `toValue` makes, before the job settles.
  void post(Job& job, std::function<Napi::Value(Napi::Env)> toValue);
  /// Cancels what runs and what waits; later submissions are refused.
  void stop();

 private:
  static void closeWithEnvironment(void* worker);
  void join();
  void loop();
  void settle(Napi::Env env, Job* job);

  Napi::ThreadSafeFunction function_;
  Napi::Env env_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job*> queue_;
  std::shared_ptr<CancelToken> running_;
  bool stopping_ = false;
  bool closed_ = false;  // the environment has taken the function away; JavaScript's thread only
  int pending_ = 0;      // JavaScript's thread only
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // JavaScript's thread only
  std::thread thread_;  // last: it may use all of the above from its first moment
};

}  // namespace secondlook::binding
