#ifndef COW_DIAGNOSTICS_ADDRESS_BOOK_H_
#define COW_DIAGNOSTICS_ADDRESS_BOOK_H_

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/stack.h"
#include "cow/diagnostics/symbolizer.h"

namespace cow::alsan {

/// Which buffer an address belongs to, or belonged to: for reports of other tools, which know
/// addresses only. O(log buffers) each; the last 256 freed buffers are remembered. No locks.
class AddressBook {
 public:
  /// `buffer`, perhaps known already, has an array.
  void note(const BufferRecord& buffer, std::shared_ptr<ArrayRecord> array);
  /// Before its record goes.
  void forget(const BufferRecord& buffer, StackId freed_at);

  /// What is known of the memory at `address`, or right before or behind a buffer: its element in
  /// each array alive, the view tree; or who had it, and where it was freed. Empty if nothing is.
  std::string about(const void* address, const StackDepot& stacks,
                    const ResolveOptions& resolving) const;

 private:
  struct Entry {
    const std::byte* begin;
    const std::byte* end;
    const BufferRecord* buffer;  // null once it is freed
    std::shared_ptr<ArrayRecord> first_array;
    StackId freed_at;
  };

  /// The buffer alive that `address` is in, or else right before or behind; null if there is none.
  const Entry* find(const std::byte* address) const;

  std::map<const std::byte*, Entry> alive_;  // by their first byte
  std::deque<Entry> freed_;                  // the latest first
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_ADDRESS_BOOK_H_
