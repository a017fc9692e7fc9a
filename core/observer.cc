#include "cow/core/observer.h"

#include <atomic>

namespace cow {
namespace {

constinit std::atomic<AccessObserver*> the_observer{nullptr};

}  // namespace

bool install_observer(AccessObserver* observer) {
  AccessObserver* none_yet = nullptr;
  return the_observer.compare_exchange_strong(none_yet, observer, std::memory_order_acq_rel);
}

AccessObserver* current_observer() { return the_observer.load(std::memory_order_acquire); }

}  // namespace cow
