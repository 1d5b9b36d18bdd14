// What is known about CUDA on this machine.
#pragma once

#include <string>
#include <vector>

namespace secondlook {

struct CudaProbe {
  bool compiled = false;             // this binary contains CUDA code
  std::vector<std::string> devices;  // names with memory, e.g. "NVIDIA H200 (140 GiB)"
  std::string reason;                // one sentence for people when there is no device; else empty
};

/// Asks the driver; never throws, and does not create a context.
CudaProbe probeCuda();

}  // namespace secondlook
