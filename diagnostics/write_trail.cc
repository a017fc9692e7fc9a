#include "cow/diagnostics/write_trail.h"

#include <utility>

namespace cow::alsan {

WriteTrail::WriteTrail(const WriteLog& writes, const DetachLog& detaches,
                       const BufferRecord& buffer, std::vector<Index> elements)
    : writes_(writes),
      detaches_(detaches),
      at_(writes.writes().size()),
      elements_(std::move(elements)),
      itemsize_(buffer.itemsize()) {
  go_to(buffer.number, buffer.logged_writes, buffer.made_at);
}

void WriteTrail::go_to(int buffer_number, std::int64_t logged_writes, StackId made_at) {
  buffer_number_ = buffer_number;
  dropped_ += logged_writes;  // less those that `next` finds
  made_at_ = made_at;
  detach_ = detaches_.find(buffer_number);
}

const LoggedWrite* WriteTrail::next() {
  while (true) {
    const LoggedWrite* write = at_ == 0 ? nullptr : &writes_.writes()[at_ - 1];
    if (detach_ != nullptr && (write == nullptr || write->moment < detach_->moment)) {
      for (Index& element : elements_) element = detach_->element_before(element, itemsize_);
      go_to(detach_->from, detach_->logged_writes, detach_->made_at);
      continue;
    }
    if (write == nullptr) return nullptr;
    --at_;
    if (write->buffer_number != buffer_number_) continue;
    --dropped_;
    return write;
  }
}

}  // namespace cow::alsan
