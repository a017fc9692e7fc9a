#ifndef COW_CORE_PACKED_MASK_H_
#define COW_CORE_PACKED_MASK_H_

#include <bit>
#include <cstdint>
#include <memory>

#include "absl/types/span.h"
#include "cow/core/compress.h"
#include "cow/core/dims.h"
#include "cow/core/node.h"

namespace cow::internal {

/// A mask, one bit an element in C order. O(size); errors: `std::bad_alloc`.
class PackedMask {
 public:
  explicit PackedMask(const Node& mask);

  /// See `pack_bits`.
  absl::Span<const std::uint64_t> words() const {
    return {words_.get(), static_cast<std::size_t>(words_for_bits(size_))};
  }
  Index size() const { return size_; }
  /// How many elements are true.
  Index count() const { return count_; }

 private:
  Index size_;
  std::unique_ptr<std::uint64_t[]> words_;
  Index count_;
};

/// Calls `fn(position)` for each true element.
template <class Fn>
void for_each_bit(const PackedMask& mask, Fn fn) {
  Index first = 0;
  for (std::uint64_t word : mask.words()) {
    for (; word != 0; word &= word - 1) fn(first + std::countr_zero(word));
    first += 64;
  }
}

}  // namespace cow::internal

#endif  // COW_CORE_PACKED_MASK_H_
