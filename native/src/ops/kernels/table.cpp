#include "table.h"

#include "vector.h"

namespace secondlook::SECONDLOOK_ISA {

#if defined(__AVX512F__)
constexpr InstructionSet thisSet = InstructionSet::avx512;
#elif defined(__AVX2__)
constexpr InstructionSet thisSet = InstructionSet::avx2;
#else
constexpr InstructionSet thisSet = InstructionSet::portable;
#endif

const kernels::Kernels table = {
    .set = thisSet,
    .tileRows = tileRows,
    .tileColumns = tileColumns,
    .lanes = lanes,
    .depth = kernels::blockDepth,
    .product = product,
    .attentionWork = attentionWork,
    .attention = attention,
    .attentionDecode = attentionDecode,
    .attentionBackwardWork = attentionBackwardWork,
    .attentionBackward = attentionBackward,
    .rmsNorm = rmsNorm,
    .rmsNormBackward = rmsNormBackward,
    .layerNorm = layerNorm,
    .layerNormBackward = layerNormBackward,
    .swiglu = swiglu,
    .swigluBackward = swigluBackward,
    .activation = activation,
    .activationBackward = activationBackward,
    .rotary = rotary,
    .add = add,
    .columnSums = columnSums,
    .logitStatistics = logitStatistics,
    .logitGradients = logitGradients,
    .adamw = adamw,
    .sumOfSquares = sumOfSquares,
    .narrow = narrow,
    .widen = widen,
};

}  // namespace secondlook::SECONDLOOK_ISA
