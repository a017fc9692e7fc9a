#include "cow/diagnostics/testing.h"

#include <string>

#include "cow/core/creation.h"
#include "cow/core/mode.h"
#include "cow/core/operators.h"
#include "cow/diagnostics/alias_ok.h"
#include "gtest/gtest-spi.h"

// Built twice: with and without //diagnostics:auto_install, which here reports errors at once.
namespace cow {
namespace {

/// Always the same lines: one finding for the sanitizer, were it not for the scopes.
void read_what_a_view_wrote() {
  auto base = zeros<int>({2, 3}).label("base");
  auto view = base[1].label("view");
  view(2) = 5;
  static_cast<void>(base.sum());
}

void write_what_nobody_reads() {
  auto a = arange<int>(4);
  auto chosen = a[index_list({0, 2})];
  chosen(0) = 7;
}

/// Detaches once, of 24 bytes.
void write_a_copy() {
  auto a = zeros<std::int64_t>({3}).label("original");
  auto b = a.copy().label("copied");
  b(0) = 1;
}

// ---- EXPECT_NO_SURPRISES ---------------------------------------------------------------------

TEST(ExpectNoSurprises, PassesWhereNothingIsFound) {
  int runs = 0;
  EXPECT_NO_SURPRISES {
    auto a = zeros<int>({3});
    auto view = a[slice(1, 3)].ref();
    view.fill(1);
    runs += a.sum();
  }
  EXPECT_EQ(runs, 2);
}

TEST(ExpectNoSurprises, FailsWithTheReport) {
  EXPECT_NONFATAL_FAILURE(
      EXPECT_NO_SURPRISES { read_what_a_view_wrote(); },
      "Expected: no finding of AliasSanitizer\n"
      "  Actual: 1 finding (1 distinct)\n"
      "====");
  EXPECT_NONFATAL_FAILURE(
      EXPECT_NO_SURPRISES { read_what_a_view_wrote(); },
      "surprise-mutation (AS001) of 'base' through its view 'view'\nREAD of base[1,2]: 5, was 0\n");
}

TEST(ExpectNoSurprises, FindsWhatWasFoundBefore) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_NONFATAL_FAILURE(
        EXPECT_NO_SURPRISES { read_what_a_view_wrote(); }, "1 finding");
  }
}

TEST(ExpectNoSurprises, CountsEqualFindingsOfABlockOnce) {
  EXPECT_NONFATAL_FAILURE(
      EXPECT_NO_SURPRISES {
        for (int i = 0; i < 3; ++i) read_what_a_view_wrote();
      },
      "Actual: 3 findings (1 distinct)");
}

TEST(ExpectNoSurprises, LeavesOutWhatIsMeant) {
  EXPECT_NO_SURPRISES {
    AliasOk ok("the test says so");
    read_what_a_view_wrote();
  }
}

void leave_by_return() {
  EXPECT_NO_SURPRISES {
    read_what_a_view_wrote();
    return;
  }
}

void leave_by_break() {
  for (int i = 0; i < 2; ++i) {
    EXPECT_NO_SURPRISES {
      read_what_a_view_wrote();
      break;
    }
  }
}

void leave_by_exception() {
  try {
    EXPECT_NO_SURPRISES {
      read_what_a_view_wrote();
      throw 1;
    }
  } catch (int) {
  }
}

TEST(ExpectNoSurprises, ChecksHoweverTheBlockIsLeft) {
  EXPECT_NONFATAL_FAILURE(leave_by_return(), "AS001");
  EXPECT_NONFATAL_FAILURE(leave_by_break(), "AS001");
  EXPECT_NONFATAL_FAILURE(leave_by_exception(), "AS001");
}

TEST(ExpectNoSurprises, TellsAReadThatIsLastInItsBlock) {
  // Until the next event it may still turn out to be the left side of an assignment.
  EXPECT_NONFATAL_FAILURE(
      {
        auto base = zeros<int>({3});
        auto view = base[slice(1, 3)];
        view.fill(4);
        EXPECT_NO_SURPRISES { base[base.copy() > 3]; }
      },
      "AS001");
}

// ---- EXPECT_SURPRISE -------------------------------------------------------------------------

TEST(ExpectSurprise, PassesWhereItIsFoundEachTime) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_SURPRISE("AS001") { read_what_a_view_wrote(); }
  }
  EXPECT_SURPRISE("AS006") { write_what_nobody_reads(); }
}

TEST(ExpectSurprise, FailsWhereNothingIsFound) {
  EXPECT_NONFATAL_FAILURE(EXPECT_SURPRISE("AS001"){},
                          "Expected: findings of AS001 (surprise-mutation) and of no other rule\n"
                          "  Actual: no finding\n");
}

TEST(ExpectSurprise, FailsAtAnotherRule) {
  EXPECT_NONFATAL_FAILURE(
      EXPECT_SURPRISE("AS006") { read_what_a_view_wrote(); },
      "Actual: 1 finding (1 distinct), of AS001\n===");
  EXPECT_NONFATAL_FAILURE(
      EXPECT_SURPRISE("AS001") {
        read_what_a_view_wrote();
        write_what_nobody_reads();
      },
      "Actual: 2 findings (2 distinct), of AS006\n===");
}

TEST(ExpectSurprise, FailsForARuleThatThereIsNot) {
  EXPECT_NONFATAL_FAILURE(
      EXPECT_SURPRISE("AS9") { read_what_a_view_wrote(); }, "There is no rule 'AS9'.");
}

TEST(ExpectSurprise, InnerBlocksKeepTheirFindings) {
  EXPECT_NO_SURPRISES {
    EXPECT_SURPRISE("AS001") { read_what_a_view_wrote(); }
  }
  EXPECT_SURPRISE("AS001") {
    EXPECT_NO_SURPRISES {}
    read_what_a_view_wrote();
  }
}

class ForEach : public ::testing::TestWithParam<int> {};
TEST_P(ForEach, IsFoundInEachTest) {
  EXPECT_SURPRISE("AS001") { read_what_a_view_wrote(); }
}
INSTANTIATE_TEST_SUITE_P(Some, ForEach, ::testing::Range(0, 3));

// ---- EXPECT_DETACHES -------------------------------------------------------------------------

TEST(ExpectDetaches, Counts) {
  ScopedMode mode(Mode::kCopyOnWrite);
  EXPECT_DETACHES(0, 0) {
    auto a = zeros<double>({100});
    a.fill(2);  // a sole owner
  }
  EXPECT_DETACHES(1, 24) { write_a_copy(); }
  EXPECT_DETACHES(3, 72) {
    for (int i = 0; i < 3; ++i) write_a_copy();
  }
}

TEST(ExpectDetaches, FailsWithWhoAndWhere) {
  ScopedMode mode(Mode::kCopyOnWrite);
  EXPECT_NONFATAL_FAILURE(
      EXPECT_DETACHES(0, 0) { write_a_copy(); },
      "Expected: 0 detaches of 0 bytes in all\n"
      "  Actual: 1 detach of 24 bytes in all\n"
      "    'copied' took 24 bytes at ");
  EXPECT_NONFATAL_FAILURE(
      EXPECT_DETACHES(0, 0) { write_a_copy(); }, "testing_test.cc:33");
  EXPECT_NONFATAL_FAILURE(
      EXPECT_DETACHES(1, 23) { write_a_copy(); }, "1 detach of 23 bytes");
  EXPECT_NONFATAL_FAILURE(
      EXPECT_DETACHES(2, 24) { write_a_copy(); }, "2 detaches of 24 bytes");
}

TEST(ExpectDetaches, ViewsWriteThrough) {
  EXPECT_DETACHES(0, 0) { write_a_copy(); }
}

// ---- shared memory ---------------------------------------------------------------------------

TEST(SharedMemory, IsExpected) {
  auto a = arange<std::int64_t>(12).reshape({3, 4});
  auto part = a[{slice(1, 3), slice(1, 3)}];
  EXPECT_SHARES_MEMORY(a, part);
  EXPECT_SHARES_MEMORY(a, a.T());
  EXPECT_NO_SHARED_MEMORY(a, part.copy());
  EXPECT_NO_SHARED_MEMORY((a[{all, slice(0, 2)}]), (a[{all, slice(2, 4)}]));
  EXPECT_NO_SHARED_MEMORY(a, Array<int>());
}

TEST(SharedMemory, FailuresNameAWitness) {
  static auto a = arange<std::int64_t>(12).reshape({3, 4});
  static auto part = a[{slice(1, 3), slice(1, 3)}];
  EXPECT_NONFATAL_FAILURE(EXPECT_NO_SHARED_MEMORY(a[1], part),
                          "Expected: no shared memory of a[1], int64 (4,), and part, int64 (2, 2)\n"
                          "  Actual: a[1][2] and part[0,1] are one place");
  EXPECT_NONFATAL_FAILURE(EXPECT_SHARES_MEMORY(a, part.copy()),
                          "Expected: shared memory of a, int64 (3, 4), and part.copy(), int64 (2, "
                          "2)\n  Actual: they have no byte in common");
  EXPECT_NONFATAL_FAILURE(EXPECT_SHARES_MEMORY(a, Array<int>()), "Array<int>(), which is Array()");
}

}  // namespace
}  // namespace cow
