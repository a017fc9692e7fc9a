#include "cow/diagnostics/report_writer.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "cow/diagnostics/output/dot_output.h"
#include "cow/diagnostics/output/html_output.h"
#include "cow/diagnostics/output/json_output.h"
#include "cow/diagnostics/output/sarif_output.h"
#include "cow/diagnostics/report_printer.h"

namespace cow::alsan {
namespace {

bool is_stream(const std::string& log_path) { return log_path == "stderr" || log_path == "stdout"; }

/// The folder that a test's outputs are collected from, with a slash; empty outside of tests.
std::string outputs_folder() {
  const char* folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  return folder == nullptr || *folder == '\0' ? "" : absl::StrCat(folder, "/");
}

const char* extension_of(Output output) {
  switch (output) {
    case Output::kSarif:
      return ".sarif";
    case Output::kHtml:
      return ".html";
    case Output::kDot:
      return ".dot";
    default:
      return "";
  }
}

/// SARIF, HTML and DOT are files of their own.
bool is_document(Output output) { return *extension_of(output) != '\0'; }

std::string sink_path(const Options& options) {
  if (!is_stream(options.log_path)) {
    return is_document(options.output) ? "stderr" : options.log_path;
  }
  const std::string folder = outputs_folder();
  return options.output == Output::kJson && !folder.empty() ? folder + "alsan.json"
                                                            : options.log_path;
}

}  // namespace

ReportWriter::ReportWriter(const Options& options) : options_(options), sink_(sink_path(options)) {}

void ReportWriter::report(const Report& report, const Coverage& so_far) {
  if (is_document(options_.output)) {
    reports_.push_back(report);
    replace_document(so_far);
  } else if (options_.output == Output::kJson) {
    sink_.write(report_json(report));
  } else {
    sink_.write(print_text(report, {getpid(), sink_.use_color(options_.color)}));
  }
}

void ReportWriter::log(const WriteLine& write) {
  if (options_.output == Output::kJson) return sink_.write(write_json(write));
  const std::string site =
      write.frames.empty() ? ""
                           : absl::StrCat(" at ", write.frames[0].file, ":", write.frames[0].line);
  const std::string copied = write.temporary_bytes == 0
                                 ? ""
                                 : absl::StrCat(", from a copy of ", write.temporary_bytes,
                                                " bytes, as source and destination overlap,");
  sink_.write(absl::StrCat("AliasSanitizer: write through ", write.through, " changed ",
                           write.changed_elements,
                           write.changed_elements == 1 ? " element" : " elements",
                           " that other arrays can read", copied, site, "\n"));
}

void ReportWriter::forecast(const ForecastBill& bill) {
  const bool is_json = options_.output == Output::kJson;
  sink_.write(is_json ? forecast_json(bill) : forecast_text(bill, getpid()));
}

void ReportWriter::exit_line(const Coverage& coverage) {
  if (options_.output == Output::kJson) return sink_.write(coverage_json(coverage));
  if (is_document(options_.output)) replace_document(coverage);
  sink_.write(coverage_line(coverage) + "\n");
}

void ReportWriter::replace_document(const Coverage& coverage) {
  std::string text;
  switch (options_.output) {
    case Output::kSarif:
      text = sarif_document(reports_, coverage);
      break;
    case Output::kHtml:
      text = html_document(reports_, coverage);
      break;
    default:
      text = dot_document(reports_);
      break;
  }
  const bool is_first = document_path_.empty();
  if (is_first) {
    const std::string start =
        is_stream(options_.log_path) ? outputs_folder() + "alsan" : options_.log_path;
    document_path_ = absl::StrCat(start, ".", getpid(), extension_of(options_.output));
  }
  const std::string unfinished = document_path_ + ".tmp";
  std::ofstream file(unfinished, std::ios::binary);
  file << text;
  file.close();
  const bool is_written = file && std::rename(unfinished.c_str(), document_path_.c_str()) == 0;
  if (!is_written) {
    sink_.write(absl::StrCat("AliasSanitizer: cannot write ", document_path_, "\n"));
  } else if (is_first) {
    sink_.write(absl::StrCat("AliasSanitizer: report in ", document_path_, "\n"));
  }
}

}  // namespace cow::alsan
