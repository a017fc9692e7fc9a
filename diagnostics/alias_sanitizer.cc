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

// Of the runtimes of ASan and TSan; null where they are not linked.
extern "C" __attribute__((weak)) int __asan_report_present();
extern "C" __attribute__((weak)) void* __tsan_get_current_report();

namespace cow::alsan {
namespace {

/// Is there a tool that knows addresses and may ask for names?
bool has_runtime() {
  return __asan_report_present != nullptr || __tsan_get_current_report != nullptr;
}

/// Steps of the exact overlap test for "aliased" in the line at the end; too hard counts as yes.
constexpr Index kOverlapWork = 1000;

/// Memory reached by raw pointers that is watched, in all; the rest is not.
constexpr Index kTwinBytes = 64 << 20;

AliasSanitizer* the_sanitizer = nullptr;

/// What changed in these parts of a buffer that has a twin.
std::vector<MemoryTwin::Change> look_at(const BufferRecord& buffer,
                                        const std::vector<ByteSpan>& parts) {
  std::vector<MemoryTwin::Change> changes;
  for (const ByteSpan& part : parts) {
    const std::vector<MemoryTwin::Change> here = buffer.twin->look(part.begin, part.end);
    changes.insert(changes.end(), here.begin(), here.end());
  }
  return changes;
}

}  // namespace

/// A write between `before_write` and `after_write`.
struct AliasSanitizer::PendingWrite {
  struct Element {
    Index element;
    Bits before;
  };

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
      raw_watch_(options_.raw_writes),
      reporter_(options_) {
  if (!reporter_.is_on(RuleId::kRawWrite)) return;
  if (const std::string trouble = raw_watch_.start(); !trouble.empty()) {
    reporter_.writer().say("AliasSanitizer: " + trouble + "\n");
  }
  if (options_.verbosity >= 1) {
    reporter_.writer().say("AliasSanitizer: raw writes are found by " + raw_watch_.means() + "\n");
  }
}

void AliasSanitizer::set_report_handler(std::function<void(const Report&)> handler) {
  std::lock_guard lock(mutex_);
  reporter_.set_handler(std::move(handler));
}

void AliasSanitizer::set_read_listener(std::function<void(const ReadFindings&)> listener) {
  std::lock_guard lock(mutex_);
  read_listener_ = std::move(listener);
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
  if (raw_watch_.has_news()) tell_raw_writes();
  for (const KeptMemory::Kept& kept : kept_memory_.find()) {
    report(kept_alive(*kept.view, kept.buffer_bytes, kept.view_bytes, kept.at_exit), false);
  }
  return reporter_.finish(coverage_so_far());
}

void AliasSanitizer::tell_about(const void* address) {
  // This very thread may hold it.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  const std::string text = address_book_.about(address, stacks_, resolving_);
  if (!text.empty()) reporter_.writer().say(text);
}

// ---- the tree --------------------------------------------------------------------------------

void AliasSanitizer::on_allocate(internal::Node& node) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  ArrayRecord* const owner = registry_.add_owner(node, now_++, site);
  BufferRecord& buffer = *owner->value->buffer;
  kept_memory_.on_allocate(buffer);
  if (has_runtime()) address_book_.note(buffer, owner->shared_from_this());
  if (buffer.is_foreign && reporter_.is_on(RuleId::kForeignChange)) watch_memory(&buffer);
  if (buffer.is_foreign && node.current_buffer().is_kept) {
    buffer.borrowed_by = owner->shared_from_this();
  }
}

void AliasSanitizer::on_view(internal::Node& made, const internal::Node& source, const ViewOp& op) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  ArrayRecord* const view = registry_.add_view(made, source, op, now_++, site);
  // In copy-on-write mode it may have memory of its own.
  if (has_runtime()) address_book_.note(*view->value->buffer, view->shared_from_this());
}

void AliasSanitizer::on_indexing_copy(internal::Node& made, const internal::Node& source) {
  EventLock lock(*this);
  registry_.mark_indexing_copy(made, source);
}

void AliasSanitizer::on_detach(internal::Node& value, internal::Buffer&, Index) {
  EventLock lock(*this);
  registry_.move_value(value);
  const std::shared_ptr<ArrayRecord>& array = Registry::record_of(value);
  if (has_runtime()) address_book_.note(*array->value->buffer, array);
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
    raw_watch_.forget(*record);
    if (has_runtime()) address_book_.forget(*record, stacks_.capture());
    if (record->twin != nullptr) {
      // Borrowed memory that nothing keeps may be gone already.
      const auto& array = record->is_foreign ? record->borrowed_by : record->lent_through;
      if (array != nullptr) report_raw(*array, *record, record->twin->look_at_all(), true);
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
  if (access.kind == internal::AccessKind::kSpan && raw_watch_.is_on()) {
    raw_watch_.lend(*reader->value->buffer, access, reader, stacks_.capture());
  }
  if (options_.sample > 1 && reads_++ % options_.sample != 0) return;
  look_for_raw_writes(*reader, *reader->value->buffer, access);
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
                                const std::vector<MemoryTwin::Change>& changes, bool at_release) {
  if (changes.empty()) return;
  const RuleId rule = buffer.is_foreign ? RuleId::kForeignChange : RuleId::kRawWrite;
  if (!reporter_.is_on(rule)) return;
  const StackId site = stacks_.capture();
  report(buffer.is_foreign ? foreign_change(array, buffer, changes, at_release, site)
                           : raw_write(array, buffer, changes, site),
         AliasOk::current() != nullptr);
}

void AliasSanitizer::look_for_raw_writes(const ArrayRecord& array, const BufferRecord& buffer,
                                         const internal::Access& access) {
  const auto written = raw_watch_.take_written(buffer, access);
  if (buffer.twin != nullptr) {
    report_raw(array, buffer, written ? look_at(buffer, *written) : buffer.twin->look(access));
  } else if (written && !written->empty()) {
    report(written_pages(array, buffer, *raw_watch_.last_lend(buffer), *written, stacks_.capture()),
           AliasOk::current() != nullptr);
  }
}

void AliasSanitizer::tell_raw_writes() {
  raw_watch_.take_news(
      [&](const RawWatch::News& news) {
        const StackId site = stacks_.intern(news.write.stack());
        report(trapped_write(news, site), news.write.is_meant);
      },
      [](const BufferRecord& buffer, ByteSpan range) {
        if (buffer.twin != nullptr) buffer.twin->accept(range.begin, range.end);
      });
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
  look_for_raw_writes(*write->node, buffer, access);
  if (buffer.twin != nullptr) buffer.twin->begin_write(access);
  if (raw_watch_.is_on()) {
    if (access.only_changed) raw_watch_.lend(buffer, access, write->through, site);
    raw_watch_.begin_write(buffer, access);
  }
  if (access.node.has(internal::kFromConst) && reporter_.is_on(RuleId::kReadOnlyWrite)) {
    report(write_behind_const(*write->node, buffer, site), write->is_meant);
  }
  if (access.node.has(internal::kStretched) && buffer.is_judged) check_self_overlap(*write, access);
  // Once others have written, own writes count too: they are what the value then expects.
  write->is_recorded = buffer.history != nullptr || (options_.blame && buffer.is_judged);
  if (!buffer.is_judged) return write;
  for (const ValueRecord* other : buffer.births) {
    if (other != write->value.get() && !write->is_passing(other)) write->is_recorded = true;
    if (write->is_recorded) break;
  }
  if (!write->is_recorded) return write;
  if (buffer.history == nullptr) {
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
  std::vector<Index> numbers;
  for (const PendingWrite::Element& element : changed) {
    buffer.history->mark_changed(element.element, write->moment, write->is_meant);
    numbers.push_back(element.element);
  }
  if (numbers.empty()) return;
  log_write(*write, numbers, access.temporary_bytes);
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

void AliasSanitizer::log_write(const PendingWrite& write, std::vector<Index> changed,
                               Index temporary_bytes) {
  const ArrayRecord& through = *write.through;
  const Index count = static_cast<Index>(changed.size());
  if (options_.mode == Mode::kLog && log_lines_++ < options_.max_log_entries) {
    reporter_.writer().log(
        {name_of(through), count, temporary_bytes, resolve(stacks_.get(write.site), resolving_)});
  }
  log_.add({write.moment, write.through, through.layout, through.address, write.site, count,
            ranges_of(std::move(changed)), temporary_bytes});
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
