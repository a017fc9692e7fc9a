#ifndef COW_DIAGNOSTICS_SURPRISE_H_
#define COW_DIAGNOSTICS_SURPRISE_H_

#include <vector>

#include "cow/core/observer.h"
#include "cow/diagnostics/registry.h"

namespace cow::alsan {

/// An element that a read returns with other bits than the reader's twin has.
struct Surprise {
  Index position;  // in C order of what was read
  Index element;   // of the buffer
  Bits now;
  Bits was;
  Moment write;           // the last one that changed the element
  bool is_meant = false;  // it was in an `AliasOk` scope
};

/// The surprises of a read through an array of `reader`'s value: a pure function of the history.
/// O(elements read), and less where nothing was written.
std::vector<Surprise> find_surprises(const BufferRecord& buffer, const Value& reader,
                                     const internal::Access& access);

/// As it would be for a read of just these elements of the buffer; `position` is not set.
std::vector<Surprise> find_surprises(const BufferRecord& buffer, const Value& reader,
                                     absl::Span<const Index> elements);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_SURPRISE_H_
