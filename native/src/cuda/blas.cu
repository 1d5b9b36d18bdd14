// cuBLASLt by dlopen: the few prototypes and constants of its stable C interface that are needed. Row-major C = A B is
// column-major C' = B' A', so operands change places.
#include "blas.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <map>

namespace secondlook::cuda {

using Handle = void*;

struct Heuristic {
  uint64_t algorithm[8];
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};
static_assert(sizeof(Heuristic) == 96);

namespace {

constexpr int real32 = 0, bfloat16 = 14, compute32 = 68;                                     // cudaDataType, cublasComputeType_t
constexpr int transposeOfA = 3, transposeOfB = 4, epilogue = 7, biasPointer = 8;             // cublasLtMatmulDescAttributes_t
constexpr int workspaceLimit = 1, alignmentA = 5, alignmentB = 6, alignmentC = 7, alignmentD = 8;  // ...PreferenceAttributes_t
constexpr int epilogueBias = 4;                                                              // cublasLtEpilogue_t
constexpr size_t workspaceBytes = size_t{64} << 20;



}  // namespace

struct Blas {
  void* library = nullptr;
  Handle handle = nullptr;
  int (*create)(Handle*) = nullptr;
  int (*destroy)(Handle) = nullptr;
  int (*describe)(Handle*, int, int) = nullptr;
  int (*forget)(Handle) = nullptr;
  int (*set)(Handle, int, const void*, size_t) = nullptr;
  int (*layout)(Handle*, int, uint64_t, uint64_t, int64_t) = nullptr;
  int (*forgetLayout)(Handle) = nullptr;
  int (*prefer)(Handle*) = nullptr;
  int (*forgetPreference)(Handle) = nullptr;
  int (*setPreference)(Handle, int, const void*, size_t) = nullptr;
  int (*choose)(Handle, Handle, Handle, Handle, Handle, Handle, Handle, int, Heuristic*, int*) = nullptr;
  int (*multiply)(Handle, Handle, const void*, const void*, Handle, const void*, Handle, const void*, const void*, Handle,
                  void*, Handle, const void*, void*, size_t, cudaStream_t) = nullptr;
  std::map<std::array<int64_t, 10>, Heuristic> chosen;
};

Blas* openBlas() {
#if defined(SECONDLOOK_SHIM)
  return nullptr;
#else
  const char* wanted = std::getenv("SECONDLOOK_CUBLAS");
  if (wanted && std::string(wanted) == "off") return nullptr;
  void* library = nullptr;
  for (const char* name : {"libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"})
    if ((library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL))) break;
  if (!library) return nullptr;
  auto* blas = new Blas;
  blas->library = library;
  bool complete = true;
  const auto load = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
    complete &= function != nullptr;
  };
  load(blas->create, "cublasLtCreate");
  load(blas->destroy, "cublasLtDestroy");
  load(blas->describe, "cublasLtMatmulDescCreate");
  load(blas->forget, "cublasLtMatmulDescDestroy");
  load(blas->set, "cublasLtMatmulDescSetAttribute");
  load(blas->layout, "cublasLtMatrixLayoutCreate");
  load(blas->forgetLayout, "cublasLtMatrixLayoutDestroy");
  load(blas->prefer, "cublasLtMatmulPreferenceCreate");
  load(blas->forgetPreference, "cublasLtMatmulPreferenceDestroy");
  load(blas->setPreference, "cublasLtMatmulPreferenceSetAttribute");
  load(blas->choose, "cublasLtMatmulAlgoGetHeuristic");
  load(blas->multiply, "cublasLtMatmul");
  if (!complete || blas->create(&blas->handle) != 0) {
    closeBlas(blas);
    return nullptr;
  }
  return blas;
#endif
}

void closeBlas(Blas* blas) {
  if (!blas) return;
  if (blas->handle) blas->destroy(blas->handle);
  ::dlclose(blas->library);
  delete blas;
}

bool multiplyBlas(DeviceSession& s, const Multiply& x, const void* a, int64_t lda, const void* b, int64_t ldb, bool half) {
  Blas* blas = s.blas;
  if (!blas) return false;
  const int type = half ? bfloat16 : real32;
  Handle description = nullptr, first = nullptr, second = nullptr, result = nullptr, preference = nullptr;
  // C' [n, m] = op(B)' [n, k] op(A)' [k, m]: a row-major matrix is the column-major one of its transpose.
  bool good = blas->describe(&description, compute32, real32) == 0;
  const int transposeFirst = x.transposeB ? 1 : 0, transposeSecond = x.transposeA ? 1 : 0, withBias = epilogueBias;
  good = good && blas->set(description, transposeOfA, &transposeFirst, sizeof(int)) == 0;
  good = good && blas->set(description, transposeOfB, &transposeSecond, sizeof(int)) == 0;
  if (x.bias) {
    good = good && blas->set(description, epilogue, &withBias, sizeof(int)) == 0;
    good = good && blas->set(description, biasPointer, &x.bias, sizeof(x.bias)) == 0;
  }
  good = good && blas->layout(&first, type, static_cast<uint64_t>(x.transposeB ? x.k : x.n),
                              static_cast<uint64_t>(x.transposeB ? x.n : x.k), ldb) == 0;
  good = good && blas->layout(&second, type, static_cast<uint64_t>(x.transposeA ? x.m : x.k),
                              static_cast<uint64_t>(x.transposeA ? x.k : x.m), lda) == 0;
  good = good && blas->layout(&result, real32, static_cast<uint64_t>(x.n), static_cast<uint64_t>(x.m), x.ldc) == 0;
  // What the pointers are multiples of: kernels for better aligned operands are not offered.
  const auto alignmentOf = [](const void* p) {
    const auto address = reinterpret_cast<uintptr_t>(p);
    return static_cast<uint32_t>(address % 256 == 0 ? 256 : address & (~address + 1));
  };
  const uint32_t alignA = alignmentOf(b), alignB = alignmentOf(a), alignC = alignmentOf(x.c);
  const std::array<int64_t, 10> key{transposeFirst * 4 + transposeSecond * 2 + (x.bias ? 1 : 0), type, x.m, x.n, x.k,
                                    lda, ldb, x.ldc, int64_t{alignA} << 20 | alignB, alignC};
  auto found = blas->chosen.find(key);
  if (good && found == blas->chosen.end()) {
    Heuristic best{};
    int count = 0;
    good = blas->prefer(&preference) == 0 &&
           blas->setPreference(preference, workspaceLimit, &workspaceBytes, sizeof(workspaceBytes)) == 0 &&
           blas->setPreference(preference, alignmentA, &alignA, sizeof(alignA)) == 0 &&
           blas->setPreference(preference, alignmentB, &alignB, sizeof(alignB)) == 0 &&
           blas->setPreference(preference, alignmentC, &alignC, sizeof(alignC)) == 0 &&
           blas->setPreference(preference, alignmentD, &alignC, sizeof(alignC)) == 0 &&
           blas->choose(blas->handle, description, first, second, result, result, preference, 1, &best, &count) == 0 &&
           count > 0 && best.state == 0;
    if (good) found = blas->chosen.emplace(key, best).first;
  }
  if (good) {
    const Heuristic& best = found->second;
    const Scratch workspace(s, best.workspace);
    good = blas->multiply(blas->handle, description, &x.alpha, b, first, a, second, &x.beta, x.c, result, x.c, result,
                          best.algorithm, best.workspace > 0 ? workspace.as<void>() : nullptr, best.workspace, s.stream) == 0;
  }
  if (preference) blas->forgetPreference(preference);
  for (Handle layout : {first, second, result})
    if (layout) blas->forgetLayout(layout);
  if (description) blas->forget(description);
  return good;
}

}  // namespace secondlook::cuda
