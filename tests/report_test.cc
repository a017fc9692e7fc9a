#include "cow/diagnostics/report.h"

#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::ElementsAre;

TEST(ReportTest, DimsTextIsNumPys) {
  EXPECT_EQ(dims_text({}), "()");
  EXPECT_EQ(dims_text({4}), "(4,)");
  EXPECT_EQ(dims_text({3, 4}), "(3,4)");
  EXPECT_EQ(dims_text({-32, 8}), "(-32,8)");
}

TEST(ReportTest, DedupKeyIsRuleWriteSiteAndViewSite) {
  Report report;
  report.rule = "AS001";
  EXPECT_EQ(dedup_key(report), "AS001 ? ?");
  report.events.push_back({ReportEvent::Role::kWrite, "", {{"f", "a.cc", 3}, {"main", "a.cc", 9}}});
  report.arrays.resize(2);
  report.arrays[0].frames = {{"g", "b.cc", 4}};
  report.arrays[1].frames = {{"h", "c.cc", 5}};
  const std::string key = dedup_key(report);
  EXPECT_EQ(key, "AS001 a.cc:3 f b.cc:4 g");

  report.headline = "7";
  report.events.push_back({ReportEvent::Role::kRead, "", {{"reader", "d.cc", 1}}});
  report.events[0].frames[1].line = 10;
  EXPECT_EQ(dedup_key(report), key);
  report.events[0].frames[0].line = 4;
  EXPECT_NE(dedup_key(report), key);
}

TEST(DrawMemoryTest, SmallBuffersHaveACellAnElementAndTheirRows) {
  const MemoryMap map = draw_memory(12, 4,
                                    [](Index begin, Index end) {
                                      EXPECT_EQ(end, begin + 1);
                                      return begin == 5 ? 'W' : '.';
                                    },
                                    {{'W', "written"}});
  EXPECT_THAT(map.rows, ElementsAre("....", ".W..", "...."));
  EXPECT_EQ(map.cell_elements, 1);
}

TEST(DrawMemoryTest, LargeBuffersAreSummarised) {
  for (const Index size :
       {Index{49}, Index{64}, Index{1000}, Index{1} << 40, std::numeric_limits<Index>::max()}) {
    Index covered = 0;
    const MemoryMap map = draw_memory(size, 10,
                                      [&](Index begin, Index end) {
                                        EXPECT_EQ(begin, covered);
                                        EXPECT_LT(begin, end);
                                        covered = end;
                                        return begin <= size - 2 && size - 2 < end ? 'W' : '.';
                                      },
                                      {});
    EXPECT_EQ(covered, size);
    std::string cells;
    for (const std::string& row : map.rows) cells += row;
    EXPECT_LE(cells.size(), 32u);
    EXPECT_GE(cells.size(), 16u);
    EXPECT_NE(cells.find('W'), cells.npos);
    EXPECT_GE(map.cell_elements, 2);
  }
}

TEST(DrawMemoryTest, DegenerateBuffers) {
  const auto mark = [](Index, Index) { return '.'; };
  EXPECT_THAT(draw_memory(0, 0, mark, {}).rows, ElementsAre());
  EXPECT_THAT(draw_memory(1, 1, mark, {}).rows, ElementsAre("."));
  EXPECT_THAT(draw_memory(2, 0, mark, {}).rows, ElementsAre(".", "."));
}

}  // namespace
}  // namespace cow::alsan
