#ifndef COW_DIAGNOSTICS_TESTING_H_
#define COW_DIAGNOSTICS_TESTING_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cow/core/array.h"
#include "cow/core/dims.h"
#include "cow/core/shares_memory.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/diagnostics/collection.h"
#include "gtest/gtest.h"

/// Expectations for GoogleTest about aliasing. See docs/testing.md.
///
///     EXPECT_NO_SURPRISES {
///       smooth(image);
///     }
///     EXPECT_SURPRISE("AS001") { ... }
///     EXPECT_DETACHES(1, 96) { ... }
///     EXPECT_NO_SHARED_MEMORY(a, b);
///
/// They need no `//diagnostics:auto_install`: where nothing has installed AliasSanitizer when tests
/// begin, it is installed then, and what it finds outside of the blocks is shown by tests that
/// fail.
namespace cow::testing {

/// Says what is wrong with what was found; empty if nothing is.
using CollectionCheck = std::function<std::string(const alsan::Collection&)>;

/// No finding of any rule that is on.
CollectionCheck no_surprises();
/// At least one finding of the rule `code`, such as "AS001", and none of another.
CollectionCheck surprise(std::string_view code);
/// As many detaches that copied as many bytes in all.
CollectionCheck detaches(Index count, Index bytes);

/// Collects what AliasSanitizer finds while it lives, on any thread: nothing of it is printed or
/// counts for the exit code, and what was found before is found anew. At its end `check`
/// is asked; what it says fails the test. Scopes nest: the innermost collects.
class ExpectationScope {
 public:
  ExpectationScope(CollectionCheck check, const char* file, int line);
  ~ExpectationScope();
  ExpectationScope(const ExpectationScope&) = delete;
  ExpectationScope& operator=(const ExpectationScope&) = delete;

 private:
  const CollectionCheck check_;
  const char* const file_;
  const int line_;
  alsan::Collection collection_;
  alsan::Collection* outer_ = nullptr;
};

namespace internal {

/// How a failure text names an array.
struct Operand {
  const char* text;
  const cow::internal::Node* node;  // null of `Array()`
};

::testing::AssertionResult expect_shared(bool expected, const Operand& a, const Operand& b,
                                         const std::optional<OverlapWitness>& witness);

template <bool kExpected>
struct SharesMemory {
  template <Element T, Element U>
  ::testing::AssertionResult operator()(const char* a_text, const char* b_text, const Array<T>& a,
                                        const Array<U>& b) const {
    return expect_shared(kExpected, {a_text, a.handle().get()}, {b_text, b.handle().get()},
                         overlap_witness(a, b));
  }
};

}  // namespace internal
}  // namespace cow::testing

#define COW_EXPECT_OF_BLOCK_(check)                                                     \
  if (::cow::testing::ExpectationScope cow_scope((check), __FILE__, __LINE__); false) { \
  } else /* NOLINT */

/// The block that follows gives no finding.
#define EXPECT_NO_SURPRISES COW_EXPECT_OF_BLOCK_(::cow::testing::no_surprises())
/// The block that follows gives findings of this rule, and of no other.
#define EXPECT_SURPRISE(rule) COW_EXPECT_OF_BLOCK_(::cow::testing::surprise(rule))
/// In the block that follows so many values take their own copy of shared memory, of so many bytes
/// in all. Only copy-on-write arrays do (`cow::ScopedMode`).
#define EXPECT_DETACHES(count, bytes) COW_EXPECT_OF_BLOCK_(::cow::testing::detaches(count, bytes))

/// Some byte belongs to elements of both arrays, or none does; exact, by address. Errors: as
/// `shares_memory`.
#define EXPECT_SHARES_MEMORY(a, b) \
  EXPECT_PRED_FORMAT2(::cow::testing::internal::SharesMemory<true>(), a, b)
#define EXPECT_NO_SHARED_MEMORY(a, b) \
  EXPECT_PRED_FORMAT2(::cow::testing::internal::SharesMemory<false>(), a, b)

#endif  // COW_DIAGNOSTICS_TESTING_H_
