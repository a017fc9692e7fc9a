#ifndef COW_DIAGNOSTICS_RAW_RAW_WATCH_H_
#define COW_DIAGNOSTICS_RAW_RAW_WATCH_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "cow/core/observer.h"
#include "cow/diagnostics/options.h"
#include "cow/diagnostics/raw/raw_write.h"
#include "cow/diagnostics/raw/watched_memory.h"
#include "cow/diagnostics/registry.h"

namespace cow::alsan {

/// A span that was opened: whose pointer a raw write may have used.
struct Lend {
  std::shared_ptr<ArrayRecord> array;
  std::byte* address;  // of element (0, ..., 0)
  Layout layout;
  StackId site;

  /// The index tuple of the element at `element`; false if it is not one of its elements.
  bool index_of(const std::byte* element, Dims* index) const;
};

/// Writes below the arrays, through pointers that spans handed out, seen as `raw_writes` says:
/// which buffers are watched, and where they may be written at the moment. Buffers that no span
/// was opened on, and borrowed ones, are not watched. No locks: the sanitizer has one.
class RawWatch {
 public:
  /// Before any array is made.
  explicit RawWatch(RawWrites how) : how_(how) {}

  /// Returns "" if it works; else what cannot run and why, in one line. `trace` works without the
  /// page probe, too.
  std::string start();

  bool is_on() const { return is_on_; }

  /// Which means are in use, as "store hooks, and the kernel's account of written pages".
  std::string means() const;

  /// Every write to `buffer` is seen, so that no copy of it is needed to compare with.
  bool sees_all(const BufferRecord& buffer) const;

  /// The kernel keeps account of which pages of `buffer` are written.
  bool is_probed(const BufferRecord& buffer) const { return find_probed(buffer) != nullptr; }

  /// A span is opened: `access` of `array`.
  void lend(const BufferRecord& buffer, const internal::Access& access,
            std::shared_ptr<ArrayRecord> array, StackId site);

  /// The last span that was opened; null of a buffer that is not watched.
  const Lend* last_lend(const BufferRecord& buffer) const;

  /// The parts of `buffer` around what is accessed that were written since they were last asked
  /// for: by whom, the kernel does not know. None while a write of the library is under way or a
  /// span for writing is open. Nullopt: the kernel does not tell, elements must be compared.
  std::optional<std::vector<ByteSpan>> take_written(const BufferRecord& buffer,
                                                    const internal::Access& access);
  /// The same, for the pages of writes that have ended; none if the kernel does not tell.
  std::vector<ByteSpan> take_written_by_arrays(const BufferRecord& buffer);

  /// A write of the library, or a span for writing, begins; then: has ended.
  void begin_write(const BufferRecord& buffer, const internal::Access& access);
  void end_write(const BufferRecord& buffer, const internal::Access& access);

  /// Before the memory is freed.
  void forget(const BufferRecord& buffer);

  bool has_news() const { return is_on_ && !raw_write_ring().empty(); }

  struct News {
    const RawWrite& write;
    const BufferRecord& buffer;
    /// The last span that was opened on the element written; if there is none, the last of all.
    const Lend& lend;
  };
  /// Calls `fn` for each raw write since the last call. `touched` is then called for the parts of
  /// buffers that further such writes, not told of, may have changed.
  void take_news(absl::FunctionRef<void(const News&)> fn,
                 absl::FunctionRef<void(const BufferRecord&, ByteSpan)> touched);

 private:
  struct Watched {
    const BufferRecord* buffer;
    std::vector<Lend> lends;  // oldest first
    bool is_probed = false;
  };

  WatchedMemory* find(const BufferRecord& buffer) const;
  /// Null unless the kernel keeps account of the buffer.
  WatchedMemory* find_probed(const BufferRecord& buffer) const;

  const RawWrites how_;
  bool is_on_ = false;
  bool probes_ = false;
  absl::flat_hash_map<WatchedMemory*, Watched> watched_;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_RAW_WATCH_H_
