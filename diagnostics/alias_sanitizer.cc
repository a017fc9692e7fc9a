#include "cow/diagnostics/alias_sanitizer.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "cow/core/mode.h"
#include "cow/core/overlap.h"
#include "cow/diagnostics/report_printer.h"

namespace cow::alsan {
namespace {

/// Steps of the exact overlap test for "aliased" in the line at the end; too hard counts as yes.
constexpr Index kOverlapWork = 1000;

StridedMemory memory_of(const ArrayRecord& array) {
  return {reinterpret_cast<Index>(array.address), array.layout.shape(), array.layout.strides(),
          array.itemsize()};
}

AliasSanitizer* the_sanitizer = nullptr;

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
  std::vector<Element> elements;  // if recorded

  bool is_passing(const ValueRecord* other) const {
    return other == passing[0] || other == passing[1];
  }
};

std::string coverage_line(const Coverage& coverage) {
  return absl::StrCat("AliasSanitizer: ", coverage.arrays, " arrays, ", coverage.views, " views, ",
                      coverage.writes, " writes (", coverage.aliased, " aliased, ",
                      coverage.declared, " declared), ", coverage.findings, " findings (",
                      coverage.distinct, " distinct), ", coverage.suppressed, " suppressed");
}

AliasSanitizer::AliasSanitizer(Options options)
    : options_(std::move(options)),
      stacks_(options_.stack_depth),
      log_(options_.max_log_entries),
      sink_(options_.log_path) {}

void AliasSanitizer::set_report_handler(std::function<void(const Report&)> handler) {
  std::lock_guard lock(mutex_);
  report_handler_ = std::move(handler);
}

void AliasSanitizer::set_read_listener(std::function<void(const ReadFindings&)> listener) {
  std::lock_guard lock(mutex_);
  read_listener_ = std::move(listener);
}

Coverage AliasSanitizer::coverage() const {
  std::lock_guard lock(mutex_);
  return coverage_so_far();
}

Coverage AliasSanitizer::coverage_so_far() const {
  Coverage coverage = coverage_;
  coverage.arrays = registry_.owner_count();
  coverage.views = registry_.view_count();
  return coverage;
}

int AliasSanitizer::finish() {
  {
    std::lock_guard lock(mutex_);
    for (const HeldRead& read : held_reads_) tell_read(read);
    held_reads_.clear();
  }
  const Coverage total = coverage();
  if (total.findings > 0 || options_.verbosity >= 1) sink_.write(coverage_line(total) + "\n");
  return total.findings > 0 ? options_.exitcode : 0;
}

// ---- the tree --------------------------------------------------------------------------------

void AliasSanitizer::on_allocate(internal::Node& node) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  registry_.add_owner(node, now_++, site);
}

void AliasSanitizer::on_view(internal::Node& made, const internal::Node& source, const ViewOp& op) {
  const StackId site = stacks_.capture();
  EventLock lock(*this);
  registry_.add_view(made, source, op, now_++, site);
}

void AliasSanitizer::on_detach(internal::Node& value, internal::Buffer&, Index) {
  EventLock lock(*this);
  registry_.move_value(value);
}

void AliasSanitizer::on_release(internal::Node& node) {
  EventLock lock(*this);
  registry_.release(node);
}

void AliasSanitizer::on_forget(internal::Node& node) {
  std::lock_guard lock(mutex_);
  tell_held_reads(Registry::record_of(node).get());
  registry_.forget(node);
}

void AliasSanitizer::on_free(internal::Buffer& buffer) {
  EventLock lock(*this);
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
  std::vector<Surprise> surprises =
      find_surprises(*reader->value->buffer, reader->value->value, access);
  if (surprises.empty() && !read_listener_) return;
  const StackId site = surprises.empty() ? 0 : stacks_.capture();
  HeldRead read{std::this_thread::get_id(), reader, std::move(surprises), site};
  if (access.may_be_left_side) {
    held_reads_.push_back(std::move(read));
  } else {
    tell_read(read);
  }
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
  report_surprises(*read.reader->value->buffer, *read.reader, read.surprises, true, read.site);
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
  // Once others have written, own writes count too: they are what the value then expects.
  write->is_recorded = buffer.history != nullptr;
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
  if (!write->is_recorded) return;
  BufferRecord& buffer = *write->value->buffer;
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
    buffer.history->mark_changed(element.element, write->moment);
    numbers.push_back(element.element);
  }
  if (numbers.empty()) return;
  log_write(*write, static_cast<Index>(numbers.size()), access.temporary_bytes);
  if (options_.report_on == ReportOn::kWrite) judge_write(*write, numbers);
}

void AliasSanitizer::log_write(const PendingWrite& write, Index changed, Index temporary_bytes) {
  const ArrayRecord& through = *write.through;
  LoggedWrite logged{write.moment, write.through, through.layout, through.address,
                     write.site,   changed,       temporary_bytes};
  if (options_.mode == Mode::kLog) print_log_line(logged);
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
      if (!surprises.empty()) report_surprises(buffer, *array, surprises, false, 0);
    }
  }
}

// ---- reports ---------------------------------------------------------------------------------

void AliasSanitizer::report_surprises(const BufferRecord& buffer, const ArrayRecord& reader,
                                      const std::vector<Surprise>& surprises, bool has_read,
                                      StackId read_site) {
  if (options_.mode != Mode::kWarn && options_.mode != Mode::kError) return;
  absl::flat_hash_map<Moment, std::vector<Surprise>> by_write;
  std::vector<Moment> order;
  for (const Surprise& surprise : surprises) {
    auto& group = by_write[surprise.write];
    if (group.empty()) order.push_back(surprise.write);
    group.push_back(surprise);
  }
  for (Moment moment : order) {
    report({buffer, reader, by_write[moment], log_.find(moment), has_read, read_site});
  }
}

void AliasSanitizer::report(const SurpriseFinding& finding) {
  ++coverage_.findings;
  const StackId write_site = finding.write == nullptr ? 0 : finding.write->site;
  const bool reader_is_the_view =
      finding.write == nullptr ||
      direction_of(finding.reader, *finding.write->through) == Direction::kViewThroughBase;
  const StackId view_site =
      reader_is_the_view ? finding.reader.made_at : finding.write->through->made_at;
  if (!seen_sites_.emplace(write_site, view_site).second) return;
  const Report report =
      build_report(finding, stacks_, {options_.symbolize, options_.strip_path_prefix});
  if (!seen_reports_.insert(dedup_key(report)).second) return;
  ++coverage_.distinct;
  if (report_handler_) {
    report_handler_(report);
  } else {
    const bool is_error = options_.mode == Mode::kError;
    sink_.write(print_text(report, {getpid(), is_error, sink_.use_color(options_.color)}));
  }
  if (options_.halt_on_error || options_.mode == Mode::kError) {
    sink_.write(coverage_line(coverage_so_far()) + "\n");
    std::cout.flush();
    std::fflush(nullptr);
    std::_Exit(options_.exitcode);
  }
}

void AliasSanitizer::print_log_line(const LoggedWrite& write) {
  if (log_lines_++ >= options_.max_log_entries) return;
  const std::vector<Frame> frames =
      resolve(stacks_.get(write.site), {options_.symbolize, options_.strip_path_prefix});
  const std::string site =
      frames.empty() ? "" : absl::StrCat(" at ", frames[0].file, ":", frames[0].line);
  const std::string copied = write.temporary_bytes == 0
                                 ? ""
                                 : absl::StrCat(", from a copy of ", write.temporary_bytes,
                                                " bytes, as source and destination overlap,");
  sink_.write(absl::StrCat("AliasSanitizer: write through ", name_of(*write.through), " changed ",
                           write.changed_elements,
                           write.changed_elements == 1 ? " element" : " elements",
                           " that other arrays can read", copied, site, "\n"));
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
