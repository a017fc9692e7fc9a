#ifndef COW_CORE_LARGE_ARRAYS_H_
#define COW_CORE_LARGE_ARRAYS_H_

#include <cstddef>

namespace cow {

/// What the memory of large arrays is made for.
enum class LargeArrays {
  /// `a.copy()` maps the same pages again; the system copies a page when one side writes it. The
  /// memory of a page that is written after a copy is asked for at the write: see
  /// `Array::reserve_pages`.
  kLazyCopies,
  /// Copies take all of their memory, and throw `std::bad_alloc` if there is none.
  kEagerCopies,
  /// The same, on huge pages where the system has them.
  kHugePages,
};

/// Arrays of so many bytes are large. Smaller ones are copied at once: that costs less than to ask
/// the system not to.
inline constexpr std::ptrdiff_t kLargeArrayBytes = std::ptrdiff_t{1} << 20;

/// For arrays made from now on, by any thread. `kLazyCopies` at start. Arrays of at least
/// `least_bytes` are large.
void set_large_arrays(LargeArrays kind, std::ptrdiff_t least_bytes = kLargeArrayBytes);

/// What arrays get that are made now: `kEagerCopies` instead of `kLazyCopies` where the system
/// lacks the means (memfd, /proc/self/pagemap), or promises memory only that it has
/// (vm.overcommit_memory=2).
LargeArrays large_arrays();

/// From how many bytes up arrays that are made now are large.
std::ptrdiff_t large_array_bytes();

/// Gives back to the system the memory of dropped large arrays that is kept for new ones: at most
/// an eighth of the machine's.
void release_recycled_memory();

}  // namespace cow

#endif  // COW_CORE_LARGE_ARRAYS_H_
