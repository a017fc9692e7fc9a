// This file is compiled once for each target: foreach_target.h includes it again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/simd.cc"
#include "hwy/foreach_target.h"  // before highway.h
//
#include "cow/core/simd.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace cow::internal::HWY_NAMESPACE {

const char* target_name() { return hwy::TargetName(HWY_TARGET); }

/// Better targets have lower bits. Asked once a kernel: what the processor itself says takes long.
bool is_avx2_or_better() { return HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2; }

}  // namespace cow::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cstdio>
#include <cstdlib>

namespace cow::internal {

HWY_EXPORT(target_name);
HWY_EXPORT(is_avx2_or_better);

std::string_view simd_target() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

bool may_use_avx2() { return HWY_DYNAMIC_DISPATCH(is_avx2_or_better)(); }

bool limit_simd(std::string_view name) {
  if (name.empty()) {
    hwy::DisableTargets(0);
    return true;
  }
  for (std::int64_t left = HWY_TARGETS; left != 0; left &= left - 1) {
    const std::int64_t target = left & -left;
    if (name != hwy::TargetName(target)) continue;
    hwy::DisableTargets(target - 1);  // lower bits are better targets
    return true;
  }
  return false;
}

bool limit_simd_by_environment() {
  const char* name = std::getenv("COW_SIMD");
  if (name == nullptr) return false;
  if (limit_simd(name)) return true;
  std::fprintf(stderr, "cow_array: COW_SIMD=%s is no SIMD target of this program\n", name);
  return false;
}

}  // namespace cow::internal
#endif  // HWY_ONCE
