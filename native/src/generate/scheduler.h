// Continuous batching: prompts are read in stretches while sequences that are read already are written on, and when one
// ends the next waiting prompt takes its place. What a row samples depends on its prompt, its stream and its number alone.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "decoder.h"
#include "sampler.h"

namespace secondlook {

enum class StopReason : uint8_t { stop, length, abort };

struct CompletionResult {
  std::vector<int32_t> ids;
  std::vector<float> logProbs, sampledLogProbs, entropy;
  StopReason stopReason = StopReason::abort;
};

struct StreamedTokenData {
  int32_t prompt, completion, id;
  float logProb;
};
using TokenSink = std::function<void(std::vector<StreamedTokenData>)>;

struct GenerationRequest {
  std::vector<PromptInput> prompts;
  std::vector<int64_t> completions;  // of each prompt
  SamplingSettings sampling;
  std::vector<uint64_t> streams;  // one a prompt
  int64_t rowsAtOnce = 0;         // most completions that are written at once, at least one prompt's; 0: all
  TokenSink sink;                 // may be empty; called at most 30 times a second and once at the end
};

/// result[prompt][completion]. When the context's token is cancelled, what was sampled so far: rows cut off have
/// StopReason::abort.
using Completions = std::vector<std::vector<CompletionResult>>;

class Scheduler {
 public:
  /// Refuses bad prompts with Error(badArgument). The request must outlive it.
  Scheduler(Model& model, const GenerationRequest& request);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Once. Every room is given back at the end, also when it is cut off.
  Completions run(Context&);
  /// Floats of the rooms that are taken.
  int64_t roomsUsed() const noexcept { return pool_.used(); }

 private:
  struct Group : ReadPrompt {
    int32_t prompt;
    std::vector<KeyValuePool::Room> own;
    bool begun = false;
    std::vector<ContentHash> keys;  // of blocks that the prefix cache may have, and that it gets
  };
  struct Row {
    OpenSequence sequence;
    int32_t prompt, completion;
    CompletionResult* result;
    std::vector<uint8_t> seen;  // ids of prompt and completion, where a penalty wants them
  };
  struct RowDraw {
    Row* row;
    int64_t logits;  // which row of the pass's
  };
  class TokenStream;

  int64_t poolFloats() const;
  void admit();
  bool take(Group& group);
  std::vector<Stretch> nextStretches(Context&);
  /// Takes what the prefix cache has. False: another prompt is just reading what this one begins with.
  bool begin(Context&, Group& group);
  void remember(Context&, Group& group, int64_t readBefore);
  void pass(Context&, Completions& results, TokenStream& stream);
  /// A prompt that was read to its end becomes rows.
  void openRows(const std::shared_ptr<Group>& group, Completions& results);
  void sample(Context&, const float* logits, const std::vector<RowDraw>& rows, TokenStream& stream);

  Model& model_;
  const GenerationRequest& request_;
  const PackedBatch batch_;  // all prompts
  const int64_t vocabulary_;
  Decoder decoder_;
  KeyValuePool pool_;
  size_t admitted_ = 0;                          // prompts that got their rooms
  std::vector<std::shared_ptr<Group>> reading_;  // in the prompts' order
  std::vector<std::unique_ptr<Row>> running_;    // a prompt's rows side by side
  std::vector<uint8_t> stops_;
};

/// As Scheduler::run.
Completions generateCompletions(Context&, Model& model, const GenerationRequest& request);

}  // namespace secondlook
