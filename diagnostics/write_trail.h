#ifndef COW_DIAGNOSTICS_WRITE_TRAIL_H_
#define COW_DIAGNOSTICS_WRITE_TRAIL_H_

#include <cstdint>
#include <vector>

#include "cow/diagnostics/detach_log.h"
#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/write_log.h"

namespace cow::alsan {

/// Walks back through the logged writes that some elements of a buffer may come from; where their
/// value detached, on through the buffer that it left.
class WriteTrail {
 public:
  WriteTrail(const WriteLog& writes, const DetachLog& detaches, const BufferRecord& buffer,
             std::vector<Index> elements);

  /// The write before; null if the log knows of no more. O(size of the log) for all.
  const LoggedWrite* next();

  /// The elements' numbers in the buffer of the write that `next` gave last, in the order given.
  const std::vector<Index>& elements() const { return elements_; }

  /// After the last `next`: logged writes of these buffers that the log has dropped, and where the
  /// first of them was made.
  std::int64_t dropped_writes() const { return dropped_; }
  StackId made_at() const { return made_at_; }

 private:
  void go_to(int buffer_number, std::int64_t logged_writes, StackId made_at);

  const WriteLog& writes_;
  const DetachLog& detaches_;
  std::size_t at_;  // writes before this place are to come
  std::vector<Index> elements_;
  Index itemsize_;
  int buffer_number_;
  const LoggedDetach* detach_;  // that made the buffer
  std::int64_t dropped_ = 0;
  StackId made_at_;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_WRITE_TRAIL_H_
