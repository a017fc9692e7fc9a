#ifndef COW_TESTS_MODEL_CHECK_COUNT_MODEL_H_
#define COW_TESTS_MODEL_CHECK_COUNT_MODEL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A small model of how values share a buffer in copy-on-write mode, and a scheduler that runs it
/// in every order.
///
/// The protocol (core/ref_count.h, buffer.cc, write_gate.cc, lease.cc, copy.cc). A buffer counts
/// its sharers: values, and read leases, which are values that only read.
///
///   copy     pin: count + 1, relaxed. Only who has a pin can make one, so the count cannot be 0,
///            and a count of 1 cannot be raised by others: "sole owner" stays true.
///   write    owner check: load the count, acquire. 1: write in place. More: copy the bytes, point
///            at the copy, and unpin the old buffer last, so that our reads of it are released to
///            whoever sees the lower count.
///   drop     unpin: count - 1, acquire and release. Release hands on what this value read or
///            wrote; acquire lets the one who reaches 0 free the memory after all others.
///
/// Two writers may both see two sharers and both copy: right, and once too often. `copy()` does not
/// share if a pointer for writing was ever handed out, since it may outlive its lease; that flag is
/// relaxed, because only a sole owner sets it and all later values are made from that one.
namespace cow::model_check {

/// Names of values. A thread starts with `kA`, on memory that all threads' values share.
enum Slot : std::uint8_t { kA, kB, kC, kSlots };

enum class Op : std::uint8_t {
  kShare,         // to = from: a handle copy, a view
  kCopy,          // to = from.copy()
  kReadLease,     // to = from.span()
  kRead,          // elements of `to`
  kWrite,         // an element of `to`
  kWriteLease,    // through a pointer that a span for writing gave, and remember the pointer
  kWritePointer,  // through that pointer
  kDrop,          // `to` dies
  kSend,          // hand `to` to another thread, through a mailbox with a lock
  kReceive,       // wait for it
};

struct Step {
  Op op;
  Slot to = kA;
  Slot from = kA;
};

/// What the threads do, one program each. What is alive at the end is dropped.
using Program = std::vector<Step>;

/// Mistakes that an implementation might make.
enum class Fault : std::uint8_t {
  kNone,
  kRelaxedOwnerCheck,
  kUnpinBeforeCopying,
  kRelaxedUnpin,
  kUnpinWithoutRelease,
  kUnpinWithoutAcquire,
  kPinByLoadAndStore,
  kUnpinByLoadAndStore,
  kLeaseDoesNotPin,
  kCopyForgetsPointers,
  kOwnerCheckOnlyOnce,
};

struct Outcome {
  /// What went wrong, with the steps that led there; none if nothing can.
  std::optional<std::string> failure;
  int states = 0;
  int endings = 0;
};

/// Runs the programs in every order of their atomic steps, with every value that their loads may
/// return. Looks for: an access to memory that was freed, memory freed twice or never, a write in
/// place to memory that another value has, an element that is not what its value last held, a data
/// race. Plain accesses need no orders of their own: in another one they give the same, or they
/// race.
Outcome explore(const std::vector<Program>& programs, Fault fault = Fault::kNone);

/// Whether each step has what it needs: values that are alive, free names.
bool is_valid(const Program& program);

}  // namespace cow::model_check

#endif  // COW_TESTS_MODEL_CHECK_COUNT_MODEL_H_
