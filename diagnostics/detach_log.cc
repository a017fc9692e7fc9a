#include "cow/diagnostics/detach_log.h"

#include <utility>

namespace cow::alsan {

Index LoggedDetach::element_before(Index element, Index itemsize) const {
  if (!arranged) return element + shift;
  return first + arranged->displacement_of_flat(element) / itemsize;
}

void DetachLog::add(LoggedDetach detach) {
  if (capacity_ == 0) return;
  if (order_.size() == capacity_) {
    detaches_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(detach.to);
  detaches_.insert_or_assign(detach.to, std::move(detach));
}

const LoggedDetach* DetachLog::find(int buffer_number) const {
  const auto found = detaches_.find(buffer_number);
  return found == detaches_.end() ? nullptr : &found->second;
}

LoggedDetach detach_of(const internal::Node& leader, const ArrayRecord& array,
                       const internal::Buffer& from, Moment moment) {
  const BufferRecord& left = *Registry::record_of(from);
  const internal::Buffer& to = *leader.buffer;
  LoggedDetach detach{};
  detach.moment = moment;
  detach.from = left.number;
  detach.made_at = left.made_at;
  detach.logged_writes = left.logged_writes;
  if (to.space == from.space) {
    // Both count their offsets from the same place.
    const Index begin_of_to = reinterpret_cast<std::intptr_t>(to.memory) - to.origin;
    const Index begin_of_from = reinterpret_cast<std::intptr_t>(from.memory) - from.origin;
    detach.shift = (begin_of_to - begin_of_from) / left.itemsize();
  } else {
    detach.arranged = array.layout;
    detach.first = left.element_at(array.address);
  }
  return detach;
}

}  // namespace cow::alsan
