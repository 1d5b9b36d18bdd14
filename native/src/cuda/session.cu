// Opening a device, its memory, copies and graphs.
#include "session.h"

#include <algorithm>
#include <cstdlib>

#include "blas.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

constexpr size_t slabBytes = size_t{64} << 20;
constexpr size_t pieceBytes = 256;
constexpr size_t stagingBytes = size_t{8} << 20;
constexpr size_t directBytes = size_t{64} << 10;  // smaller copies are not worth staging

std::string mebibytes(size_t bytes) { return std::to_string((bytes + (size_t{1} << 20) - 1) >> 20) + " MiB"; }

}  // namespace

void check(cudaError_t error) {
  if (error == cudaSuccess) return;
  const std::string what = cudaGetErrorString(error);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // not sticky: clears it
    throw Failure(DeviceStatus::outOfMemory, "The CUDA device is out of memory. Use smaller batches, shorter clips or "
                                             "fewer completions, or checkpointing.");
  }
  if (error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver)
    throw Failure(DeviceStatus::noDevice, "CUDA cannot be used: " + what + ". Install a driver for CUDA 13 or newer.");
  if (error == cudaErrorInvalidValue) throw Failure(DeviceStatus::failed, "CUDA refused a call: " + what + ".");
  throw Failure(DeviceStatus::dead, "The CUDA device reported: " + what +
                                        ". Its context is lost, and nothing more can be computed in this process. Start "
                                        "the run again: it resumes from its newest checkpoint.");
}

Heap::~Heap() {
  for (const Slab& slab : slabs_) cudaFree(slab.base);
}

void* Heap::find(size_t bytes) {
  Slab* bestSlab = nullptr;
  std::map<size_t, Piece>::iterator best;
  for (Slab& slab : slabs_)
    for (auto at = slab.pieces.begin(); at != slab.pieces.end(); ++at)
      if (at->second.free && at->second.bytes >= bytes && (!bestSlab || at->second.bytes < best->second.bytes)) {
        bestSlab = &slab;
        best = at;
      }
  if (!bestSlab) return nullptr;
  const size_t offset = best->first, left = best->second.bytes - bytes;
  best->second = {bytes, false};
  if (left > 0) bestSlab->pieces[offset + bytes] = {left, true};
  used_ += bytes;
  peak_ = std::max(peak_, used_);
  return bestSlab->base + offset;
}

bool Heap::grow(size_t bytes) {
  const size_t size = std::max(slabBytes, (bytes + slabBytes / 32 - 1) / (slabBytes / 32) * (slabBytes / 32));
  for (const size_t wanted : {size, bytes}) {
    void* base = nullptr;
    const cudaError_t error = cudaMalloc(&base, wanted);
    if (error == cudaErrorMemoryAllocation) {
      cudaGetLastError();
      continue;
    }
    check(error);
    slabs_.push_back({static_cast<char*>(base), wanted, {{0, {wanted, true}}}});
    reserved_ += wanted;
    return true;
  }
  return false;
}

void Heap::trim() {
  std::erase_if(slabs_, [&](const Slab& slab) {
    if (slab.pieces.size() != 1 || !slab.pieces.begin()->second.free) return false;
    reserved_ -= slab.bytes;
    cudaFree(slab.base);
    return true;
  });
}

void* Heap::take(size_t bytes) {
  bytes = (std::max<size_t>(bytes, 1) + pieceBytes - 1) / pieceBytes * pieceBytes;
  if (void* found = find(bytes)) return found;
  if (!grow(bytes)) {
    trim();  // cudaFree waits for the device: nothing uses the slabs any more
    if (!grow(bytes)) {
      size_t available = 0, total = 0;
      cudaMemGetInfo(&available, &total);
      throw Failure(DeviceStatus::outOfMemory,
                    "The CUDA device has no " + mebibytes(bytes) + " left in one piece: this engine uses " + mebibytes(used_) +
                        ", and " + mebibytes(available) + " of " + mebibytes(total) +
                        " are free. Use smaller batches, shorter clips, fewer completions or checkpointing.");
    }
  }
  return find(bytes);
}

void Heap::give(void* address) {
  if (!address) return;
  for (Slab& slab : slabs_) {
    const auto* at = static_cast<char*>(address);
    if (at < slab.base || at >= slab.base + slab.bytes) continue;
    auto piece = slab.pieces.find(static_cast<size_t>(at - slab.base));
    if (piece == slab.pieces.end() || piece->second.free) return;
    used_ -= piece->second.bytes;
    piece->second.free = true;
    if (auto next = std::next(piece); next != slab.pieces.end() && next->second.free) {
      piece->second.bytes += next->second.bytes;
      slab.pieces.erase(next);
    }
    if (piece != slab.pieces.begin())
      if (auto previous = std::prev(piece); previous->second.free) {
        previous->second.bytes += piece->second.bytes;
        slab.pieces.erase(piece);
      }
    return;
  }
}

namespace entries {

namespace {
void put(char* text, size_t size, const std::string& what) {
  if (size == 0) return;
  const size_t length = std::min(size - 1, what.size());
  std::memcpy(text, what.data(), length);
  text[length] = 0;
}
}  // namespace

DeviceStatus probe(char* text, size_t size) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error == cudaErrorInsufficientDriver) {
    put(text, size, "No CUDA driver was found, or it is too old for this build; running on the CPU.");
    return DeviceStatus::noDevice;
  }
  if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0)) {
    put(text, size, "No CUDA device was found; running on the CPU.");
    return DeviceStatus::noDevice;
  }
  if (error != cudaSuccess) {
    put(text, size, std::string("CUDA could not be used (") + cudaGetErrorString(error) + "); running on the CPU.");
    return DeviceStatus::noDevice;
  }
  std::string names;
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties;
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) continue;
    const auto gibibytes = (properties.totalGlobalMem + (size_t{1} << 29)) >> 30;
    if (!names.empty()) names += "\n";
    names += std::string(properties.name) + " (" + std::to_string(gibibytes) + " GiB)";
  }
  put(text, size, names);
  return DeviceStatus::ok;
}

DeviceStatus open(int32_t device, DeviceSession** session, char* why, size_t size) {
  *session = nullptr;
  auto* made = new DeviceSession;
  try {
    cudaDeviceProp properties;
    check(cudaGetDeviceProperties(&properties, device));
    if (properties.major < 8)
      throw Failure(DeviceStatus::unsupported, std::string(properties.name) +
                                                   " is too old: the engine needs compute capability 8.0 (Ampere) or newer.");
    check(cudaSetDevice(device));
    made->name = properties.name;
    made->processors = properties.multiProcessorCount;
    check(cudaStreamCreateWithFlags(&made->stream, cudaStreamNonBlocking));
    check(cudaStreamCreateWithFlags(&made->copies, cudaStreamNonBlocking));
    for (cudaEvent_t* event : {&made->before, &made->after, &made->staged[0], &made->staged[1]})
      check(cudaEventCreateWithFlags(event, cudaEventDisableTiming));
    for (char*& buffer : made->staging) check(cudaMallocHost(reinterpret_cast<void**>(&buffer), stagingBytes));
    made->blas = openBlas();
    *session = made;
    return DeviceStatus::ok;
  } catch (const Failure& failure) {
    put(why, size, failure.message);
    const DeviceStatus status = failure.status;
    close(made);
    return status;
  }
}

void close(DeviceSession* session) {
  if (session->stream) cudaStreamSynchronize(session->stream);
  closeBlas(session->blas);
  for (char* buffer : session->staging)
    if (buffer) cudaFreeHost(buffer);
  for (cudaEvent_t event : {session->before, session->after, session->staged[0], session->staged[1]})
    if (event) cudaEventDestroy(event);
  if (session->copies) cudaStreamDestroy(session->copies);
  if (session->stream) cudaStreamDestroy(session->stream);
  delete session;
}

const char* message(DeviceSession* session) { return session->message.c_str(); }

DeviceStatus memory(DeviceSession* session, DeviceMemory* report) {
  return guarded(session, [&] {
    size_t available = 0, total = 0;
    check(cudaMemGetInfo(&available, &total));
    *report = {total, available, session->heap.reserved(), session->heap.used(), session->heap.peak()};
  });
}

DeviceStatus allocate(DeviceSession* session, size_t bytes, void** address) {
  return guarded(session, [&] { *address = session->heap.take(bytes); });
}
void release(DeviceSession* session, void* address) { session->heap.give(address); }

DeviceStatus allocateShared(size_t bytes, void** address) {
  return cudaMallocManaged(address, std::max<size_t>(bytes, 1)) == cudaSuccess ? DeviceStatus::ok : DeviceStatus::outOfMemory;
}
void releaseShared(void* address) {
#if defined(SECONDLOOK_SHIM)
  cudaFreeHost(address);
#else
  cudaFree(address);
#endif
}

DeviceStatus upload(DeviceSession* session, void* to, const void* from, size_t bytes) {
  return guarded(session, [&] {
    if (bytes <= directBytes || session->capturing) {
      if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, session->stream));
      return;
    }
    // Through two pinned buffers on the second stream: the host fills one while the other is on its way.
    check(cudaEventRecord(session->before, session->stream));
    check(cudaStreamWaitEvent(session->copies, session->before));
    for (size_t at = 0, turn = 0; at < bytes; at += stagingBytes, turn ^= 1) {
      const size_t part = std::min(stagingBytes, bytes - at);
      if (at >= 2 * stagingBytes) check(cudaStreamSynchronize(session->copies));
      std::memcpy(session->staging[turn], static_cast<const char*>(from) + at, part);
      check(cudaMemcpyAsync(static_cast<char*>(to) + at, session->staging[turn], part, cudaMemcpyHostToDevice, session->copies));
    }
    check(cudaEventRecord(session->after, session->copies));
    check(cudaStreamWaitEvent(session->stream, session->after));
    check(cudaStreamSynchronize(session->copies));  // the buffers are free for the next call
  });
}

DeviceStatus download(DeviceSession* session, void* to, const void* from, size_t bytes) {
  return guarded(session, [&] {
    if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, session->stream));
    check(cudaStreamSynchronize(session->stream));
  });
}

DeviceStatus copy(DeviceSession* session, void* to, const void* from, size_t bytes) {
  return guarded(session, [&] {
    if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, session->stream));
  });
}

DeviceStatus zero(DeviceSession* session, void* address, size_t bytes) {
  return guarded(session, [&] {
    if (bytes > 0) check(cudaMemsetAsync(address, 0, bytes, session->stream));
  });
}

DeviceStatus synchronise(DeviceSession* session) {
  return guarded(session, [&] { check(cudaStreamSynchronize(session->stream)); });
}

DeviceStatus beginGraph(DeviceSession* session) {
  return guarded(session, [&] {
    check(cudaStreamBeginCapture(session->stream, cudaStreamCaptureModeThreadLocal));
    session->capturing = true;
  });
}

DeviceStatus endGraph(DeviceSession* session, DeviceGraph** result) {
  *result = nullptr;
  return guarded(session, [&] {
    session->capturing = false;
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(session->stream, &graph));
    auto* made = new DeviceGraph;
    const cudaError_t error = cudaGraphInstantiate(&made->executable, graph, 0);
    cudaGraphDestroy(graph);
    if (error != cudaSuccess) {
      delete made;
      check(error);
    }
    *result = made;
  });
}

DeviceStatus runGraph(DeviceSession* session, DeviceGraph* graph) {
  return guarded(session, [&] { check(cudaGraphLaunch(graph->executable, session->stream)); });
}

void releaseGraph(DeviceSession* session, DeviceGraph* graph) {
  if (!graph) return;
  cudaStreamSynchronize(session->stream);
  cudaGraphExecDestroy(graph->executable);
  delete graph;
}

}  // namespace entries
}  // namespace secondlook::cuda
