#ifndef COW_DIAGNOSTICS_BLAME_H_
#define COW_DIAGNOSTICS_BLAME_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "cow/core/array.h"
#include "cow/diagnostics/frame.h"
#include "cow/diagnostics/report.h"

/// Which line wrote an element, through which array, and what was there before.
///
///     std::cout << blame(a, {1, 1});   // one element, with the writes before
///     std::cout << blame(a);           // all elements, by line
///
/// A write that leaves an element as it was is not to blame for it. AliasSanitizer keeps what this
/// is made of: of all writes with `ALSAN_OPTIONS=blame=1`; without it, of a buffer in view mode
/// from the first write that another array could see, and of one in copy-on-write mode nothing.
///
/// Cost of `blame=1`: of each write, in time, as that of an aliased write; in memory, twice the
/// bytes of the elements changed and some 400 bytes. The last `max_log_entries` writes are kept,
/// and the values of the last ones that take 64 MiB together. To ask is no read, makes no view and
/// changes nothing that a program can see.
namespace cow::alsan {

enum class BlameStatus {
  kWatched,
  /// No AliasSanitizer is installed: nothing is known.
  kNoSanitizer,
  /// The array is older than the sanitizer: nothing is known.
  kNotWatched,
};

/// How far back the writes are known, for the memory of an array.
struct BlameReach {
  /// Writes before those that are known: not recorded, as `blame=1` was not set.
  std::int64_t unrecorded_writes = 0;
  /// Recorded, but no longer in the log.
  std::int64_t dropped_writes = 0;
  /// Where the memory was allocated, innermost frame first.
  std::vector<Frame> made_at;

  bool is_complete() const { return unrecorded_writes == 0 && dropped_writes == 0; }
};

/// A write that changed an element.
struct BlamedWrite {
  /// The element, as the array is named and indexed that the program wrote through: "slice[0,0]".
  ElementText through;
  /// The element before and after the write; nothing if that is no longer kept.
  std::optional<std::string> was;
  std::optional<std::string> became;
  /// False: it changed elements on both sides, and which of those between is no longer kept.
  bool is_certain = true;
  /// The element changed between this write and the next, or now, without a write that is known:
  /// through a raw pointer, or a span that was open meanwhile.
  bool changed_unseen_since = false;
  /// Where, innermost first.
  std::vector<Frame> frames;
};

/// What is known of one element.
struct ElementBlame {
  BlameStatus status = BlameStatus::kNoSanitizer;
  ElementText element;
  /// Its value.
  std::string now;
  /// Newest first.
  std::vector<BlamedWrite> writes;
  BlameReach reach;
};

/// Elements that one line wrote last.
struct BlamedLine {
  /// All empty if it is not known.
  Frame site;
  /// The arrays written through, each once.
  std::vector<std::string> through;
  Index elements = 0;
  /// Which, by their number in C order, as ranges begin <= i < end.
  std::vector<std::pair<Index, Index>> positions;
  /// False: as `BlamedWrite::is_certain`, for some of the elements.
  bool is_certain = true;
};

/// What is known of all elements of an array.
struct ArrayBlame {
  BlameStatus status = BlameStatus::kNoSanitizer;
  std::string array;
  /// NumPy's name.
  std::string dtype;
  Dims shape;
  /// The line of the newest write first.
  std::vector<BlamedLine> lines;
  /// Elements of which no write is known.
  Index unwritten = 0;
  BlameReach reach;
};

/// Some lines of text, each with its end.
std::string to_string(const ElementBlame& blame);
std::string to_string(const ArrayBlame& blame);
std::ostream& operator<<(std::ostream& out, const ElementBlame& blame);
std::ostream& operator<<(std::ostream& out, const ArrayBlame& blame);

ElementBlame blame_element(const internal::Node& node, absl::Span<const Index> position);
ArrayBlame blame_array(const internal::Node& node);

}  // namespace cow::alsan

namespace cow {

/// The writes of the element at `position`, one number an axis; negative ones count from the end.
/// Errors: as `a(i, j)`. O(size of the log); symbolizing takes milliseconds.
template <Element E>
alsan::ElementBlame blame(const Array<E>& a, std::initializer_list<Index> position) {
  return alsan::blame_element(a.handle().node(), {position.begin(), position.size()});
}

/// All elements by the line that wrote them last. Errors: `std::invalid_argument` for `Array()`.
/// O(elements + size of the log).
template <Element E>
alsan::ArrayBlame blame(const Array<E>& a) {
  return alsan::blame_array(a.handle().node());
}

}  // namespace cow

#endif  // COW_DIAGNOSTICS_BLAME_H_
