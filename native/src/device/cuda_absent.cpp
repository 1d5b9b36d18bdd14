// The probe of a binary that was built without nvcc.
#include "cuda.h"

#if !defined(SECONDLOOK_CUDA)

namespace secondlook {

CudaProbe probeCuda() {
  CudaProbe probe;
  probe.reason = "This build of the engine has no CUDA code; running on the CPU.";
  return probe;
}

}  // namespace secondlook

#endif
