#ifndef COW_DIAGNOSTICS_BUFFER_PICTURE_H_
#define COW_DIAGNOSTICS_BUFFER_PICTURE_H_

#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/stack.h"
#include "cow/diagnostics/symbolizer.h"
#include "cow/diagnostics/write_log.h"

namespace cow::alsan {

/// Cells that a buffer is drawn in, at most.
inline constexpr Index kMaxCells = 2048;

/// What drawings of a buffer are made of: its arrays, the last of its logged writes, `reported`
/// marked, and which line wrote each element last. At most 200 arrays, 100 writes and 2048 cells.
/// O(size of the log).
BufferPicture draw_buffer(const BufferRecord& buffer, const WriteLog& log,
                          const LoggedWrite* reported, const StackDepot& stacks,
                          const ResolveOptions& options);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_BUFFER_PICTURE_H_
