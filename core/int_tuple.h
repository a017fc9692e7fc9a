#ifndef COW_CORE_INT_TUPLE_H_
#define COW_CORE_INT_TUPLE_H_

#include <concepts>
#include <initializer_list>

#include "absl/types/span.h"
#include "cow/core/dims.h"
#include "cow/core/index.h"

namespace cow {

/// An argument that NumPy's manual calls "None, int or tuple of ints": `none`, `1`, `{0, -1}`, or
/// any span of positions. `{}` is the empty tuple, which is not `none`. For parameters only: refers
/// to the caller's list.
class IntTuple {
 public:
  IntTuple(None) : is_given_(false) {}
  IntTuple(internal::Integer auto number) : number_(internal::to_index(number)), is_single_(true) {}
  IntTuple(std::initializer_list<Index> numbers) : numbers_(numbers.begin(), numbers.size()) {}
  template <class Numbers>
  requires std::convertible_to<const Numbers&, absl::Span<const Index>> IntTuple(
      const Numbers& numbers)
      : numbers_(numbers) {}

  bool is_given() const { return is_given_; }
  /// `1`, not `{1}`.
  bool is_single() const { return is_single_; }
  /// The numbers; a single one is a tuple of one; none if none are given.
  absl::Span<const Index> numbers() const {
    return is_single_ ? absl::Span<const Index>(&number_, 1) : numbers_;
  }

 private:
  absl::Span<const Index> numbers_;
  Index number_ = 0;
  bool is_single_ = false;
  bool is_given_ = true;
};

}  // namespace cow

#endif  // COW_CORE_INT_TUPLE_H_
