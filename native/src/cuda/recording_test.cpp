// Work that is recorded once and run again: what it reads then, what may not be recorded, whose memory it keeps.
#include "fixtures.h"

using namespace fixtures;

TEST("recorded work repeats itself on what its memory holds then") {
  Device* device = testDevice();
  if (!device) return;
  Floats x{1, 2, 3, 4}, y(4);
  const RecordedWork twice = device->record([&] {
    for (int i = 0; i < 2; ++i) device->call(&DeviceTable::addRows, int64_t{4}, x.data(), y.data());
  });
  CHECK(static_cast<bool>(twice) && y[0] == 0.0f);
  twice.run();
  CHECK(y[0] == 2.0f && y[3] == 8.0f);
  x[0] = 10.0f;
  twice.run();
  CHECK(y[0] == 22.0f && y[3] == 16.0f);
}

TEST("what would read the host's memory later is not recorded, and the device goes on") {
  Device* device = testDevice();
  if (!device) return;
  const Floats x{1, 2, 3, 4};
  Floats y(4);
  std::vector<float> own(4, 5.0f);
  const auto upload = [&] { device->call(&DeviceTable::upload, static_cast<void*>(y.data()), static_cast<const void*>(own.data()), size_t{16}); };
  const auto download = [&] { device->call(&DeviceTable::download, static_cast<void*>(own.data()), static_cast<const void*>(x.data()), size_t{16}); };
  const auto wait = [&] { device->call(&DeviceTable::synchronise); };
  const std::vector<int32_t> index{1, 0};
  const auto gather = [&] { device->call(&DeviceTable::gatherRows, int64_t{2}, int64_t{2}, index.data(), x.data(), y.data()); };
  CHECK(!device->record(upload) && !device->record(download) && !device->record(wait) && !device->record(gather));
  CHECK(y[0] == 0.0f && own[0] == 5.0f);
  gather();
  CHECK(y[0] == 3.0f && y[3] == 2.0f);
}

TEST("the scratch memory of recorded work is nobody else's until it is let go") {
  Device* device = testDevice();
  if (!device) return;
  const int64_t rows = 40, width = 64;
  const Floats x = randomFloats(rows * width, 1), w = randomFloats(width * width, 2);
  const Halves half = halvesOf(w);
  Floats wanted(rows * width), got(rows * width);
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable, nullptr, device};
  const ops::Matrix matrix(half.data());
  // Rounds x into scratch memory first.
  ops::linear(context, rows, width, width, x.data(), matrix, nullptr, wanted.data());
  const auto used = [&] {
    DeviceMemory memory{};
    device->call(&DeviceTable::memory, &memory);
    return memory.used;
  };
  const uint64_t before = used();
  {
    const RecordedWork work = device->record([&] { ops::linear(context, rows, width, width, x.data(), matrix, nullptr, got.data()); });
    CHECK(static_cast<bool>(work) && used() >= before + rows * width * 2);
    work.run();
    checkSameBits(got, wanted);
  }
  CHECK(used() == before);
}
