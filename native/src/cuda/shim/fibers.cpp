// Fibers: a stack each, switched by hand where the processor is known (no system call), by ucontext elsewhere.
#include "fibers.h"

#include <sys/mman.h>
#include <ucontext.h>

#include <algorithm>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

#if defined(__x86_64__)
// Saves the callee's registers and the stack pointer, and goes on where the other fiber left off.
asm(R"(
.text
.globl secondlook_shim_switch
.hidden secondlook_shim_switch
.type secondlook_shim_switch,@function
secondlook_shim_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size secondlook_shim_switch,.-secondlook_shim_switch
.section .note.GNU-stack,"",@progbits
.text
)");
extern "C" void secondlook_shim_switch(void** from, void* to);
#endif

namespace secondlook::shim {

Place place;

namespace {

constexpr size_t stackBytes = 256 * 1024;

enum class State : uint8_t { ready, atBlockBarrier, atWarpBarrier, done };

struct PendingCopy {
  void* to;
  const void* from;
  int bytes, valid, group;
};

struct Fiber {
  char* stack = nullptr;
#if defined(__x86_64__)
  void* pointer = nullptr;
#else
  ucontext_t context;
#endif
  State state = State::ready;
  int group = 0;  // of asynchronous copies, not yet committed
  int exchanges = 0;
  std::vector<PendingCopy> copies;
};

struct Block {
  std::vector<std::unique_ptr<Fiber>> fibers;
  std::vector<uint64_t> words;  // [warps][2][32][8]
  std::vector<char> shared;
  const std::function<void()>* body = nullptr;
  size_t current = 0, threads = 0;
#if defined(__x86_64__)
  void* scheduler = nullptr;
#else
  ucontext_t scheduler;
#endif
};

Block block;
Order order = Order::ascending;
std::mt19937 shuffler(1);

Fiber& running() { return *block.fibers[block.current]; }

void leave() {
  const size_t self = block.current;
#if defined(__x86_64__)
  secondlook_shim_switch(&block.fibers[self]->pointer, block.scheduler);
#else
  swapcontext(&block.fibers[self]->context, &block.scheduler);
#endif
}

void fiberMain() {
  (*block.body)();
  running().state = State::done;
  leave();
}

void prepare(Fiber& fiber) {
  if (!fiber.stack) {
    fiber.stack = static_cast<char*>(
        ::mmap(nullptr, stackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (fiber.stack == MAP_FAILED) throw std::runtime_error("the shim found no memory for a thread's stack");
  }
#if defined(__x86_64__)
  auto** top = reinterpret_cast<void**>(fiber.stack + stackBytes);
  *--top = nullptr;  // keeps the stack aligned as after a call
  *--top = reinterpret_cast<void*>(&fiberMain);
  top -= 6;
  std::fill(top, top + 6, nullptr);
  fiber.pointer = top;
#else
  getcontext(&fiber.context);
  fiber.context.uc_stack = {fiber.stack, 0, stackBytes};
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, fiberMain, 0);
#endif
  fiber.state = State::ready;
  fiber.group = fiber.exchanges = 0;
  fiber.copies.clear();
}

void enter(size_t index) {
  block.current = index;
  const auto number = static_cast<int64_t>(index);
  const int64_t width = place.threads.x, height = place.threads.y;
  place.thread = {number % width, number / width % height, number / (width * height)};
#if defined(__x86_64__)
  secondlook_shim_switch(&block.scheduler, block.fibers[index]->pointer);
#else
  swapcontext(&block.scheduler, &block.fibers[index]->context);
#endif
}

size_t endOfWarp(size_t first) { return std::min(first + 32, block.threads); }

/// Lets a warp go on when all of it that is left has reached a barrier of warps.
bool releaseWarp(size_t first) {
  size_t alive = 0, waiting = 0;
  for (size_t i = first; i < endOfWarp(first); ++i) {
    alive += block.fibers[i]->state != State::done;
    waiting += block.fibers[i]->state == State::atWarpBarrier;
  }
  if (waiting == 0 || waiting != alive) return false;
  for (size_t i = first; i < endOfWarp(first); ++i)
    if (block.fibers[i]->state == State::atWarpBarrier) block.fibers[i]->state = State::ready;
  return true;
}

/// Runs a warp as far as it comes alone: to the block's next barrier, or its end. Other warps are then far behind or far
/// ahead, so that what a missing barrier leaves unordered happens in the wrong order, whichever way round it is run.
void runWarp(size_t first) {
  std::vector<size_t> turns;
  for (size_t i = first; i < endOfWarp(first); ++i) turns.push_back(i);
  if (order == Order::descending) std::reverse(turns.begin(), turns.end());
  do {
    if (order == Order::shuffled) std::shuffle(turns.begin(), turns.end(), shuffler);
    for (const size_t i : turns)
      if (block.fibers[i]->state == State::ready) enter(i);
  } while (releaseWarp(first));
}

}  // namespace

void setOrder(Order wanted) { order = wanted; }

void runBlock(size_t sharedBytes, const std::function<void()>& body) {
  block.threads = size_t{place.threads.x} * place.threads.y * place.threads.z;
  while (block.fibers.size() < block.threads) block.fibers.push_back(std::make_unique<Fiber>());
  for (size_t i = 0; i < block.threads; ++i) prepare(*block.fibers[i]);
  block.words.resize((block.threads + 31) / 32 * 2 * 32 * 8);
  block.shared.resize(sharedBytes + 128);
  std::fill(block.shared.begin(), block.shared.end(), static_cast<char>(0xFF));  // NaN as float32 and as bfloat16
  block.body = &body;
  std::vector<size_t> warps;
  for (size_t first = 0; first < block.threads; first += 32) warps.push_back(first);
  if (order == Order::descending) std::reverse(warps.begin(), warps.end());
  for (;;) {
    if (order == Order::shuffled) std::shuffle(warps.begin(), warps.end(), shuffler);
    for (const size_t first : warps) runWarp(first);
    size_t alive = 0, waiting = 0;
    for (size_t i = 0; i < block.threads; ++i) {
      alive += block.fibers[i]->state != State::done;
      waiting += block.fibers[i]->state == State::atBlockBarrier;
    }
    if (alive == 0) return;
    if (waiting != alive) throw std::runtime_error("threads of a block wait at barriers that the others never reach");
    for (size_t i = 0; i < block.threads; ++i)
      if (block.fibers[i]->state == State::atBlockBarrier) block.fibers[i]->state = State::ready;
  }
}

void blockBarrier() {
  running().state = State::atBlockBarrier;
  leave();
}

void warpBarrier() {
  running().state = State::atWarpBarrier;
  leave();
}

void* sharedMemory() {
  const auto address = reinterpret_cast<uintptr_t>(block.shared.data());
  return reinterpret_cast<void*>((address + 127) / 128 * 128);
}

const uint64_t (*exchange(const uint64_t* words, int count))[8] {
  Fiber& fiber = running();
  const size_t warp = block.current / 32, lane = block.current % 32;
  uint64_t* half = block.words.data() + (warp * 2 + static_cast<size_t>(fiber.exchanges++ % 2)) * 32 * 8;
  std::copy(words, words + count, half + lane * 8);
  warpBarrier();
  return reinterpret_cast<const uint64_t(*)[8]>(half);
}

void copyLater(void* to, const void* from, int bytes, int valid) {
  Fiber& fiber = running();
  fiber.copies.push_back({to, from, bytes, valid, fiber.group});
}

void commitCopies() { ++running().group; }

void waitForCopies(int groupsLeft) {
  Fiber& fiber = running();
  std::erase_if(fiber.copies, [&](const PendingCopy& copy) {
    if (copy.group >= fiber.group - groupsLeft) return false;
    memcpy(copy.to, copy.from, static_cast<size_t>(copy.valid));
    memset(static_cast<char*>(copy.to) + copy.valid, 0, static_cast<size_t>(copy.bytes - copy.valid));
    return true;
  });
}

}  // namespace secondlook::shim

/// 0 ascending, 1 descending, 2 shuffled: for tests, which find it by name.
extern "C" __attribute__((visibility("default"))) void secondlook_shim_order(int order) {
  secondlook::shim::setOrder(static_cast<secondlook::shim::Order>(order));
}
