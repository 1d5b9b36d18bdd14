// The C face of a communication module (libsecondlook_mpi.so): the engine opens it at run time, so that it needs no MPI
// where nobody uses several processes.
#pragma once

#include <cstdint>

namespace secondlook {

/// Functions return 0, or another number that `describe` turns into a sentence. Counts are elements of the type named.
struct CommunicationTable {
  int rank, size;
  int (*sumTo)(int root, float* values, int64_t count);
  int (*broadcast)(int root, uint8_t* bytes, int64_t count);
  /// all[size] takes everybody's `own`.
  int (*gatherSizes)(int64_t own, int64_t* all);
  /// From one member to another, both of which call.
  int (*send)(int to, const uint8_t* bytes, int64_t count);
  int (*receive)(int from, uint8_t* bytes, int64_t count);
  int (*leave)();
  void (*abort)(int exitCode);
  void (*describe)(int code, char* sentence, int64_t room);
};

constexpr int communicationAbi = 2;
constexpr const char* communicationEntry = "secondlookCommunication";
/// Joins the team on the calling thread, which is the only one to use the table. Null and a sentence where it cannot.
using CommunicationEntry = const CommunicationTable* (*)(int abi, char* sentence, int64_t room);

}  // namespace secondlook
