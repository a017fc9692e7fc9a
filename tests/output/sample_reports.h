#ifndef COW_TESTS_OUTPUT_SAMPLE_REPORTS_H_
#define COW_TESTS_OUTPUT_SAMPLE_REPORTS_H_

#include "cow/diagnostics/report.h"

namespace cow::alsan {

/// The report of the documentation, `tour_report`, with a picture and an array that was dropped.
Report pictured_report();

/// A rule's report without a change, a tree or a picture.
Report plain_report();

/// Like that, with names that no format likes: quotes, tags, control bytes, broken UTF-8.
Report hostile_report();

}  // namespace cow::alsan

#endif  // COW_TESTS_OUTPUT_SAMPLE_REPORTS_H_
