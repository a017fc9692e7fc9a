#include "cow/diagnostics/options.h"

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

extern "C" const char* alsan_default_options() { return "verbosity=3:exitcode=5"; }

namespace cow::alsan {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Options parsed(std::string_view text) {
  Options options;
  EXPECT_THAT(parse_options(text, &options), IsEmpty()) << text;
  return options;
}

TEST(OptionsTest, EmptyTextKeepsDefaults) {
  EXPECT_EQ(parsed(""), Options());
  EXPECT_EQ(parsed(" :,\n\t "), Options());
  EXPECT_EQ(Options().mode, Mode::kWarn);
  EXPECT_EQ(Options().exitcode, 67);
}

TEST(OptionsTest, ReadsEveryOption) {
  Options expected;
  expected.mode = Mode::kCow;
  expected.report_on = ReportOn::kWrite;
  expected.halt_on_error = true;
  expected.exitcode = 0;
  expected.log_path = "reports";
  expected.verbosity = 2;
  expected.help = "1";
  expected.symbolize = false;
  expected.stack_depth = 3;
  expected.max_log_entries = 7;
  expected.color = Color::kNever;
  expected.strip_path_prefix = "/home/me/";
  expected.output = Output::kSarif;
  expected.suppressions = "known.txt";
  expected.print_suppressions = false;
  expected.severity_of(RuleId::kPartialOverlap) = Severity::kError;
  expected.severity_of(RuleId::kKeptAlive) = Severity::kOff;
  expected.sample = 10;
  expected.blame = true;
  expected.raw_writes = RawWrites::kTrace;
  EXPECT_EQ(parsed("mode=cow:report_on=write:halt_on_error=1:exitcode=0:log_path=reports:"
                   "output=sarif:suppressions=known.txt:print_suppressions=0:AS003=error:AS008=off:"
                   "sample=10:blame=1:raw_writes=trace:verbosity=2:help=1:symbolize=0:stack_"
                   "depth=3:max_log_entries=7:color=never:"
                   "strip_path_prefix=/home/me/"),
            expected);
}

TEST(OptionsTest, ReadsEveryMode) {
  EXPECT_EQ(parsed("mode=off").mode, Mode::kOff);
  EXPECT_EQ(parsed("mode=log").mode, Mode::kLog);
  EXPECT_EQ(parsed("mode=warn").mode, Mode::kWarn);
  EXPECT_EQ(parsed("mode=error").mode, Mode::kError);
}

TEST(OptionsTest, ReadsEveryWayToSeeRawWrites) {
  EXPECT_EQ(parsed("").raw_writes, RawWrites::kOff);
  EXPECT_EQ(parsed("raw_writes=off").raw_writes, RawWrites::kOff);
  EXPECT_EQ(parsed("raw_writes=protect").raw_writes, RawWrites::kProtect);
  EXPECT_EQ(parsed("raw_writes=trace").raw_writes, RawWrites::kTrace);
  EXPECT_EQ(parsed("raw_writes=probe").raw_writes, RawWrites::kProbe);
}

TEST(OptionsTest, HelpMayNameARule) {
  EXPECT_EQ(parsed("help=AS003").help, "AS003");
  EXPECT_EQ(parsed("help=AS003:help=0").help, "");
  Options options;
  EXPECT_EQ(parse_options("help=AS999", &options).size(), 1u);
  EXPECT_EQ(options, Options());
}

TEST(OptionsTest, SeparatorsMayBeMixed) {
  const Options options = parsed(":: mode=off,verbosity=1 \n exitcode=2\tsymbolize=no,");
  EXPECT_EQ(options.mode, Mode::kOff);
  EXPECT_EQ(options.verbosity, 1);
  EXPECT_EQ(options.exitcode, 2);
  EXPECT_FALSE(options.symbolize);
}

TEST(OptionsTest, QuotedValuesMayHoldSeparatorsAndTheOtherQuote) {
  EXPECT_EQ(parsed("log_path='/tmp/a b:c,\"d\"':verbosity=1").log_path, "/tmp/a b:c,\"d\"");
  EXPECT_EQ(parsed("log_path=\"it's\"").log_path, "it's");
  EXPECT_EQ(parsed("strip_path_prefix=''").strip_path_prefix, "");
  EXPECT_EQ(parsed("log_path='x':verbosity=1").verbosity, 1);
}

TEST(OptionsTest, LaterValueWins) { EXPECT_EQ(parsed("mode=off:mode=error").mode, Mode::kError); }

TEST(OptionsTest, UnknownNameIsWarnedWithTheNearestAndTheList) {
  Options options;
  EXPECT_THAT(
      parse_options("report_no=write:verbosity=1", &options),
      ElementsAre(AllOf(
          HasSubstr("unknown option 'report_no'"), HasSubstr("did you mean 'report_on'?"),
          HasSubstr("mode, report_on, halt_on_error, exitcode"), HasSubstr("strip_path_prefix"))));
  EXPECT_EQ(options.verbosity, 1);
  EXPECT_EQ(options.report_on, ReportOn::kRead);
  EXPECT_THAT(parse_options("exit=1", &options), ElementsAre(HasSubstr("did you mean 'exitcode'")));
  EXPECT_THAT(parse_options("zzzzzzzzzz=1", &options), ElementsAre(Not(HasSubstr("did you mean"))));
}

TEST(OptionsTest, MalformedValueIsWarnedWithWhatIsValidAndIgnored) {
  Options options;
  EXPECT_THAT(parse_options("mode=wran", &options),
              ElementsAre(AllOf(HasSubstr("'wran'"), HasSubstr("off|log|warn|error|cow"))));
  EXPECT_THAT(parse_options("exitcode=256", &options), ElementsAre(HasSubstr("0 to 255")));
  for (const char* text :
       {"exitcode=-1", "exitcode=", "exitcode=1x", "exitcode=0x10", "stack_depth=0",
        "stack_depth=99999999999999999999", "halt_on_error=maybe", "verbosity=+1",
        "mode=", "mode=WARN", "max_log_entries=-5", "color=red"}) {
    EXPECT_THAT(parse_options(text, &options), SizeIs(1)) << text;
  }
  EXPECT_EQ(options, Options());
}

TEST(OptionsTest, BrokenSyntaxIsWarned) {
  Options options;
  EXPECT_THAT(parse_options("mode", &options), ElementsAre(HasSubstr("expected name=value")));
  EXPECT_THAT(parse_options("mode=off:log_path='x", &options),
              ElementsAre(HasSubstr("quote after 'log_path'")));
  EXPECT_EQ(options.mode, Mode::kOff);
  EXPECT_EQ(options.log_path, "stderr");
}

TEST(OptionsTest, BytesOfWarningsAreHarmlessAndFew) {
  Options options;
  const std::vector<std::string> binary = parse_options("\x1b[2J\xff=\x01", &options);
  ASSERT_THAT(binary, SizeIs(1));
  for (const char c : binary[0]) EXPECT_TRUE(c >= ' ' && c <= '~');

  EXPECT_THAT(parse_options(std::string("log_path=a\0b", 12), &options), SizeIs(1));
  const std::vector<std::string> huge = parse_options(std::string(10'000'000, 'x'), &options);
  ASSERT_THAT(huge, SizeIs(1));
  EXPECT_LT(huge[0].size(), 500u);
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "a=1:";
  const std::vector<std::string> capped = parse_options(many, &options);
  EXPECT_LT(capped.size(), 20u);
  EXPECT_EQ(capped.back(), "and 99984 more");
}

TEST(OptionsTest, AnyBytesAreSafe) {
  const std::string valid =
      "mode=error:report_on=write,log_path='a b':exitcode=12 color=\"always\":stack_depth=8";
  const std::string special = std::string(" :,='\"\n\t\r\0", 10);
  std::mt19937 random(20240217);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = valid.substr(random() % valid.size());
    for (int edits = random() % 8; edits > 0; --edits) {
      const char byte =
          random() % 2 ? special[random() % special.size()] : static_cast<char>(random() % 256);
      if (random() % 2) {
        text.insert(random() % (text.size() + 1), 1, byte);
      } else if (!text.empty()) {
        text[random() % text.size()] = byte;
      }
    }
    Options options;
    const std::vector<std::string> warnings = parse_options(text, &options);
    for (const std::string& warning : warnings) {
      for (const char c : warning) ASSERT_TRUE(c >= ' ' && c <= '~') << round;
    }
    ASSERT_TRUE(options.stack_depth >= 1 && options.stack_depth <= 64) << round;
    ASSERT_TRUE(options.exitcode >= 0 && options.exitcode <= 255) << round;
  }
}

TEST(OptionsTest, EnvironmentOverridesTheDefaultsOfTheProgram) {
  std::vector<std::string> warnings;
  ASSERT_EQ(unsetenv("ALSAN_OPTIONS"), 0);
  EXPECT_EQ(options_from_environment(&warnings).verbosity, 3);
  ASSERT_EQ(setenv("ALSAN_OPTIONS", "exitcode=6:nonsense=1", 1), 0);
  const Options options = options_from_environment(&warnings);
  EXPECT_EQ(options.verbosity, 3);
  EXPECT_EQ(options.exitcode, 6);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("'nonsense'")));
  unsetenv("ALSAN_OPTIONS");
}

TEST(OptionsTest, HelpNamesEveryOptionWithItsDefault) {
  const std::string help = options_help();
  EXPECT_THAT(help, HasSubstr("  mode=warn (off|log|warn|error|cow|forecast)\n"));
  EXPECT_THAT(help, HasSubstr("  exitcode=67 (0 to 255)\n"));
  EXPECT_THAT(help, HasSubstr("  halt_on_error=0 (0|1)\n"));
  EXPECT_THAT(help, HasSubstr("  strip_path_prefix='' (text)\n"));
  // What the help calls the defaults is what they are.
  std::string defaults;
  for (std::size_t at = 0; (at = help.find("\n  ", at)) != help.npos; ++at) {
    if (help[at + 3] != ' ') defaults += help.substr(at + 3, help.find(" (", at) - at - 3) + ":";
  }
  EXPECT_EQ(parsed(defaults), Options());
  EXPECT_THAT(defaults, HasSubstr("color=auto:strip_path_prefix='':"));
}

}  // namespace
}  // namespace cow::alsan
