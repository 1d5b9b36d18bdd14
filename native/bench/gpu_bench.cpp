// Speed of the CUDA kernels at the sizes of Qwen2.5-VL-7B, with random weights made here. Usage: gpu_bench [--probe]
// Without a device it says so in one line and ends with 2.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "device/cpu.h"
#include "device/cuda.h"
#include "device/device.h"
#include "device/thread_pool.h"

using namespace secondlook;

namespace {

/// Device memory for the program's life.
template <class T>
T* room(Device& device, int64_t count) {
  return static_cast<T*>(device.allocate(static_cast<size_t>(count) * sizeof(T)));
}

/// Small random numbers: a block made by the host, repeated.
float* randomFloats(Device& device, int64_t count) {
  static const std::vector<float> block = [] {
    std::mt19937 generator(1);
    std::normal_distribution<float> normal(0.0f, 0.02f);
    std::vector<float> values(1 << 22);
    for (float& v : values) v = normal(generator);
    return values;
  }();
  auto* to = room<float>(device, count);
  const auto size = static_cast<int64_t>(block.size());
  for (int64_t at = 0; at < count; at += size)
    device.call(&DeviceTable::upload, static_cast<void*>(to + at), static_cast<const void*>(block.data()),
                static_cast<size_t>(std::min(size, count - at)) * sizeof(float));
  return to;
}

ops::Matrix randomHalves(Context& context, int64_t count) {
  Device& device = *context.device;
  float* wide = randomFloats(device, count);
  auto* half = room<Bfloat16>(device, count);
  ops::narrow(context, count, wide, half);
  device.release(wide);
  return ops::Matrix(half);
}

/// Median seconds of `rounds` runs of body, each waited for.
template <class F>
double seconds(Device& device, int rounds, F&& body) {
  body();
  device.call(&DeviceTable::synchronise);
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    body();
    device.call(&DeviceTable::synchronise);
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

void benchProducts(Context& context) {
  Device& device = *context.device;
  const int64_t n = 8192, small = 4096;
  const ops::Matrix a = randomHalves(context, n * n), b = randomHalves(context, n * n);
  float* c = room<float>(device, n * n);
  const double half = seconds(device, 10, [&] { ops::gemm(context, false, true, n, n, n, 1.0f, a, n, b, n, 0.0f, c, n); });
  std::printf("gemm_bf16_8192          %9.3f ms %8.1f TFLOP/s\n", half * 1e3, 2e-12 * n * n * n / half);
  const float *x = randomFloats(device, small * small), *y = randomFloats(device, small * small);
  const double wide =
      seconds(device, 5, [&] { ops::gemm(context, false, true, small, small, small, 1.0f, x, small, y, small, 0.0f, c, small); });
  std::printf("gemm_f32_4096           %9.3f ms %8.1f TFLOP/s\n", wide * 1e3, 2e-12 * small * small * small / wide);
}

void benchAttention(Context& context) {
  Device& device = *context.device;
  const int64_t prompt = 1350, own = 500, members = 8, tokens = prompt + members * own, queryHeads = 28, keyHeads = 4, dim = 128;
  const ops::AttentionShape shape{queryHeads, keyHeads, dim, queryHeads * dim, keyHeads * dim, keyHeads * dim, queryHeads * dim,
                                  0.0884f, true};
  std::vector<ops::Segment> segments{{0, prompt, 0, 0, 0, prompt, true}};
  double pairs = 0.5 * prompt * prompt;
  for (int64_t i = 0; i < members; ++i) {
    const int64_t at = prompt + i * own;
    segments.push_back({at, at + own, 0, prompt, at, at + own, true});
    pairs += 0.5 * own * own + static_cast<double>(own * prompt);
  }
  const float *q = randomFloats(device, tokens * queryHeads * dim), *k = randomFloats(device, tokens * keyHeads * dim),
              *v = randomFloats(device, tokens * keyHeads * dim), *dOut = randomFloats(device, tokens * queryHeads * dim);
  float *out = room<float>(device, tokens * queryHeads * dim), *lse = room<float>(device, tokens * queryHeads);
  float *dq = room<float>(device, tokens * queryHeads * dim), *dk = room<float>(device, tokens * keyHeads * dim),
        *dv = room<float>(device, tokens * keyHeads * dim);
  const double flops = 4.0 * pairs * queryHeads * dim;
  const double forward = seconds(device, 10, [&] { ops::attention(context, shape, segments, tokens, q, k, v, out, lse); });
  std::printf("attention_group_forward %9.3f ms %8.1f TFLOP/s\n", forward * 1e3, 1e-12 * flops / forward);
  const double backward = seconds(device, 10, [&] {
    ops::attentionBackward(context, shape, segments, tokens, tokens, q, k, v, out, lse, dOut, dq, dk, dv);
  });
  std::printf("attention_group_backward%9.3f ms %8.1f TFLOP/s\n", backward * 1e3, 1e-12 * 2.5 * flops / backward);
}

struct Layer {
  ops::Matrix qkv, proj, up, down;
};

/// One token for each of `batch` sequences behind 1600 tokens, 1350 of them shared by eight; all operators of a 7B step, queued
/// one by one and from a recording.
void benchDecode(Context& context, const std::vector<Layer>& layers, ops::Matrix head, int64_t batch) {
  Device& device = *context.device;
  const int64_t width = 3584, ffn = 18944, queryHeads = 28, keyHeads = 4, dim = 128, vocab = 152064, prompt = 1350, own = 250;
  const int64_t keyWidth = keyHeads * dim, qkvWidth = width + 2 * keyWidth, groups = (batch + 7) / 8;
  const ops::AttentionShape shape{queryHeads, keyHeads, dim, qkvWidth, qkvWidth, qkvWidth, width, 0.0884f, true};
  const float *norm = randomFloats(device, width), *turns = randomFloats(device, batch * dim);
  float *x = randomFloats(device, batch * width), *y = room<float>(device, batch * width), *normed = room<float>(device, batch * width),
        *qkv = room<float>(device, batch * qkvWidth), *attended = room<float>(device, batch * width),
        *up = room<float>(device, batch * 2 * ffn), *activated = room<float>(device, batch * ffn),
        *logits = room<float>(device, batch * vocab);
  // The layers share one cache: its reads do not fit the second-level cache either way at these sizes from 32 sequences on.
  float *shared = randomFloats(device, 2 * groups * prompt * keyWidth), *ownCache = randomFloats(device, 2 * batch * own * keyWidth);
  std::vector<ops::DecodeRow> rows;
  for (int64_t i = 0; i < batch; ++i) {
    const float* prefix = shared + i / 8 * 2 * prompt * keyWidth;
    float* keys = ownCache + i * 2 * own * keyWidth;
    rows.push_back({prefix, prefix + prompt * keyWidth, prompt, keys, keys + own * keyWidth, own});
  }
  DevicePass pass{};
  device.call(&DeviceTable::planDecode, &shape, static_cast<const ops::DecodeRow*>(rows.data()), batch, &pass);
  std::vector<uint8_t> written(pass.bytes);
  device.call(&DeviceTable::writeDecode, &shape, static_cast<const ops::DecodeRow*>(rows.data()), batch,
              static_cast<const DevicePass*>(&pass), static_cast<void*>(written.data()));
  void* lists = device.allocate(pass.bytes);
  device.call(&DeviceTable::upload, lists, static_cast<const void*>(written.data()), written.size());
  std::vector<DeviceDraw> wanted;
  for (int64_t i = 0; i < batch; ++i) wanted.push_back({i, 1, static_cast<uint32_t>(i), 0, nullptr});
  auto* draws = room<DeviceDraw>(device, batch);
  device.call(&DeviceTable::upload, static_cast<void*>(draws), static_cast<const void*>(wanted.data()), wanted.size() * sizeof(DeviceDraw));
  auto* samples = room<DeviceSample>(device, batch);
  const DeviceSampling sampling{1.0f, 0.95f, 0.0f, 1.0f, 0, 0, 7};
  const auto step = [&] {
    for (const Layer& layer : layers) {
      ops::rmsNorm(context, batch, width, 1e-6f, x, norm, normed, nullptr);
      ops::linear(context, batch, width, qkvWidth, normed, layer.qkv, nullptr, qkv);
      ops::rotary(context, batch, queryHeads + keyHeads, dim, qkv, qkvWidth, turns, turns, false);
      device.call(&DeviceTable::attentionListed, &shape, static_cast<const DevicePass*>(&pass), static_cast<const void*>(lists),
                  int64_t{0}, qkv, qkv + width, qkv + width + keyWidth, attended);
      ops::linear(context, batch, width, width, attended, layer.proj, nullptr, y);
      ops::addRows(context, batch * width, y, x);
      ops::rmsNorm(context, batch, width, 1e-6f, x, norm, normed, nullptr);
      ops::linear(context, batch, width, 2 * ffn, normed, layer.up, nullptr, up);
      ops::swiglu(context, batch, ffn, up, activated);
      ops::linear(context, batch, ffn, width, activated, layer.down, nullptr, y);
      ops::addRows(context, batch * width, y, x);
    }
    ops::linear(context, batch, width, vocab, x, head, nullptr, logits);
    device.call(&DeviceTable::sampleListed, &sampling, batch, vocab, logits, static_cast<const DeviceDraw*>(draws),
                static_cast<const int32_t*>(nullptr), int64_t{0}, samples);
  };
  const auto report = [&](const char* how, double time) {
    std::printf("decode_7b_b%-3lld_%-8s %9.3f ms %8.0f tokens/s\n", static_cast<long long>(batch), how, time * 1e3,
                static_cast<double>(batch) / time);
  };
  report("queued", seconds(device, 10, step));
  const RecordedWork recorded = device.record(step);
  if (recorded)
    report("recorded", seconds(device, 10, [&] { recorded.run(); }));
  else
    std::printf("decode_7b_b%lld: this device records nothing\n", static_cast<long long>(batch));
}

}  // namespace

int main(int count, char** arguments) {
  const CudaProbe probe = probeCuda();
  if (probe.devices.empty()) {
    std::printf("no GPU: not run. %s\n", probe.reason.c_str());
    return 2;
  }
  std::printf("%s\n", probe.devices.front().c_str());
  if (count > 1 && std::strcmp(arguments[1], "--probe") == 0) return 0;
  try {
    ThreadPool pool(1);
    const auto device = std::make_shared<Device>(*cudaLibrary());
    Context context{pool, InstructionSet::portable, nullptr, device.get()};
    benchProducts(context);
    benchAttention(context);
    const int64_t width = 3584, ffn = 18944, qkvWidth = width + 1024;
    std::vector<Layer> layers;
    for (int i = 0; i < 28; ++i)
      layers.push_back({randomHalves(context, qkvWidth * width), randomHalves(context, width * width),
                        randomHalves(context, 2 * ffn * width), randomHalves(context, width * ffn)});
    const ops::Matrix head = randomHalves(context, 152064 * width);
    for (const int64_t batch : {1, 32, 256}) benchDecode(context, layers, head, batch);
  } catch (const std::exception& error) {
    std::printf("stopped: %s\n", error.what());
    return 1;
  }
  return 0;
}
