#ifndef COW_DIAGNOSTICS_REPORT_H_
#define COW_DIAGNOSTICS_REPORT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cow/core/dims.h"
#include "cow/diagnostics/frame.h"

namespace cow::alsan {

/// How the array that was read is related to the one that was written.
enum class Direction {
  /// A base, or any array that the written view was made from, changed through that view.
  kBaseThroughView,
  /// A view changed through its base, or through any array that it was made from.
  kViewThroughBase,
  /// Neither was made from the other.
  kSibling,
};

/// An element of an array, shown as "slice[0,0]", or "total[()]" where there are no axes.
struct ElementText {
  std::string array;
  /// One number per axis.
  Dims index;
};

/// What a report says of one array: the line before the frames where it was made.
struct ArrayText {
  std::string name;
  /// NumPy's name: "int64".
  std::string dtype;
  Dims shape;
  /// Left out of the text if empty.
  Dims strides_bytes;
  /// Ends the line: " = original[1:3, 1:3]" of a view, ", buffer #1, 96 bytes" of a base.
  /// `view_origin` and `base_origin` make it.
  std::string origin;
  /// Where it was made, innermost first.
  std::vector<Frame> frames;
};

/// A shape or strides as reports write them: "(3,4)", "(4,)", "()".
std::string dims_text(const Dims& dims);

/// The `ArrayText::origin` of a view made by `expression`, such as "original[1:3, 1:3]".
std::string view_origin(const std::string& expression);

/// The `ArrayText::origin` of an array that owns a buffer.
std::string base_origin(Index buffer_id, Index buffer_bytes);

/// A line of the view tree. The lines are in depth-first order.
struct TreeRow {
  /// 0 for the base.
  int depth = 0;
  std::string name;
  /// A base's shape, "(3,4)"; how a view was made, "[1:3, 1:3]" or ".T".
  std::string made;
  /// What an arrow on the right says, "read here"; none if empty.
  std::string arrow;
  /// What else stands on the right, "also changed: [1,2]"; may be empty.
  std::string note;
};

/// The buffer, a character for each cell.
struct MemoryMap {
  /// A row of the base each, or pieces of a buffer that is too large for one cell an element.
  std::vector<std::string> rows;
  /// Elements in a cell.
  Index cell_elements = 1;
  /// What the characters mean: {'W', "written"}.
  std::vector<std::pair<char, std::string>> legend;
};

/// Draws a buffer of `num_elements` elements whose last axis has `row_elements`. `mark(begin, end)`
/// is asked for the most important character of elements begin <= i < end, never empty. Up to 48
/// elements get a cell each; larger buffers are drawn in at most 32 equal cells.
MemoryMap draw_memory(Index num_elements, Index row_elements,
                      absl::FunctionRef<char(Index begin, Index end)> mark,
                      std::vector<std::pair<char, std::string>> legend);

/// One thing that happened, as a report tells it.
struct ReportEvent {
  enum class Role { kRead, kWrite, kOther };
  Role role = Role::kOther;
  /// "READ of original[1,1]: 999, was 6".
  std::string text;
  /// Where, innermost first.
  std::vector<Frame> frames;
};

/// Of a surprise: which element, and how it changed under its reader.
struct ElementChange {
  Direction direction = Direction::kBaseThroughView;
  ElementText read;
  /// The same element as its writer named it; nothing if the log no longer holds the write.
  std::optional<ElementText> written;
  /// The element's value after and before the write.
  std::string now;
  std::string was;
  /// Elements of the reader that the write changed, of how many.
  Index changed_elements = 0;
  Index total_elements = 0;
};

/// The buffer of a report when it was made: its arrays, where their elements lie, and the writes
/// so far. What drawings are made of.
struct BufferPicture {
  struct ArrayShape {
    std::string name;
    std::string made;  // as in `TreeRow`
    Dims shape;
    Dims strides_bytes;
    Index offset_bytes = 0;  // of element (0, ..., 0), from the start of the buffer
    int parent = -1;         // in `arrays`; -1 of a base
    bool is_alive = true;
    bool is_declared = false;
    std::vector<Frame> frames;  // where it was made
  };
  struct WriteEntry {
    std::string through;
    int array = -1;                                 // in `arrays`; -1 if it is gone
    std::vector<std::pair<Index, Index>> elements;  // changed, as ranges begin <= i < end
    Index changed_elements = 0;
    std::vector<Frame> frames;
    bool is_reported = false;  // it is the one that this report is about
  };
  /// A line and the elements that it wrote last.
  struct BlameEntry {
    Frame site;
    std::vector<std::string> through;  // each once
    Index count = 0;
    /// Ranges begin <= i < end; of buffers of many elements, of the cells that they are drawn in,
    /// a cell counted to the last line that wrote in it.
    std::vector<std::pair<Index, Index>> elements;
  };
  Index id = 0;
  std::string dtype;
  Index size_bytes = 0;
  Index itemsize = 1;
  /// Parents stand before children.
  std::vector<ArrayShape> arrays;
  /// Oldest first: the last ones, and how many were left out.
  std::vector<WriteEntry> writes;
  Index writes_left_out = 0;
  /// The line of the newest write first.
  std::vector<BlameEntry> blame;
  /// Writes that `blame` does not know: they were not recorded, or are no longer in the log.
  Index unknown_writes = 0;
};

/// A finding, with everything that is said of it. Plain data: who finds fills it, printers show
/// it and decide nothing. Texts may hold any bytes.
struct Report {
  /// "AS001".
  std::string rule;
  /// "surprise-mutation".
  std::string kind;
  bool is_error = false;
  /// What stands behind kind and rule: "of 'original' through its view 'slice'".
  std::string headline;
  /// In the order shown.
  std::vector<ReportEvent> events;
  std::optional<ElementChange> change;

  /// The arrays concerned, in the order shown; the first is the view whose creation, with the
  /// write, tells this finding from others.
  std::vector<ArrayText> arrays;

  /// Numbers the buffer in the tree's title.
  Index buffer_id = 0;
  std::vector<TreeRow> tree;
  MemoryMap memory;
  /// Filled only for outputs that draw.
  std::optional<BufferPicture> picture;

  /// What to do about it, without the word FIX.
  std::string fix;
  /// The line that is to blame.
  Frame summary_site;

  /// The first event of a role; null if there is none.
  const ReportEvent* event(ReportEvent::Role role) const;
};

/// An aliased write, as `mode=log` tells it.
struct WriteLine {
  std::string through;
  Index changed_elements = 0;
  /// Of the copy of a source that overlapped the destination.
  Index temporary_bytes = 0;
  std::vector<Frame> frames;
};

/// "slice[0,0]", or "total[()]" where there are no axes.
std::string element_text(const ElementText& element);

/// Fills headline and events from `report->change`, which must be there. `read_frames` is where the
/// element was read; none if the finding was made at the write.
void tell_change(Report* report, const std::optional<std::vector<Frame>>& read_frames,
                 std::vector<Frame> write_frames);

/// What makes a report distinct: rule, write site and view-creation site, as one line that is the
/// same in every run of the program: "AS001 examples/tour.cc:48 main examples/tour.cc:31 main".
std::string dedup_key(const Report& report);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_REPORT_H_
