#ifndef COW_CORE_SIMD_H_
#define COW_CORE_SIMD_H_

#include <string_view>

/// Kernels are compiled for several SIMD targets (Highway's `foreach_target.h`), and the best that
/// the processor has is chosen at run time. Results are the same on each.
namespace cow::internal {

/// Highway's name of the target that kernels run on: "AVX3", "AVX2", "SSE4", ..., "SCALAR".
std::string_view simd_target();

/// Whether what is compiled for AVX2 may run: the processor has it, and no limit forbids it.
bool may_use_avx2();

/// From now on kernels run on no better target than the one of this name; "" lifts the limit.
/// False, and nothing changes, if there is none of this name. For tests: not while kernels run.
bool limit_simd(std::string_view name);

/// Such a limit from the environment variable COW_SIMD, read when the program starts.
bool limit_simd_by_environment();
inline const bool kSimdIsLimitedByEnvironment = limit_simd_by_environment();

}  // namespace cow::internal

#endif  // COW_CORE_SIMD_H_
