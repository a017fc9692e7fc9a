#ifndef COW_DIAGNOSTICS_ALIAS_SANITIZER_H_
#define COW_DIAGNOSTICS_ALIAS_SANITIZER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "cow/core/observer.h"
#include "cow/diagnostics/address_book.h"
#include "cow/diagnostics/collection.h"
#include "cow/diagnostics/coverage.h"
#include "cow/diagnostics/detach_log.h"
#include "cow/diagnostics/finding.h"
#include "cow/diagnostics/forecast.h"
#include "cow/diagnostics/frame.h"
#include "cow/diagnostics/kept_memory.h"
#include "cow/diagnostics/options.h"
#include "cow/diagnostics/pending_write.h"
#include "cow/diagnostics/raw/raw_watch.h"
#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/report_builder.h"
#include "cow/diagnostics/reporter.h"
#include "cow/diagnostics/stack.h"
#include "cow/diagnostics/surprise.h"
#include "cow/diagnostics/symbolizer.h"
#include "cow/diagnostics/write_log.h"

namespace cow::alsan {

/// Watches every array: keeps the view tree, logs writes that other arrays can see, and finds what
/// the rules of `rule.h` forbid; above all, reads that return something else than the reader's own
/// value would hold (AS001).
///
/// One lock for all. Arrays of buffers made before it was installed are not watched.
class AliasSanitizer final : public AccessObserver {
 public:
  explicit AliasSanitizer(Options options);

  /// Instead of printing; for tests and tools. Called under the lock.
  void set_report_handler(std::function<void(const Report&)> handler);

  /// What a read saw, surprises or none: the array, its value's surprises with who wrote them.
  struct ReadFindings {
    const ArrayRecord& reader;
    const std::vector<Surprise>& surprises;
    /// One for each surprise: the array written, null if unknown.
    const std::vector<const ArrayRecord*>& writers;
  };
  /// Called for each read, before reports are made distinct. Under the lock.
  void set_read_listener(std::function<void(const ReadFindings&)> listener);

  /// What blame is found from.
  struct Records {
    const WriteLog& writes;
    const DetachLog& detaches;
    const StackDepot& stacks;
    const ResolveOptions& resolving;
    bool all_writes;  // were recorded, by `blame=1`
  };
  /// Calls `fn` under the lock.
  void with_records(absl::FunctionRef<void(const Records&)> fn) const;

  /// From now on findings and detaches go to `collection`; if it is null, to where the options say.
  /// Returns what it was before.
  Collection* collect_into(Collection* collection);

  /// The bill of copy-on-write so far; empty unless in `mode=forecast`.
  ForecastBill forecast() const;

  /// The frames of a stack that this sanitizer captured, as reports show them.
  std::vector<Frame> frames_of(StackId site) const;

  /// Is the lock taken, perhaps by this thread? For debuggers, which stop threads anywhere.
  bool is_busy() const;

  Coverage coverage() const;

  /// Looks at what is left, and prints the line at the end of the program if there is something to
  /// say. Returns the exit code that findings call for, 0 if none.
  int finish();

  /// The same, unless a thread holds the lock and does not give it up within a second: then
  /// nothing.
  std::optional<int> finish_if_unlocked();

  /// Prints which arrays the memory at `address` belongs to, for a report of another tool; nothing
  /// if it is no array's, or if an event is under way. Only where the runtime of ASan or TSan is
  /// linked.
  void tell_about(const void* address);

  void on_allocate(internal::Node& node) override;
  void on_view(internal::Node& made, const internal::Node& source, const ViewOp& op) override;
  void on_copy(internal::Node& made, const internal::Node& source) override;
  void on_indexing_copy(internal::Node& made, const internal::Node& source) override;
  void on_read(const internal::Access& access) override;
  void on_read_taken_back() override;
  void on_read_span_end(const internal::Node& node) override;
  void* before_write(const internal::Access& access, const internal::Node& value,
                     const internal::Node* dying_source) override;
  void after_write(const internal::Access& access, void* token) override;
  void on_refused_write(const internal::Node& node) override;
  void on_detach(internal::Node& value, internal::Buffer& from, Index bytes_copied) override;
  void on_release(internal::Node& node) override;
  void on_forget(internal::Node& node) override;
  void on_free(internal::Buffer& buffer) override;
  void on_label(internal::Node& node) override;
  std::string view_tree_text(const internal::Node& node) override;

 private:
  /// A read with surprises that may be the left side of an assignment.
  struct HeldRead {
    std::thread::id thread;
    std::shared_ptr<ArrayRecord> reader;
    std::vector<Surprise> surprises;
    StackId site;
    bool is_meant;
  };

  /// The lock, of an event that is not the taking back of this thread's last read.
  class EventLock {
   public:
    explicit EventLock(AliasSanitizer& sanitizer) : lock_(sanitizer.mutex_) {
      if (!sanitizer.held_reads_.empty()) sanitizer.tell_held_reads(nullptr);
      if (sanitizer.raw_watch_.has_news()) sanitizer.tell_raw_writes();
    }

   private:
    std::lock_guard<std::mutex> lock_;
  };

  // Without the lock: is there nothing to do, because the array is on a buffer where nothing can
  // differ, or that nobody else can see? Null if there is.
  bool is_quiet_read(const internal::Access& access) const;
  BufferRecord* buffer_of_unseen_write(const internal::Access& access) const;
  void count_unseen();

  // All under the lock.
  int finish_locked();
  Coverage coverage_so_far() const;
  void count_aliased(const PendingWrite& write, const internal::Access& access);
  void record_elements(PendingWrite* write);
  bool wants_effect(const PendingWrite& write) const;
  StackId site_of(PendingWrite* write);
  void judge_write(const PendingWrite& write);
  void log_write(const PendingWrite& write, Index temporary_bytes);
  void check_self_overlap(PendingWrite* write, const internal::Access& access);
  /// Keeps a copy of a buffer that raw pointers reach.
  void watch_memory(BufferRecord* buffer);
  /// What changed in these parts of a buffer that has a twin.
  static std::vector<MemoryTwin::Change> look_at(const BufferRecord& buffer,
                                                 const std::vector<ByteSpan>& parts);
  /// What was written there behind our back; `array` is whose access noticed, or release.
  void report_raw(const ArrayRecord& array, const BufferRecord& buffer,
                  const std::vector<MemoryTwin::Change>& changes, bool at_release = false);
  /// Before an access of `array`: was its memory written behind our back?
  void look_for_raw_writes(const ArrayRecord& array, const BufferRecord& buffer,
                           const internal::Access& access);
  /// Raw writes that `raw_watch_` has seen.
  void tell_raw_writes();
  void tell_read(const HeldRead& read);
  /// Those of this thread, and those of `reader`.
  void tell_held_reads(const ArrayRecord* reader);
  /// Groups by the write that is to blame; a report each.
  void report_surprises(const BufferRecord& buffer, const ArrayRecord& reader,
                        const std::vector<Surprise>& surprises, bool has_read, StackId read_site,
                        bool is_meant);
  void report(const SurpriseFinding& finding, bool is_meant);
  void report(const Finding& finding, bool is_meant, bool promised = false);
  /// `buffer` is drawn where the output draws, if not null, with `write` marked.
  void add_report(const Reporter::Key& key, bool is_meant, bool promised,
                  const BufferRecord* buffer, const LoggedWrite* write,
                  absl::FunctionRef<Report()> build);
  [[noreturn]] void end_program();

  const Options options_;
  const ResolveOptions resolving_;
  mutable std::mutex mutex_;
  Registry registry_;
  StackDepot stacks_;
  WriteLog log_;
  DetachLog detaches_;
  KeptMemory kept_memory_;
  AddressBook address_book_;
  RawWatch raw_watch_;
  Reporter reporter_;
  Collection* collection_ = nullptr;
  std::unique_ptr<Forecast> forecast_;  // in its mode
  Moment now_ = 1;
  Coverage coverage_;
  std::int64_t log_lines_ = 0;
  std::int64_t reads_ = 0;
  Index twin_bytes_ = 0;  // of all `BufferRecord::twin`
  std::vector<HeldRead> held_reads_;
  std::atomic<bool> has_held_reads_{false};
  std::atomic<std::int64_t> unseen_writes_{0};  // those that took no lock
  /// Every event is wanted, also what nobody else can see.
  std::atomic<bool> wants_all_;
  std::vector<std::unique_ptr<PendingWrite>> spare_writes_;
  int open_spans_ = 0;  // for writing
  std::function<void(const ReadFindings&)> read_listener_;
};

/// The sanitizer of this process; null if there is none. Linking `//diagnostics:auto_install` makes
/// one before `main`, unless `ALSAN_OPTIONS=mode=off`.
AliasSanitizer* alias_sanitizer();

/// Installs a sanitizer for the rest of the process and returns it; null if an observer is
/// installed already. In `mode=cow` buffers made from now on are copy-on-write.
AliasSanitizer* install_alias_sanitizer(const Options& options);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_ALIAS_SANITIZER_H_
