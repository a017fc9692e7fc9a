#include "cow/diagnostics/registry.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace cow::alsan {
namespace {

/// Dead ancestors that an array remembers, for its name and its place in the tree.
constexpr int kDeadAncestors = 16;
constexpr std::size_t kLongestHowMade = 60;

/// From this many arrays on a buffer keeps an index of them.
constexpr int kManyArrays = 64;

using RecordPointer = std::shared_ptr<ArrayRecord>;

/// Copies what diagnostics show of a node, which may have changed.
void refresh(ArrayRecord* array, const internal::Node& node) {
  array->layout = node.layout;
  array->address = node.address();
}

/// `v = v[1:]` in a loop must not grow without bound: a long line of dead ancestors is shortened.
void forget_dead_ancestors(ArrayRecord* array) {
  int dead = 0;
  ArrayRecord* at = array;
  while (at->made_from != nullptr && !at->made_from->is_alive && ++dead < kDeadAncestors) {
    at = at->made_from.get();
  }
  if (dead < kDeadAncestors || at->made_from->made_from == nullptr) return;
  const RecordPointer skipped = at->made_from;
  at->how_made = skipped->how_made + at->how_made;
  if (at->how_made.size() > kLongestHowMade) at->how_made = "[...]";
  at->made_from = skipped->made_from;
}

/// A dead value that wrote nothing and that only `value` was made from adds nothing to what `value`
/// expects, but the moment of its own birth: `v = v[1:]` in a loop keeps few values.
void inherit_from_dead(ValueRecord* value) {
  while (value->made_from != nullptr) {
    const std::shared_ptr<ValueRecord> dead = value->made_from;
    const bool is_ours = dead.use_count() == 2;  // `value`'s and this function's
    if (!is_ours || dead->has_written || dead->made_from == nullptr) return;
    if (dead->buffer != value->buffer) return;
    value->value.birth = dead->value.birth;
    value->value.made_from = dead->value.made_from;
    value->buffer->births.splice(dead->place_in_births, value->buffer->births,
                                 value->place_in_births);
    value->made_from = dead->made_from;
  }
}

}  // namespace

void BufferRecord::find_arrays(const Extent& extent,
                               absl::FunctionRef<bool(const ArrayRecord&)> fn) const {
  if (extents != nullptr) {
    return extents->find(
        extent, [&](const void* item) { return fn(*static_cast<const ArrayRecord*>(item)); });
  }
  for (const ValueRecord* value : births) {
    for (const ArrayRecord* array : value->arrays) {
      const Extent seen = extent_of(*array);
      if (seen.begin < extent.end && extent.begin < seen.end && !fn(*array)) return;
    }
  }
}

void BufferRecord::update_flags() {
  const bool quiet = history == nullptr && twin == nullptr;
  is_quiet.store(quiet, std::memory_order_release);
  is_alone.store(quiet && births.size() == 1 && births.front()->arrays.size() <= 1,
                 std::memory_order_release);
}

ValueRecord::~ValueRecord() {
  known->erase(value.id);
  if (buffer != nullptr) {
    buffer->births.erase(place_in_births);
    buffer->update_flags();
  }
  // A long line of values ends one by one, not by recursion.
  std::shared_ptr<ValueRecord> next = std::move(made_from);
  while (next != nullptr && next.use_count() == 1) {
    std::shared_ptr<ValueRecord> after = std::move(next->made_from);
    next = std::move(after);
  }
}

std::string name_of(const ArrayRecord& array) {
  if (!array.label.empty()) return array.label;
  if (array.made_from != nullptr && !array.how_made.empty()) {
    return name_of(*array.made_from) + array.how_made;
  }
  return absl::StrCat(array.made_from == nullptr ? "array#" : "view#", array.number);
}

const ArrayRecord& owner_of(const ArrayRecord& array) {
  const ArrayRecord* at = &array;
  while (at->made_from != nullptr) at = at->made_from.get();
  return *at;
}

bool is_made_from(const ArrayRecord& array, const ArrayRecord& ancestor) {
  for (const ArrayRecord* at = array.made_from.get(); at != nullptr; at = at->made_from.get()) {
    if (at == &ancestor) return true;
  }
  return false;
}

Extent extent_of(const std::byte* address, const Layout& layout, Index itemsize) {
  const ByteRange range = layout.byte_range(itemsize);
  // Both count from where the layout's offset does.
  const auto at =
      reinterpret_cast<std::uintptr_t>(address) - static_cast<std::uintptr_t>(layout.offset());
  return {at + static_cast<std::uintptr_t>(range.begin),
          at + static_cast<std::uintptr_t>(range.end)};
}

StridedMemory memory_of(const ArrayRecord& array) {
  return {reinterpret_cast<Index>(array.address), array.layout.shape(), array.layout.strides(),
          array.itemsize()};
}

bool index_of(const ArrayRecord& array, const std::byte* address, Dims* index) {
  const StridedMemory one{reinterpret_cast<Index>(address), {}, {}, array.itemsize()};
  OverlapResult found = find_overlap(memory_of(array), one);
  *index = std::move(found.index_a);
  return found.verdict == Verdict::kYes;
}

BufferRecord* Registry::buffer_record(internal::Buffer& buffer) {
  if (buffer.record == nullptr) {
    buffer.record = new BufferRecord{next_buffer_++,
                                     buffer.dtype,
                                     buffer.size_bytes,
                                     buffer.memory,
                                     buffer.mode == Mode::kView,
                                     buffer.give_back != nullptr};
  }
  return static_cast<BufferRecord*>(buffer.record);
}

std::shared_ptr<ValueRecord> Registry::new_value(BufferRecord* buffer, Moment birth,
                                                 std::shared_ptr<ValueRecord> made_from) {
  auto record = std::make_shared<ValueRecord>();
  const Value* ancestor = made_from == nullptr ? nullptr : &made_from->value;
  record->value = {next_value_++, birth, ancestor};
  record->buffer = buffer;
  record->made_from = std::move(made_from);
  record->known = &values_;
  values_.insert(record->value.id);
  record->place_in_births = buffer->births.insert(buffer->births.end(), record.get());
  return record;
}

std::shared_ptr<ArrayRecord> Registry::new_array(internal::Node& node, StackId site) {
  auto array = std::make_shared<ArrayRecord>();
  array->number = next_array_++;
  array->dtype = node.current_buffer().dtype;
  BufferRecord* buffer = buffer_record(node.current_buffer());
  if (buffer->made_at == 0) buffer->made_at = site;
  array->buffer_number = buffer->number;
  array->buffer_bytes = node.current_buffer().size_bytes;
  array->made_at = site;
  refresh(array.get(), node);
  array->of_node = array;
  node.record = array.get();
  return array;
}

void Registry::add_to_value(ArrayRecord* array, std::shared_ptr<ValueRecord> value) {
  array->value = std::move(value);
  array->value->arrays.push_back(array);
  BufferRecord& buffer = *array->value->buffer;
  if (buffer.extents != nullptr) {
    buffer.extents->add(extent_of(*array), array);
  } else if (++buffer.arrays_alive >= kManyArrays && buffer.is_judged) {
    buffer.extents = std::make_unique<ExtentIndex>();
    for (const ValueRecord* one : buffer.births) {
      for (const ArrayRecord* alive : one->arrays) buffer.extents->add(extent_of(*alive), alive);
    }
  }
  buffer.update_flags();
}

ArrayRecord* Registry::add_owner(internal::Node& node, Moment now, StackId site) {
  auto array = new_array(node, site);
  add_to_value(array.get(), new_value(buffer_record(node.current_buffer()), now, nullptr));
  ++owner_count_;
  return array.get();
}

ArrayRecord* Registry::add_view(internal::Node& made, const internal::Node& source,
                                const ViewOp& op, Moment now, StackId site) {
  if (&made == &source) {
    ArrayRecord* array = record_of(made).get();
    ExtentIndex* const extents = array->value->buffer->extents.get();
    if (extents != nullptr) extents->remove(extent_of(*array), array);
    refresh(array, made);
    if (extents != nullptr) extents->add(extent_of(*array), array);
    absl::StrAppend(&array->how_made, view_op_text(op));
    array->made_at = site;
    array->is_declared = made.has(internal::kDeclared);
    return array;
  }
  const RecordPointer& from = record_of(source);
  inherit_from_dead(from->value.get());
  auto array = new_array(made, site);
  array->how_made = view_op_text(op);
  array->made_from = from;
  array->is_declared = made.has(internal::kDeclared);
  array->indexing_copy = from->indexing_copy;
  if (array->indexing_copy != nullptr) ++array->indexing_copy->arrays_alive;
  const bool joins = made.leader != &made;
  add_to_value(array.get(),
               joins ? record_of(*made.leader)->value
                     : new_value(buffer_record(made.current_buffer()), now, from->value));
  forget_dead_ancestors(from.get());
  ++view_count_;
  return array.get();
}

void Registry::mark_indexing_copy(internal::Node& made, const internal::Node& source) {
  auto copy = std::make_shared<IndexingCopy>();
  copy->copied_from = record_of(source);
  copy->arrays_alive = 1;
  record_of(made)->indexing_copy = std::move(copy);
}

void Registry::move_value(internal::Node& leader) {
  ValueRecord* value = record_of(leader)->value.get();
  BufferRecord* to = buffer_record(*leader.buffer);
  value->buffer->births.erase(value->place_in_births);
  value->buffer->update_flags();
  value->buffer = to;
  value->place_in_births = to->births.insert(to->births.end(), value);
  to->update_flags();
  refresh(record_of(leader).get(), leader);
  for (ArrayRecord* array : value->arrays) {
    array->buffer_number = to->number;
    array->buffer_bytes = to->size_bytes;
    array->address = leader.buffer->at(array->layout.offset());
  }
}

void Registry::release(internal::Node& node) {
  ArrayRecord* array = record_of(node).get();
  array->is_alive = false;
  if (array->indexing_copy != nullptr) --array->indexing_copy->arrays_alive;
  auto& arrays = array->value->arrays;
  arrays.erase(std::find(arrays.begin(), arrays.end(), array));
  BufferRecord* const buffer = array->value->buffer;
  if (buffer == nullptr) return;
  if (buffer->extents != nullptr) {
    buffer->extents->remove(extent_of(*array), array);
  } else {
    --buffer->arrays_alive;
  }
  buffer->update_flags();
}

void Registry::forget(internal::Node& node) {
  const RecordPointer array = std::move(static_cast<ArrayRecord*>(node.record)->of_node);
  array->value.reset();
  node.record = nullptr;
}

void Registry::free_buffer(internal::Buffer& buffer) {
  auto* record = static_cast<BufferRecord*>(buffer.record);
  if (record == nullptr) return;
  // In copy-on-write mode a dead value's record may outlive its buffer.
  for (ValueRecord* value : record->births) value->buffer = nullptr;
  delete record;
  buffer.record = nullptr;
}

namespace {

struct Tree {
  absl::flat_hash_map<const ArrayRecord*, std::vector<const ArrayRecord*>> children;
  std::vector<Registry::TreeEntry> entries;

  void add(const ArrayRecord* array, int depth) {
    entries.push_back({depth, array});
    const auto found = children.find(array);
    if (found == children.end()) return;
    auto& list = found->second;
    std::sort(list.begin(), list.end(),
              [](const ArrayRecord* a, const ArrayRecord* b) { return a->number < b->number; });
    for (const ArrayRecord* child : list) add(child, depth + 1);
  }
};

}  // namespace

std::vector<Registry::TreeEntry> Registry::tree_of(const BufferRecord& buffer) {
  Tree tree;
  std::vector<const ArrayRecord*> roots;
  absl::flat_hash_set<const ArrayRecord*> seen;
  for (const ValueRecord* value : buffer.births) {
    for (const ArrayRecord* live : value->arrays) {
      for (const ArrayRecord* at = live; at != nullptr && seen.insert(at).second;
           at = at->made_from.get()) {
        if (at->made_from == nullptr) {
          roots.push_back(at);
        } else {
          tree.children[at->made_from.get()].push_back(at);
        }
      }
    }
  }
  for (const ArrayRecord* root : roots) tree.add(root, 0);
  return std::move(tree.entries);
}

}  // namespace cow::alsan
