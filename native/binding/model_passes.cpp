// The model's passes over data: encode, generate, score, forward, spread, trace.
#include <numeric>

#include "../src/generate/scheduler.h"
#include "arguments.h"
#include "objects.h"

namespace secondlook::binding {

namespace {
Napi::Object self(const Napi::CallbackInfo& info) { return info.This().As<Napi::Object>(); }

Napi::Value describeCompletion(Napi::Env env, const CompletionResult& result) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("ids", toInt32Array(env, result.ids));
  object.Set("logProbs", toFloat32Array(env, result.logProbs));
  object.Set("sampledLogProbs", toFloat32Array(env, result.sampledLogProbs));
  object.Set("entropy", toFloat32Array(env, result.entropy));
  object.Set("stopReason", result.stopReason == StopReason::stop     ? "stop"
                           : result.stopReason == StopReason::length ? "length"
                                                                     : "abort");
  return object;
}
}  // namespace

Napi::Value ModelObject::encode(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const VisionConfig& vision = live().config().vision;
    const Napi::Object options = asObject(info[1], "options");
    const std::string kind = asString(options.Get("kind"), "kind");
    if (kind != "image" && kind != "video") refuse("kind must be \"image\" or \"video\".");
    const double seconds = numberOr(options, "secondsPerGrid", 0, 1e6, 1.0);
    FramesInput frames = asFrames(info[0]);
    if (kind == "image" && frames.count != 1)
      refuse("An image has one frame, not " + std::to_string(frames.count) + ". Use kind \"video\".");
    gridOf(vision.patch, frames.count, frames.height, frames.width);
    return runJob(
        info.Env(), *core, self(info), asCancel(info[2]),
        [frames = std::move(frames), video = kind == "video", seconds, size = vision.patch](Context& context) {
          std::vector<float> patches =
              patchify(context, size, frames.data.data(), frames.count, frames.height, frames.width);
          const Grid grid = gridOf(size, frames.count, frames.height, frames.width);
          return std::make_shared<Media>(video, grid, seconds, size.merge * size.merge, size, std::move(patches));
        },
        [](Napi::Env env, std::shared_ptr<Media>& media) { return MediaObject::wrap(env, media); });
  });
}

/// generate(prompts, {n, sampling, streams}, onTokens | undefined, cancel | undefined)
Napi::Value ModelObject::generate(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const Napi::Object options = asObject(info[1], "options");
    GenerationRequest request;
    request.prompts = asPrompts(info[0]);
    request.sampling = asSampling(options.Get("sampling"), live().config().text.vocabulary);
    const Napi::Value n = options.Get("n");
    if (n.IsArray()) {
      const Napi::Array list = asArray(n, "n", 1 << 16);
      for (uint32_t i = 0; i < list.Length(); ++i) request.completions.push_back(asWhole(list.Get(i), "n", 1, 1 << 14));
      if (request.completions.size() != request.prompts.size())
        refuse("n has " + std::to_string(list.Length()) + " entries for " + std::to_string(request.prompts.size()) +
               " prompts.");
    } else {
      request.completions.assign(request.prompts.size(), asWhole(n, "n", 1, 1 << 14));
    }
    request.rowsAtOnce = wholeOr(options, "rowsAtOnce", 1, 1 << 20, 0);
    const std::vector<PromptInput>& prompts = request.prompts;
    if (std::accumulate(request.completions.begin(), request.completions.end(), int64_t{0}) > (1 << 20))
      refuse("prompts x n is more than 2^20 sequences. Split the call.");
    std::vector<uint64_t>& streams = request.streams;
    if (const Napi::Value given = options.Get("streams"); !isAbsent(given)) {
      const Napi::Array list = asArray(given, "streams", 1 << 16);
      if (list.Length() != prompts.size())
        refuse("streams has " + std::to_string(list.Length()) + " entries for " + std::to_string(prompts.size()) +
               " prompts.");
      for (uint32_t i = 0; i < list.Length(); ++i)
        streams.push_back(static_cast<uint64_t>(asWhole(list.Get(i), "streams", 0, int64_t{1} << 53)));
    } else {
      for (size_t i = 0; i < prompts.size(); ++i) streams.push_back(i);
    }
    auto result = std::make_shared<Completions>();
    auto job = std::make_unique<Job>(env);
    Job* running = job.get();
    job->keepAlive = Napi::Persistent(self(info));
    job->cancel = asCancel(info[3]);
    if (!job->cancel) job->cancel = std::make_shared<CancelToken>();
    const bool streamed = info[2].IsFunction();
    if (streamed) job->onEvent = Napi::Persistent(info[2].As<Napi::Function>());
    job->work = [running, streamed, result, core = core.get(), model = model, request = std::move(request)]() mutable {
      Context context = core->context(running->cancel.get());
      if (streamed)
        request.sink = [&](std::vector<StreamedTokenData> tokens) {
        core->worker.post(*running, [tokens = std::move(tokens)](Napi::Env inner) -> Napi::Value {
          Napi::Array list = Napi::Array::New(inner, tokens.size());
          for (size_t i = 0; i < tokens.size(); ++i) {
            Napi::Object token = Napi::Object::New(inner);
            token.Set("prompt", tokens[i].prompt);
            token.Set("completion", tokens[i].completion);
            token.Set("id", tokens[i].id);
            token.Set("logProb", tokens[i].logProb);
            list.Set(static_cast<uint32_t>(i), token);
          }
          return list;
        });
      };
      *result = generateCompletions(context, *model, request);
    };
    job->toValue = [result](Napi::Env inner) -> Napi::Value {
      Napi::Array groups = Napi::Array::New(inner, result->size());
      for (size_t i = 0; i < result->size(); ++i) {
        const Napi::HandleScope scope(inner);
        Napi::Array completions = Napi::Array::New(inner, (*result)[i].size());
        for (size_t j = 0; j < (*result)[i].size(); ++j)
          completions.Set(static_cast<uint32_t>(j), describeCompletion(inner, (*result)[i][j]));
        Napi::Object group = Napi::Object::New(inner);
        group.Set("completions", completions);
        groups.Set(static_cast<uint32_t>(i), group);
      }
      return groups;
    };
    return core->worker.submit(env, std::move(job));
  });
}

Napi::Value ModelObject::score(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), asCancel(info[2]),
        [model = model, batch = asBatch(info[0]), temperature = asTemperature(info[1]),
         policy = asPolicy(info[1])](Context& context) {
          return model->score(context, batch, temperature, policy);
        },
        [](Napi::Env env, ScoreResult& scores) -> Napi::Value {
          Napi::Object result = Napi::Object::New(env);
          result.Set("logProbs", toFloat32Array(env, scores.logProbs));
          result.Set("entropy", toFloat32Array(env, scores.entropy));
          result.Set("offsets", toInt32Array(env, scores.offsets));
          result.Set("rows", Napi::Number::New(env, static_cast<double>(scores.rows)));
          return result;
        });
  });
}

Napi::Value ModelObject::forward(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), asCancel(info[2]),
        [model = model, batch = asBatch(info[0]), temperature = asTemperature(info[1])](Context& context) {
          return std::make_shared<Tape>(context, model, batch, temperature);
        },
        [core = core](Napi::Env env, std::shared_ptr<Tape>& tape) { return TapeObject::wrap(env, core, tape); });
  });
}

Napi::Value ModelObject::groupDivergence(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), asCancel(info[2]),
        [model = model, batch = asBatch(info[0]), temperature = asTemperature(info[1]),
         rule = asDivergenceRule(info[1])](Context& context) {
          return model->groupDivergence(context, batch, temperature, rule);
        },
        [](Napi::Env env, std::vector<std::vector<float>>& spreads) -> Napi::Value {
          Napi::Array list = Napi::Array::New(env, spreads.size());
          for (size_t i = 0; i < spreads.size(); ++i)
            list.Set(static_cast<uint32_t>(i), toFloat32Array(env, spreads[i]));
          return list;
        });
  });
}

Napi::Value ModelObject::trace(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    using Values = std::vector<std::pair<std::string, std::vector<float>>>;
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, prompt = asPrompt(info[0], "prompt")](Context& context) {
          Values values;
          model->trace(context, prompt, [&](const std::string& name, const float* from, int64_t count) {
            values.emplace_back(name, std::vector<float>(from, from + count));
          });
          return values;
        },
        [](Napi::Env env, Values& values) -> Napi::Value {
          Napi::Array list = Napi::Array::New(env, values.size());
          for (size_t i = 0; i < values.size(); ++i) {
            Napi::Array pair = Napi::Array::New(env, 2);
            pair.Set(0u, Napi::String::New(env, values[i].first));
            pair.Set(1u, toFloat32Array(env, values[i].second));
            list.Set(static_cast<uint32_t>(i), pair);
          }
          return list;
        });
  });
}

}  // namespace secondlook::binding
