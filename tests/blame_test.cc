#include "cow/diagnostics/blame.h"

#include <complex>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/mode.h"
#include "cow/core/operators.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using alsan::ArrayBlame;
using alsan::BlamedLine;
using alsan::BlamedWrite;
using alsan::BlameStatus;
using alsan::ElementBlame;
using ::cow::testing::collecting_sanitizer;
using ::cow::testing::take_reports;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class BlameTest : public ::testing::Test {
 protected:
  void SetUp() override {
    alsan::Options options;
    options.blame = true;
    options.max_log_entries = 3000;
    collecting_sanitizer(options);
  }
  void TearDown() override { take_reports(); }
};

/// "became<-was through[index]", newest first.
std::string chain(const ElementBlame& blame) {
  std::string text;
  for (const BlamedWrite& write : blame.writes) {
    text += (text.empty() ? "" : "; ") + write.became.value_or("?") + "<-" +
            write.was.value_or("?") + " " + alsan::element_text(write.through);
    if (write.changed_unseen_since) text += " (changed unseen since)";
    if (!write.is_certain) text += " (perhaps)";
  }
  return text;
}

std::vector<int> lines_of(const ElementBlame& blame) {
  std::vector<int> lines;
  for (const BlamedWrite& write : blame.writes) {
    EXPECT_FALSE(write.frames.empty());
    EXPECT_TRUE(write.frames[0].file.ends_with("tests/blame_test.cc")) << write.frames[0].file;
    lines.push_back(write.frames[0].line);
  }
  return lines;
}

TEST_F(BlameTest, NamesTheWritesOfAnElementNewestFirst) {
  const int made = __LINE__ + 1;
  auto original = array<std::int64_t>({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}});
  original.label("original");
  auto part = original[{slice(1, 3), slice(1, 3)}].label("slice");
  const int first = __LINE__ + 1;
  original(1, 1) = 60;
  const int second = __LINE__ + 1;
  part(0, 0) = 999;
  original(0, 0) = 100;  // another element

  const ElementBlame found = blame(original, {1, 1});
  EXPECT_EQ(found.status, BlameStatus::kWatched);
  EXPECT_EQ(alsan::element_text(found.element), "original[1,1]");
  EXPECT_EQ(found.now, "999");
  EXPECT_EQ(chain(found), "999<-60 slice[0,0]; 60<-6 original[1,1]");
  EXPECT_EQ(lines_of(found), std::vector<int>({second, first}));
  EXPECT_TRUE(found.reach.is_complete());
  ASSERT_FALSE(found.reach.made_at.empty());
  EXPECT_EQ(found.reach.made_at[0].line, made);

  // The same element under its other names.
  EXPECT_EQ(chain(blame(part, {0, 0})), chain(found));
  EXPECT_EQ(chain(blame(original.T(), {1, 1})), chain(found));
  EXPECT_EQ(chain(blame(original, {-2, -3})), chain(found));
  EXPECT_EQ(chain(blame(original, {2, 3})), "");
}

TEST_F(BlameTest, FindsEveryWayToWrite) {
  auto a = zeros<int>({2, 6}).label("a");
  a.fill(1);
  a[1] = 2;
  a += 1;
  a[{1, slice(0, 2)}].fill(7);
  a.put(a == 7, 8);
  a.T()[0] += 1;
  {
    auto span = a.mutable_span<2>();
    span(1, 0) = 10;
    span(1, 1) = 8;  // as it was
  }
  a.assign(full<int>({6}, 11));
  EXPECT_EQ(chain(blame(a, {1, 0})),
            "11<-10 a[1,0]; 10<-9 a[1,0]; 9<-8 a[1,0]; 8<-7 a[1,0]; 7<-3 a[1,0]; 3<-2 a[1,0]; "
            "2<-1 a[1,0]; 1<-0 a[1,0]");
  EXPECT_EQ(chain(blame(a, {1, 1})),
            "11<-8 a[1,1]; 8<-7 a[1,1]; 7<-3 a[1,1]; 3<-2 a[1,1]; 2<-1 a[1,1]; 1<-0 a[1,1]");
}

TEST_F(BlameTest, AWriteThatChangesNothingIsNotToBlame) {
  auto a = full<double>({3}, 0.5);
  a(0) = 0.5;
  a.fill(0.5);
  EXPECT_TRUE(blame(a, {0}).writes.empty());
  EXPECT_TRUE(blame(a, {0}).reach.is_complete());
  // Bits are compared.
  a.fill(0.0);
  a.fill(-0.0);
  EXPECT_EQ(blame(a, {0}).writes.size(), 2u);
}

TEST_F(BlameTest, ValuesOfEachElementType) {
  auto flags = zeros<bool>({2});
  flags(1) = true;
  EXPECT_EQ(blame(flags, {1}).writes.at(0).became, "True");
  auto z = zeros<std::complex<double>>({1});
  z(0) = std::complex<double>(1, -2);
  EXPECT_EQ(blame(z, {0}).writes.at(0).became, "(1-2j)");
  EXPECT_EQ(blame(z, {0}).writes.at(0).was, "0j");
  auto scalar = array<float>(0.1f);
  scalar() = 2;
  EXPECT_EQ(blame(scalar, {}).writes.at(0).was, "0.1");
}

TEST_F(BlameTest, AskingIsNoEvent) {
  auto a = zeros<int>({3});
  auto view = a[slice(0, 2)];
  view(0) = 5;
  const auto before = alsan::alias_sanitizer()->coverage();
  blame(a, {0});
  blame(a);
  const auto after = alsan::alias_sanitizer()->coverage();
  EXPECT_EQ(after.views, before.views);
  EXPECT_EQ(after.findings, before.findings);
  EXPECT_TRUE(take_reports().empty());
}

TEST_F(BlameTest, RefusesWhatIsNoElement) {
  auto a = zeros<int>({2, 3});
  EXPECT_THROW(blame(a, {2, 0}), std::out_of_range);
  EXPECT_THROW(blame(a, {0, -4}), std::out_of_range);
  EXPECT_THROW(blame(a, {0}), std::out_of_range);
  EXPECT_THROW(blame(a, {0, 0, 0}), std::out_of_range);
  EXPECT_THROW(blame(Array<int>(), {0}), std::invalid_argument);
  EXPECT_THROW(blame(Array<int>()), std::invalid_argument);
  EXPECT_NO_THROW(blame(a, {-2, -3}));
  EXPECT_TRUE(blame(zeros<int>({0, 3})).lines.empty());
}

TEST_F(BlameTest, NoticesAWriteThatNobodySaw) {
  auto a = zeros<int>({2}).label("a");
  int* pointer = &a.mutable_span<1>()(0);
  a(0) = 1;
  *pointer = 5;
  EXPECT_EQ(chain(blame(a, {0})), "1<-0 a[0] (changed unseen since)");
  a(0) = 6;
  EXPECT_EQ(chain(blame(a, {0})), "6<-5 a[0]; 1<-0 a[0] (changed unseen since)");
  EXPECT_THAT(alsan::to_string(blame(a, {0})), HasSubstr("without a known write"));
}

TEST_F(BlameTest, SaysWhatTheLogHasDropped) {
  auto a = zeros<int>({2}).label("a");
  a(0) = 1;
  EXPECT_EQ(chain(blame(a, {0})), "1<-0 a[0]");
  auto other = zeros<int>({2});
  for (int i = 1; i <= 3000; ++i) other(0) = i;
  const ElementBlame found = blame(a, {0});
  EXPECT_TRUE(found.writes.empty());
  EXPECT_EQ(found.reach.dropped_writes, 1);
  EXPECT_FALSE(found.reach.is_complete());
  EXPECT_THAT(alsan::to_string(found), HasSubstr("1 earlier write of this memory no longer in"));
  EXPECT_TRUE(blame(other, {0}).reach.is_complete());
  EXPECT_EQ(blame(other, {0}).writes.size(), 3000u);
}

TEST_F(BlameTest, NamesWritesWhoseValuesAreNoLongerKept) {
  auto a = zeros<int>({2000}).label("a");
  a(7) = 1;
  a[slice(1, none, 2)] = 2;  // more pieces than a write without values keeps apart
  a[slice(0, 9)] = 3;
  EXPECT_EQ(chain(blame(a, {7})), "3<-2 a[7]; 2<-1 a[7]; 1<-0 a[7]");
  {
    ScopedMode scope(Mode::kCopyOnWrite);
    auto large = zeros<std::complex<double>>({1 << 18});
    for (double i = 1; i <= 9; ++i) large.fill(i);
  }
  EXPECT_EQ(chain(blame(a, {7})), "?<-? a[7]; ?<-? a[7] (perhaps); ?<-? a[7]");
  EXPECT_EQ(chain(blame(a, {6})), "?<-? a[6]; ?<-? a[6] (perhaps)");
  EXPECT_EQ(chain(blame(a, {0})), "?<-? a[0]");
  EXPECT_THAT(alsan::to_string(blame(a, {7})), HasSubstr("perhaps written through a[7] (the val"));
  const ArrayBlame found = blame(a);
  ASSERT_EQ(found.lines.size(), 2u);
  EXPECT_TRUE(found.lines[0].is_certain);
  EXPECT_FALSE(found.lines[1].is_certain);
  EXPECT_THAT(alsan::to_string(found), HasSubstr("(some perhaps not: which is no longer kept)"));
}

// ---- whole arrays ----------------------------------------------------------------------------

TEST_F(BlameTest, GroupsElementsByLine) {
  auto a = zeros<int>({3, 4}).label("a");
  auto row = a[1].label("row");
  auto column = a[{all, 2}].label("column");
  a.fill(1);
  const int row_line = __LINE__ + 1;
  row.fill(2);
  const int column_line = __LINE__ + 1;
  column.fill(3);
  const int loop_line = __LINE__ + 1;
  for (Array<int>* x : {&row, &column}) (*x)(0) = 9;
  a(2, 3) = 1;  // as it was

  const ArrayBlame found = blame(a);
  EXPECT_EQ(found.array, "a");
  EXPECT_EQ(found.shape, Dims({3, 4}));
  ASSERT_EQ(found.lines.size(), 4u);
  const auto line = [&](std::size_t i) { return found.lines[i].site.line; };
  EXPECT_EQ(line(0), loop_line);
  EXPECT_EQ(line(1), column_line);
  EXPECT_EQ(line(2), row_line);
  EXPECT_EQ(line(3), row_line - 2);
  EXPECT_THAT(found.lines[0].through, ElementsAre("column", "row"));
  EXPECT_THAT(found.lines[0].positions, ElementsAre(Pair(2, 3), Pair(4, 5)));
  EXPECT_EQ(found.lines[0].elements, 2);
  EXPECT_THAT(found.lines[1].positions, ElementsAre(Pair(6, 7), Pair(10, 11)));
  EXPECT_THAT(found.lines[2].positions, ElementsAre(Pair(5, 6), Pair(7, 8)));
  EXPECT_THAT(found.lines[3].positions,
              ElementsAre(Pair(0, 2), Pair(3, 4), Pair(8, 10), Pair(11, 12)));
  EXPECT_EQ(found.unwritten, 0);

  // A view shows its own elements, by its own positions.
  const ArrayBlame part = blame(a.T()[2]);
  ASSERT_EQ(part.lines.size(), 2u);
  EXPECT_THAT(part.lines[0].positions, ElementsAre(Pair(0, 1)));
  EXPECT_THAT(part.lines[1].positions, ElementsAre(Pair(1, 3)));
}

TEST_F(BlameTest, ElementsThatNobodyWroteAreAsMade) {
  const int made = __LINE__ + 1;
  auto a = arange<int>(5);
  a[slice(1, 3)] = 9;
  const ArrayBlame found = blame(a);
  EXPECT_EQ(found.unwritten, 3);
  ASSERT_EQ(found.lines.size(), 1u);
  EXPECT_EQ(found.lines[0].elements, 2);
  EXPECT_EQ(found.reach.made_at.at(0).line, made);
}

/// What a program did to each element, against what blame says of it.
void compare_with_model(std::uint32_t seed, bool in_copies) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<Index>(random() % n); };
  // Through each array a model keeps the writes of each element: value before and after.
  struct Named {
    Array<int> array;
    std::vector<std::vector<std::pair<int, int>>> writes;
  };
  std::vector<Named> all;
  all.push_back({zeros<int>({4, 5}), std::vector<std::vector<std::pair<int, int>>>(20)});
  int next = 1;
  for (int step = 0; step < 60; ++step) {
    Named& one = all[static_cast<std::size_t>(below(static_cast<int>(all.size())))];
    if (in_copies && all.size() < 6 && below(4) == 0) {
      Named copy{below(2) == 0 ? one.array.copy() : Array<int>(one.array), one.writes};
      all.push_back(std::move(copy));
      continue;
    }
    const Index begin = below(4), end = begin + 1 + below(static_cast<int>(4 - begin));
    const Index first = below(5), apart = 1 + below(3);
    const int value = next++;
    one.array[{slice(begin, end), slice(first, none, apart)}] = value;
    for (Index i = begin; i < end; ++i) {
      for (Index j = first; j < 5; j += apart) {
        auto& writes = one.writes[static_cast<std::size_t>(5 * i + j)];
        writes.insert(writes.begin(), {writes.empty() ? 0 : writes.front().second, value});
      }
    }
  }
  for (const Named& one : all) {
    const ArrayBlame grouped = blame(one.array);
    Index unwritten = 0;
    for (Index i = 0; i < 20; ++i) {
      const ElementBlame found = blame(one.array, {i / 5, i % 5});
      std::vector<std::pair<int, int>> writes;
      for (const BlamedWrite& write : found.writes) {
        EXPECT_FALSE(write.changed_unseen_since);
        writes.emplace_back(std::stoi(write.was.value()), std::stoi(write.became.value()));
      }
      ASSERT_EQ(writes, one.writes[static_cast<std::size_t>(i)]) << "seed " << seed << ", " << i;
      ASSERT_TRUE(found.reach.is_complete()) << "seed " << seed;
      if (writes.empty()) ++unwritten;
    }
    EXPECT_EQ(grouped.unwritten, unwritten);
  }
}

TEST_F(BlameTest, AgreesWithAModel) {
  for (std::uint32_t seed = 0; seed < 10; ++seed) compare_with_model(seed, false);
}

TEST_F(BlameTest, FollowsValuesThroughTheirDetaches) {
  ScopedMode scope(Mode::kCopyOnWrite);
  for (std::uint32_t seed = 0; seed < 15; ++seed) compare_with_model(seed, true);
}

TEST_F(BlameTest, InCopyOnWriteModeFollowsPartsAndRefs) {
  ScopedMode scope(Mode::kCopyOnWrite);
  auto a = arange<int>(40).label("a");
  a(21) = 100;
  a(33) = 50;
  auto part = a[slice(20, 24)].label("part");  // takes its byte range, as it has a ref
  auto ref = part.ref().label("ref");
  ref(1) = 200;
  EXPECT_EQ(chain(blame(part, {1})), "200<-100 ref[1]; 100<-21 a[21]");
  EXPECT_EQ(chain(blame(ref, {1})), "200<-100 ref[1]; 100<-21 a[21]");
  EXPECT_EQ(chain(blame(a, {21})), "100<-21 a[21]");

  auto apart = a[slice(none, none, -3)].label("apart");  // takes its elements alone
  apart(6) = 300;                                        // a[21]
  apart(0) = 301;
  EXPECT_EQ(chain(blame(apart, {6})), "300<-100 apart[6]; 100<-21 a[21]");
  EXPECT_EQ(chain(blame(apart, {0})), "301<-39 apart[0]");
  EXPECT_EQ(chain(blame(a, {21})), "100<-21 a[21]");
  const ArrayBlame found = blame(apart);
  EXPECT_EQ(found.unwritten, 11);
  ASSERT_EQ(found.lines.size(), 3u);
  EXPECT_THAT(found.lines[0].positions, ElementsAre(Pair(0, 1)));
  EXPECT_THAT(found.lines[1].positions, ElementsAre(Pair(6, 7)));
  EXPECT_THAT(found.lines[2].positions, ElementsAre(Pair(2, 3)));  // a[33]
  EXPECT_THAT(found.lines[2].through, ElementsAre("a"));
}

// ---- text ------------------------------------------------------------------------------------

/// `text` with the places of this test's lines made "LINE".
std::string without_lines(std::string text) {
  for (std::size_t at = 0; (at = text.find("tests/blame_test.cc:", at)) != text.npos;) {
    at += 20;
    text.replace(at, text.find_first_not_of("0123456789", at) - at, "LINE");
  }
  return text;
}

TEST_F(BlameTest, TellsOfAnElement) {
  auto a = array<int>({{1, 2}, {3, 4}}).label("a");
  auto row = a[1].label("row");
  row(0) = 9;
  std::ostringstream out;
  out << blame(a, {1, 0});
  const std::string text = without_lines(out.str());
  EXPECT_THAT(text, HasSubstr("a[1,0] = 9\n  9, was 3, written through row[0] at\n    #0 "));
  EXPECT_THAT(text, HasSubstr("tests/blame_test.cc:LINE\n"));
  EXPECT_THAT(text, HasSubstr("  3 since the memory was made at\n    #0 "));
  EXPECT_THAT(alsan::to_string(blame(a, {0, 0})),
              HasSubstr("a[0,0] = 1\n  1 since the memory was made at\n"));
}

TEST_F(BlameTest, DrawsAnArray) {
  auto a = zeros<int>({3, 4}).label("a");
  auto row = a[1].label("row");
  row.fill(2);
  a(1, 1) = 5;
  std::ostringstream out;
  out << blame(a);
  const std::string text = out.str();
  EXPECT_THAT(text, HasSubstr("a int32 (3,4), by the line that wrote an element last:\n  A  "));
  EXPECT_THAT(text, HasSubstr(", through a: 1 element\n  B  "));
  EXPECT_THAT(text, HasSubstr(", through row: 3 elements\n  .  as made at "));
  EXPECT_THAT(text, HasSubstr(": 8 elements\n  . . . .\n  B A B B\n  . . . .\n"));
}

TEST_F(BlameTest, NamesElementsOfWhatIsTooLargeToDraw) {
  auto a = zeros<int>({100, 50}).label("a");
  a[{slice(98, 100), slice(48, 50)}] = 1;
  EXPECT_THAT(alsan::to_string(blame(a)),
              HasSubstr(", through a: 4 elements: [98,48], [98,49], [99,48], ...\n"));
}

}  // namespace
}  // namespace cow
