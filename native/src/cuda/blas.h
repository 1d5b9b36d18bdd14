// cuBLASLt, found at run time: libcublasLt.so is half a gigabyte and never ours to ship. Without it the own kernels do.
#pragma once

#include "gemm.h"

namespace secondlook::cuda {

/// Null where the library is missing, or SECONDLOOK_CUBLAS=off.
Blas* openBlas();
void closeBlas(Blas*);
/// False when the library is not there or has no kernel for the shape: nothing was done then.
bool multiplyBlas(DeviceSession&, const Multiply&, const void* a, int64_t lda, const void* b, int64_t ldb, bool half);

}  // namespace secondlook::cuda
