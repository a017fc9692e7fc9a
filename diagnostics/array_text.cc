#include "cow/diagnostics/array_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cow/core/format.h"
#include "cow/diagnostics/tree_branches.h"

namespace cow::alsan {
namespace {

/// Arrays of a large tree that a report shows besides those that matter.
constexpr int kOtherRows = 20;

/// The lines about one array.
ArrayText describe(const ArrayRecord& array, const StackDepot& stacks,
                   const ResolveOptions& options) {
  ArrayText text;
  text.name = name_of(array);
  text.dtype = dtype_name(array.dtype);
  text.shape = to_dims(array.layout.shape());
  if (array.made_from == nullptr) {
    text.origin = base_origin(array.buffer_number, array.buffer_bytes);
  } else {
    text.strides_bytes = to_dims(array.layout.strides());
    text.origin = view_origin(name_of(*array.made_from) + array.how_made);
  }
  text.frames = resolve(stacks.get(array.made_at), options);
  return text;
}

}  // namespace

Dims to_dims(absl::Span<const Index> values) { return Dims(values.begin(), values.end()); }

std::string value_text(DType dtype, const Bits& bits) {
  return format_str({dtype, bits.bytes.data(), {}, {}});
}

ElementText element_of(const ArrayRecord& array, const std::byte* address) {
  ElementText text{name_of(array), {}};
  index_of(array, address, &text.index);
  return text;
}

std::vector<ArrayText> describe(absl::Span<const ArrayRecord* const> arrays,
                                const StackDepot& stacks, const ResolveOptions& options) {
  std::vector<ArrayText> texts;
  for (auto at = arrays.begin(); at != arrays.end(); ++at) {
    const bool is_first = std::find(arrays.begin(), at, *at) == at;
    if (*at != nullptr && is_first) texts.push_back(describe(**at, stacks, options));
  }
  return texts;
}

std::vector<TreeRow> tree_rows(const BufferRecord& buffer,
                               absl::FunctionRef<RowNote(const ArrayRecord&)> note_of) {
  std::vector<TreeRow> rows;
  int others = 0, left_out = 0;
  for (const Registry::TreeEntry& entry : Registry::tree_of(buffer)) {
    const ArrayRecord& array = *entry.array;
    RowNote note = note_of(array);
    if (note.arrow.empty() && ++others > kOtherRows) {
      ++left_out;
      continue;
    }
    TreeRow row;
    row.depth = entry.depth;
    row.name = name_of(array);
    row.made =
        array.made_from == nullptr ? dims_text(to_dims(array.layout.shape())) : array.how_made;
    if (!array.is_alive && note.note.empty()) note.note = "dropped";
    row.arrow = std::move(note.arrow);
    row.note = std::move(note.note);
    rows.push_back(std::move(row));
  }
  if (left_out > 0) {
    TreeRow row;
    row.depth = 1;
    row.name = absl::StrCat("... and ", left_out, " more");
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string tree_text(const BufferRecord& buffer) {
  const std::vector<Registry::TreeEntry> entries = Registry::tree_of(buffer);
  std::vector<int> depths;
  for (const Registry::TreeEntry& entry : entries) depths.push_back(entry.depth);
  const std::vector<std::string> branches = tree_branches(depths);
  std::string text;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const ArrayRecord& array = *entries[i].array;
    absl::StrAppend(&text, branches[i], name_of(array), " ",
                    dims_text(to_dims(array.layout.shape())), array.how_made.empty() ? "" : " = ",
                    array.how_made, array.is_declared ? " (declared)" : "",
                    array.is_alive ? "" : " (dropped)", "\n");
  }
  return text;
}

}  // namespace cow::alsan
