#include "cow/diagnostics/for_each_address.h"

namespace cow::alsan {
namespace {

void visit_axes(const Layout& layout, int axis, std::byte* at,
                absl::FunctionRef<void(std::byte*)> fn) {
  if (axis == layout.ndim()) return fn(at);
  for (Index i = 0; i < layout.extent(axis); ++i) {
    visit_axes(layout, axis + 1, at + i * layout.stride(axis), fn);
  }
}

}  // namespace

void for_each_address(const internal::Access& access, absl::FunctionRef<void(std::byte*)> fn) {
  if (access.is_scattered) {
    for (Index displacement : access.displacements) fn(access.address + displacement);
  } else if (!access.layout.empty()) {
    visit_axes(access.layout, 0, access.address, fn);
  }
}

}  // namespace cow::alsan
