// Opening a device, its memory, copies and graphs.
#include "session.h"

#include <algorithm>
#include <cstdlib>

#include "blas.h"
#include "collective.h"
#include "entries.h"

namespace secondlook::cuda {

namespace {

constexpr size_t slabBytes = size_t{64} << 20;
constexpr size_t pieceBytes = 256;

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
  // A recording that failed leaves the context as it was.
  if (error >= cudaErrorStreamCaptureUnsupported && error <= cudaErrorStreamCaptureWrongThread) {
    cudaGetLastError();
    throw Failure(DeviceStatus::failed, "CUDA could not record a graph: " + what + ".");
  }
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

void Staging::open() {
  for (char*& memory : halves_) check(cudaMallocHost(reinterpret_cast<void**>(&memory), half));
  for (cudaEvent_t& event : left_) check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
}

void Staging::close() noexcept {
  for (char* memory : halves_)
    if (memory) cudaFreeHost(memory);
  for (cudaEvent_t event : left_)
    if (event) cudaEventDestroy(event);
}

void Staging::copy(cudaStream_t stream, void* to, const void* from, size_t bytes) {
  for (size_t done = 0; done < bytes;) {
    if (used_ == half) {
      check(cudaEventRecord(left_[turn_], stream));
      turn_ ^= 1;
      used_ = 0;
      check(cudaEventSynchronize(left_[turn_]));
    }
    const size_t part = std::min(bytes - done, half - used_);
    char* memory = halves_[turn_] + used_;
    std::memcpy(memory, static_cast<const char*>(from) + done, part);
    check(cudaMemcpyAsync(static_cast<char*>(to) + done, memory, part, cudaMemcpyHostToDevice, stream));
    used_ = std::min(half, used_ + (part + pieceBytes - 1) / pieceBytes * pieceBytes);
    done += part;
  }
}

void* RecordedScratch::take(Heap& heap, size_t bytes) {
  Piece* best = nullptr;
  for (Piece& piece : pieces_)
    if (!piece.taken && piece.bytes >= bytes && (!best || piece.bytes < best->bytes)) best = &piece;
  if (!best) best = &pieces_.emplace_back(Piece{heap.take(bytes), bytes, false});
  best->taken = true;
  return best->address;
}

void RecordedScratch::give(void* address) {
  for (Piece& piece : pieces_)
    if (piece.address == address) piece.taken = false;
}

void RecordedScratch::clear(Heap& heap) {
  for (const Piece& piece : pieces_) heap.give(piece.address);
  pieces_.clear();
}

void refuseRecording(const DeviceSession& session) {
  if (session.capturing)
    throw Failure(DeviceStatus::unsupported, "A graph cannot hold memory of the host: send it before the recording.");
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
    made->staging.open();
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
  closeCollective(session->collective);
  closeBlas(session->blas);
  session->staging.close();
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
    refuseRecording(*session);
    session->staging.copy(session->stream, to, from, bytes);
  });
}

DeviceStatus download(DeviceSession* session, void* to, const void* from, size_t bytes) {
  return guarded(session, [&] {
    refuseRecording(*session);
    if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, session->stream));
    check(cudaStreamSynchronize(session->stream));
  });
}

DeviceStatus allocatePinned(DeviceSession* session, size_t bytes, void** address) {
  return guarded(session, [&] { check(cudaMallocHost(address, std::max<size_t>(bytes, 1))); });
}
void releasePinned(DeviceSession*, void* address) { cudaFreeHost(address); }

DeviceStatus send(DeviceSession* session, void* to, const void* fromPinned, size_t bytes) {
  return guarded(session, [&] { check(cudaMemcpyAsync(to, fromPinned, bytes, cudaMemcpyHostToDevice, session->stream)); });
}

DeviceStatus receive(DeviceSession* session, void* toPinned, const void* from, size_t bytes) {
  return guarded(session, [&] { check(cudaMemcpyAsync(toPinned, from, bytes, cudaMemcpyDeviceToHost, session->stream)); });
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
    // Relaxed: scratch memory may still come from the driver.
    check(cudaStreamBeginCapture(session->stream, cudaStreamCaptureModeRelaxed));
    session->capturing = true;
  });
}

DeviceStatus endGraph(DeviceSession* session, DeviceGraph** result) {
  if (result) *result = nullptr;
  return guarded(session, [&] {
    session->capturing = false;
    cudaGraph_t graph = nullptr;
    const cudaError_t ended = cudaStreamEndCapture(session->stream, &graph);
    if (!result) {
      cudaGetLastError();
      if (graph) cudaGraphDestroy(graph);
      if (session->graphs == 0) session->recorded.clear(session->heap);
      return;
    }
    check(ended);
    auto* made = new DeviceGraph;
    const cudaError_t error = cudaGraphInstantiate(&made->executable, graph, 0);
    cudaGraphDestroy(graph);
    if (error != cudaSuccess) {
      delete made;
      check(error);
    }
    ++session->graphs;
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
  if (--session->graphs == 0) session->recorded.clear(session->heap);
}

}  // namespace entries
}  // namespace secondlook::cuda
