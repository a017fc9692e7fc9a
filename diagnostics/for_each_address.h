#ifndef COW_DIAGNOSTICS_FOR_EACH_ADDRESS_H_
#define COW_DIAGNOSTICS_FOR_EACH_ADDRESS_H_

#include "absl/functional/function_ref.h"
#include "cow/core/observer.h"

namespace cow::alsan {

/// Calls `fn(address)` for each element of `access`, in C order.
void for_each_address(const internal::Access& access, absl::FunctionRef<void(std::byte*)> fn);

/// Calls `fn(address, count)` for runs of `count` elements that follow each other in memory and in
/// C order: rows, where they are contiguous, else single elements.
void for_each_run(const internal::Access& access, Index itemsize_bytes,
                  absl::FunctionRef<void(std::byte*, Index)> fn);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_FOR_EACH_ADDRESS_H_
