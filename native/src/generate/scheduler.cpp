#include "scheduler.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "../error.h"

namespace secondlook {

namespace {
/// Rows of prompts in one pass: bounds memory, and how long sequences wait that are written meanwhile. As many as a block
/// takes through its products at once, so that more would not be faster.
constexpr int64_t readingRows = 512;
constexpr auto streamInterval = std::chrono::milliseconds(34);  // at most 30 a second

PackedBatch packPrompts(const Model& model, const std::vector<PromptInput>& prompts) {
  std::vector<GroupInput> groups;
  for (const PromptInput& prompt : prompts) groups.push_back({prompt, {}, false, {}});
  return packBatch(model.config(), model.options().positionRule, groups);
}
}  // namespace

class Scheduler::TokenStream {
 public:
  explicit TokenStream(const TokenSink& sink) : sink_(sink) {}
  void add(StreamedTokenData token) {
    if (sink_) waiting_.push_back(token);
  }
  void flush(bool now) {
    const auto time = std::chrono::steady_clock::now();
    if (!sink_ || waiting_.empty() || (!now && time - last_ < streamInterval)) return;
    last_ = time;
    sink_(std::move(waiting_));
    waiting_.clear();
  }

 private:
  const TokenSink& sink_;
  std::vector<StreamedTokenData> waiting_;
  std::chrono::steady_clock::time_point last_{};
};

Scheduler::Scheduler(Model& model, const GenerationRequest& request)
    : model_(model),
      request_(request),
      batch_(packPrompts(model, request.prompts)),
      vocabulary_(model.config().text.vocabulary),
      decoder_(model),
      pool_(model.takeCache(poolFloats()), poolFloats()),
      stops_(static_cast<size_t>(vocabulary_), 0) {
  for (const int32_t id : request.sampling.stopIds) stops_[static_cast<size_t>(id)] = 1;
}

Scheduler::~Scheduler() {
  running_.clear();
  reading_.clear();
  model_.returnCache(pool_.release());
}

/// Room for the rows that are written at once, and for the largest prompts that they may belong to: while one row of a prompt
/// is written its room stays, so with several rows a prompt there are rooms for twice as many prompts.
int64_t Scheduler::poolFloats() const {
  const auto [fewest, most] = std::minmax_element(request_.completions.begin(), request_.completions.end());
  const int64_t all = std::accumulate(request_.completions.begin(), request_.completions.end(), int64_t{0});
  const int64_t rows = request_.rowsAtOnce > 0 ? std::min(all, std::max(request_.rowsAtOnce, *most)) : all;
  const int64_t together = std::max<int64_t>(1, rows / *fewest) * (*most > 1 ? 2 : 1);
  std::vector<int64_t> rooms;
  for (const PromptRows& prompt : batch_.prompts) rooms.push_back(decoder_.roomFloats(prompt.end - prompt.begin));
  std::sort(rooms.begin(), rooms.end(), std::greater<>());
  rooms.resize(std::min(rooms.size(), static_cast<size_t>(together)));
  return std::accumulate(rooms.begin(), rooms.end(), int64_t{0}) +
         rows * decoder_.roomFloats(request_.sampling.maxTokens);
}

Completions Scheduler::run(Context& context) {
  Completions results;
  for (const int64_t count : request_.completions) results.emplace_back(static_cast<size_t>(count));
  TokenStream stream(request_.sink);
  try {
    for (;;) {
      admit();
      if (reading_.empty() && running_.empty()) break;
      pass(context, results, stream);
      stream.flush(false);
    }
  } catch (const Aborted&) {
    // what was sampled so far stays; rows that had not ended keep StopReason::abort
  }
  running_.clear();
  reading_.clear();
  stream.flush(true);
  return results;
}

/// Gives waiting prompts their rooms, in order, as far as there is room.
void Scheduler::admit() {
  const auto limit = static_cast<size_t>(request_.rowsAtOnce);
  size_t rows = running_.size();
  for (const auto& group : reading_) rows += group->own.size();
  for (; admitted_ < batch_.prompts.size(); ++admitted_) {
    const auto own = static_cast<size_t>(request_.completions[admitted_]);
    if (limit > 0 && rows > 0 && rows + own > limit) return;
    rows += own;
    auto group = std::make_shared<Group>();
    group->batch = &batch_;
    group->rows = batch_.prompts[admitted_];
    group->prompt = static_cast<int32_t>(admitted_);
    if (!take(*group)) return;
    if (model_.prefixes().enabled()) group->keys = prefixKeys(model_.config(), request_.prompts[admitted_]);
    reading_.push_back(std::move(group));
  }
}

bool Scheduler::take(Group& group) {
  std::optional<KeyValuePool::Room> room = pool_.take(decoder_.roomFloats(group.length()));
  if (!room) return false;
  group.room = std::move(*room);
  for (int64_t i = 0; i < request_.completions[static_cast<size_t>(group.prompt)]; ++i) {
    room = pool_.take(decoder_.roomFloats(request_.sampling.maxTokens));
    if (!room) return false;
    group.own.push_back(std::move(*room));
  }
  return true;
}

bool Scheduler::begin(Context& context, Group& group) {
  PrefixCache& cache = model_.prefixes();
  if (cache.enabled()) {
    // The last token is always read: its logits are wanted.
    const std::span<const ContentHash> wanted(group.keys.data(),
                                              std::min(group.keys.size(), static_cast<size_t>(group.length() - 1) / Decoder::stretchTokens));
    const size_t known = cache.match(wanted);
    for (const auto& other : reading_)
      if (known < wanted.size() && other->begun && known < other->keys.size() && other->keys[known] == wanted[known])
        return false;
    for (size_t block = 0; block < known; ++block)
      decoder_.fillBlock(context, group, static_cast<int64_t>(block), *cache.find(wanted[block]));
    group.read = static_cast<int64_t>(known) * Decoder::stretchTokens;
    cache.count(group.read, group.length() - group.read);
  }
  group.begun = true;
  return true;
}

void Scheduler::remember(Context& context, Group& group, int64_t readBefore) {
  PrefixCache& cache = model_.prefixes();
  for (auto block = static_cast<size_t>(readBefore / Decoder::stretchTokens);
       block < std::min(group.keys.size(), static_cast<size_t>(group.read / Decoder::stretchTokens)); ++block)
    if (!cache.holds(group.keys[block]))
      cache.add({group.keys.data(), block + 1}, decoder_.copyBlock(context, group, static_cast<int64_t>(block)));
}

std::vector<Stretch> Scheduler::nextStretches(Context& context) {
  std::vector<Stretch> stretches;
  int64_t left = readingRows;
  for (const auto& group : reading_) {
    if (!group->begun && !begin(context, *group)) continue;
    const int64_t rest = group->length() - group->read;
    const int64_t rows = rest <= left ? rest : left / Decoder::stretchTokens * Decoder::stretchTokens;
    if (rows == 0) break;
    stretches.push_back({group.get(), rows});
    left -= rows;
  }
  return stretches;
}

void Scheduler::pass(Context& context, Completions& results, TokenStream& stream) {
  const std::vector<Stretch> stretches = nextStretches(context);
  std::vector<OpenSequence*> sequences;
  for (const auto& row : running_) sequences.push_back(&row->sequence);
  if (stretches.empty() && context.device) {
    std::vector<RowDraw> rows;
    for (const auto& row : running_) rows.push_back({row.get(), static_cast<int64_t>(rows.size())});
    if (!step_) step_ = std::make_unique<DecodeStep>(context, model_, decoder_, request_.sampling);
    return accept(rows, step_->run(context, sequences, drawsOf(rows)), stream);
  }
  const float* logits = decoder_.pass(context, stretches, sequences);
  // Logits of prompts that are read come first; all rows of a prompt draw their first token from the same.
  std::vector<RowDraw> first, draws;
  int64_t next = 0;
  for (const Stretch& stretch : stretches) {
    const auto group = std::find_if(reading_.begin(), reading_.end(),
                                    [&](const auto& one) { return one.get() == stretch.prompt; });
    remember(context, **group, stretch.prompt->read - stretch.rows);
    if (stretch.prompt->read < stretch.prompt->length()) continue;
    const size_t before = running_.size();
    openRows(*group, results);
    reading_.erase(group);
    for (size_t i = before; i < running_.size(); ++i) first.push_back({running_[i].get(), next});
    ++next;
  }
  for (size_t i = 0; i < sequences.size(); ++i) draws.push_back({running_[i].get(), next++});
  draws.insert(draws.end(), first.begin(), first.end());
  accept(draws, sampleTokens(context, request_.sampling, vocabulary_, logits, drawsOf(draws)), stream);
}

void Scheduler::openRows(const std::shared_ptr<Group>& group, Completions& results) {
  for (size_t i = 0; i < group->own.size(); ++i) {
    auto row = std::make_unique<Row>();
    row->sequence.prompt = group;
    row->sequence.room = std::move(group->own[i]);
    row->sequence.roomTokens = request_.sampling.maxTokens;
    row->prompt = group->prompt;
    row->completion = static_cast<int32_t>(i);
    row->result = &results[static_cast<size_t>(row->prompt)][i];
    if (request_.sampling.repetitionPenalty != 1) {
      std::vector<uint8_t> marks(static_cast<size_t>(vocabulary_), 0);
      for (const int32_t id : request_.prompts[static_cast<size_t>(row->prompt)].ids) marks[static_cast<size_t>(id)] = 1;
      row->seen = FlatBuffer((vocabulary_ + 3) / 4, model_.where());
      model_.where().write(row->marks(), marks.data(), marks.size());
    }
    running_.push_back(std::move(row));
  }
}

std::vector<Draw> Scheduler::drawsOf(const std::vector<RowDraw>& rows) const {
  std::vector<Draw> draws;
  for (const auto& [row, from] : rows)
    draws.push_back({from, row->marks(), request_.streams[static_cast<size_t>(row->prompt)],
                     static_cast<uint32_t>(row->completion), static_cast<uint32_t>(row->result->ids.size())});
  return draws;
}

void Scheduler::accept(const std::vector<RowDraw>& rows, const std::vector<SampledToken>& sampled, TokenStream& stream) {
  for (size_t i = 0; i < rows.size(); ++i) {
    Row& row = *rows[i].row;
    const SampledToken& token = sampled[i];
    CompletionResult& result = *row.result;
    result.ids.push_back(token.id);
    result.logProbs.push_back(token.logProb);
    result.sampledLogProbs.push_back(token.sampledLogProb);
    result.entropy.push_back(token.entropy);
    stream.add({row.prompt, row.completion, token.id, token.logProb});
    row.sequence.next = token.id;
    if (stops_[static_cast<size_t>(token.id)]) result.stopReason = StopReason::stop;
    else if (static_cast<int64_t>(result.ids.size()) == request_.sampling.maxTokens)
      result.stopReason = StopReason::length;
  }
  std::erase_if(running_, [](const auto& row) { return row->result->stopReason != StopReason::abort; });
}

Completions generateCompletions(Context& context, Model& model, const GenerationRequest& request) {
  return Scheduler(model, request).run(context);
}

}  // namespace secondlook
