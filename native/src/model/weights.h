// A model's parameters as the two networks read them: layers with their products, biases, adapters and gradients.
#pragma once

#include <string>
#include <vector>

#include "block.h"
#include "config.h"
#include "gradients.h"
#include "weight_store.h"

namespace secondlook {

/// `Layer`: LinearWeight or LinearGradient; `T`: const float or float; `Table`: the embedding, a stored matrix.
template <class Layer, class T, class Table>
struct VisionTensors {
  Layer patchEmbed, mergerUp, mergerDown;
  T *mergerNorm, *mergerNormBias;
  std::vector<BlockTensors<Layer, T>> blocks;
};
using VisionWeights = VisionTensors<LinearWeight, const float, ops::Matrix>;
using VisionGradients = VisionTensors<LinearGradient, float, float*>;

template <class Layer, class T, class Table>
struct TextTensors {
  Table embedding{}, head{};  // head is the embedding when tied
  T* norm;
  std::vector<BlockTensors<Layer, T>> layers;
};
using TextWeights = TextTensors<LinearWeight, const float, ops::Matrix>;
using TextGradients = TextTensors<LinearGradient, float, float*>;

BlockShape visionBlockShape(const ModelConfig& config);
BlockShape textBlockShape(const ModelConfig& config);

/// `adapterScale` 0 leaves adapters out: the base model, which is the reference policy.
VisionWeights bindVisionWeights(const ModelConfig&, const ParameterTable&, const WeightStore&, float adapterScale);
TextWeights bindTextWeights(const ModelConfig&, const ParameterTable&, const WeightStore&, float adapterScale);
/// Where a backward pass adds; what takes no gradient is null.
VisionGradients bindVisionGradients(const ModelConfig&, const ParameterTable&, const Gradients&);
TextGradients bindTextGradients(const ModelConfig&, const ParameterTable&, const Gradients&);

}  // namespace secondlook
