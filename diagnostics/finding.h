#ifndef COW_DIAGNOSTICS_FINDING_H_
#define COW_DIAGNOSTICS_FINDING_H_

#include <string>
#include <vector>

#include "cow/diagnostics/raw/raw_watch.h"
#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/rule.h"
#include "cow/diagnostics/symbolizer.h"

namespace cow::alsan {

/// What a rule found, before it is written out; points at records. A surprise (AS001) has more to
/// say: see `SurpriseFinding`.
struct Finding {
  struct Event {
    ReportEvent::Role role;
    std::string text;
    StackId site;
  };

  RuleId rule;
  std::string headline;
  /// The first is where the blame lies.
  std::vector<Event> events;
  /// The first is the one whose creation tells this finding from others.
  std::vector<const ArrayRecord*> arrays;
  /// Whose tree is shown, with an arrow at `arrays[0]`; none if null.
  const BufferRecord* buffer = nullptr;
  std::string arrow;
  std::string fix;
};

/// The report of a finding, with every site symbolized: milliseconds.
Report build_report(const Finding& finding, const StackDepot& stacks,
                    const ResolveOptions& options);

// What rules find; pure functions of records.

/// AS002: `array` was written at `site`; two of its index tuples are one place.
Finding self_overlapping_write(const ArrayRecord& array, const BufferRecord& buffer,
                               const Dims& one, const Dims& other, StackId site);

/// AS003: a source overlapped `array`, which was written at `site`.
Finding partial_overlap(const ArrayRecord& array, const BufferRecord& buffer, Index temporary_bytes,
                        StackId site);

/// AS004: a write to `array` was refused; or not refused although const gave it.
Finding refused_write(const ArrayRecord& array, const BufferRecord& buffer, StackId site);
Finding write_behind_const(const ArrayRecord& array, const BufferRecord& buffer, StackId site);

/// AS005: an access through `array` at `site` noticed what was written after the buffer's last span
/// was closed.
Finding raw_write(const ArrayRecord& array, const BufferRecord& buffer,
                  const std::vector<MemoryTwin::Change>& changes, StackId site);

/// AS005: the write of `news`, made at `site`.
Finding trapped_write(const RawWatch::News& news, StackId site);

/// AS005: an access through `array` at `site` noticed that `parts` of the buffer were written,
/// though no span for writing was open; `lend` is the last that was.
Finding written_pages(const ArrayRecord& array, const BufferRecord& buffer, const Lend& lend,
                      const std::vector<ByteSpan>& parts, StackId site);

/// AS006: the last array of `copy` is gone, `array`.
Finding lost_write(const ArrayRecord& array, const IndexingCopy& copy, StackId dropped_at);

/// AS007: a read through `array` at `site`, or its release, saw what nobody here wrote.
Finding foreign_change(const ArrayRecord& array, const BufferRecord& buffer,
                       const std::vector<MemoryTwin::Change>& changes, bool at_release,
                       StackId site);

/// AS008: `view` alone kept `buffer_bytes` in memory, of which it shows `view_bytes`.
Finding kept_alive(const ArrayRecord& view, Index buffer_bytes, Index view_bytes, bool at_exit);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_FINDING_H_
