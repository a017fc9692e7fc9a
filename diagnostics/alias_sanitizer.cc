#include "cow/diagnostics/alias_sanitizer.h"

#include <sys/single_threaded.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

/// Up to how many bytes a write may be for its effect to be kept although nobody asked for blame.
constexpr std::size_t kSmallEffectBytes = 512;

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
  Moment moment;
  const internal::Node* leader;          // of the value
  std::shared_ptr<ArrayRecord> node;     // that is written
  std::shared_ptr<ArrayRecord> through;  // that the program named: the same, or what it acts for
  std::shared_ptr<ValueRecord> value;
  const ValueRecord* passing[2];  // of temporaries that nobody will read any more
  StackId site = 0;               // 0 until asked for
  bool is_recorded;
  bool only_changed;
  bool is_element;  // a single one
  bool is_meant;    // in an `AliasOk` scope
  // If recorded: the elements of the buffer, and what their bytes were, one range behind the other.
  Ranges elements;
  std::vector<std::byte> before;
  Ranges changed;  // afterwards

  bool is_passing(const ValueRecord* other) const {
    return other == passing[0] || other == passing[1];
  }
};

namespace {

bool is_equal(const std::byte* a, const std::byte* b, Index itemsize) {
  switch (itemsize) {  // for the compiler, which knows a faster way for each
    case 1:
      return *a == *b;
    case 2:
      return std::memcmp(a, b, 2) == 0;
    case 4:
      return std::memcmp(a, b, 4) == 0;
    case 8:
      return std::memcmp(a, b, 8) == 0;
    default:
      return std::memcmp(a, b, 16) == 0;
  }
}

/// Do all 64 elements differ?
template <class Word>
bool all_differ(const std::byte* a, const std::byte* b) {
  Word equal = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    Word x, y;
    std::memcpy(&x, a + i * sizeof x, sizeof x);
    std::memcpy(&y, b + i * sizeof y, sizeof y);
    const Word difference = x ^ y;
    equal |= (difference - 1) & ~difference;  // the top bit, if they are equal
  }
  return (equal >> (8 * sizeof equal - 1)) == 0;
}

/// Calls `fn(begin, end)` for the ranges of elements that differ; memcmp skips what is equal.
template <class Fn>
void for_each_difference(const std::byte* before, const std::byte* now, Index count, Index itemsize,
                         Fn fn) {
  constexpr Index kAtOnce = 64;
  Index begin = -1;
  for (Index i = 0; i < count;) {
    const Index end = std::min(i + kAtOnce, count);
    const std::size_t size_bytes = static_cast<std::size_t>((end - i) * itemsize);
    if (begin < 0 && std::memcmp(before + i * itemsize, now + i * itemsize, size_bytes) == 0) {
      i = end;
      continue;
    }
    if (end - i == kAtOnce &&
        ((itemsize == 8 && all_differ<std::uint64_t>(before + i * 8, now + i * 8)) ||
         (itemsize == 4 && all_differ<std::uint32_t>(before + i * 4, now + i * 4)))) {
      if (begin < 0) begin = i;
      i = end;
      continue;
    }
    for (; i < end; ++i) {
      const bool changed = !is_equal(before + i * itemsize, now + i * itemsize, itemsize);
      if (changed && begin < 0) begin = i;
      if (!changed && begin >= 0) fn(std::exchange(begin, -1), i);
    }
  }
  if (begin >= 0) fn(begin, count);
}

}  // namespace

AliasSanitizer::AliasSanitizer(Options options)
    : options_(std::move(options)),
      resolving_{options_.symbolize, options_.strip_path_prefix},
      stacks_(options_.stack_depth),
      log_(options_.max_log_entries),
      detaches_(options_.max_log_entries),
      raw_watch_(options_.raw_writes),
      reporter_(options_),
      wants_all_(options_.blame || options_.mode == Mode::kForecast) {
  if (options_.mode == Mode::kForecast) forecast_ = std::make_unique<Forecast>();
  if (!reporter_.is_on(RuleId::kRawWrite)) return;
  if (const std::string trouble = raw_watch_.start(); !trouble.empty()) {
    reporter_.writer().say("AliasSanitizer: " + trouble + "\n");
  }
  if (raw_watch_.is_on()) wants_all_ = true;
  if (options_.verbosity >= 1) {
    reporter_.writer().say("AliasSanitizer: raw writes are found by " + raw_watch_.means() + "\n");
  }
}

AliasSanitizer::~AliasSanitizer() = default;

void AliasSanitizer::set_report_handler(std::function<void(const Report&)> handler) {
  std::lock_guard lock(mutex_);
  reporter_.set_handler(std::move(handler));
}

void AliasSanitizer::set_read_listener(std::function<void(const ReadFindings&)> listener) {
  std::lock_guard lock(mutex_);
  read_listener_ = std::move(listener);
  wants_all_ = true;
}

void AliasSanitizer::with_records(absl::FunctionRef<void(const Records&)> fn) const {
  std::lock_guard lock(mutex_);
  fn({log_, detaches_, stacks_, resolving_, options_.blame});
}

Collection* AliasSanitizer::collect_into(Collection* collection) {
  EventLock lock(*this);
  reporter_.collect_into(collection);
  return std::exchange(collection_, collection);
}

std::vector<Frame> AliasSanitizer::frames_of(StackId site) const {
  return resolve(stacks_.get(site), resolving_);
}

ForecastBill AliasSanitizer::forecast() const {
  std::lock_guard lock(mutex_);
  return forecast_ == nullptr ? ForecastBill() : forecast_->bill(stacks_, resolving_);
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
  coverage.writes += unseen_writes_;
  coverage.arrays = registry_.owner_count();
  coverage.views = registry_.view_count();
  return coverage;
}

int AliasSanitizer::finish() {
  std::lock_guard lock(mutex_);
  return finish_locked();
}

std::optional<int> AliasSanitizer::finish_if_unlocked() {
  std::unique_lock lock(mutex_, std::try_to_lock);
  for (int i = 0; i < 1000 && !lock.owns_lock(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    lock.try_lock();
  }
  if (!lock.owns_lock()) return std::nullopt;
  return finish_locked();
}

int AliasSanitizer::finish_locked() {
  for (const HeldRead& read : std::exchange(held_reads_, {})) tell_read(read);
  has_held_reads_ = false;
  if (raw_watch_.has_news()) tell_raw_writes();
  for (const KeptMemory::Kept& kept : kept_memory_.find()) {
    report(kept_alive(*kept.view, kept.buffer_bytes, kept.view_bytes, kept.at_exit), false);
  }
  if (forecast_ != nullptr) reporter_.writer().forecast(forecast_->bill(stacks_, resolving_));
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
  if (has_runtime()) address_book_.note(buffer, owner->of_node);
  if (buffer.is_foreign && reporter_.is_on(RuleId::kForeignChange)) watch_memory(&buffer);
  if (buffer.is_foreign && node.current_buffer().is_kept) {
    buffer.borrowed_by = owner->of_node;
  }
  if (forecast_ != nullptr) forecast_->on_allocate(node);
}

void AliasSanitizer::on_copy(internal::Node& made, const internal::Node& source) {
  if (forecast_ == nullptr) return;
  EventLock lock(*this);
  forecast_->on_copy(made, source);
}

void AliasSanitizer::on_view(internal::Node& made, const internal::Node& source, const ViewOp& op) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  ArrayRecord* const view = registry_.add_view(made, source, op, now_++, site);
  // In copy-on-write mode it may have memory of its own.
  if (has_runtime()) address_book_.note(*view->value->buffer, view->of_node);
  if (forecast_ != nullptr) forecast_->on_view(made, source, op, site);
}

void AliasSanitizer::on_indexing_copy(internal::Node& made, const internal::Node& source) {
  EventLock lock(*this);
  registry_.mark_indexing_copy(made, source);
}

void AliasSanitizer::on_detach(internal::Node& value, internal::Buffer& from, Index bytes_copied) {
  EventLock lock(*this);
  LoggedDetach detach = detach_of(value, *Registry::record_of(value), from, now_++);
  registry_.move_value(value);
  const std::shared_ptr<ArrayRecord>& array = Registry::record_of(value);
  BufferRecord& to = *array->value->buffer;
  to.made_at = detach.made_at;
  to.unrecorded_writes = Registry::record_of(from)->unrecorded_writes;
  if (options_.blame) {
    detach.to = to.number;
    detaches_.add(std::move(detach));
  }
  if (collection_ != nullptr) {
    collection_->detaches.push_back({name_of(*array), bytes_copied, stacks_.capture()});
  }
  if (has_runtime()) address_book_.note(to, array);
}

void AliasSanitizer::on_release(internal::Node& node) {
  EventLock lock(*this);
  registry_.release(node);
  if (forecast_ != nullptr) forecast_->on_release(node);
  const std::shared_ptr<ArrayRecord>& array = Registry::record_of(node);
  const IndexingCopy* copy = array->indexing_copy.get();
  if (copy == nullptr || copy->arrays_alive > 0 || !copy->was_written || copy->was_read) return;
  report(lost_write(*array, *copy, stacks_.capture()), AliasOk::current() != nullptr);
}

void AliasSanitizer::on_forget(internal::Node& node) {
  std::lock_guard lock(mutex_);
  tell_held_reads(Registry::record_of(node).get());
  registry_.forget(node);
  if (forecast_ != nullptr) forecast_->on_forget(node);
}

void AliasSanitizer::on_free(internal::Buffer& buffer) {
  EventLock lock(*this);
  if (forecast_ != nullptr) forecast_->on_free(buffer);
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

bool AliasSanitizer::is_quiet_read(const internal::Access& access) const {
  const ArrayRecord& reader = Registry::array_of(access.node);
  return reader.value->buffer->is_quiet.load(std::memory_order_acquire) &&
         reader.indexing_copy == nullptr && !has_held_reads_.load(std::memory_order_relaxed) &&
         !wants_all_.load(std::memory_order_relaxed);
}

void AliasSanitizer::on_read(const internal::Access& access) {
  if (is_quiet_read(access)) return;
  EventLock lock(*this);
  if (forecast_ != nullptr) forecast_->on_read(access);
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
    has_held_reads_ = true;
  } else {
    tell_read(read);
  }
}

void AliasSanitizer::watch_memory(BufferRecord* buffer) {
  if (twin_bytes_ + buffer->size_bytes > kTwinBytes) return;
  twin_bytes_ += buffer->size_bytes;
  buffer->twin =
      std::make_unique<MemoryTwin>(buffer->memory, buffer->size_bytes, buffer->itemsize());
  buffer->update_flags();
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
  has_held_reads_ = !held_reads_.empty();
}

void AliasSanitizer::on_read_span_end(const internal::Node& node) {
  if (forecast_ == nullptr) return;
  EventLock lock(*this);
  forecast_->on_read_span_end(node);
}

void AliasSanitizer::tell_held_reads(const ArrayRecord* reader) {
  const auto is_due = [reader](const HeldRead& read) {
    return read.thread == std::this_thread::get_id() || read.reader.get() == reader;
  };
  for (const HeldRead& read : held_reads_) {
    if (is_due(read)) tell_read(read);
  }
  std::erase_if(held_reads_, is_due);
  has_held_reads_ = !held_reads_.empty();
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
  if (!read.surprises.empty() && forecast_ != nullptr) {
    const LoggedWrite* write = log_.find(read.surprises.front().write);
    forecast_->add_changed_read(read.site, write == nullptr ? 0 : write->site,
                                static_cast<Index>(read.surprises.size()));
  }
  if (read.surprises.empty() || options_.report_on != ReportOn::kRead) return;
  report_surprises(*read.reader->value->buffer, *read.reader, read.surprises, true, read.site,
                   read.is_meant);
}

// ---- writes ----------------------------------------------------------------------------------

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
  if (write->is_recorded) {
    keep_elements(write, access);
  } else {
    ++buffer.unrecorded_writes;
  }
  return write;
}

void AliasSanitizer::keep_elements(PendingWrite* write, const internal::Access& access) {
  BufferRecord& buffer = *write->value->buffer;
  const Index itemsize = buffer.itemsize();
  if (buffer.history == nullptr && buffer.is_judged) {
    buffer.history = std::make_unique<ElementHistory>(buffer.element_count(), itemsize);
    buffer.update_flags();
  }
  write->elements.clear();
  write->before.clear();
  for_each_run(access, itemsize, [&](std::byte* address, Index count) {
    const Index begin = buffer.element_at(address);
    write->elements.emplace_back(begin, begin + count);
    write->before.insert(write->before.end(), address, address + count * itemsize);
  });
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
  const Index itemsize = buffer.itemsize();
  const auto is_known = [&](std::uint64_t id) { return registry_.is_known(id); };
  const auto born_between = [&](Moment after, Moment before) {
    for (auto at = buffer.births.rbegin(); at != buffer.births.rend(); ++at) {
      if (write->is_passing(*at) || (*at)->value.birth >= before) continue;
      return (*at)->value.birth > after;
    }
    return false;
  };
  const auto record = [&](Index begin, Index end, const std::byte* before) {
    if (history == nullptr) return;
    write->value->has_written = true;
    history->record_write(begin, end, write->value->value.id, write->moment, before, is_known,
                          born_between);
  };
  write->changed.clear();
  const std::byte* before = write->before.data();
  for (const auto& [begin, end] : write->elements) {
    if (!write->only_changed) record(begin, end, before);
    const auto add = [&, first = begin](Index from, Index to) {
      if (write->only_changed) record(first + from, first + to, before + from * itemsize);
      if (history != nullptr) {
        history->mark_changed(first + from, first + to, write->moment, write->is_meant);
      }
      write->changed.emplace_back(first + from, first + to);
    };
    for_each_difference(before, buffer.address_of(begin), end - begin, itemsize, add);
    before += (end - begin) * itemsize;
  }
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
  // Keeps the memory of the vectors, and no record alive.
  write->node = write->through = nullptr;
  write->value = nullptr;
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

std::vector<ElementBefore> AliasSanitizer::effect_of(const PendingWrite& write) {
  const BufferRecord& buffer = *write.value->buffer;
  const Index itemsize = buffer.itemsize();
  std::vector<ElementBefore> effect;
  const std::byte* before = write.before.data();
  for (const auto& [begin, end] : write.elements) {
    for_each_difference(
        before, buffer.address_of(begin), end - begin, itemsize,
        [&, first = begin](Index from, Index to) {
          for (Index i = from; i < to; ++i) {
            effect.push_back({first + i, Bits::load(before + i * itemsize, itemsize)});
          }
        });
    before += (end - begin) * itemsize;
  }
  return effect;
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
    logged.effect =
        std::make_shared<WriteEffect>(effect_of(write), buffer.memory, buffer.itemsize());
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
