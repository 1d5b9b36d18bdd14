// Pictures of random sizes from a seed: resized and cut into patches, or refused with an Error, and no sanitizer finds
// anything. SECONDLOOK_FUZZ_CASES sets how many (`npm run test:deep` runs 100,000 under sanitizers).
#include <algorithm>
#include <cstdlib>
#include <random>

#include "check.h"
#include "device/thread_pool.h"
#include "error.h"
#include "preprocess/patchify.h"
#include "preprocess/resize.h"

using namespace secondlook;

namespace {
struct Pictures {
  int64_t count, height, width;
  std::vector<uint8_t> bytes;
};

/// One colour in all of them every fourth time, else noise.
Pictures randomPictures(std::mt19937& random, int64_t largest) {
  const auto below = [&](int64_t limit) { return static_cast<int64_t>(random() % static_cast<uint32_t>(limit)); };
  Pictures pictures{1 + below(3), 1 + below(largest), 1 + below(largest), {}};
  pictures.bytes.resize(static_cast<size_t>(pictures.count * pictures.height * pictures.width * 3));
  const bool plain = below(4) == 0;
  const auto colour = static_cast<uint8_t>(random());
  for (uint8_t& value : pictures.bytes) value = plain ? colour : static_cast<uint8_t>(random());
  return pictures;
}

bool isPlain(const std::vector<uint8_t>& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [&](uint8_t value) { return value == bytes[0]; });
}

int cases() {
  const char* wanted = std::getenv("SECONDLOOK_FUZZ_CASES");
  return wanted ? std::atoi(wanted) : 2000;
}
}  // namespace

TEST("damaged or odd pictures: any size is resized to any other, and one colour stays that colour") {
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable};
  std::mt19937 random(3);
  for (int i = 0; i < cases(); ++i) {
    const Pictures from = randomPictures(random, 24);
    const int64_t height = 1 + random() % 24, width = 1 + random() % 24;
    const auto to = resizeFrames(context, from.bytes.data(), from.count, from.height, from.width, height, width);
    const bool whole = to.size() == static_cast<size_t>(from.count * height * width * 3);
    const bool plain = !isPlain(from.bytes) || (isPlain(to) && to[0] == from.bytes[0]);
    if (!whole || !plain) {
      check::fail(__FILE__, __LINE__, "case " + std::to_string(i));
      return;
    }
  }
}

TEST("damaged or odd pictures: patches hold every pixel, and sizes that do not divide are refused with a sentence") {
  ThreadPool pool(1);
  Context context{pool, InstructionSet::portable};
  std::mt19937 random(4);
  const PatchSize size{2, 2, 2};  // small, so that many sizes divide
  int refused = 0;
  const int count = cases();
  for (int i = 0; i < count; ++i) {
    const Pictures from = randomPictures(random, 17);
    bool right = false;
    try {
      const auto rows = patchify(context, size, from.bytes.data(), from.count, from.height, from.width);
      const int64_t grids = (from.count + size.temporal - 1) / size.temporal;
      right = rows.size() == static_cast<size_t>(grids * size.temporal * from.height * from.width * 3) &&
              std::all_of(rows.begin(), rows.end(), [](float value) { return value > -2.0f && value < 2.3f; });
    } catch (const Error& error) {
      ++refused;
      right = (from.height % 4 != 0 || from.width % 4 != 0) && !std::string(error.what()).empty();
    }
    if (!right) {
      check::fail(__FILE__, __LINE__, "case " + std::to_string(i));
      return;
    }
  }
  CHECK(refused > count / 4 && refused < count);
}
