// Sessions: memory that is cut and joined again, and faults with their remedies.
#include <string>

#include "fixtures.h"

using namespace fixtures;

namespace {

/// The Error that body throws, as "CODE: sentence"; empty without one.
template <class F>
std::string failureOf(F&& body) {
  try {
    body();
  } catch (const Error& error) {
    return std::string(error.codeName()) + ": " + error.what();
  }
  return "";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST("device memory given back is joined and taken again without asking the driver") {
  if (!testLibrary()) return;
  Device device(*testLibrary());
  const auto report = [&] {
    DeviceMemory memory{};
    device.call(&DeviceTable::memory, &memory);
    return memory;
  };
  std::vector<void*> pieces;
  for (const size_t bytes : {1000, 5'000'000, 300, 20'000'000}) pieces.push_back(device.allocate(bytes));
  CHECK(report().used >= 25'001'300 && report().used < 25'010'000);
  const uint64_t reserved = report().reserved;
  for (const size_t i : {1, 3, 0, 2}) device.release(pieces[i]);
  CHECK(report().used == 0);
  void* whole = device.allocate(reserved);
  CHECK(report().reserved == reserved);
  device.release(whole);
  CHECK(report().peak == reserved);
}

TEST("a device without memory says how much was asked for, and goes on") {
  if (!testLibrary() || !failAfter(-1, -1)) return;
  Device device(*testLibrary());
  const std::string tooMuch = failureOf([&] { device.allocate(size_t{1} << 40); });
  CHECK(has(tooMuch, "OUT_OF_MEMORY: ") && has(tooMuch, "1048576 MiB") && has(tooMuch, "smaller batches"));
  for (const int64_t nth : {0, 1, 2, 3}) {
    // A slab is asked for at most four times: its size and the piece's, before and after giving back empty slabs.
    failAfter(nth, -1);
    const std::string refused = failureOf([&] { device.release(device.allocate(size_t{100} << 20)); });
    CHECK(refused.empty() || has(refused, "OUT_OF_MEMORY: "));
  }
  failAfter(-1, -1);
  CHECK(failureOf([&] { device.release(device.allocate(1000)); }).empty());
}

TEST("an error of the device that lasts ends the session with the remedy, whichever launch it comes from") {
  if (!testLibrary() || !failAfter(-1, -1)) return;
  ThreadPool pool(1);
  const Floats x = randomFloats(64 * 64, 1);
  Floats y(64 * 64);
  for (const int64_t nth : {0, 1, 2}) {
    Device device(*testLibrary());
    device.synchronous = true;
    Context context{pool, InstructionSet::portable, nullptr, &device};
    failAfter(-1, nth);
    std::string what;
    for (int i = 0; i < 4 && what.empty(); ++i)
      what = failureOf([&] { ops::gemm(context, false, true, 64, 64, 64, 1.0f, x.data(), 64, x.data(), 64, 0.0f, y.data(), 64); });
    CHECK(has(what, "DEVICE: ") && has(what, "illegal memory access") && has(what, "resumes from its newest checkpoint"));
    const std::string later = failureOf([&] { ops::addRows(context, 64, x.data(), y.data()); });
    CHECK(has(later, "DEVICE: ") && has(later, "Start the run again"));
    failAfter(-1, -1);
  }
}

TEST("shapes that no kernel takes are refused with what to do") {
  Device* device = testDevice();
  if (!device) return;
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable, nullptr, device};
  const Floats q(256);
  Floats out(256);
  const std::vector<ops::Segment> one{{0, 1, 0, 0, 0, 1, true}};
  const std::string what = failureOf([&] {
    ops::attention(context, {1, 1, 256, 256, 256, 256, 256, 1.0f}, one, 1, q.data(), q.data(), q.data(), out.data(), nullptr);
  });
  CHECK(has(what, "UNSUPPORTED: ") && has(what, "256 dimensions") && has(what, "device \"cpu\""));
}
