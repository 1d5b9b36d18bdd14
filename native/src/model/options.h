// What a caller chooses when a model is loaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "positions.h"

namespace secondlook {

class Communicator;

/// How matrices are kept. bfloat16: frozen ones are read where they lie in the checkpoint's mapped file, trainable ones
/// beside float32 masters that the optimiser updates. Norms and biases are float32 in both.
enum class Storage : uint8_t { float32, bfloat16 };

/// What a tape keeps of a block: everything, its input only (the rest is computed again), or what fits in memory.
enum class Checkpointing : uint8_t { automatic, always, never };

/// Low-rank adapters: y = x W^T + scale (x A^T) B^T, A [rank, in], B [out, rank]; the base takes no gradient.
struct LoraSettings {
  int64_t rank = 0;  // 0: none
  double alpha = 0;
  bool rankStabilised = false;  // scale alpha / sqrt(rank) instead of alpha / rank
  /// Last parts of module names in the language model ("q_proj"), or whole module paths.
  std::vector<std::string> targets{"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"};
  uint64_t seed = 0;
  float scale() const;
};

struct ModelOptions {
  std::vector<std::string> frozen;  // prefixes of parameter names
  bool trainable = true;
  PositionRule positionRule = PositionRule::vllm;
  Storage storage = Storage::float32;
  Checkpointing checkpointing = Checkpointing::automatic;
  bool optimiser8Bit = false;
  size_t prefixCacheBytes = 0;  // keys and values of how prompts begin, kept for later ones while weights stay as they are
  size_t visionCacheBytes = 0;  // embeddings kept by content while the tower stays as it is
  std::string visionCacheFolder;  // the same for later processes, while the tower is not trained; empty: none
  size_t visionCacheFolderBytes = 0;
  LoraSettings lora;
  std::shared_ptr<Communicator> team;  // who trains it together, each with a part of what that takes; null: alone
  std::string adapter;  // a PEFT folder to start the adapters from; empty: none
};

}  // namespace secondlook
