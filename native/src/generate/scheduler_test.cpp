#include "scheduler.h"

#include "tiny_model.h"

using namespace fixtures;

namespace {

GenerationRequest request(std::vector<PromptInput> prompts, int64_t perPrompt, int64_t rowsAtOnce) {
  GenerationRequest made;
  made.prompts = std::move(prompts);
  made.completions.assign(made.prompts.size(), perPrompt);
  made.rowsAtOnce = rowsAtOnce;
  made.sampling.maxTokens = 40;
  made.sampling.stopIds = {0, 1, 2, 3, 4};  // answers of very different lengths
  made.sampling.bannedIds = {59, 60};
  made.sampling.topP = 0.9f;
  made.sampling.seed = 11;
  for (size_t i = 0; i < made.prompts.size(); ++i) made.streams.push_back(1000 + i);
  return made;
}

/// Short and long, with and without clips; the fourth is read in stretches, and so is its clip.
std::vector<PromptInput> mixedPrompts() {
  return {tinyPrompt(5, nullptr, 3, 1),
          tinyPrompt(9, tinyClip({1, 2, 3}), 40, 2),
          tinyPrompt(300, nullptr, 1, 3),
          tinyPrompt(400, tinyClip({4, 5, 6, 7}, 16, 16), 200, 4),
          tinyPrompt(70, nullptr, 9, 5),
          tinyPrompt(1, tinyClip({8}), 1, 6),
          tinyPrompt(100, nullptr, 100, 7)};
}

bool sameBits(const CompletionResult& a, const CompletionResult& b) {
  return a.ids == b.ids && a.logProbs == b.logProbs && a.sampledLogProbs == b.sampledLogProbs &&
         a.entropy == b.entropy && a.stopReason == b.stopReason;
}

Floats pieceByPiece(Context& context, Model& model, const PackedBatch& batch, int64_t stretch) {
  Decoder decoder(model);
  KeyValuePool pool(FlatBuffer(1 << 22), 1 << 22);
  auto prompt = std::make_shared<ReadPrompt>();
  prompt->batch = &batch;
  prompt->rows = batch.prompts[0];
  prompt->room = std::move(*pool.take(decoder.roomFloats(prompt->length())));
  const float* logits = nullptr;
  while (prompt->read < prompt->length()) {
    const Stretch next{prompt.get(), std::min(stretch, prompt->length() - prompt->read)};
    logits = decoder.pass(context, {&next, 1}, {});
  }
  Floats seen(logits, logits + tinyVocabulary);
  OpenSequence sequence{prompt, std::move(*pool.take(decoder.roomFloats(80))), 80, 0, 7};
  OpenSequence* const open = &sequence;
  for (int step = 0; step < 70; ++step) {
    logits = decoder.pass(context, {}, {&open, 1});
    seen.insert(seen.end(), logits, logits + tinyVocabulary);
  }
  return seen;
}

}  // namespace

TEST("a prompt read in stretches has the bits of one read in one piece, and so has what follows") {
  atLevelTwo([](Context& context) {
    const auto model = tinyModel(context);
    GroupInput group;
    group.prompt = tinyPrompt(90, tinyClip({4, 5, 6, 7}, 16, 16), 221, 4);
    const PackedBatch batch = packBatch(model->config(), model->options().positionRule, {group});
    const Floats whole = pieceByPiece(context, *model, batch, 1 << 20);
    for (const int64_t stretch : {64, 192, 512}) checkSameBits(pieceByPiece(context, *model, batch, stretch), whole);
  });
}

TEST("answers have the same bits alone, all together, and where waiting prompts take the places of ended ones") {
  atLevelTwo([](Context& context) {
    const auto model = tinyModel(context);
    const std::vector<PromptInput> prompts = mixedPrompts();
    const Completions together = generateCompletions(context, *model, request(prompts, 3, 0));
    std::vector<size_t> lengths;
    for (size_t i = 0; i < prompts.size(); ++i) {
      GenerationRequest own = request({prompts[i]}, 3, 0);
      own.streams = {1000 + i};
      const Completions alone = generateCompletions(context, *model, own);
      for (size_t j = 0; j < 3; ++j) {
        CHECK(sameBits(alone[0][j], together[i][j]));
        CHECK(alone[0][j].stopReason != StopReason::abort);
        lengths.push_back(alone[0][j].ids.size());
      }
    }
    CHECK(*std::max_element(lengths.begin(), lengths.end()) > 3 * *std::min_element(lengths.begin(), lengths.end()));
    for (const int64_t rowsAtOnce : {1, 3, 4, 7}) {
      const Completions refilled = generateCompletions(context, *model, request(prompts, 3, rowsAtOnce));
      for (size_t i = 0; i < prompts.size(); ++i)
        for (size_t j = 0; j < 3; ++j) CHECK(sameBits(refilled[i][j], together[i][j]));
    }
  });
}

TEST("prompts may have different numbers of answers, and those of few take the places of ended rows") {
  atLevelTwo([](Context& context) {
    const auto model = tinyModel(context);
    GenerationRequest all = request(mixedPrompts(), 6, 0), some = all;
    some.completions = {6, 1, 4, 6, 2, 3, 5};
    const Completions whole = generateCompletions(context, *model, all);
    for (const int64_t rowsAtOnce : {0, 1, 8, 14}) {
      some.rowsAtOnce = rowsAtOnce;
      const Completions few = generateCompletions(context, *model, some);
      for (size_t i = 0; i < few.size(); ++i) {
        CHECK(few[i].size() == static_cast<size_t>(some.completions[i]));
        for (size_t j = 0; j < few[i].size(); ++j) CHECK(sameBits(few[i][j], whole[i][j]));
      }
    }
  });
}

TEST("no more rows are written at once than were asked for, and a place that becomes free is taken") {
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable};
  const auto model = tinyModel(context);
  std::vector<PromptInput> prompts;
  for (unsigned i = 0; i < 24; ++i) prompts.push_back(tinyPrompt(20, nullptr, 5, i));
  GenerationRequest waiting = request(prompts, 1, 4);
  // Without interruption each pass ends with a flush: count which prompts write between two of them.
  std::vector<StreamedTokenData> all;
  waiting.sink = [&](std::vector<StreamedTokenData> tokens) { all.insert(all.end(), tokens.begin(), tokens.end()); };
  const Completions results = generateCompletions(context, *model, waiting);
  std::vector<size_t> written(prompts.size(), 0);
  size_t most = 0, full = 0;
  for (const StreamedTokenData& token : all) {
    ++written[static_cast<size_t>(token.prompt)];
    size_t open = 0;
    for (size_t i = 0; i < prompts.size(); ++i) open += written[i] > 0 && written[i] < results[i][0].ids.size();
    most = std::max(most, open);
    full += open >= 3;
  }
  CHECK(most <= 4);
  CHECK(full * 10 > all.size() * 6);
}

TEST("a generation that is cut off in the middle gives all its rooms back, and what it wrote is right") {
  ThreadPool pool(1);
  const Context plain{pool, InstructionSet::portable};
  Context context = plain;
  const auto model = tinyModel(context);
  const std::vector<PromptInput> prompts = mixedPrompts();
  const Completions whole = generateCompletions(context, *model, request(prompts, 2, 4));
  CancelToken cancel;
  context.cancel = &cancel;
  GenerationRequest stopped = request(prompts, 2, 4);
  size_t tokens = 0, roomsInUse = 0;
  Scheduler* running = nullptr;
  stopped.sink = [&](std::vector<StreamedTokenData> seen) {
    tokens += seen.size();
    roomsInUse = static_cast<size_t>(running->roomsUsed());
    cancel.cancel();
  };
  Scheduler scheduler(*model, stopped);
  running = &scheduler;
  const Completions cut = scheduler.run(context);
  CHECK(roomsInUse > 0);
  CHECK(scheduler.roomsUsed() == 0);
  size_t written = 0, aborted = 0;
  for (size_t i = 0; i < prompts.size(); ++i)
    for (size_t j = 0; j < 2; ++j) {
      const CompletionResult &a = cut[i][j], &b = whole[i][j];
      written += a.ids.size();
      aborted += a.stopReason == StopReason::abort;
      CHECK(std::equal(a.ids.begin(), a.ids.end(), b.ids.begin()));
    }
  CHECK(written == tokens);
  CHECK(aborted > 0);
}
