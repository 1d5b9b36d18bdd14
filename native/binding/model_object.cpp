#include "../src/model/adapters.h"
#include "arguments.h"
#include "objects.h"

namespace secondlook::binding {

namespace {
struct ModelSource {
  std::shared_ptr<EngineCore> core;
  std::shared_ptr<Model> model;
};

Napi::Object self(const Napi::CallbackInfo& info) { return info.This().As<Napi::Object>(); }

Napi::Value undefined(Napi::Env env, bool) { return env.Undefined(); }

const Parameter& parameterNamed(const Model& model, const std::string& name) {
  const Parameter* parameter = model.table().find(name);
  if (!parameter) refuse("The model has no parameter named " + name + ". The list is in model.parameters.");
  return *parameter;
}

}  // namespace

Napi::Function ModelObject::define(Napi::Env env) {
  return DefineClass(
      env, "Model",
      {InstanceMethod<&ModelObject::describe>("describe"), InstanceMethod<&ModelObject::weightVersion>("weightVersion"),
       InstanceMethod<&ModelObject::memory>("memory"), InstanceMethod<&ModelObject::encode>("encode"),
       InstanceMethod<&ModelObject::generate>("generate"), InstanceMethod<&ModelObject::score>("score"),
       InstanceMethod<&ModelObject::forward>("forward"), InstanceMethod<&ModelObject::step>("step"),
       InstanceMethod<&ModelObject::zeroGradients>("zeroGradients"),
       InstanceMethod<&ModelObject::groupDivergence>("groupDivergence"), InstanceMethod<&ModelObject::blend>("blend"),
       InstanceMethod<&ModelObject::clone>("clone"), InstanceMethod<&ModelObject::save>("save"),
       InstanceMethod<&ModelObject::saveState>("saveState"),
       InstanceMethod<&ModelObject::saveAdapter>("saveAdapter"), InstanceMethod<&ModelObject::loadState>("loadState"),
       InstanceMethod<&ModelObject::readParameter>("readParameter"),
       InstanceMethod<&ModelObject::readGradient>("readGradient"), InstanceMethod<&ModelObject::trace>("trace"),
       InstanceMethod<&ModelObject::dispose>("dispose")});
}

Napi::Value ModelObject::wrap(Napi::Env env, std::shared_ptr<EngineCore> core, std::shared_ptr<Model> model) {
  ModelSource source{std::move(core), std::move(model)};
  return classesOf(env).model.New({Napi::External<ModelSource>::New(env, &source)});
}

ModelObject::ModelObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ModelObject>(info) {
  if (!info[0].IsExternal())
    throw Napi::TypeError::New(info.Env(), "Models come from load(), initialise() and clone().");
  const ModelSource& source = *info[0].As<Napi::External<ModelSource>>().Data();
  core = source.core;
  model = source.model;
}

Model& ModelObject::live() {
  if (!model) throw Error(ErrorCode::disposed, "This model was disposed of. Load it again.");
  return *model;
}

/// {config: JSON text, parameterCount, parameters}
Napi::Value ModelObject::describe(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Napi::Env env = info.Env();
    const Model& m = live();
    Napi::Object result = Napi::Object::New(env);
    result.Set("config", m.config().source.dump());
    result.Set("parameterCount", static_cast<double>(m.table().parameterCount()));
    Napi::Array list = Napi::Array::New(env, m.table().all().size());
    uint32_t at = 0;
    for (const Parameter& parameter : m.table().all()) {
      Napi::Object item = Napi::Object::New(env);
      item.Set("name", parameter.name);
      Napi::Array shape = Napi::Array::New(env, parameter.shape.size());
      for (size_t i = 0; i < parameter.shape.size(); ++i)
        shape.Set(static_cast<uint32_t>(i), static_cast<double>(parameter.shape[i]));
      item.Set("shape", shape);
      item.Set("trainable", parameter.trainable);
      list.Set(at++, item);
    }
    result.Set("parameters", list);
    return result;
  });
}

Napi::Value ModelObject::weightVersion(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), static_cast<double>(live().weightVersion()));
  });
}

Napi::Value ModelObject::memory(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const MemoryReport report = live().memory();
    Napi::Object result = Napi::Object::New(info.Env());
    Napi::Object purposes = Napi::Object::New(info.Env());
    purposes.Set("weights", static_cast<double>(report.weights));
    purposes.Set("mappedWeights", static_cast<double>(report.mappedWeights));
    purposes.Set("gradients", static_cast<double>(report.gradients));
    purposes.Set("optimiser", static_cast<double>(report.optimiser));
    purposes.Set("activations", static_cast<double>(report.activations));
    purposes.Set("keyValueCache", static_cast<double>(report.cache));
    purposes.Set("prefixCache", static_cast<double>(report.prefixCache));
    purposes.Set("media", static_cast<double>(report.media));
    result.Set("visionCacheHits", static_cast<double>(report.visionCacheHits));
    result.Set("visionFolderHits", static_cast<double>(report.visionFolderHits));
    Napi::Object tokens = Napi::Object::New(info.Env());
    tokens.Set("reused", static_cast<double>(report.prefixReused));
    tokens.Set("read", static_cast<double>(report.prefixRead));
    result.Set("prefixTokens", tokens);
    result.Set("current", static_cast<double>(report.current()));
    result.Set("peak", static_cast<double>(report.peak));
    result.Set("byPurpose", purposes);
    return result;
  });
}

Napi::Value ModelObject::step(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, settings = asStepSettings(info[0])](Context& context) {
          return model->step(context, settings);
        },
        [](Napi::Env env, StepOutcome& outcome) -> Napi::Value {
          Napi::Object result = Napi::Object::New(env);
          result.Set("gradientNorm", outcome.gradientNorm);
          result.Set("skipped", outcome.skipped);
          if (!outcome.culprit.empty()) result.Set("culprit", outcome.culprit);
          return result;
        });
  });
}

Napi::Value ModelObject::zeroGradients(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model](Context&) {
          model->zeroGradients();
          return true;
        },
        undefined);
  });
}

Napi::Value ModelObject::blend(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    if (!info[0].IsObject() || !info[0].As<Napi::Object>().InstanceOf(classesOf(info.Env()).model.Value()))
      refuse("blend: other is not one of the engine's models.");
    ModelObject* other = Unwrap(info[0].As<Napi::Object>());
    other->live();
    if (other->core != core) refuse("blend: the other model belongs to another engine. Load both in one engine.");
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, from = other->model, decay = asNumber(info[1], "decay", 0, 1)](Context& context) {
          model->blend(context, *from, decay);
          return true;
        },
        undefined);
  });
}

Napi::Value ModelObject::clone(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const bool trainable = isAbsent(info[0]) ? live().trainable()
                                             : booleanOr(asObject(info[0], "options"), "trainable", live().trainable());
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, trainable](Context& context) { return model->clone(context, trainable); },
        [core = core](Napi::Env env, std::shared_ptr<Model>& copy) { return ModelObject::wrap(env, core, copy); });
  });
}

Napi::Value ModelObject::save(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, directory = asPath(info[0], "directory")](Context& context) {
          saveModel(context, *model, directory);
          return true;
        },
        undefined);
  });
}

Napi::Value ModelObject::saveAdapter(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, directory = asPath(info[0], "directory")](Context&) {
          secondlook::saveAdapter(*model, directory);
          return true;
        },
        undefined);
  });
}

Napi::Value ModelObject::saveState(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, directory = asPath(info[0], "directory")](Context&) {
          secondlook::saveState(*model, directory);
          return true;
        },
        undefined);
  });
}

Napi::Value ModelObject::loadState(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    live();
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, directory = asPath(info[0], "directory")](Context& context) {
          secondlook::loadState(context, *model, directory);
          return true;
        },
        undefined);
  });
}

Napi::Value ModelObject::readParameter(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Parameter& parameter = parameterNamed(live(), asString(info[0], "name"));
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, &parameter](Context&) {
          std::vector<float> values(static_cast<size_t>(parameter.count));
          model->weights().read(parameter, values.data());
          return values;
        },
        [](Napi::Env env, std::vector<float>& values) -> Napi::Value { return toFloat32Array(env, values); });
  });
}

Napi::Value ModelObject::readGradient(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const Parameter& parameter = parameterNamed(live(), asString(info[0], "name"));
    if (!parameter.trainable) refuse("Parameter " + parameter.name + " takes no gradient: it is frozen.");
    return runJob(
        info.Env(), *core, self(info), nullptr,
        [model = model, &parameter](Context&) {
          // In a team, of the part that this member keeps: the others have the rest.
          std::vector<float> values(static_cast<size_t>(parameter.count));
          const Span own = model->shards().own(parameter);
          if (!own.empty())
            model->where().read(values.data() + own.begin, model->gradients().own(parameter, own.begin),
                                static_cast<size_t>(own.count()) * sizeof(float));
          return values;
        },
        [](Napi::Env env, std::vector<float>& values) -> Napi::Value { return toFloat32Array(env, values); });
  });
}

Napi::Value ModelObject::dispose(const Napi::CallbackInfo& info) {
  model.reset();
  return info.Env().Undefined();
}

}  // namespace secondlook::binding
