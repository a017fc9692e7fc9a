// What AliasSanitizer does about writes: see alias_sanitizer.cc for the rest.

#include <sys/single_threaded.h>

#include <algorithm>

#include "cow/core/overlap.h"
#include "cow/core/shares_memory.h"
#include "cow/diagnostics/alias_ok.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/diagnostics/pending_write.h"

namespace cow::alsan {
namespace {

/// Steps of the exact overlap test for "aliased" in the line at the end; too hard counts as yes.
constexpr Index kOverlapWork = 1000;

/// Up to how many bytes a write may be for its effect to be kept although nobody asked for blame.
constexpr std::size_t kSmallEffectBytes = 512;

}  // namespace

BufferRecord* AliasSanitizer::buffer_of_unseen_write(const internal::Access& access) const {
  const ArrayRecord& array = Registry::array_of(access.node);
  BufferRecord* const buffer = array.value->buffer;
  const bool is_unseen = buffer->is_alone.load(std::memory_order_acquire) && !access.only_changed &&
                         access.temporary_bytes == 0 && array.indexing_copy == nullptr &&
                         !access.node.has(internal::kFromConst | internal::kStretched) &&
                         !has_held_reads_.load(std::memory_order_relaxed) &&
                         !wants_all_.load(std::memory_order_relaxed);
  return is_unseen ? buffer : nullptr;
}

void AliasSanitizer::count_unseen() {
  if (__libc_single_threaded) {  // an addition of several threads costs more than the rest
    unseen_writes_.store(unseen_writes_.load(std::memory_order_relaxed) + 1,
                         std::memory_order_relaxed);
  } else {
    unseen_writes_.fetch_add(1, std::memory_order_relaxed);
  }
}

StackId AliasSanitizer::site_of(PendingWrite* write) {
  if (write->site == 0) write->site = stacks_.capture();
  return write->site;
}

void* AliasSanitizer::before_write(const internal::Access& access, const internal::Node& value,
                                   const internal::Node* dying_source) {
  if (BufferRecord* const buffer = buffer_of_unseen_write(access)) {
    ++buffer->unrecorded_writes;
    count_unseen();
    return nullptr;
  }
  EventLock lock(*this);
  if (spare_writes_.empty()) spare_writes_.push_back(std::make_unique<PendingWrite>());
  PendingWrite* write = spare_writes_.back().release();
  spare_writes_.pop_back();
  write->moment = now_++;
  write->site = 0;
  write->only_changed = access.only_changed;
  write->is_element = access.kind == internal::AccessKind::kElement;
  write->is_meant = AliasOk::current() != nullptr;
  write->leader = &value;
  write->node = Registry::record_of(access.node);
  write->value = Registry::record_of(value)->value;
  // A temporary that acts for what it was made from is not what the program calls the writer.
  const bool in_place = write->node->value != write->value;
  write->through = in_place && write->node->made_from ? write->node->made_from : write->node;
  write->passing[0] = in_place ? write->node->value.get() : nullptr;
  write->passing[1] =
      dying_source == nullptr ? nullptr : Registry::record_of(*dying_source)->value.get();
  // A span is written where it was opened.
  if (access.only_changed) {
    site_of(write);
    ++open_spans_;
  }
  if (forecast_ != nullptr) {
    forecast_->before_write(access, value, dying_source, site_of(write));
  }
  ++coverage_.writes;
  count_aliased(*write, access);

  BufferRecord& buffer = *write->value->buffer;
  if (IndexingCopy* copy = write->node->indexing_copy.get()) {
    copy->was_written = true;
    copy->written_at = site_of(write);
    if (access.only_changed) copy->was_read = true;  // whoever has a span may have read, too
  }
  look_for_raw_writes(*write->node, buffer, access);
  if (buffer.twin != nullptr) buffer.twin->begin_write(access);
  if (raw_watch_.is_on()) {
    if (access.only_changed) raw_watch_.lend(buffer, access, write->through, site_of(write));
    raw_watch_.begin_write(buffer, access);
  }
  if (access.node.has(internal::kFromConst) && reporter_.is_on(RuleId::kReadOnlyWrite)) {
    report(write_behind_const(*write->node, buffer, site_of(write)), write->is_meant);
  }
  if (access.node.has(internal::kStretched) && buffer.is_judged) check_self_overlap(write, access);
  // Once others have written, own writes count too: they are what the value then expects.
  write->is_recorded =
      options_.blame || buffer.history != nullptr ||
      (buffer.is_judged &&
       std::any_of(buffer.births.begin(), buffer.births.end(), [write](const ValueRecord* other) {
         return other != write->value.get() && !write->is_passing(other);
       }));
  if (!write->is_recorded) {
    ++buffer.unrecorded_writes;
    return write;
  }
  if (buffer.history == nullptr && buffer.is_judged) {
    buffer.history = std::make_unique<ElementHistory>(buffer.element_count(), buffer.itemsize());
    buffer.update_flags();
  }
  write->keep(access);
  return write;
}

void AliasSanitizer::count_aliased(const PendingWrite& write, const internal::Access& access) {
  const Index itemsize = write.node->itemsize();
  const StridedMemory written{reinterpret_cast<Index>(access.address), access.layout.shape(),
                              access.layout.strides(), itemsize};
  const bool has_gaps = access.is_scattered || !access.layout.is_contiguous(itemsize);
  const Extent bounds = extent_of(access.address, access.layout, itemsize);
  bool by_own = false, by_other = false;
  write.value->buffer->find_arrays(bounds, [&](const ArrayRecord& array) {
    const bool is_own = array.value == write.value;
    if (write.is_passing(array.value.get()) || (is_own && by_own)) return true;
    if (&array == write.through.get() || &array == write.node.get()) return true;
    // Where there are no gaps, the bounds decide.
    if ((has_gaps || !array.layout.is_contiguous(itemsize)) &&
        find_overlap(written, memory_of(array), kOverlapWork).verdict == Verdict::kNo) {
      return true;
    }
    (is_own ? by_own : by_other) = true;
    return !by_other;
  });
  if (by_other || by_own) ++coverage_.aliased;
  if (by_own && !by_other) ++coverage_.declared;
}

void AliasSanitizer::record_elements(PendingWrite* write) {
  BufferRecord& buffer = *write->value->buffer;
  ElementHistory* const history = buffer.history.get();  // null in copy-on-write mode
  const auto is_known = [&](std::uint64_t id) { return registry_.is_known(id); };
  const auto born_between = [&](Moment after, Moment before) {
    for (auto at = buffer.births.rbegin(); at != buffer.births.rend(); ++at) {
      if (write->is_passing(*at) || (*at)->value.birth >= before) continue;
      return (*at)->value.birth > after;
    }
    return false;
  };
  const auto record = [&](Index begin, Index end, const std::byte* before) {
    write->value->has_written = true;
    history->record_write(begin, end, write->value->value.id, write->moment, before, is_known,
                          born_between);
  };
  if (history != nullptr && !write->only_changed) write->for_each_range(record);
  write->for_each_change([&](Index begin, Index end, const std::byte* before) {
    if (history != nullptr) {
      if (write->only_changed) record(begin, end, before);
      history->mark_changed(begin, end, write->moment, write->is_meant);
    }
    write->changed.emplace_back(begin, end);
  });
}

void AliasSanitizer::after_write(const internal::Access& access, void* token) {
  EventLock lock(*this);
  std::unique_ptr<PendingWrite> write(static_cast<PendingWrite*>(token));
  if (forecast_ != nullptr) forecast_->after_write(access, *write->leader);
  BufferRecord& buffer = *write->value->buffer;
  if (access.only_changed) --open_spans_;
  raw_watch_.end_write(buffer, access);
  if (access.only_changed && !buffer.is_foreign && reporter_.is_on(RuleId::kRawWrite)) {
    if (buffer.twin == nullptr && !raw_watch_.sees_all(buffer)) {
      watch_memory(&buffer);
      // Only what was written is looked at later, so that all must be seen now.
      if (buffer.twin != nullptr && raw_watch_.is_probed(buffer)) {
        buffer.twin->accept(buffer.memory, buffer.memory + buffer.size_bytes);
      }
    }
    buffer.lent_through = write->through;
    buffer.lent_at = write->site;
  }
  if (buffer.twin != nullptr) buffer.twin->end_write(access);
  const std::vector<ByteSpan> written = raw_watch_.take_written_by_arrays(buffer);
  if (buffer.twin != nullptr) report_raw(*write->node, buffer, look_at(buffer, written));
  const bool promised = NoOverlap::is_promised();
  if (access.temporary_bytes > 0 && reporter_.is_on(RuleId::kPartialOverlap, promised)) {
    report(partial_overlap(*write->through, buffer, access.temporary_bytes, site_of(write.get())),
           write->is_meant, promised);
  }
  if (write->is_recorded) {
    record_elements(write.get());
    if (!write->changed.empty()) {
      site_of(write.get());
      log_write(*write, access.temporary_bytes);
      if (options_.report_on == ReportOn::kWrite) judge_write(*write);
    }
  }
  write->reset();
  spare_writes_.push_back(std::move(write));
}

void AliasSanitizer::check_self_overlap(PendingWrite* write, const internal::Access& access) {
  if (!reporter_.is_on(RuleId::kSelfOverlappingWrite)) return;
  const OverlapResult found = find_self_overlap(internal::memory_of(access.node), kOverlapWork);
  if (found.verdict != Verdict::kYes) return;
  report(self_overlapping_write(*write->node, *write->value->buffer, found.index_a, found.index_b,
                                site_of(write)),
         write->is_meant);
}

void AliasSanitizer::on_refused_write(const internal::Node& node) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  const ArrayRecord& array = *Registry::record_of(node);
  report(refused_write(array, *array.value->buffer, site), AliasOk::current() != nullptr);
}

bool AliasSanitizer::wants_effect(const PendingWrite& write) const {
  const Index size_bytes = static_cast<Index>(write.before.size());
  return (options_.blame || write.before.size() <= kSmallEffectBytes) &&
         log_.can_hold(2 * size_bytes);
}

void AliasSanitizer::log_write(const PendingWrite& write, Index temporary_bytes) {
  const ArrayRecord& through = *write.through;
  BufferRecord& buffer = *write.value->buffer;
  Index count = 0;
  for (const auto& [begin, end] : write.changed) count += end - begin;
  if (options_.mode == Mode::kLog && buffer.is_judged && log_lines_++ < options_.max_log_entries) {
    reporter_.writer().log(
        {name_of(through), count, temporary_bytes, resolve(stacks_.get(write.site), resolving_)});
  }
  // The loop that writes one element after the other; what its writes changed, blame may ask for.
  // A span's entry goes between those that came before and after its beginning.
  if (write.is_element && !options_.blame && open_spans_ == 0 &&
      log_.extend(write.moment, write.through.get(), write.site, buffer.number,
                  write.changed[0].first)) {
    return;
  }
  ++buffer.logged_writes;
  LoggedWrite logged{write.moment,
                     write.through,
                     through.layout,
                     through.address,
                     write.site,
                     count,
                     joined_ranges(write.changed),
                     temporary_bytes,
                     buffer.number,
                     buffer.memory};
  if (wants_effect(write)) {
    logged.effect = std::make_shared<WriteEffect>(write.effect(), buffer.memory, buffer.itemsize());
  }
  log_.add(std::move(logged));
}

void AliasSanitizer::judge_write(const PendingWrite& write) {
  const BufferRecord& buffer = *write.value->buffer;
  for (const ValueRecord* other : buffer.births) {
    if (other == write.value.get() || write.is_passing(other)) continue;
    for (const ArrayRecord* array : other->arrays) {
      std::vector<Index> seen;
      Dims index;
      for (const auto& [begin, end] : write.changed) {
        for (Index element = begin; element < end; ++element) {
          if (index_of(*array, buffer.address_of(element), &index)) seen.push_back(element);
        }
      }
      const std::vector<Surprise> surprises = find_surprises(buffer, other->value, seen);
      if (surprises.empty()) continue;
      report_surprises(buffer, *array, surprises, false, 0, write.is_meant);
    }
  }
}

}  // namespace cow::alsan
