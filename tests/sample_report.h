#ifndef COW_TESTS_SAMPLE_REPORT_H_
#define COW_TESTS_SAMPLE_REPORT_H_

#include "cow/diagnostics/report.h"

namespace cow::alsan {

/// In `main` of examples/tour.cc.
Frame main_at(int line);

/// Element [1,1] of 'original' changed from 6 to 999 through its view 'slice'.
ElementChange tour_change();

/// The report of the documentation, of that change or of another.
Report tour_report(const ElementChange& change = tour_change(), bool has_read = true);

}  // namespace cow::alsan

#endif  // COW_TESTS_SAMPLE_REPORT_H_
