#ifndef COW_DIAGNOSTICS_MEMORY_TWIN_H_
#define COW_DIAGNOSTICS_MEMORY_TWIN_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "cow/core/observer.h"
#include "cow/diagnostics/element_history.h"

namespace cow::alsan {

/// Memory that raw pointers reach, as this library last saw it, element by element: what differs at
/// the next look was written behind its back. Only elements of the access at hand are touched:
/// other threads may be at work on the rest. Costs a copy of the memory, and a comparison a read.
class MemoryTwin {
 public:
  struct Change {
    Index element;  // of the buffer
    Bits was;
    Bits now;
  };

  /// Nothing is seen yet. Errors: `std::bad_alloc`.
  MemoryTwin(const std::byte* memory, Index size_bytes, Index itemsize);

  /// The elements of `access` that changed since they were last seen; they are seen now. Nothing
  /// while an array is written through raw pointers: those writes are our own.
  std::vector<Change> look(const internal::Access& access);

  /// The same, of all elements that were ever seen; for when no other thread can be there.
  std::vector<Change> look_at_all();

  /// The same, of the elements in begin <= address < end.
  std::vector<Change> look(const std::byte* begin, const std::byte* end);

  /// Elements in begin <= address < end are seen now: how they changed is told elsewhere.
  void accept(const std::byte* begin, const std::byte* end);

  /// A write of this library begins, and has ended.
  void begin_write(const internal::Access& access);
  void end_write(const internal::Access& access);

 private:
  struct Elements {
    Index first;
    Index last;  // behind
  };
  Elements elements_in(const std::byte* begin, const std::byte* end) const;
  /// Of an access that has all elements of a part of the memory, which is cheaper; else none.
  Elements elements_of(const internal::Access& access) const;
  void look_at(Elements elements, std::vector<Change>* changes);
  void see(Elements elements);
  void look_at(Index element, std::vector<Change>* changes);
  void see(Index element);
  Index element_at(const std::byte* address) const { return (address - memory_) / itemsize_; }

  const std::byte* memory_;
  Index itemsize_;
  std::unique_ptr<std::byte[]> bytes_;
  std::vector<bool> is_seen_;
  int open_spans_ = 0;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_MEMORY_TWIN_H_
