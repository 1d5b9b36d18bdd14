// Passes of decoding on a device: from recordings and without, on the shim or on a GPU.
#include <algorithm>
#include <cstdlib>

#include "scheduler.h"
#include "tiny_model.h"

using namespace fixtures;

namespace {

/// SECONDLOOK_CUDA_GRAPHS while it lives.
class Recording {
 public:
  explicit Recording(bool on) { on ? ::unsetenv(name) : ::setenv(name, "off", 1); }
  ~Recording() { ::unsetenv(name); }

 private:
  static constexpr const char* name = "SECONDLOOK_CUDA_GRAPHS";
};

/// Answers of different lengths, so that places become free and are taken.
GenerationRequest requestOf(float penalty) {
  GenerationRequest made;
  made.prompts = {tinyPrompt(30, nullptr, 1, 1), tinyPrompt(140, nullptr, 1, 2), tinyPrompt(5, nullptr, 3, 3)};
  made.completions = {2, 1, 2};
  made.rowsAtOnce = 3;
  made.sampling.maxTokens = 12;
  made.sampling.stopIds = {0, 1, 2};
  made.sampling.bannedIds = {59, 60};
  made.sampling.topP = 0.9f;
  made.sampling.repetitionPenalty = penalty;
  made.sampling.seed = 11;
  made.streams = {1000, 1001, 1002};
  return made;
}

struct Written {
  Completions answers;
  int64_t replayed;
};

Written write(Context& context, Model& model, const GenerationRequest& request, bool recording) {
  const Recording choice(recording);
  Scheduler scheduler(model, request);
  Completions answers = scheduler.run(context);
  return {std::move(answers), scheduler.replayed()};
}

bool same(const Completions& a, const Completions& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const CompletionResult& p, const CompletionResult& q) {
      return p.ids == q.ids && p.logProbs == q.logProbs && p.sampledLogProbs == q.sampledLogProbs && p.entropy == q.entropy &&
             p.stopReason == q.stopReason;
    });
  });
}

std::vector<ModelOptions> kindsOfModel() {
  std::vector<ModelOptions> kinds(3, frozenOptions());
  kinds[1].storage = Storage::bfloat16;
  kinds[2].storage = Storage::bfloat16;
  kinds[2].lora.rank = 4;
  kinds[2].lora.alpha = 8;
  return kinds;
}

}  // namespace

TEST("passes from recordings have the bits of passes whose operators are queued one by one") {
  if (!testLibrary()) return;
  const auto device = std::make_shared<Device>(*testLibrary());
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable, nullptr, device.get()};
  for (const ModelOptions& options : kindsOfModel()) {
    const auto model = tinyModel(context, options);
    GenerationRequest request = requestOf(options.storage == Storage::float32 ? 1.2f : 1.0f);
    const Written recorded = write(context, *model, request, true), queued = write(context, *model, request, false);
    CHECK(same(recorded.answers, queued.answers));
    CHECK(recorded.replayed > 5 && queued.replayed == 0);
    if (options.storage != Storage::float32) continue;
    // The memory of rooms lies elsewhere, and other rows are together: nothing that was recorded is taken over.
    request.rowsAtOnce = 1;
    const auto room = std::make_unique<FlatBuffer>(1 << 20, model->where());
    CHECK(same(write(context, *model, request, true).answers, write(context, *model, request, false).answers));
  }
  DeviceMemory memory{};
  device->call(&DeviceTable::memory, &memory);
  CHECK(memory.used == 0);
}

TEST("a device's tokens are the processor's, and so are its histories of what was seen") {
  if (!testLibrary()) return;
  const auto device = std::make_shared<Device>(*testLibrary());
  ThreadPool pool(1);
  Context there{pool, InstructionSet::portable, nullptr, device.get()}, here{pool, InstructionSet::portable};
  const GenerationRequest request = requestOf(1.3f);
  const Completions got = generateCompletions(there, *tinyModel(there), request);
  const Completions wanted = generateCompletions(here, *tinyModel(here), request);
  for (size_t i = 0; i < wanted.size(); ++i)
    for (size_t j = 0; j < wanted[i].size(); ++j) CHECK(got[i][j].ids == wanted[i][j].ids);
}

TEST("recorded passes read the weights as they are, and a fault of the device ends them with its sentence") {
  if (!testLibrary()) return;
  const auto device = std::make_shared<Device>(*testLibrary());
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable, nullptr, device.get()};
  const auto model = tinyModel(context, {}), other = tinyModel(context, {});
  const GenerationRequest request = requestOf(1.0f);
  const Completions before = write(context, *model, request, true).answers;
  for (const Parameter& p : model->table().all()) {
    std::vector<float> values(static_cast<size_t>(p.count));
    model->weights().read(p, values.data());
    for (float& v : values) v *= 1.5f;
    for (Model* changed : {model.get(), other.get()})
      changed->where().write(changed->weights().wide(p), values.data(), values.size() * sizeof(float));
  }
  for (Model* changed : {model.get(), other.get()}) changed->weightsChanged(true);
  const Completions after = write(context, *model, request, true).answers;
  CHECK(!same(before, after) && same(after, write(context, *other, request, false).answers));
  if (!failAfter(-1, 600)) return;
  std::string what;
  try {
    write(context, *model, request, true);
  } catch (const Error& error) {
    what = error.what();
  }
  failAfter(-1, -1);
  CHECK(what.find("resumes from its newest checkpoint") != std::string::npos);
}
