#include "cow/diagnostics/finding.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cow/diagnostics/array_text.h"

namespace cow::alsan {
namespace {

using Role = ReportEvent::Role;

/// An array and what it was made from first.
std::vector<const ArrayRecord*> with_owner(const ArrayRecord& array) {
  return {&array, &owner_of(array)};
}

/// "a[2]: 5.0, was 0.0 (1 element changed", of the first change.
std::string change_text(const ArrayRecord& array, const BufferRecord& buffer,
                        const std::vector<MemoryTwin::Change>& changes) {
  const MemoryTwin::Change& first = changes.front();
  return absl::StrCat(element_text(element_of(array, buffer.address_of(first.element))), ": ",
                      value_text(buffer.dtype, first.now), ", was ",
                      value_text(buffer.dtype, first.was), " (", changes.size(),
                      changes.size() == 1 ? " element" : " elements", " changed");
}

}  // namespace

Report build_report(const Finding& finding, const StackDepot& stacks,
                    const ResolveOptions& options) {
  Report report;
  report.rule = rule_of(finding.rule).code;
  report.kind = rule_of(finding.rule).kind;
  report.headline = finding.headline;
  for (const Finding::Event& event : finding.events) {
    report.events.push_back({event.role, event.text, resolve(stacks.get(event.site), options)});
  }
  report.arrays = describe(finding.arrays, stacks, options);
  if (finding.buffer != nullptr) {
    report.buffer_id = finding.buffer->number;
    report.tree = tree_rows(*finding.buffer, [&](const ArrayRecord& array) {
      return RowNote{&array == finding.arrays[0] ? finding.arrow : "", ""};
    });
  }
  report.fix = finding.fix;
  const ReportEvent& blamed = report.events.front();
  if (!blamed.frames.empty()) report.summary_site = blamed.frames.front();
  return report;
}

Finding self_overlapping_write(const ArrayRecord& array, const BufferRecord& buffer,
                               const Dims& one, const Dims& other, StackId site) {
  const std::string name = name_of(array);
  return {RuleId::kSelfOverlappingWrite,
          absl::StrCat("through '", name, "'"),
          {{Role::kWrite,
            absl::StrCat("WRITTEN through ", name, ", where ", element_text({name, one}), " and ",
                         element_text({name, other}), " are one place"),
            site}},
          with_owner(array),
          &buffer,
          "written here",
          absl::StrCat("write to ", name, ".copy(), whose elements are distinct, or to what ", name,
                       " was made from")};
}

Finding partial_overlap(const ArrayRecord& array, const BufferRecord& buffer, Index temporary_bytes,
                        StackId site) {
  const std::string name = name_of(array);
  return {RuleId::kPartialOverlap,
          absl::StrCat("in a write to '", name, "'"),
          {{Role::kWrite,
            absl::StrCat("WRITTEN to ", name, " from a source that overlaps it: ", temporary_bytes,
                         " bytes were copied first"),
            site}},
          with_owner(array),
          &buffer,
          "written here",
          "write to an array that the source does not share, or say .copy() where the copy is"};
}

Finding refused_write(const ArrayRecord& array, const BufferRecord& buffer, StackId site) {
  const std::string name = name_of(array);
  return {RuleId::kReadOnlyWrite,
          absl::StrCat("to '", name, "'"),
          {{Role::kWrite, absl::StrCat("WRITE to ", name, " refused: it is read-only"), site}},
          with_owner(array),
          &buffer,
          "read-only",
          absl::StrCat("write to ", name, ".copy(), or to the array that it was made from")};
}

Finding write_behind_const(const ArrayRecord& array, const BufferRecord& buffer, StackId site) {
  const std::string name = name_of(array);
  return {RuleId::kReadOnlyWrite,
          absl::StrCat("to '", name, "', which came from a const array"),
          {{Role::kWrite,
            absl::StrCat("WRITTEN through ", name,
                         ", read-only until set_writeable(true): it came from a const array"),
            site}},
          with_owner(array),
          &buffer,
          "written here",
          absl::StrCat("write to ", name, ".copy(), or take the array by non-const reference")};
}

Finding lost_write(const ArrayRecord& array, const IndexingCopy& copy, StackId dropped_at) {
  const std::string name = name_of(array);
  const std::string source = name_of(*copy.copied_from);
  return {RuleId::kLostWrite,
          absl::StrCat("to '", name, "', a copy of elements of '", source, "'"),
          {{Role::kWrite, absl::StrCat("WRITTEN to ", name, ", which nobody read afterwards"),
            copy.written_at},
           {Role::kOther, "DROPPED", dropped_at}},
          {&owner_of(array), copy.copied_from.get()},
          nullptr,
          "",
          absl::StrCat(
              "an index by a mask or by positions copies, and so does a reshape that strides do ",
              "not allow: assign to ", source, " itself, as in ", source, "[...] = x")};
}

Finding raw_write(const ArrayRecord& array, const BufferRecord& buffer,
                  const std::vector<MemoryTwin::Change>& changes, StackId site) {
  const std::string lent = name_of(*buffer.lent_through);
  return {
      RuleId::kRawWrite,
      absl::StrCat("to '", name_of(owner_of(array)), "' after its span was closed"),
      {{Role::kWrite,
        absl::StrCat("LENT by a span of ", lent, ", whose pointer was used after the span's end"),
        buffer.lent_at},
       {Role::kRead,
        absl::StrCat("NOTICED at ", change_text(array, buffer, changes),
                     " since the span was closed)"),
        site}},
      with_owner(array),
      &buffer,
      "noticed here",
      "write while the span lives; do not keep pointers to its elements"};
}

Finding trapped_write(const RawWatch::News& news, StackId site) {
  const ArrayRecord& lent = *news.lend.array;
  const ArrayRecord& owner = owner_of(lent);
  const std::string name = name_of(lent);
  std::string where;
  Dims index;
  if (news.lend.index_of(news.write.address, &index)) {
    where = element_text({name, index});
    if (&owner != &lent && index_of(owner, news.write.address, &index)) {
      absl::StrAppend(&where, " = ", element_text({name_of(owner), index}));
    }
    const Bits before = Bits::load(news.write.before.data(), news.buffer.itemsize());
    absl::StrAppend(&where, ", which was ", value_text(news.buffer.dtype, before), ",");
  } else {
    where = absl::StrCat("memory of ", name_of(owner), " that is not an element of ", name);
  }
  return {RuleId::kRawWrite,
          absl::StrCat("to '", name_of(owner), "' through a pointer, outside of a span"),
          {{Role::kWrite, absl::StrCat("WRITTEN to ", where, " through a raw pointer"), site},
           {Role::kOther, absl::StrCat("LENT by a span of ", name, ", closed or for reading"),
            news.lend.site}},
          with_owner(lent),
          &news.buffer,
          "lent here",
          "write while a mutable span lives; do not keep pointers to its elements"};
}

Finding written_pages(const ArrayRecord& array, const BufferRecord& buffer, const Lend& lend,
                      const std::vector<ByteSpan>& parts, StackId site) {
  const ArrayRecord& owner = owner_of(array);
  Index bytes = 0;
  for (const ByteSpan& part : parts) bytes += static_cast<Index>(part.size());
  const ElementText first = element_of(owner, std::max(parts.front().begin, buffer.memory));
  return {RuleId::kRawWrite,
          absl::StrCat("to '", name_of(owner), "' through a pointer, outside of a span"),
          {{Role::kOther, absl::StrCat("LENT by a span of ", name_of(*lend.array)), lend.site},
           {Role::kRead,
            absl::StrCat("NOTICED: some of ", bytes, " bytes, which begin at ", element_text(first),
                         ", were written outside of a span"),
            site}},
          with_owner(array),
          &buffer,
          "noticed here",
          "write while a mutable span lives; do not keep pointers to its elements"};
}

Finding foreign_change(const ArrayRecord& array, const BufferRecord& buffer,
                       const std::vector<MemoryTwin::Change>& changes, bool at_release,
                       StackId site) {
  return {RuleId::kForeignChange,
          absl::StrCat("of '", name_of(array), "', whose memory is borrowed"),
          {{Role::kRead,
            absl::StrCat(at_release ? "GIVEN BACK with " : "READ of ",
                         change_text(array, buffer, changes), ", by no array of this program)"),
            site}},
          with_owner(array),
          &buffer,
          at_release ? "given back here" : "read here",
          absl::StrCat("keep ", name_of(array),
                       ".copy(), or let its owner not write while it is borrowed")};
}

Finding kept_alive(const ArrayRecord& view, Index buffer_bytes, Index view_bytes, bool at_exit) {
  const std::string name = name_of(view);
  return {RuleId::kKeptAlive,
          absl::StrCat("by '", name, "': ", buffer_bytes, " bytes for ", view_bytes),
          {{Role::kOther,
            absl::StrCat("KEPT ", at_exit ? "until the end" : "when memory was at its peak", " by ",
                         name, ", after its base was gone; made at"),
            view.made_at}},
          with_owner(view),
          nullptr,
          "",
          absl::StrCat("keep ", name, ".copy(), so that the rest can be freed")};
}

}  // namespace cow::alsan
