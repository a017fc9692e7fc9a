#ifndef COW_DIAGNOSTICS_ARRAY_TEXT_H_
#define COW_DIAGNOSTICS_ARRAY_TEXT_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/stack.h"
#include "cow/diagnostics/symbolizer.h"

/// How records of arrays look in reports.
namespace cow::alsan {

/// An element as NumPy prints it.
std::string value_text(DType dtype, const Bits& bits);

/// The element of `array` at `address`, which must be one of its own.
ElementText element_of(const ArrayRecord& array, const std::byte* address);

/// A copy of a shape or of strides.
Dims to_dims(absl::Span<const Index> values);

/// The lines about arrays, each once, in this order, with where they were made symbolized. Null
/// stands for no array.
std::vector<ArrayText> describe(absl::Span<const ArrayRecord* const> arrays,
                                const StackDepot& stacks, const ResolveOptions& options);

/// What stands on the right of an array in the tree; an array with an arrow is always shown.
struct RowNote {
  std::string arrow;
  std::string note;
};

/// A buffer's arrays, a line each; of those without an arrow at most 20.
std::vector<TreeRow> tree_rows(const BufferRecord& buffer,
                               absl::FunctionRef<RowNote(const ArrayRecord&)> note_of);

/// A buffer's tree of arrays as text, a line each, with shapes and how each was made.
std::string tree_text(const BufferRecord& buffer);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_ARRAY_TEXT_H_
