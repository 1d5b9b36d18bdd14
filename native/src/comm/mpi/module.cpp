// libsecondlook_mpi.so: the table of comm/table.h over MPI, for processes that mpirun (or a scheduler) started.
#include <mpi.h>

#include <algorithm>
#include <cstdio>

#include "../table.h"

namespace {

using secondlook::CommunicationTable;

constexpr int64_t piece = int64_t{1} << 26;  // MPI counts are ints, and pieces bound what a transfer buffers

/// Calls `transfer(at, count)` piece by piece until one fails.
template <class Transfer>
int inPieces(int64_t count, Transfer transfer) {
  for (int64_t at = 0; at < count; at += piece) {
    const int code = transfer(at, static_cast<int>(std::min(piece, count - at)));
    if (code != MPI_SUCCESS) return code;
  }
  return MPI_SUCCESS;
}

int ownRank() {
  int rank = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int sumTo(int root, float* values, int64_t count) {
  const bool isRoot = ownRank() == root;
  return inPieces(count, [&](int64_t at, int length) {
    return MPI_Reduce(isRoot ? MPI_IN_PLACE : values + at, isRoot ? values + at : nullptr, length, MPI_FLOAT, MPI_SUM, root,
                      MPI_COMM_WORLD);
  });
}

int broadcast(int root, uint8_t* bytes, int64_t count) {
  return inPieces(count, [&](int64_t at, int length) {
    return MPI_Bcast(bytes + at, length, MPI_BYTE, root, MPI_COMM_WORLD);
  });
}

int send(int to, const uint8_t* bytes, int64_t count) {
  return inPieces(count, [&](int64_t at, int length) {
    return MPI_Send(bytes + at, length, MPI_BYTE, to, 0, MPI_COMM_WORLD);
  });
}

int receive(int from, uint8_t* bytes, int64_t count) {
  return inPieces(count, [&](int64_t at, int length) {
    return MPI_Recv(bytes + at, length, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  });
}

int gatherSizes(int64_t own, int64_t* all) {
  return MPI_Allgather(&own, 1, MPI_INT64_T, all, 1, MPI_INT64_T, MPI_COMM_WORLD);
}

void describe(int code, char* sentence, int64_t room) {
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
  std::snprintf(sentence, static_cast<size_t>(room), "%.*s (MPI code %d).", length, text, code);
}

int leave() { return MPI_Finalize(); }

void abortAll(int exitCode) { MPI_Abort(MPI_COMM_WORLD, exitCode); }

CommunicationTable table{0, 1, sumTo, broadcast, gatherSizes, send, receive, leave, abortAll, describe};
bool joined = false;

}  // namespace

extern "C" __attribute__((visibility("default"))) const CommunicationTable* secondlookCommunication(int abi,
                                                                                                    char* sentence,
                                                                                                    int64_t room) {
  if (abi != secondlook::communicationAbi) return nullptr;
  if (!joined) {
    int provided = 0;
    // The engine's thread calls, while others of this process go on without MPI.
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS ||
        provided < MPI_THREAD_SERIALIZED) {
      std::snprintf(sentence, static_cast<size_t>(room), "MPI does not start with threads in the process.");
      return nullptr;
    }
    joined = true;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &table.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &table.size);
  }
  return &table;
}
