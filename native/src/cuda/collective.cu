// NCCL by dlopen: the few prototypes and constants of its stable C interface (2.x) that are needed. Parts of a team differ in
// size, so a reduce-scatter is one reduction a member and an all-gather one broadcast a member, each queued in one group.
#include "collective.h"

#include <dlfcn.h>

#include <cstdlib>

#include "entries.h"

namespace secondlook::cuda {

namespace {

constexpr int success = 0, inProgress = 7;  // ncclResult_t
constexpr int bytes8 = 1, float32 = 7;      // ncclDataType_t: ncclUint8, ncclFloat32
constexpr int sum = 0;                      // ncclRedOp_t

}  // namespace

struct TeamName {  // ncclUniqueId, passed by value
  char bytes[deviceTeamName];
};
static_assert(sizeof(TeamName) == 128);

struct Collective {
  void* team = nullptr;  // ncclComm_t
  int (*makeName)(TeamName*) = nullptr;
  int (*join)(void**, int, TeamName, int) = nullptr;
  int (*destroy)(void*) = nullptr;
  int (*abort)(void*) = nullptr;
  int (*asyncError)(void*, int*) = nullptr;
  int (*groupStart)() = nullptr;
  int (*groupEnd)() = nullptr;
  int (*reduce)(const void*, void*, size_t, int, int, int, void*, cudaStream_t) = nullptr;
  int (*broadcast)(const void*, void*, size_t, int, int, void*, cudaStream_t) = nullptr;
  const char* (*describe)(int) = nullptr;
};

namespace {

Collective* openCollective() {
  const char* named = std::getenv("SECONDLOOK_NCCL_LIBRARY");
  const char* path = named && *named ? named : "libnccl.so.2";
  void* library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* why = ::dlerror();
    throw Failure(DeviceStatus::noDevice,
                  std::string("Several processes on GPUs need NCCL, which does not load: ") + (why ? why : path) +
                      ". Install it (Debian and Ubuntu: libnccl2; or the package nvidia-nccl-cu13 of PyPI), or name its file "
                      "in SECONDLOOK_NCCL_LIBRARY.");
  }
  auto* made = new Collective;
  std::string missing;
  const auto load = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
    if (!function && missing.empty()) missing = name;
  };
  load(made->makeName, "ncclGetUniqueId");
  load(made->join, "ncclCommInitRank");
  load(made->destroy, "ncclCommDestroy");
  load(made->abort, "ncclCommAbort");
  load(made->asyncError, "ncclCommGetAsyncError");
  load(made->groupStart, "ncclGroupStart");
  load(made->groupEnd, "ncclGroupEnd");
  load(made->reduce, "ncclReduce");
  load(made->broadcast, "ncclBroadcast");
  load(made->describe, "ncclGetErrorString");
  if (!missing.empty()) {
    closeCollective(made);
    throw Failure(DeviceStatus::noDevice, std::string(path) + " has no function " + missing + ": install NCCL 2.");
  }
  return made;
}

/// A team that lost a member cannot go on.
void require(const Collective& team, int code) {
  if (code == success || code == inProgress) return;
  throw Failure(DeviceStatus::dead, std::string("The GPUs of this run lost each other: NCCL says \"") + team.describe(code) +
                                        "\" (set NCCL_DEBUG=WARN for more). Resume the run: it goes on from its newest "
                                        "checkpoint.");
}

Collective& joined(DeviceSession* session) {
  Collective* team = session->collective;
  if (!team || !team->team) throw Failure(DeviceStatus::failed, "This device is in no team.");
  int error = success;
  require(*team, team->asyncError(team->team, &error));
  require(*team, error);
  return *team;
}

}  // namespace

void closeCollective(Collective* collective) {
  if (!collective) return;
  if (collective->team) collective->abort(collective->team);
  delete collective;  // the library stays: threads of its own may still end in it
}

namespace entries {

DeviceStatus nameTeam(DeviceSession* session, bool first, uint8_t* name) {
  return guarded(session, [&] {
    if (!session->collective) session->collective = openCollective();
    if (!first) return;
    TeamName made;
    require(*session->collective, session->collective->makeName(&made));
    std::memcpy(name, made.bytes, sizeof made.bytes);
  });
}

DeviceStatus joinTeam(DeviceSession* session, const uint8_t* name, int32_t rank, int32_t members) {
  return guarded(session, [&] {
    if (!session->collective) session->collective = openCollective();
    TeamName given;
    std::memcpy(given.bytes, name, sizeof given.bytes);
    require(*session->collective, session->collective->join(&session->collective->team, members, given, rank));
  });
}

DeviceStatus sumTo(DeviceSession* session, int32_t root, float* values, int64_t count) {
  return guarded(session, [&] {
    Collective& team = joined(session);
    require(team, team.reduce(values, values, static_cast<size_t>(count), float32, sum, root, team.team, session->stream));
  });
}

DeviceStatus broadcast(DeviceSession* session, int32_t root, void* bytes, int64_t count) {
  return guarded(session, [&] {
    Collective& team = joined(session);
    require(team, team.broadcast(bytes, bytes, static_cast<size_t>(count), bytes8, root, team.team, session->stream));
  });
}

DeviceStatus beginTogether(DeviceSession* session) {
  return guarded(session, [&] {
    Collective& team = joined(session);
    require(team, team.groupStart());
  });
}

DeviceStatus endTogether(DeviceSession* session) {
  return guarded(session, [&] {
    Collective& team = joined(session);
    require(team, team.groupEnd());
  });
}

DeviceStatus leaveTeam(DeviceSession* session) {
  return guarded(session, [&] {
    if (!session->collective || !session->collective->team) return;
    check(cudaStreamSynchronize(session->stream));
    require(*session->collective, session->collective->destroy(session->collective->team));
    session->collective->team = nullptr;
  });
}

}  // namespace entries
}  // namespace secondlook::cuda
