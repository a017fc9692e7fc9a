#include "cow/diagnostics/report_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/core/format.h"
#include "cow/core/overlap.h"
#include "cow/diagnostics/tree_branches.h"

namespace cow::alsan {
namespace {

/// Arrays of a large tree that a report shows besides those that matter.
constexpr int kOtherRows = 20;

Dims to_dims(absl::Span<const Index> values) { return Dims(values.begin(), values.end()); }

std::string value_text(DType dtype, const Bits& bits) {
  return format_str({dtype, bits.bytes.data(), {}, {}});
}

const ArrayRecord& owner_of(const ArrayRecord& array) {
  const ArrayRecord* at = &array;
  while (at->made_from != nullptr) at = at->made_from.get();
  return *at;
}

ElementText element_of(const ArrayRecord& array, const std::byte* address) {
  ElementText text{name_of(array), {}};
  index_of(array, address, &text.index);
  return text;
}

ArrayText describe(const ArrayRecord& array, const BufferRecord& buffer, const StackDepot& stacks,
                   const ResolveOptions& options) {
  ArrayText text;
  text.name = name_of(array);
  text.dtype = dtype_name(array.dtype);
  text.shape = to_dims(array.layout.shape());
  if (array.made_from == nullptr) {
    text.origin = base_origin(buffer.number, buffer.size_bytes);
  } else {
    text.strides_bytes = to_dims(array.layout.strides());
    text.origin = view_origin(name_of(*array.made_from) + array.how_made);
  }
  text.frames = resolve(stacks.get(array.made_at), options);
  return text;
}

/// Is the element at `address` one of `array`'s, and which?
bool covers(const ArrayRecord& array, const std::byte* address, Dims* index) {
  return !array.layout.empty() && index_of(array, address, index);
}

/// One line an array; large trees keep the arrays that matter.
std::vector<TreeRow> tree_rows(const SurpriseFinding& finding, const ArrayRecord* writer,
                               const std::byte* changed) {
  std::vector<TreeRow> rows;
  int others = 0, left_out = 0;
  for (const Registry::TreeEntry& entry : Registry::tree_of(finding.buffer)) {
    const ArrayRecord& array = *entry.array;
    const bool matters = &array == &finding.reader || &array == writer;
    if (!matters && ++others > kOtherRows) {
      ++left_out;
      continue;
    }
    TreeRow row;
    row.depth = entry.depth;
    row.name = name_of(array);
    row.made =
        array.made_from == nullptr ? dims_text(to_dims(array.layout.shape())) : array.how_made;
    Dims index;
    if (&array == &finding.reader && finding.has_read) {
      row.arrow = "read here";
    } else if (&array == writer) {
      row.arrow = "written here";
    } else if (!array.is_alive) {
      row.note = "dropped";
    } else if (covers(array, changed, &index)) {
      row.note = absl::StrCat("also changed: [", absl::StrJoin(index, ","), "]");
    }
    rows.push_back(std::move(row));
  }
  if (left_out > 0) {
    TreeRow row;
    row.depth = 1;
    row.name = absl::StrCat("... and ", left_out, " more");
    rows.push_back(std::move(row));
  }
  return rows;
}

MemoryMap memory_map(const SurpriseFinding& finding, const ArrayRecord* writer) {
  const BufferRecord& buffer = finding.buffer;
  const Layout& owner = owner_of(finding.reader).layout;
  const Index row = owner.ndim() > 0 ? std::max<Index>(owner.extent(owner.ndim() - 1), 1) : 1;
  const ArrayRecord& view =
      writer != nullptr && writer->made_from != nullptr ? *writer : finding.reader;
  const auto mark = [&](Index begin, Index end) {
    for (const Surprise& surprise : finding.surprises) {
      if (begin <= surprise.element && surprise.element < end) return 'W';
    }
    const StridedMemory cell{reinterpret_cast<Index>(buffer.address_of(begin)),
                             {},
                             {},
                             (end - begin) * buffer.itemsize()};
    const StridedMemory elements{reinterpret_cast<Index>(view.address), view.layout.shape(),
                                 view.layout.strides(), view.itemsize()};
    return find_overlap(elements, cell).verdict == Verdict::kYes ? '#' : '.';
  };
  std::vector<std::pair<char, std::string>> legend{{'W', "written"}, {'#', name_of(view)}};
  legend.emplace_back('.', name_of(owner_of(finding.reader)));
  MemoryMap map = draw_memory(buffer.element_count(), row, mark, std::move(legend));
  // A view of a few elements may not be the most important thing in any cell.
  std::erase_if(map.legend, [&](const std::pair<char, std::string>& entry) {
    return std::none_of(map.rows.begin(), map.rows.end(), [&](const std::string& cells) {
      return cells.find(entry.first) != std::string::npos;
    });
  });
  return map;
}

constexpr char kFixWithoutWrite[] =
    "to see the write, keep more of them: ALSAN_OPTIONS=max_log_entries=1000000";

std::string fix_text(Direction direction, const std::string& reader, const std::string& writer) {
  const std::string end = ", or run with ALSAN_OPTIONS=mode=cow";
  if (direction == Direction::kViewThroughBase) {
    return absl::StrCat("keep ", reader, ".copy() instead of the view, declare it with .ref() if ",
                        "meant", end);
  }
  return absl::StrCat("write to ", writer, ".copy(), declare it with .ref() if meant", end);
}

}  // namespace

Direction direction_of(const ArrayRecord& reader, const ArrayRecord& writer) {
  if (is_made_from(writer, reader)) return Direction::kBaseThroughView;
  if (is_made_from(reader, writer)) return Direction::kViewThroughBase;
  return Direction::kSibling;
}

Report build_report(const SurpriseFinding& finding, const StackDepot& stacks,
                    const ResolveOptions& options) {
  const ArrayRecord& reader = finding.reader;
  const BufferRecord& buffer = finding.buffer;
  const Surprise& first = finding.surprises.front();
  const std::byte* changed = buffer.address_of(first.element);
  const ArrayRecord* writer = finding.write == nullptr ? nullptr : finding.write->through.get();

  Report report;
  report.rule = "AS001";
  report.kind = "surprise-mutation";
  report.direction = writer == nullptr ? Direction::kSibling : direction_of(reader, *writer);
  report.has_read = finding.has_read;
  report.read = element_of(reader, changed);
  report.now = value_text(buffer.dtype, first.now);
  report.was = value_text(buffer.dtype, first.was);
  report.changed_elements = static_cast<Index>(finding.surprises.size());
  report.total_elements = reader.layout.size();
  if (finding.has_read) report.read_frames = resolve(stacks.get(finding.read_site), options);
  if (writer != nullptr) {
    ArrayRecord then = *writer;  // where it was when it was written
    then.layout = finding.write->layout;
    then.address = finding.write->address;
    report.written = element_of(then, changed);
    report.write_frames = resolve(stacks.get(finding.write->site), options);
  } else {
    report.has_write = false;
  }

  std::vector<const ArrayRecord*> shown;
  const auto show = [&](const ArrayRecord* array) {
    if (std::find(shown.begin(), shown.end(), array) == shown.end()) shown.push_back(array);
  };
  const bool reader_is_the_view = report.direction == Direction::kViewThroughBase;
  if (reader_is_the_view || writer == nullptr) show(&reader);
  if (writer != nullptr) show(writer);
  show(&reader);
  show(&owner_of(reader));
  for (const ArrayRecord* array : shown) {
    report.arrays.push_back(describe(*array, buffer, stacks, options));
  }

  report.buffer_id = buffer.number;
  report.tree = tree_rows(finding, writer, changed);
  report.memory = memory_map(finding, writer);
  report.fix = report.has_write
                   ? fix_text(report.direction, report.read.array, report.written.array)
                   : kFixWithoutWrite;
  const std::vector<Frame>& blamed = report.has_write ? report.write_frames : report.read_frames;
  if (!blamed.empty()) report.summary_site = blamed.front();
  return report;
}

std::string tree_text(const BufferRecord& buffer) {
  const std::vector<Registry::TreeEntry> entries = Registry::tree_of(buffer);
  std::vector<int> depths;
  for (const Registry::TreeEntry& entry : entries) depths.push_back(entry.depth);
  const std::vector<std::string> branches = tree_branches(depths);
  std::string text;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ArrayRecord& array = *entries[i].array;
    absl::StrAppend(&text, branches[i], name_of(array), " ",
                    dims_text(to_dims(array.layout.shape())), array.how_made.empty() ? "" : " = ",
                    array.how_made, array.is_declared ? " (declared)" : "",
                    array.is_alive ? "" : " (dropped)", "\n");
  }
  return text;
}

}  // namespace cow::alsan
