#ifndef COW_DIAGNOSTICS_DETACH_LOG_H_
#define COW_DIAGNOSTICS_DETACH_LOG_H_

#include <cstdint>
#include <deque>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "cow/diagnostics/registry.h"

namespace cow::alsan {

/// A value took its own copy of what it shared: what its elements were before, and where.
struct LoggedDetach {
  Moment moment;
  int from;  // buffers
  int to;
  Index shift;                     // an element's number in `from`, less that in `to`
  std::optional<Layout> arranged;  // that the elements had, if they are in C order now
  Index first;                     // the number of its element (0, ..., 0) in `from`
  // Of `from` at that moment.
  StackId made_at;
  std::int64_t logged_writes;

  /// The number in `from` of an element of `to`. O(ndim).
  Index element_before(Index element, Index itemsize) const;
};

/// The last detaches, as many as fit.
class DetachLog {
 public:
  explicit DetachLog(int capacity) : capacity_(static_cast<std::size_t>(capacity)) {}

  void add(LoggedDetach detach);
  /// The one that made a buffer; null if none did, or it was dropped.
  const LoggedDetach* find(int buffer_number) const;

 private:
  std::size_t capacity_;
  std::deque<int> order_;                            // of the buffers made
  absl::flat_hash_map<int, LoggedDetach> detaches_;  // by buffer made
};

/// What `leader`'s value is about to leave: `array` is what is known of it, `from` where it was.
LoggedDetach detach_of(const internal::Node& leader, const ArrayRecord& array,
                       const internal::Buffer& from, Moment moment);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_DETACH_LOG_H_
