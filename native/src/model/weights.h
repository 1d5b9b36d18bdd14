// Views of the flat parameter buffers as the tensors that the two networks read.
#pragma once

#include <string>
#include <vector>

#include "block.h"
#include "config.h"
#include "parameters.h"

namespace secondlook {

template <class T>
struct VisionTensors {
  T *patchEmbed, *mergerNorm, *mergerNormBias, *mergerUp, *mergerUpBias, *mergerDown, *mergerDownBias;
  std::vector<BlockTensors<T>> blocks;
};

template <class T>
struct TextTensors {
  T *embedding, *norm, *head;  // head is the embedding when tied
  std::vector<BlockTensors<T>> layers;
};

BlockShape visionBlockShape(const ModelConfig& config);
BlockShape textBlockShape(const ModelConfig& config);

/// `base` is the flat buffer (weights or gradients). With `onlyTrainable`, matrices that take no gradient are null.
template <class T>
VisionTensors<T> bindVision(const ModelConfig& config, const ParameterTable& table, T* base, bool onlyTrainable);
template <class T>
TextTensors<T> bindText(const ModelConfig& config, const ParameterTable& table, T* base, bool onlyTrainable);

}  // namespace secondlook
