// Keys and values of how prompts begin, by what their tokens and pictures are: a prompt that begins like an earlier one reads
// only the rest. The least recently used blocks go first, all of them when weights change.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "config.h"
#include "media.h"

namespace secondlook {

struct PromptInput;

class PrefixCache {
 public:
  /// Tokens of a block: what attention adds up at a time, so a prompt may be gone on with after any block.
  static constexpr int64_t blockTokens = 64;
  using Values = std::shared_ptr<const std::vector<float>>;

  explicit PrefixCache(size_t budgetBytes) : budget_(budgetBytes) {}

  bool enabled() const noexcept { return budget_ > 0; }
  /// How many of a prompt's first blocks are here; they count as used just now.
  size_t match(std::span<const ContentHash> keys);
  /// Null when it is not here.
  Values find(const ContentHash& key) const;
  bool holds(const ContentHash& key) const { return places_.contains(key); }
  /// Remembers the last of `keys`; those before it are the prompt's blocks in front.
  void add(std::span<const ContentHash> keys, std::vector<float> values);
  void clear();

  /// Tokens of prompts that were found here, and that were read.
  void count(int64_t reused, int64_t read) noexcept;
  // Any thread may ask for these.
  size_t bytes() const noexcept { return bytes_; }
  size_t reusedTokens() const noexcept { return reused_; }
  size_t readTokens() const noexcept { return read_; }

 private:
  struct Entry {
    ContentHash key;
    Values values;
  };
  struct KeyHash {
    size_t operator()(const ContentHash& key) const noexcept { return key.first ^ (key.second << 1); }
  };
  /// The first block becomes the newest: a block is of no use without those in front of it.
  void refresh(std::span<const ContentHash> keys);

  size_t budget_;
  std::list<Entry> entries_;  // newest first
  std::unordered_map<ContentHash, std::list<Entry>::iterator, KeyHash> places_;
  std::atomic<size_t> bytes_{0}, reused_{0}, read_{0};
};

/// Of each whole block of the prompt: equal where all tokens up to its end are, and what their pictures show and when. Only for
/// prompts that packBatch() takes.
std::vector<ContentHash> prefixKeys(const ModelConfig& config, const PromptInput& prompt);

}  // namespace secondlook
