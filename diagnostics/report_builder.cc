#include "cow/diagnostics/report_builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/core/overlap.h"
#include "cow/diagnostics/array_text.h"
#include "cow/diagnostics/rule.h"

namespace cow::alsan {
namespace {

/// Is the element at `address` one of `array`'s, and which?
bool covers(const ArrayRecord& array, const std::byte* address, Dims* index) {
  return !array.layout.empty() && index_of(array, address, index);
}

std::vector<TreeRow> tree_of(const SurpriseFinding& finding, const ArrayRecord* writer) {
  const std::byte* changed = finding.buffer.address_of(finding.surprises.front().element);
  return tree_rows(finding.buffer, [&](const ArrayRecord& array) -> RowNote {
    if (&array == &finding.reader) return {finding.has_read ? "read here" : "changed here", ""};
    if (&array == writer) return {"written here", ""};
    Dims index;
    if (!array.is_alive || !covers(array, changed, &index)) return {};
    return {"", absl::StrCat("also changed: [", absl::StrJoin(index, ","), "]")};
  });
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
    return find_overlap(memory_of(view), cell).verdict == Verdict::kYes ? '#' : '.';
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

ElementChange change_of(const SurpriseFinding& finding) {
  const Surprise& first = finding.surprises.front();
  const std::byte* changed = finding.buffer.address_of(first.element);
  ElementChange change;
  change.direction = finding.write == nullptr
                         ? Direction::kSibling
                         : direction_of(finding.reader, *finding.write->through);
  change.read = element_of(finding.reader, changed);
  if (finding.write != nullptr) {
    ArrayRecord then = *finding.write->through;  // where it was when it was written
    then.layout = finding.write->layout;
    then.address = finding.write->address;
    change.written = element_of(then, changed);
  }
  change.now = value_text(finding.buffer.dtype, first.now);
  change.was = value_text(finding.buffer.dtype, first.was);
  change.changed_elements = static_cast<Index>(finding.surprises.size());
  change.total_elements = finding.reader.layout.size();
  return change;
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
  const ArrayRecord* writer = finding.write == nullptr ? nullptr : finding.write->through.get();

  Report report;
  report.rule = rule_of(RuleId::kSurpriseMutation).code;
  report.kind = rule_of(RuleId::kSurpriseMutation).kind;
  report.change = change_of(finding);
  std::optional<std::vector<Frame>> read_frames;
  if (finding.has_read) read_frames = resolve(stacks.get(finding.read_site), options);
  tell_change(
      &report, read_frames,
      writer == nullptr ? std::vector<Frame>() : resolve(stacks.get(finding.write->site), options));

  const bool reader_is_the_view = report.change->direction == Direction::kViewThroughBase;
  report.arrays = describe(
      {reader_is_the_view ? &reader : writer, writer, &reader, &owner_of(reader)}, stacks, options);

  report.buffer_id = buffer.number;
  report.tree = tree_of(finding, writer);
  report.memory = memory_map(finding, writer);
  report.fix = writer == nullptr ? kFixWithoutWrite
                                 : fix_text(report.change->direction, report.change->read.array,
                                            report.change->written->array);
  const ReportEvent& blamed =
      writer == nullptr && finding.has_read ? report.events.front() : report.events.back();
  if (!blamed.frames.empty()) report.summary_site = blamed.frames.front();
  return report;
}

}  // namespace cow::alsan
