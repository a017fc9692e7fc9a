#ifndef COW_DIAGNOSTICS_EXTENT_INDEX_H_
#define COW_DIAGNOSTICS_EXTENT_INDEX_H_

#include <array>
#include <cstdint>
#include <tuple>

#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"

namespace cow::alsan {

/// Bytes begin <= b < end.
struct Extent {
  std::uintptr_t begin;
  std::uintptr_t end;

  bool empty() const { return begin == end; }
};

/// Items by the bytes that they span: with a million views of a buffer, those that may see a write
/// are found without looking at the others. Items of like length are kept together, by powers of
/// two, in the order of their beginnings.
class ExtentIndex {
 public:
  /// An item without bytes is left out. O(logarithm of the number of items).
  void add(const Extent& extent, const void* item);
  void remove(const Extent& extent, const void* item);

  /// Calls `fn` for the items that have a byte of `extent`, until it returns false.
  /// O(what is found, and a logarithm for each power of two).
  void find(const Extent& extent, absl::FunctionRef<bool(const void*)> fn) const;

 private:
  using Entry = std::tuple<std::uintptr_t, std::uintptr_t, const void*>;  // begin, end
  std::array<absl::btree_set<Entry>, 65> by_length_;                      // [i]: less than 2^i
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_EXTENT_INDEX_H_
