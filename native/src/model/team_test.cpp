#include <unistd.h>

#include <filesystem>
#include <functional>
#include <numeric>
#include <thread>

#include "comm/local_team.h"
#include "model/tape.h"
#include "tiny_model.h"

using namespace fixtures;

namespace {

using Member = std::function<void(Context&, const std::shared_ptr<Communicator>& team)>;

/// Runs `body` as every member of a team of threads; alone, with no team.
void asTeam(int members, const Member& body) {
  LocalTeam team(members);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < members; ++rank)
    threads.emplace_back([&, rank] {
      ThreadPool pool(1);
      Context context{pool, InstructionSet::portable};
      body(context, members == 1 ? nullptr : team.member(rank));
    });
  for (std::thread& thread : threads) thread.join();
}

/// Six groups; those of even index show a clip.
std::vector<GroupInput> groups(bool clips) {
  std::vector<GroupInput> all;
  for (unsigned i = 0; i < 6; ++i) {
    GroupInput group;
    group.prompt = tinyPrompt(5 + i, clips && i % 2 == 0 ? tinyClip({i, i + 1}) : nullptr, 4, i);
    group.completions = {randomIds(4, 58, 20 + i), randomIds(6, 58, 40 + i)};
    all.push_back(std::move(group));
  }
  return all;
}

/// The groups of a member; of more members than groups, the last ones have none.
std::vector<GroupInput> shareOf(const std::vector<GroupInput>& all, const Communicator* team) {
  if (team == nullptr) return all;
  std::vector<GroupInput> own;
  for (size_t i = 0; i < all.size(); ++i)
    if (static_cast<int>(i) % team->size() == team->rank()) own.push_back(all[i]);
  return own;
}

void backward(Context& context, const std::shared_ptr<Model>& model, const std::vector<GroupInput>& all, float scale) {
  Tape tape(context, model, shareOf(all, model->team()), 1.0f);
  const size_t count = tape.logProbs().size();
  std::vector<float> gradient(count), entropy(count, 1e-3f * scale);
  for (size_t i = 0; i < count; ++i) gradient[i] = scale * (-1.0f + tape.logProbs()[i] / 8);
  tape.backward(context, gradient, entropy);
}

struct Trained {
  std::vector<double> norms;
  std::vector<float> values;  // of all parameters
  MemoryReport memory;
};

/// Three updates of two micro-batches each, the second of text alone.
Trained train(Context& context, const std::shared_ptr<Model>& model) {
  Trained trained;
  StepSettings settings;
  settings.learningRate = 1e-4;
  settings.clip = 0.5;
  settings.weightDecay = 0.01;
  for (int step = 0; step < 3; ++step) {
    backward(context, model, groups(true), 0.1f);
    backward(context, model, groups(false), 0.05f);
    trained.norms.push_back(model->step(context, settings).gradientNorm);
  }
  for (const Parameter& p : model->table().all()) {
    std::vector<float> values(static_cast<size_t>(p.count));
    model->weights().read(p, values.data());
    trained.values.insert(trained.values.end(), values.begin(), values.end());
  }
  trained.memory = model->memory();
  return trained;
}

Trained trainedBy(int members, const ModelOptions& options) {
  std::vector<Trained> all(static_cast<size_t>(members));
  asTeam(members, [&](Context& context, const std::shared_ptr<Communicator>& team) {
    ModelOptions own = options;
    own.team = team;
    all[static_cast<size_t>(team ? team->rank() : 0)] = train(context, tinyModel(context, own));
  });
  for (const Trained& other : all) CHECK(other.values == all[0].values);
  return all[0];
}

double farthest(const std::vector<float>& a, const std::vector<float>& b) {
  double most = a.size() == b.size() ? 0.0 : INFINITY;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(static_cast<double>(a[i] - b[i])));
  return most;
}

struct Case {
  const char* name;
  ModelOptions options;
  double tolerance = 1e-5;
};

std::vector<Case> cases() {
  std::vector<Case> all(5);
  all[0].name = "every weight";
  all[1].name = "language alone, moments in 8 bits";
  all[1].options.frozen = {"visual."};
  all[1].options.optimiser8Bit = true;
  all[1].tolerance = 2e-4;  // a moment may be rounded to the neighbouring code
  all[2].name = "bfloat16 with masters";
  all[2].options.storage = Storage::bfloat16;
  all[2].tolerance = 2e-4;  // a weight may be rounded to its neighbour for the next forward pass
  all[3].name = "adapters";
  all[3].options.lora.rank = 4;
  all[3].options.lora.alpha = 8;
  all[4].name = "blocks run again in the backward pass";
  all[4].options.checkpointing = Checkpointing::always;
  return all;
}

}  // namespace

TEST("a team of two, four and eight trains the weights that one member alone trains") {
  for (const Case& c : cases()) {
    const Trained alone = trainedBy(1, c.options);
    for (const int members : {2, 4, 8}) {
      const Trained team = trainedBy(members, c.options);
      CHECK_CLOSE(team.norms, alone.norms, c.tolerance);
      const double error = farthest(team.values, alone.values);
      if (!(error < c.tolerance)) check::fail(__FILE__, __LINE__, c.name + (": off by " + std::to_string(error)));
    }
  }
}

TEST("what trains a model is divided among the members: gradients to a part and a bucket, moments and masters to a part") {
  for (const Case& c : cases()) {
    const MemoryReport alone = trainedBy(1, c.options).memory, four = trainedBy(4, c.options).memory,
                       eight = trainedBy(8, c.options).memory;
    const auto share = [](size_t part, size_t all) { return static_cast<double>(part) / static_cast<double>(all); };
    CHECK(std::abs(share(four.optimiser, alone.optimiser) - 0.25) < 0.06);
    CHECK(four.gradients < alone.gradients);
    // The bucket is the same however many there are.
    const double bucket = share(four.gradients, alone.gradients) - 1.0 / 4, other = share(eight.gradients, alone.gradients) - 1.0 / 8;
    CHECK(bucket > 0 && std::abs(bucket - other) < 0.06);
    if (c.options.storage == Storage::bfloat16) CHECK(share(four.weights, alone.weights) < 0.55);
  }
}

TEST("a gradient that is not finite at one member is skipped by all, with its parameter named") {
  std::vector<StepOutcome> outcomes(3);
  asTeam(3, [&](Context& context, const std::shared_ptr<Communicator>& team) {
    ModelOptions options;
    options.team = team;
    const auto model = tinyModel(context, options);
    Tape tape(context, model, shareOf(groups(true), team.get()), 1.0f);
    std::vector<float> gradient(tape.logProbs().size(), team->rank() == 1 ? INFINITY : 0.1f);
    tape.backward(context, gradient, {});
    outcomes[static_cast<size_t>(team->rank())] = model->step(context, {});
    CHECK(model->optimiser().steps == 0);
  });
  for (const StepOutcome& outcome : outcomes) {
    CHECK(outcome.skipped);
    CHECK(outcome.culprit == outcomes[0].culprit && !outcome.culprit.empty());
  }
}

TEST("a state that a team saved goes on alone and in a team of another size, and its file is that of one member") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("secondlook-team-" + std::to_string(::getpid()));
  for (const Case& c : cases()) {
    const auto state = [&](int members) { return (folder / c.name / std::to_string(members)).string(); };
    for (const int members : {1, 4})
      asTeam(members, [&](Context& context, const std::shared_ptr<Communicator>& team) {
        ModelOptions options = c.options;
        options.team = team;
        const auto model = tinyModel(context, options);
        train(context, model);
        saveState(*model, state(members));
      });
    CHECK(fs::file_size(state(1) + "/state.safetensors") == fs::file_size(state(4) + "/state.safetensors"));
    std::vector<Trained> next;
    for (const int members : {1, 3}) {
      Trained first;
      asTeam(members, [&](Context& context, const std::shared_ptr<Communicator>& team) {
        ModelOptions options = c.options;
        options.team = team;
        const auto model = tinyModel(context, options);
        loadState(context, *model, state(4));
        CHECK(model->optimiser().steps == 3);
        Trained trained = train(context, model);
        if (!team || team->rank() == 0) first = std::move(trained);
      });
      next.push_back(std::move(first));
    }
    CHECK(farthest(next[0].values, next[1].values) < 2 * c.tolerance);
  }
  fs::remove_all(folder);
}

TEST("clones and blends of a team's model have its exact values") {
  std::vector<std::vector<float>> seen(2);
  asTeam(2, [&](Context& context, const std::shared_ptr<Communicator>& team) {
    ModelOptions options;
    options.storage = Storage::bfloat16;
    options.team = team;
    const auto model = tinyModel(context, options);
    const auto start = model->clone(context, false);
    train(context, model);
    const auto copy = model->clone(context, true);
    const Parameter& p = *model->table().find("model.layers.1.mlp.down_proj.weight");
    std::vector<float> own(static_cast<size_t>(p.count)), copied = own, blended = own, first = own;
    model->weights().read(p, own.data());
    copy->weights().read(*copy->table().find(p.name), copied.data());
    CHECK(own == copied);
    start->weights().read(*start->table().find(p.name), first.data());
    copy->blend(context, *start, 0.5);
    copy->weights().read(*copy->table().find(p.name), blended.data());
    for (size_t i = 0; i < own.size(); ++i) CHECK(blended[i] == 0.5f * own[i] + 0.5f * first[i]);
    seen[static_cast<size_t>(team->rank())] = own;
  });
  CHECK(seen[0] == seen[1]);
}

TEST("a member that fails in its backward pass keeps nobody waiting") {
  std::vector<int> ended(2, 0);
  asTeam(2, [&](Context& context, const std::shared_ptr<Communicator>& team) {
    ModelOptions options;
    options.team = team;
    const auto model = tinyModel(context, options);
    Tape tape(context, model, shareOf(groups(true), team.get()), 1.0f);
    CancelToken cancel;
    Context own = context;
    if (team->rank() == 1) {
      cancel.cancel();
      own.cancel = &cancel;
    }
    try {
      tape.backward(own, std::vector<float>(tape.logProbs().size(), 0.1f), {});
      ended[static_cast<size_t>(team->rank())] = 1;
    } catch (const Error&) {
      ended[static_cast<size_t>(team->rank())] = 2;
    }
  });
  CHECK(ended[0] == 1 && ended[1] == 2);
}
