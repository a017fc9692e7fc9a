#ifndef COW_DIAGNOSTICS_WRITE_EFFECT_H_
#define COW_DIAGNOSTICS_WRITE_EFFECT_H_

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "cow/diagnostics/element_history.h"

namespace cow::alsan {

/// An element of a buffer, and its bits before it was written.
struct ElementBefore {
  Index element;
  Bits before;
};

/// Which elements of a buffer a write changed, exactly, and their bits before and after.
/// Memory: twice the elements' own, and 24 bytes for each run of neighbours.
class WriteEffect {
 public:
  /// `changed`, in any order; an element that is there twice was first what its first entry says.
  /// The bits after are what `memory`, the start of the buffer, holds now.
  WriteEffect(std::vector<ElementBefore> changed, const std::byte* memory, Index itemsize);

  struct Change {
    Bits before;
    Bits after;
  };
  /// Nothing if the write did not change `element`. O(logarithm of the number of runs).
  std::optional<Change> find(Index element) const;

  /// The elements as runs begin <= i < end, in order.
  std::vector<std::pair<Index, Index>> ranges() const;

  Index size_bytes() const;

 private:
  struct Run {
    Index begin;
    Index end;
    Index first;  // how many changes are in the runs before
  };

  Index itemsize_;
  std::vector<Run> runs_;
  std::vector<std::byte> bits_;  // before and after, of one element after the other
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_WRITE_EFFECT_H_
