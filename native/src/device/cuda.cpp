#include "cuda.h"

#include "device.h"

namespace secondlook {

CudaProbe probeCuda() {
  CudaProbe probe;
  const DeviceTable* table = cudaLibrary();
  probe.compiled = table != nullptr;
  if (!table) {
    probe.reason = "This build of the engine has no CUDA code; running on the CPU.";
    return probe;
  }
  char text[4096] = "";
  if (table->probe(text, sizeof text) != DeviceStatus::ok) {
    probe.reason = text;
    return probe;
  }
  const std::string names = text;
  for (size_t begin = 0; begin <= names.size();) {
    const size_t end = std::min(names.find('\n', begin), names.size());
    probe.devices.push_back(names.substr(begin, end - begin));
    begin = end + 1;
  }
  return probe;
}

}  // namespace secondlook
