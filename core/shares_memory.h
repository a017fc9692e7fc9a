#ifndef COW_CORE_SHARES_MEMORY_H_
#define COW_CORE_SHARES_MEMORY_H_

#include <optional>
#include <utility>

#include "cow/core/array.h"
#include "cow/core/overlap.h"

namespace cow {
namespace internal {

/// Where the elements of `node` are now.
inline StridedMemory memory_of(const Node& node) {
  return {reinterpret_cast<Index>(node.address()), node.layout.shape(), node.layout.strides(),
          node.itemsize()};
}

/// Null stands for `Array()`, which has no memory.
OverlapResult decide_overlap(const Node* a, const Node* b, Index max_work);
/// The same without an example.
bool decide_shares_memory(const Node* a, const Node* b, Index max_work);
bool decide_self_overlap(const Node* a, Index max_work);
bool decide_may_share_memory(const Node* a, const Node* b);

}  // namespace internal

/// Is there a byte that belongs to an element of both? Exact, by address, whoever owns the memory;
/// empty arrays share nothing. In copy-on-write mode true until one of them is written. `max_work`
/// bounds the steps of the search, which hard pairs of many dimensions need.
/// Errors: `TooHard` beyond `max_work`, `std::overflow_error` if the addresses overflow.
template <Element T, Element U>
bool shares_memory(const Array<T>& a, const Array<U>& b, Index max_work = kDefaultMaxWork) {
  return internal::decide_shares_memory(a.handle().get(), b.handle().get(), max_work);
}

/// Do the lowest to the highest byte of both meet? False only if they share no memory. O(ndim).
template <Element T, Element U>
bool may_share_memory(const Array<T>& a, const Array<U>& b) {
  return internal::decide_may_share_memory(a.handle().get(), b.handle().get());
}

/// One element of each of two arrays, by position; they have a byte in common.
struct OverlapWitness {
  Dims index_a;
  Dims index_b;
};

/// Which elements `a` and `b` share: an example, or none if they share no memory. Exact; errors as
/// `shares_memory`.
template <Element T, Element U>
std::optional<OverlapWitness> overlap_witness(const Array<T>& a, const Array<U>& b,
                                              Index max_work = kDefaultMaxWork) {
  OverlapResult result = internal::decide_overlap(a.handle().get(), b.handle().get(), max_work);
  if (result.verdict == Verdict::kNo) return std::nullopt;
  return OverlapWitness{std::move(result.index_a), std::move(result.index_b)};
}

/// Do two different positions of `a` have a byte in common, as in what `broadcast_to` and
/// `sliding_window_view` make? Exact; errors as `shares_memory`.
template <Element T>
bool has_self_overlap(const Array<T>& a, Index max_work = kDefaultMaxWork) {
  return internal::decide_self_overlap(a.handle().get(), max_work);
}

}  // namespace cow

#endif  // COW_CORE_SHARES_MEMORY_H_
