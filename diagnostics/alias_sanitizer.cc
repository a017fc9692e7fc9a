#include "cow/diagnostics/alias_sanitizer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "cow/core/mode.h"
#include "cow/core/overlap.h"
#include "cow/core/shares_memory.h"
#include "cow/diagnostics/alias_ok.h"
#include "cow/diagnostics/array_text.h"
#include "cow/diagnostics/buffer_picture.h"
#include "cow/diagnostics/for_each_address.h"

namespace cow::alsan {
namespace {

/// Steps of the exact overlap test for "aliased" in the line at the end; too hard counts as yes.
constexpr Index kOverlapWork = 1000;

/// Memory reached by raw pointers that is watched, in all; the rest is not.
constexpr Index kTwinBytes = 64 << 20;

AliasSanitizer* the_sanitizer = nullptr;

std::vector<Index> elements_of(const std::vector<ElementBefore>& changed) {
  std::vector<Index> elements;
  elements.reserve(changed.size());
  for (const ElementBefore& one : changed) elements.push_back(one.element);
  return elements;
}

}  // namespace

/// A write between `before_write` and `after_write`.
struct AliasSanitizer::PendingWrite {
  using Element = ElementBefore;

  Moment moment;
  std::shared_ptr<ArrayRecord> node;     // that is written
  std::shared_ptr<ArrayRecord> through;  // that the program named: the same, or what it acts for
  std::shared_ptr<ValueRecord> value;
  const ValueRecord* passing[2];  // of temporaries that nobody will read any more
  StackId site;
  bool is_recorded;
  bool only_changed;
  bool is_meant;                  // in an `AliasOk` scope
  std::vector<Element> elements;  // if recorded

  bool is_passing(const ValueRecord* other) const {
    return other == passing[0] || other == passing[1];
  }
};

AliasSanitizer::AliasSanitizer(Options options)
    : options_(std::move(options)),
      resolving_{options_.symbolize, options_.strip_path_prefix},
      stacks_(options_.stack_depth),
      log_(options_.max_log_entries),
      detaches_(options_.max_log_entries),
      reporter_(options_) {}

void AliasSanitizer::set_report_handler(std::function<void(const Report&)> handler) {
  std::lock_guard lock(mutex_);
  reporter_.set_handler(std::move(handler));
}

void AliasSanitizer::set_read_listener(std::function<void(const ReadFindings&)> listener) {
  std::lock_guard lock(mutex_);
  read_listener_ = std::move(listener);
}

void AliasSanitizer::with_records(absl::FunctionRef<void(const Records&)> fn) const {
  std::lock_guard lock(mutex_);
  fn({log_, detaches_, stacks_, resolving_, options_.blame});
}

bool AliasSanitizer::is_busy() const {
  if (!mutex_.try_lock()) return true;
  mutex_.unlock();
  return false;
}

Coverage AliasSanitizer::coverage() const {
  std::lock_guard lock(mutex_);
  return reporter_.complete(coverage_so_far());
}

Coverage AliasSanitizer::coverage_so_far() const {
  Coverage coverage = coverage_;
  coverage.arrays = registry_.owner_count();
  coverage.views = registry_.view_count();
  return coverage;
}

int AliasSanitizer::finish() {
  std::lock_guard lock(mutex_);
  for (const HeldRead& read : std::exchange(held_reads_, {})) tell_read(read);
  for (const KeptMemory::Kept& kept : kept_memory_.find()) {
    report(kept_alive(*kept.view, kept.buffer_bytes, kept.view_bytes, kept.at_exit), false);
  }
  return reporter_.finish(coverage_so_far());
}

// ---- the tree --------------------------------------------------------------------------------

void AliasSanitizer::on_allocate(internal::Node& node) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  BufferRecord& buffer = *registry_.add_owner(node, now_++, site)->value->buffer;
  kept_memory_.on_allocate(buffer);
  if (buffer.is_foreign && reporter_.is_on(RuleId::kForeignChange)) watch_memory(&buffer);
}

void AliasSanitizer::on_view(internal::Node& made, const internal::Node& source, const ViewOp& op) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  registry_.add_view(made, source, op, now_++, site);
}

void AliasSanitizer::on_indexing_copy(internal::Node& made, const internal::Node& source) {
  EventLock lock(*this);
  registry_.mark_indexing_copy(made, source);
}

void AliasSanitizer::on_detach(internal::Node& value, internal::Buffer& from, Index) {
  EventLock lock(*this);
  LoggedDetach detach = detach_of(value, *Registry::record_of(value), from, now_++);
  registry_.move_value(value);
  BufferRecord& to = *Registry::record_of(value)->value->buffer;
  to.made_at = detach.made_at;
  to.unrecorded_writes = Registry::record_of(from)->unrecorded_writes;
  if (!options_.blame) return;
  detach.to = to.number;
  detaches_.add(std::move(detach));
}

void AliasSanitizer::on_release(internal::Node& node) {
  EventLock lock(*this);
  registry_.release(node);
  const std::shared_ptr<ArrayRecord>& array = Registry::record_of(node);
  const IndexingCopy* copy = array->indexing_copy.get();
  if (copy == nullptr || copy->arrays_alive > 0 || !copy->was_written || copy->was_read) return;
  report(lost_write(*array, *copy, stacks_.capture()), AliasOk::current() != nullptr);
}

void AliasSanitizer::on_forget(internal::Node& node) {
  std::lock_guard lock(mutex_);
  tell_held_reads(Registry::record_of(node).get());
  registry_.forget(node);
}

void AliasSanitizer::on_free(internal::Buffer& buffer) {
  EventLock lock(*this);
  if (const BufferRecord* record = Registry::record_of(buffer)) {
    kept_memory_.on_free(*record);
    if (record->twin != nullptr) {
      // Borrowed memory may be gone already.
      if (record->lent_through != nullptr) {
        report_raw(*record->lent_through, *record, record->twin->look_at_all());
      }
      twin_bytes_ -= record->size_bytes;
    }
  }
  registry_.free_buffer(buffer);
}

void AliasSanitizer::on_label(internal::Node& node) {
  EventLock lock(*this);
  Registry::record_of(node)->label = *node.label;
}

std::string AliasSanitizer::view_tree_text(const internal::Node& node) {
  EventLock lock(*this);
  return tree_text(*Registry::record_of(node)->value->buffer);
}

// ---- reads -----------------------------------------------------------------------------------

void AliasSanitizer::on_read(const internal::Access& access) {
  EventLock lock(*this);
  const std::shared_ptr<ArrayRecord>& reader = Registry::record_of(access.node);
  if (reader->indexing_copy != nullptr && access.kind != internal::AccessKind::kUpdate) {
    reader->indexing_copy->was_read = true;
  }
  if (options_.sample > 1 && reads_++ % options_.sample != 0) return;
  if (MemoryTwin* twin = reader->value->buffer->twin.get()) {
    report_raw(*reader, *reader->value->buffer, twin->look(access));
  }
  std::vector<Surprise> surprises =
      find_surprises(*reader->value->buffer, reader->value->value, access);
  if (surprises.empty() && !read_listener_) return;
  const StackId site = surprises.empty() ? 0 : stacks_.capture();
  HeldRead read{std::this_thread::get_id(), reader, std::move(surprises), site,
                AliasOk::current() != nullptr};
  if (access.may_be_left_side) {
    held_reads_.push_back(std::move(read));
  } else {
    tell_read(read);
  }
}

void AliasSanitizer::watch_memory(BufferRecord* buffer) {
  if (twin_bytes_ + buffer->size_bytes > kTwinBytes) return;
  twin_bytes_ += buffer->size_bytes;
  buffer->twin =
      std::make_unique<MemoryTwin>(buffer->memory, buffer->size_bytes, buffer->itemsize());
}

void AliasSanitizer::report_raw(const ArrayRecord& array, const BufferRecord& buffer,
                                const std::vector<MemoryTwin::Change>& changes) {
  if (changes.empty()) return;
  const RuleId rule = buffer.is_foreign ? RuleId::kForeignChange : RuleId::kRawWrite;
  if (!reporter_.is_on(rule)) return;
  const StackId site = stacks_.capture();
  report(buffer.is_foreign ? foreign_change(array, buffer, changes, site)
                           : raw_write(array, buffer, changes, site),
         AliasOk::current() != nullptr);
}

void AliasSanitizer::on_read_taken_back() {
  std::lock_guard lock(mutex_);
  std::erase_if(held_reads_,
                [](const HeldRead& read) { return read.thread == std::this_thread::get_id(); });
}

void AliasSanitizer::tell_held_reads(const ArrayRecord* reader) {
  const auto is_due = [reader](const HeldRead& read) {
    return read.thread == std::this_thread::get_id() || read.reader.get() == reader;
  };
  for (const HeldRead& read : held_reads_) {
    if (is_due(read)) tell_read(read);
  }
  std::erase_if(held_reads_, is_due);
}

void AliasSanitizer::tell_read(const HeldRead& read) {
  if (read_listener_) {
    std::vector<const ArrayRecord*> writers;
    for (const Surprise& surprise : read.surprises) {
      const LoggedWrite* write = log_.find(surprise.write);
      writers.push_back(write == nullptr ? nullptr : write->through.get());
    }
    read_listener_({*read.reader, read.surprises, writers});
  }
  if (read.surprises.empty() || options_.report_on != ReportOn::kRead) return;
  report_surprises(*read.reader->value->buffer, *read.reader, read.surprises, true, read.site,
                   read.is_meant);
}

// ---- writes ----------------------------------------------------------------------------------

void* AliasSanitizer::before_write(const internal::Access& access, const internal::Node& value,
                                   const internal::Node* dying_source) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  auto* write = new PendingWrite;
  write->moment = now_++;
  write->site = site;
  write->only_changed = access.only_changed;
  write->is_meant = AliasOk::current() != nullptr;
  write->node = Registry::record_of(access.node);
  write->value = Registry::record_of(value)->value;
  // A temporary that acts for what it was made from is not what the program calls the writer.
  const bool in_place = write->node->value != write->value;
  write->through = in_place && write->node->made_from ? write->node->made_from : write->node;
  write->passing[0] = in_place ? write->node->value.get() : nullptr;
  write->passing[1] =
      dying_source == nullptr ? nullptr : Registry::record_of(*dying_source)->value.get();
  ++coverage_.writes;
  count_aliased(*write, access);

  BufferRecord& buffer = *write->value->buffer;
  if (IndexingCopy* copy = write->node->indexing_copy.get()) {
    copy->was_written = true;
    copy->written_at = site;
    if (access.only_changed) copy->was_read = true;  // whoever has a span may have read, too
  }
  if (buffer.twin != nullptr) {
    report_raw(*write->node, buffer, buffer.twin->look(access));
    buffer.twin->begin_write(access);
  }
  if (access.node.has(internal::kFromConst) && reporter_.is_on(RuleId::kReadOnlyWrite)) {
    report(write_behind_const(*write->node, buffer, site), write->is_meant);
  }
  if (access.node.has(internal::kStretched) && buffer.is_judged) check_self_overlap(*write, access);
  // Once others have written, own writes count too: they are what the value then expects.
  write->is_recorded = buffer.history != nullptr || options_.blame;
  for (const ValueRecord* other : buffer.births) {
    if (write->is_recorded || !buffer.is_judged) break;
    if (other != write->value.get() && !write->is_passing(other)) write->is_recorded = true;
  }
  if (!write->is_recorded) {
    ++buffer.unrecorded_writes;
    return write;
  }
  if (buffer.history == nullptr && buffer.is_judged) {
    buffer.history = std::make_unique<ElementHistory>(buffer.element_count(), buffer.itemsize());
  }
  for_each_address(access, [&](std::byte* address) {
    write->elements.push_back({buffer.element_at(address), Bits::load(address, buffer.itemsize())});
  });
  if (!write->only_changed) record_elements(write);
  return write;
}

void AliasSanitizer::count_aliased(const PendingWrite& write, const internal::Access& access) {
  const StridedMemory written{reinterpret_cast<Index>(access.address), access.layout.shape(),
                              access.layout.strides(), write.node->itemsize()};
  bool by_own = false;
  for (const ValueRecord* other : write.value->buffer->births) {
    if (write.is_passing(other)) continue;
    const bool is_own = other == write.value.get();
    if (is_own && by_own) continue;
    for (const ArrayRecord* array : other->arrays) {
      if (array == write.through.get() || array == write.node.get()) continue;
      const StridedMemory seen = memory_of(*array);
      if (!bounds_overlap(written, seen)) continue;
      if (find_overlap(written, seen, kOverlapWork).verdict == Verdict::kNo) continue;
      if (!is_own) {
        ++coverage_.aliased;
        return;
      }
      by_own = true;
      break;
    }
  }
  if (by_own) {
    ++coverage_.aliased;
    ++coverage_.declared;
  }
}

void AliasSanitizer::record_elements(PendingWrite* write) {
  BufferRecord& buffer = *write->value->buffer;
  if (!buffer.is_judged) return;
  const auto is_known = [&](std::uint64_t id) { return buffer.values.contains(id); };
  const auto born_between = [&](Moment after, Moment before) {
    for (auto at = buffer.births.rbegin(); at != buffer.births.rend(); ++at) {
      if (write->is_passing(*at) || (*at)->value.birth >= before) continue;
      return (*at)->value.birth > after;
    }
    return false;
  };
  write->value->has_written = true;
  for (const PendingWrite::Element& element : write->elements) {
    buffer.history->record_write(element.element, write->value->value.id, write->moment,
                                 element.before, is_known, born_between);
  }
}

void AliasSanitizer::after_write(const internal::Access& access, void* token) {
  EventLock lock(*this);
  std::unique_ptr<PendingWrite> write(static_cast<PendingWrite*>(token));
  BufferRecord& buffer = *write->value->buffer;
  if (access.only_changed && !buffer.is_foreign && reporter_.is_on(RuleId::kRawWrite)) {
    if (buffer.twin == nullptr) watch_memory(&buffer);
    buffer.lent_through = write->through;
    buffer.lent_at = write->site;
  }
  if (buffer.twin != nullptr) buffer.twin->end_write(access);
  const bool promised = NoOverlap::is_promised();
  if (access.temporary_bytes > 0 && reporter_.is_on(RuleId::kPartialOverlap, promised)) {
    report(partial_overlap(*write->through, buffer, access.temporary_bytes, write->site),
           write->is_meant, promised);
  }
  if (!write->is_recorded) return;
  std::vector<PendingWrite::Element> changed;
  for (const PendingWrite::Element& element : write->elements) {
    const Bits now = Bits::load(buffer.address_of(element.element), buffer.itemsize());
    if (!(now == element.before)) changed.push_back(element);
  }
  if (write->only_changed) {
    write->elements = changed;
    record_elements(write.get());
  }
  if (changed.empty()) return;
  if (buffer.is_judged) {
    for (const PendingWrite::Element& element : changed) {
      buffer.history->mark_changed(element.element, write->moment, write->is_meant);
    }
  }
  std::vector<Index> numbers;
  if (options_.report_on == ReportOn::kWrite) numbers = elements_of(changed);
  log_write(*write, std::move(changed), access.temporary_bytes);
  if (options_.report_on == ReportOn::kWrite) judge_write(*write, numbers);
}

void AliasSanitizer::check_self_overlap(const PendingWrite& write, const internal::Access& access) {
  if (!reporter_.is_on(RuleId::kSelfOverlappingWrite)) return;
  const OverlapResult found = find_self_overlap(internal::memory_of(access.node), kOverlapWork);
  if (found.verdict != Verdict::kYes) return;
  report(self_overlapping_write(*write.node, *write.value->buffer, found.index_a, found.index_b,
                                write.site),
         write.is_meant);
}

void AliasSanitizer::on_refused_write(const internal::Node& node) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  const ArrayRecord& array = *Registry::record_of(node);
  report(refused_write(array, *array.value->buffer, site), AliasOk::current() != nullptr);
}

void AliasSanitizer::log_write(const PendingWrite& write, std::vector<ElementBefore> changed,
                               Index temporary_bytes) {
  const ArrayRecord& through = *write.through;
  BufferRecord& buffer = *write.value->buffer;
  const Index count = static_cast<Index>(changed.size());
  if (options_.mode == Mode::kLog && buffer.is_judged && log_lines_++ < options_.max_log_entries) {
    reporter_.writer().log(
        {name_of(through), count, temporary_bytes, resolve(stacks_.get(write.site), resolving_)});
  }
  ++buffer.logged_writes;
  LoggedWrite logged{
      write.moment, write.through,   through.layout, through.address, write.site, count,
      {},           temporary_bytes, buffer.number,  buffer.memory};
  if (log_.can_hold(WriteEffect::least_bytes(count, buffer.itemsize()))) {
    logged.effect =
        std::make_shared<WriteEffect>(std::move(changed), buffer.memory, buffer.itemsize());
    logged.changed = ranges_of(*logged.effect);
  } else {
    logged.changed = ranges_of(elements_of(changed));
  }
  log_.add(std::move(logged));
}

void AliasSanitizer::judge_write(const PendingWrite& write, absl::Span<const Index> changed) {
  const BufferRecord& buffer = *write.value->buffer;
  for (const ValueRecord* other : buffer.births) {
    if (other == write.value.get() || write.is_passing(other)) continue;
    for (const ArrayRecord* array : other->arrays) {
      std::vector<Index> seen;
      Dims index;
      for (Index element : changed) {
        if (index_of(*array, buffer.address_of(element), &index)) seen.push_back(element);
      }
      const std::vector<Surprise> surprises = find_surprises(buffer, other->value, seen);
      if (surprises.empty()) continue;
      report_surprises(buffer, *array, surprises, false, 0, write.is_meant);
    }
  }
}

// ---- reports ---------------------------------------------------------------------------------

void AliasSanitizer::report_surprises(const BufferRecord& buffer, const ArrayRecord& reader,
                                      const std::vector<Surprise>& surprises, bool has_read,
                                      StackId read_site, bool is_meant) {
  if (!reporter_.is_on(RuleId::kSurpriseMutation)) return;
  absl::flat_hash_map<Moment, std::vector<Surprise>> by_write;
  std::vector<Moment> order;
  for (const Surprise& surprise : surprises) {
    auto& group = by_write[surprise.write];
    if (group.empty()) order.push_back(surprise.write);
    group.push_back(surprise);
  }
  for (Moment moment : order) {
    const std::vector<Surprise>& group = by_write[moment];
    report({buffer, reader, group, log_.find(moment), has_read, read_site},
           is_meant || group.front().is_meant);
  }
}

void AliasSanitizer::report(const SurpriseFinding& finding, bool is_meant) {
  const StackId write_site = finding.write == nullptr ? 0 : finding.write->site;
  const bool reader_is_the_view =
      finding.write == nullptr ||
      direction_of(finding.reader, *finding.write->through) == Direction::kViewThroughBase;
  const StackId view_site =
      reader_is_the_view ? finding.reader.made_at : finding.write->through->made_at;
  add_report({RuleId::kSurpriseMutation, write_site, view_site}, is_meant, false, &finding.buffer,
             finding.write, [&] { return build_report(finding, stacks_, resolving_); });
}

void AliasSanitizer::report(const Finding& finding, bool is_meant, bool promised) {
  add_report({finding.rule, finding.events.front().site, finding.arrays[0]->made_at}, is_meant,
             promised, finding.buffer, nullptr,
             [&] { return build_report(finding, stacks_, resolving_); });
}

void AliasSanitizer::add_report(const Reporter::Key& key, bool is_meant, bool promised,
                                const BufferRecord* buffer, const LoggedWrite* write,
                                absl::FunctionRef<Report()> build) {
  const auto build_with_picture = [&] {
    Report report = build();
    if (buffer != nullptr && reporter_.writer().draws()) {
      report.picture = draw_buffer(*buffer, log_, write, stacks_, resolving_);
    }
    return report;
  };
  if (reporter_.add(key, is_meant, promised, coverage_so_far(), build_with_picture)) end_program();
}

void AliasSanitizer::end_program() {
  reporter_.finish(coverage_so_far());
  std::cout.flush();
  std::fflush(nullptr);
  std::_Exit(options_.exitcode);
}

// ---- installation ----------------------------------------------------------------------------

AliasSanitizer* alias_sanitizer() { return the_sanitizer; }

AliasSanitizer* install_alias_sanitizer(const Options& options) {
  auto sanitizer = std::make_unique<AliasSanitizer>(options);
  if (!install_observer(sanitizer.get())) return nullptr;
  if (options.mode == Mode::kCow) set_default_mode(cow::Mode::kCopyOnWrite);
  // Never destroyed: arrays with static storage outlive everything else.
  return the_sanitizer = sanitizer.release();
}

}  // namespace cow::alsan
