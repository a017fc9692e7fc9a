#include "cow/diagnostics/for_each_address.h"

namespace cow::alsan {
namespace {

/// Of the axes before `end`.
void visit_axes(const Layout& layout, int axis, int end, std::byte* at,
                absl::FunctionRef<void(std::byte*)> fn) {
  if (axis == end) return fn(at);
  for (Index i = 0; i < layout.extent(axis); ++i) {
    visit_axes(layout, axis + 1, end, at + i * layout.stride(axis), fn);
  }
}

}  // namespace

void for_each_address(const internal::Access& access, absl::FunctionRef<void(std::byte*)> fn) {
  if (access.is_scattered) {
    for (Index displacement : access.displacements) fn(access.address + displacement);
  } else if (!access.layout.empty()) {
    visit_axes(access.layout, 0, access.layout.ndim(), access.address, fn);
  }
}

void for_each_run(const internal::Access& access, Index itemsize_bytes,
                  absl::FunctionRef<void(std::byte*, Index)> fn) {
  if (access.is_scattered) {
    for (Index displacement : access.displacements) fn(access.address + displacement, 1);
    return;
  }
  const Layout& layout = access.layout;
  if (layout.empty()) return;
  // The last axes are contiguous.
  Index count = 1;
  int axis = layout.ndim();
  while (axis > 0 &&
         (layout.extent(axis - 1) == 1 || layout.stride(axis - 1) == count * itemsize_bytes)) {
    count *= layout.extent(--axis);
  }
  visit_axes(layout, 0, axis, access.address, [&](std::byte* address) { fn(address, count); });
}

}  // namespace cow::alsan
