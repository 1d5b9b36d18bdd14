// What the processor can do.
#pragma once

#include "../ops/ops.h"

namespace secondlook {

/// The best instruction set that both the processor and the operating system support.
InstructionSet detectInstructionSet();

/// Physical cores this process may run on; at least 1.
int physicalCores();

/// "amx", "avx512", "avx2" or "portable", as in types.ts.
const char* instructionSetName(InstructionSet set);

}  // namespace secondlook
