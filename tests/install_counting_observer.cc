#include "cow/tests/counting_observer.h"

namespace cow {
namespace {

/// Linked into a test, observes its arrays from the start.
const bool is_installed = install_observer(new CountingObserver);

}  // namespace
}  // namespace cow
