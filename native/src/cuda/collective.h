// Sums and copies between the devices of a team.
#pragma once

#include "session.h"

namespace secondlook::cuda {

/// Ends the membership without waiting for the others.
void closeCollective(Collective* collective);

}  // namespace secondlook::cuda
