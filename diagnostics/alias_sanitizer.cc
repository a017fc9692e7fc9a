#include "cow/diagnostics/alias_sanitizer.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "cow/core/mode.h"
#include "cow/diagnostics/alias_ok.h"
#include "cow/diagnostics/array_text.h"
#include "cow/diagnostics/buffer_picture.h"

// Of the runtimes of ASan and TSan; null where they are not linked.
extern "C" __attribute__((weak)) int __asan_report_present();
extern "C" __attribute__((weak)) void* __tsan_get_current_report();

namespace cow::alsan {
namespace {

/// Is there a tool that knows addresses and may ask for names?
bool has_runtime() {
  return __asan_report_present != nullptr || __tsan_get_current_report != nullptr;
}

/// Memory reached by raw pointers that is watched, in all; the rest is not.
constexpr Index kTwinBytes = 64 << 20;

AliasSanitizer* the_sanitizer = nullptr;

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

std::vector<MemoryTwin::Change> AliasSanitizer::look_at(const BufferRecord& buffer,
                                                        const std::vector<ByteSpan>& parts) {
  std::vector<MemoryTwin::Change> changes;
  for (const ByteSpan& part : parts) {
    const std::vector<MemoryTwin::Change> here = buffer.twin->look(part.begin, part.end);
    changes.insert(changes.end(), here.begin(), here.end());
  }
  return changes;
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
