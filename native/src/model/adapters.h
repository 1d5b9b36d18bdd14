// Low-rank adapters in PEFT's directory format: adapter_config.json and adapter_model.safetensors.
#pragma once

#include <string>

#include "model.h"

namespace secondlook {

/// Rank, scale and target modules of a PEFT folder. Throws Error(unsupported) for what is more than plain LoRA.
LoraSettings adapterSettings(const std::string& directory);
void loadAdapter(Context&, Model& model, const std::string& directory);
void saveAdapter(const Model& model, const std::string& directory);
/// A uniform in +-1 / sqrt(in), B zero: the adapted model is the base model.
void initialiseAdapters(Context&, Model& model);

bool isAdapted(const Model& model, const Parameter& parameter);
/// W + scale B A in float32, computed by the host.
void mergedValues(Context& host, const Model& model, const Parameter& parameter, float* to);

}  // namespace secondlook
