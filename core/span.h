#ifndef COW_CORE_SPAN_H_
#define COW_CORE_SPAN_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "cow/core/lease.h"

namespace cow {

/// A scoped lease on the elements of an array of rank `N`, indexed like `std::mdspan`: raw speed,
/// no checks. `Span<const T, N>` reads (`a.span<N>()`), `Span<T, N>` writes
/// (`a.mutable_span<N>()`). Valid until it is destroyed, even if the array is dropped before.
///
/// A reading span is a snapshot in copy-on-write mode; in view mode writes through arrays show in
/// it. A writing span is one write, of the bytes that changed, made when it is destroyed.
template <class T, int N>
class Span {
  using Lease = std::conditional_t<std::is_const_v<T>, internal::ReadLease, internal::WriteLease>;

 public:
  Span(Lease lease, const Layout& layout)
      : lease_(std::move(lease)), data_(reinterpret_cast<T*>(lease_.address())) {
    for (int axis = 0; axis < N; ++axis) {
      shape_[axis] = layout.extent(axis);
      strides_[axis] = layout.stride(axis);
    }
  }

  static constexpr int rank() { return N; }
  Index extent(int axis) const { return shape_[axis]; }
  /// Bytes from one element to the next along `axis`.
  Index stride_bytes(int axis) const { return strides_[axis]; }
  Index size() const { return element_count(shape_); }
  /// Element (0, ..., 0).
  T* data() const { return data_; }

  /// One element; every position must be within `0 <= position < extent(axis)`.
  template <std::integral... I>
  T& operator()(I... position) const {
    static_assert(sizeof...(I) == N, "one position an axis");
    Index distance = 0;
    int axis = 0;
    ((distance += static_cast<Index>(position) * strides_[axis++]), ...);
    return *reinterpret_cast<T*>(reinterpret_cast<Byte*>(data_) + distance);
  }

 private:
  using Byte = std::conditional_t<std::is_const_v<T>, const std::byte, std::byte>;

  Lease lease_;
  T* data_;
  std::array<Index, N> shape_;
  std::array<Index, N> strides_;
};

namespace internal {

[[noreturn]] void throw_wrong_span_rank(const Layout& layout, int rank);

/// Errors: `std::invalid_argument` unless the array has `rank` dimensions.
inline void require_rank(const Layout& layout, int rank) {
  if (layout.ndim() != rank) throw_wrong_span_rank(layout, rank);
}

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_SPAN_H_
