// Models on disk and out of nothing: load, initialise, save, and the exact training state.
#pragma once

#include <memory>
#include <string>

#include "model.h"

namespace secondlook {

struct InitialiseSettings {
  uint64_t seed = 0;
  double gain = 0.8, embeddingStd = 0.05;
};

std::shared_ptr<Model> loadModel(Context&, const std::string& directory, const ModelOptions& options);
/// Random weights: linear ones with deviation gain / sqrt(fan in), embeddings with embeddingStd, norms 1, biases 0.
std::shared_ptr<Model> initialiseModel(Context&, const Json& config, const ModelOptions& options,
                                       const InitialiseSettings& settings);
/// Writes config.json (flat) and model.safetensors (hub names). Matrices keep their storage; adapters are merged.
void saveModel(Context&, const Model& model, const std::string& directory);
/// What trains (masters), its moments and the step count, bit for bit, in state.safetensors; config.json beside it.
/// Frozen parameters are not in it: they come from the checkpoint that the model was loaded from. In a team all members
/// call; member 0 writes the same file that one process alone would, so a run may go on with another number of members.
void saveState(Model& model, const std::string& directory);
void loadState(Context&, Model& model, const std::string& directory);

}  // namespace secondlook
