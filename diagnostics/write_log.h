#ifndef COW_DIAGNOSTICS_WRITE_LOG_H_
#define COW_DIAGNOSTICS_WRITE_LOG_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/stack.h"

namespace cow::alsan {

/// `ranges` of elements, begin <= i < end, in any order, with adjacent ones joined; one for all if
/// there would be more than 256.
std::vector<std::pair<Index, Index>> joined_ranges(std::vector<std::pair<Index, Index>> ranges);

/// A write whose bytes another array could see.
struct LoggedWrite {
  Moment moment;
  std::shared_ptr<ArrayRecord> through;  // the array that the program named
  Layout layout;                         // of `through` then
  std::byte* address;
  StackId site;
  Index changed_elements;
  std::vector<std::pair<Index, Index>> changed;  // `joined_ranges` of elements of the buffer
  Index temporary_bytes = 0;  // of the copy of a source that overlapped the destination
};

/// The last writes, as many as fit; older ones are dropped and counted.
class WriteLog {
 public:
  explicit WriteLog(int capacity) : capacity_(static_cast<std::size_t>(capacity)) {}

  void add(LoggedWrite write);
  /// Null if it was dropped. O(logarithm of the log's size).
  const LoggedWrite* find(Moment moment) const;
  /// Oldest first.
  const std::deque<LoggedWrite>& writes() const { return writes_; }
  std::int64_t dropped() const { return dropped_; }

 private:
  std::size_t capacity_;
  std::deque<LoggedWrite> writes_;  // by moment
  std::int64_t dropped_ = 0;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_WRITE_LOG_H_
