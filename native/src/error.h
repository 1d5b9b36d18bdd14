// The engine's one exception type. Messages are whole sentences; codes are those of `EngineErrorCode` in types.ts.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace secondlook {

enum class ErrorCode : uint8_t {
  badArgument,
  badCheckpoint,
  unsupported,
  outOfMemory,
  aborted,
  io,
  device,
  disposed,
  internal,
};

/// The spelling TypeScript sees, e.g. "BAD_ARGUMENT".
constexpr const char* codeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::badArgument: return "BAD_ARGUMENT";
    case ErrorCode::badCheckpoint: return "BAD_CHECKPOINT";
    case ErrorCode::unsupported: return "UNSUPPORTED";
    case ErrorCode::outOfMemory: return "OUT_OF_MEMORY";
    case ErrorCode::aborted: return "ABORTED";
    case ErrorCode::io: return "IO";
    case ErrorCode::device: return "DEVICE";
    case ErrorCode::disposed: return "DISPOSED";
    case ErrorCode::internal: return "INTERNAL";
  }
  return "INTERNAL";
}

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }
  const char* codeName() const noexcept { return secondlook::codeName(code_); }

 private:
  ErrorCode code_;
};

/// What CancelToken::check throws.
class Aborted : public Error {
 public:
  Aborted() : Error(ErrorCode::aborted, "The call was cancelled before it finished; its results are discarded.") {}
};

}  // namespace secondlook
