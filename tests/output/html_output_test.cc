#include "cow/diagnostics/output/html_output.h"

#include <string>

#include "cow/tests/output/sample_reports.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cow::alsan {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

std::optional<std::string> numbered_lines(const std::string& path) {
  if (path != "examples/tour.cc") return std::nullopt;
  std::string text;
  for (int line = 1; line <= 53; ++line) text += "line " + std::to_string(line) + "\n";
  return text;
}

/// What stands in the script element of an id.
json embedded(const std::string& page, const std::string& id) {
  const std::string start = "id=\"" + id + "\">";
  const std::size_t begin = page.find(start) + start.size();
  return json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

TEST(HtmlOutputTest, IsOneSelfContainedPage) {
  const std::string page = html_document({pictured_report()}, {14, 9}, numbered_lines);
  EXPECT_THAT(page, HasSubstr("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("14 arrays, 9 views"));
  for (const char* unwanted :
       {"src=", "<link", "@import", "url(http", "@CSS@", "@JS@", "@REPORTS@"}) {
    EXPECT_THAT(page, Not(HasSubstr(unwanted)));
  }
  EXPECT_EQ(embedded(page, "data")[0]["change"]["now"], "999");
}

TEST(HtmlOutputTest, ShowsTheLinesAroundEachSite) {
  const json sources =
      embedded(html_document({pictured_report(), plain_report()}, {}, numbered_lines), "sources");
  const json& lines = sources["examples/tour.cc"];
  EXPECT_EQ(lines["48"], "line 48");
  EXPECT_TRUE(lines.contains("45") && lines.contains("51"));
  EXPECT_TRUE(lines.contains("21") && lines.contains("27") && !lines.contains("20"));
  EXPECT_TRUE(lines.contains("37") && lines.contains("43"));  // a write of the timeline
  EXPECT_FALSE(sources.contains("src/my file.cc"));           // cannot be read
}

TEST(HtmlOutputTest, ShowsTheLinesThatBlameNames) {
  Report report = pictured_report();
  report.picture->writes.clear();
  report.picture->blame = {{{"main", "examples/tour.cc", 10}, {"original"}, 1, {{0, 1}}}};
  const json sources = embedded(html_document({report}, {}, numbered_lines), "sources");
  EXPECT_EQ(sources["examples/tour.cc"]["10"], "line 10");
}

TEST(HtmlOutputTest, TextsCannotEndTheScript) {
  const std::string page = html_document({hostile_report()}, {}, numbered_lines);
  EXPECT_THAT(embedded(page, "data")[0]["headline"].get<std::string>(), HasSubstr("</script>"));
  std::size_t ends = 0;
  for (std::size_t at = 0; (at = page.find("</script>", at)) != page.npos; ++at) ++ends;
  EXPECT_EQ(ends, 3u);
}

}  // namespace
}  // namespace cow::alsan
