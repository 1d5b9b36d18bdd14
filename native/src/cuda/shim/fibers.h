// The shim's threads.
#pragma once

#include <cstdint>
#include <functional>

#include "shim.h"

namespace secondlook::shim {

enum class Order : uint8_t { ascending, descending, shuffled };

/// How the threads of a block take turns, for all later launches: results must not depend on it.
void setOrder(Order order);

/// Runs one block; throws std::runtime_error when its threads wait for each other in vain.
void runBlock(size_t sharedBytes, const std::function<void()>& body);

}  // namespace secondlook::shim
