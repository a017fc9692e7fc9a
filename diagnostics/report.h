#ifndef COW_DIAGNOSTICS_REPORT_H_
#define COW_DIAGNOSTICS_REPORT_H_

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

/// A finding, with everything that is said of it. Plain data: who finds fills it, printers show
/// it and decide nothing. Texts may hold any bytes.
struct Report {
  /// "AS001".
  std::string rule;
  /// "surprise-mutation".
  std::string kind;
  Direction direction = Direction::kBaseThroughView;

  /// The element that changed under its reader, and the same element as its writer named it.
  ElementText read;
  ElementText written;
  /// False if the log no longer holds the write; `written`, `direction` and `write_frames` then say
  /// nothing.
  bool has_write = true;
  /// The element's value after and before the write.
  std::string now;
  std::string was;
  /// Elements of the reader that the write changed, of how many.
  Index changed_elements = 0;
  Index total_elements = 0;

  /// False if the finding was made at the write, before any read.
  bool has_read = true;
  std::vector<Frame> read_frames;
  std::vector<Frame> write_frames;

  /// The arrays concerned, in the order shown; the first is the view whose creation, with the
  /// write, tells this finding from others.
  std::vector<ArrayText> arrays;

  /// Numbers the buffer in the tree's title.
  Index buffer_id = 0;
  std::vector<TreeRow> tree;
  MemoryMap memory;

  /// What to do about it, without the word FIX.
  std::string fix;
  /// The line that is to blame.
  Frame summary_site;
};

/// What makes a report distinct: rule, write site and view-creation site, as one line that is the
/// same in every run of the program: "AS001 examples/tour.cc:48 main examples/tour.cc:31 main".
std::string dedup_key(const Report& report);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_REPORT_H_
