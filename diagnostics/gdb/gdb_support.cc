// What the program carries for gdb: the text of alsan.py, in a section that gdb runs when it loads
// the program, and the functions that the command `alsan` calls in a live process. Their texts are
// valid until the next call. The program is stopped anywhere: where that is inside of
// AliasSanitizer, nothing is looked at.

#include <string>

#include "cow/core/index.h"
#include "cow/core/node.h"
#include "cow/core/view_tree.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/diagnostics/array_text.h"
#include "cow/diagnostics/blame.h"

#if defined(__ELF__)
asm(
#include "cow/diagnostics/gdb/alsan_script.inc"
);
#endif

namespace cow::alsan {
namespace {

/// `text_of(node)`, or why there is none.
template <class TextOf>
const char* told(const void* address, TextOf text_of) {
  static std::string text;
  const auto& node = *static_cast<const internal::Node*>(address);
  if (alias_sanitizer() != nullptr && alias_sanitizer()->is_busy()) {
    text = "the program stopped inside of AliasSanitizer: step out of it first\n";
  } else {
    text = text_of(node);
  }
  return text.c_str();
}

}  // namespace
}  // namespace cow::alsan

extern "C" {

/// The arrays that share the memory of the array whose node is at `node`.
const char* alsan_gdb_tree(const void* node) {
  using namespace cow::alsan;
  return told(node, [](const cow::internal::Node& n) -> std::string {
    if (alias_sanitizer() == nullptr || !n.has(cow::internal::kObserved)) {
      return cow::internal::view_tree_of(n);
    }
    std::string text;
    alias_sanitizer()->with_records([&](const AliasSanitizer::Records&) {
      text = tree_text(*Registry::record_of(n)->value->buffer);
    });
    return text;
  });
}

/// `blame(a)`.
const char* alsan_gdb_blame(const void* node) {
  using namespace cow::alsan;
  return told(node, [](const cow::internal::Node& n) { return to_string(blame_array(n)); });
}

/// `blame(a, {...})` of the element that is number `flat` in C order.
const char* alsan_gdb_blame_element(const void* node, long flat) {
  using namespace cow::alsan;
  return told(node, [flat](const cow::internal::Node& n) {
    cow::Dims position(n.layout.shape().begin(), n.layout.shape().end());
    cow::Index rest = flat;
    for (std::size_t axis = position.size(); axis-- > 0;) {
      const cow::Index extent = position[axis];
      position[axis] = rest % extent;
      rest /= extent;
    }
    return to_string(blame_element(n, position));
  });
}

}  // extern "C"

namespace {

// Nothing in the program calls them: with this, linkers that drop unused code keep them.
[[maybe_unused]] const bool is_kept = [] {
  asm volatile("" : : "r"(&alsan_gdb_tree), "r"(&alsan_gdb_blame), "r"(&alsan_gdb_blame_element));
  return true;
}();

}  // namespace
