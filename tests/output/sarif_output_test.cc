#include "cow/diagnostics/output/sarif_output.h"

#include <string>
#include <vector>

#include "cow/tests/output/sample_reports.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cow::alsan {
namespace {

using nlohmann::json;

json document(const std::vector<Report>& reports) {
  return json::parse(sarif_document(reports, {}));
}

// The required properties of the published schema (OASIS SARIF 2.1.0, sections 3.13 to 3.49), for
// the objects that are used.
struct Required {
  const char* path;  // "*" is every member of an array
  std::vector<const char*> properties;
};

void visit(const json& at, const std::string& path, const std::vector<const char*>& properties) {
  if (path.empty()) {
    for (const char* property : properties) EXPECT_TRUE(at.contains(property)) << property << at;
    return;
  }
  const std::size_t slash = path.find('/');
  const std::string step = path.substr(0, slash);
  const std::string rest = slash == std::string::npos ? "" : path.substr(slash + 1);
  if (step == "*") {
    EXPECT_TRUE(at.is_array());
    for (const json& member : at) visit(member, rest, properties);
  } else if (at.contains(step)) {
    visit(at[step], rest, properties);
  }
}

TEST(SarifOutputTest, HasWhatTheSchemaRequires) {
  const json sarif = document({pictured_report(), plain_report(), Report()});
  const std::string location = "physicalLocation";
  for (const Required& required : {
           Required{"", {"version", "runs"}},
           Required{"runs/*", {"tool"}},
           Required{"runs/*/tool", {"driver"}},
           Required{"runs/*/tool/driver", {"name"}},
           Required{"runs/*/tool/driver/rules/*", {"id"}},
           Required{"runs/*/tool/driver/rules/*/shortDescription", {"text"}},
           Required{"runs/*/results/*", {"message"}},
           Required{"runs/*/results/*/message", {"text"}},
           Required{"runs/*/results/*/locations/*", {"physicalLocation"}},
           Required{"runs/*/results/*/locations/*/physicalLocation", {"artifactLocation"}},
           Required{"runs/*/results/*/locations/*/physicalLocation/region", {"startLine"}},
           Required{"runs/*/results/*/codeFlows/*", {"threadFlows"}},
           Required{"runs/*/results/*/codeFlows/*/threadFlows/*", {"locations"}},
       }) {
    visit(sarif, required.path, required.properties);
  }
  EXPECT_EQ(sarif["version"], "2.1.0");
  EXPECT_EQ(sarif["runs"][0]["results"].size(), 3u);
}

TEST(SarifOutputTest, TheWriteIsTheLocationTheOthersAreRelated) {
  const json result = document({pictured_report()})["runs"][0]["results"][0];
  EXPECT_EQ(result["ruleId"], "AS001");
  EXPECT_EQ(result["ruleIndex"], 0);
  EXPECT_EQ(result["level"], "warning");
  const json place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "examples/tour.cc");
  EXPECT_EQ(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
  EXPECT_EQ(place["region"]["startLine"], 48);
  std::vector<int> lines;
  for (const json& related : result["relatedLocations"]) {
    lines.push_back(related["physicalLocation"]["region"]["startLine"]);
  }
  EXPECT_EQ(lines, (std::vector<int>{24, 31, 48, 52}));  // in the order of time
}

TEST(SarifOutputTest, PathsAreUris) {
  const json result = document({plain_report()})["runs"][0]["results"][0];
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "src/my%20file.cc");
  EXPECT_EQ(result["level"], "error");
}

TEST(SarifOutputTest, FingerprintsStayWhenLinesMove) {
  const auto fingerprint = [](const Report& report) {
    return document({report})["runs"][0]["results"][0]["partialFingerprints"];
  };
  Report moved = pictured_report();
  moved.events[1].frames[0].line += 5;
  moved.summary_site.line += 5;
  EXPECT_EQ(fingerprint(moved), fingerprint(pictured_report()));
  moved.events[1].frames[0].function = "other";
  EXPECT_NE(fingerprint(moved), fingerprint(pictured_report()));
  EXPECT_NE(fingerprint(plain_report()), fingerprint(pictured_report()));
}

TEST(SarifOutputTest, AnyBytesGiveValidJson) {
  EXPECT_TRUE(document({hostile_report()}).is_object());
  EXPECT_EQ(document({})["runs"][0]["results"], json::array());
}

}  // namespace
}  // namespace cow::alsan
