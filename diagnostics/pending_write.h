#ifndef COW_DIAGNOSTICS_PENDING_WRITE_H_
#define COW_DIAGNOSTICS_PENDING_WRITE_H_

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cow/core/observer.h"
#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/stack.h"
#include "cow/diagnostics/write_effect.h"

namespace cow::alsan {

/// A write of which the beginning was told, and not the end.
struct PendingWrite {
  Moment moment;
  const internal::Node* leader;          // of the value
  std::shared_ptr<ArrayRecord> node;     // that is written
  std::shared_ptr<ArrayRecord> through;  // that the program named: the same, or what it acts for
  std::shared_ptr<ValueRecord> value;
  const ValueRecord* passing[2];  // of temporaries that nobody will read any more
  StackId site;                   // 0 until asked for
  bool is_recorded;
  bool only_changed;
  bool is_element;  // a single one
  bool is_meant;    // in an `AliasOk` scope
  /// The elements of the buffer that were kept, as ranges begin <= i < end, and what their bytes
  /// were, one range behind the other.
  std::vector<std::pair<Index, Index>> elements;
  std::vector<std::byte> before;
  /// Those that the write has changed, once it has ended.
  std::vector<std::pair<Index, Index>> changed;

  bool is_passing(const ValueRecord* other) const {
    return other == passing[0] || other == passing[1];
  }

  /// Keeps the elements that are about to be written.
  void keep(const internal::Access& access);

  /// Elements begin <= i < end of the buffer, and where their bytes of before are.
  using Visit = absl::FunctionRef<void(Index begin, Index end, const std::byte* before)>;
  /// The ranges that were kept.
  void for_each_range(Visit visit) const;
  /// Of these, what differs in memory now.
  void for_each_change(Visit visit) const;
  /// The same, element by element.
  std::vector<ElementBefore> effect() const;

  /// Ready for another write: refers to nothing, and keeps a little memory.
  void reset();
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_PENDING_WRITE_H_
