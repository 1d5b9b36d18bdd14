// Continuous batching: prompts are read in stretches while sequences that are read already are written on, and when one
// ends the next waiting prompt takes its place. What a row samples depends on its prompt, its stream and its number alone.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "decode_step.h"
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
  /// Passes that a device did from a recording.
  int64_t replayed() const noexcept { return step_ ? step_->replayed() : 0; }

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
    FlatBuffer seen;  // ids of prompt and completion [vocabulary], a byte each, where a penalty wants them
    uint8_t* marks() const noexcept { return reinterpret_cast<uint8_t*>(seen.data()); }
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
  std::vector<Draw> drawsOf(const std::vector<RowDraw>& rows) const;
  /// Appends the token that was drawn for each row; rows that end give their rooms back.
  void accept(const std::vector<RowDraw>& rows, const std::vector<SampledToken>& sampled, TokenStream& stream);

  Model& model_;
  const GenerationRequest& request_;
  const PackedBatch batch_;  // all prompts
  const int64_t vocabulary_;
  Decoder decoder_;
  std::unique_ptr<DecodeStep> step_;  // where a device computes
  KeyValuePool pool_;
  size_t admitted_ = 0;                          // prompts that got their rooms
  std::vector<std::shared_ptr<Group>> reading_;  // in the prompts' order
  std::vector<std::unique_ptr<Row>> running_;    // a prompt's rows side by side
  std::vector<uint8_t> stops_;
};

/// As Scheduler::run.
Completions generateCompletions(Context&, Model& model, const GenerationRequest& request);

}  // namespace secondlook
