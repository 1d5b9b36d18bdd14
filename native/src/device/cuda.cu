// The probe of a binary with CUDA code. The runtime is linked statically: without a driver its calls return errors.
#include "cuda.h"

#include <cuda_runtime.h>

namespace secondlook {

CudaProbe probeCuda() {
  CudaProbe probe;
  probe.compiled = true;
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaErrorInsufficientDriver) {
    probe.reason = "No CUDA driver was found, or it is too old for this build; running on the CPU.";
  } else if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0)) {
    probe.reason = "No CUDA device was found; running on the CPU.";
  } else if (error != cudaSuccess) {
    probe.reason = std::string("CUDA could not be used (") + cudaGetErrorString(error) + "); running on the CPU.";
  }
  if (error != cudaSuccess) return probe;
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties;
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) continue;
    const auto gibibytes = (properties.totalGlobalMem + (size_t{1} << 29)) >> 30;
    probe.devices.push_back(std::string(properties.name) + " (" + std::to_string(gibibytes) + " GiB)");
  }
  return probe;
}

}  // namespace secondlook
