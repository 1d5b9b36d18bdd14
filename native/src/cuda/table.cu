// The library's one symbol.
#include "entries.h"

namespace secondlook::cuda {

namespace {
#define SECONDLOOK_FILL(name) .name = entries::name,
const DeviceTable table = {.abi = deviceAbi, SECONDLOOK_ENTRIES(SECONDLOOK_FILL)};
#undef SECONDLOOK_FILL
}  // namespace

}  // namespace secondlook::cuda

extern "C" __attribute__((visibility("default"))) const secondlook::DeviceTable* secondlook_device(uint32_t abi) {
  return abi == secondlook::deviceAbi ? &secondlook::cuda::table : nullptr;
}
