#ifndef COW_DIAGNOSTICS_REPORT_WRITER_H_
#define COW_DIAGNOSTICS_REPORT_WRITER_H_

#include <string>
#include <string_view>
#include <vector>

#include "cow/diagnostics/coverage.h"
#include "cow/diagnostics/forecast_bill.h"
#include "cow/diagnostics/options.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/report_sink.h"

namespace cow::alsan {

/// Puts reports where `output` and `log_path` say. Text and JSON are written as they come, an event
/// at a time. SARIF, HTML and DOT are documents: a file, named by `log_path`, else "alsan" in the
/// test's folder for outputs or the current one, completed by the process id; it is replaced as a
/// whole at each report, so that a program that crashes leaves a complete one.
class ReportWriter {
 public:
  explicit ReportWriter(const Options& options);

  /// Does the output draw, so that reports need `Report::picture`?
  bool draws() const {
    return options_.output == Output::kHtml || options_.output == Output::kJson;
  }

  void report(const Report& report, const Coverage& so_far);
  void log(const WriteLine& write);
  void forecast(const ForecastBill& bill);
  /// Lines for people: warnings, suppressions.
  void say(std::string_view text) { sink_.write(text); }
  void exit_line(const Coverage& coverage);

 private:
  void replace_document(const Coverage& coverage);

  const Options& options_;
  ReportSink sink_;
  std::vector<Report> reports_;  // of a document
  std::string document_path_;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_REPORT_WRITER_H_
