#include "cow/diagnostics/forecast.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "cow/core/index.h"
#include "cow/core/int_tuple.h"
#include "cow/core/overlap.h"
#include "cow/core/view_layout.h"

namespace cow::alsan {
namespace {

using internal::Access;
using internal::Buffer;
using internal::Node;

/// `op` on elements that lie in `layout`; `as_is` is the layout that it made in view mode. Nothing
/// if the elements would have to be copied.
std::optional<Layout> arrange(const Layout& layout, const ViewOp& op, Index itemsize,
                              const Layout& as_is) {
  const absl::Span<const Index> numbers = op.numbers;
  Layout reshaped;
  switch (op.kind) {
    case ViewOp::Kind::kIndex:
      return index_layout(layout, op.items);
    case ViewOp::Kind::kReshape:
      if (!reshape_layout(layout, numbers, itemsize, &reshaped)) return std::nullopt;
      return reshaped;
    case ViewOp::Kind::kTranspose:
      return numbers.empty() ? reverse_axes(layout) : transpose_layout(layout, numbers);
    case ViewOp::Kind::kBroadcastTo:
      return broadcast_layout(layout, numbers);
    case ViewOp::Kind::kSqueeze:
      if (as_is.ndim() == layout.ndim()) return layout;
      return numbers.empty() ? squeeze_layout(layout) : squeeze_layout(layout, numbers);
    case ViewOp::Kind::kSwapAxes:
      return swapaxes_layout(layout, numbers[0], numbers[1]);
    case ViewOp::Kind::kExpandDims:
      return expand_dims_layout(layout, numbers[0]);
    case ViewOp::Kind::kDiagonal:
      return diagonal_layout(layout, numbers[0], numbers[1], numbers[2]);
    case ViewOp::Kind::kFlip:
      return numbers.empty() ? flip_layout(layout, none) : flip_layout(layout, IntTuple(numbers));
    case ViewOp::Kind::kHandleCopy:
    case ViewOp::Kind::kRef:
      return layout;
    // Of repeated elements only the number matters, and strides given in bytes are what they are.
    case ViewOp::Kind::kSlidingWindow:
    case ViewOp::Kind::kAsStrided:
    case ViewOp::Kind::kBase:
      break;
  }
  return as_is;
}

bool repeats_elements(const Layout& layout, Index itemsize) {
  constexpr Index kMostWork = 1'000'000;
  return find_self_overlap({layout.offset(), layout.shape(), layout.strides(), itemsize}, kMostWork)
             .verdict != Verdict::kNo;
}

/// Was the view made of an array that has a name, and is not const?
bool asks_named_array(const Node& made, const Node& source, const ViewOp& op) {
  if (op.kind == ViewOp::Kind::kHandleCopy || op.kind == ViewOp::Kind::kBase) return false;
  if (made.has(internal::kFromConst)) return false;
  // A ref of a temporary joins what that was made from.
  return op.kind != ViewOp::Kind::kRef || made.leader == source.leader;
}

bool is_followed(const Node& node) { return !node.has(internal::kCopyOnWrite); }

/// As a write lease is told.
bool is_lease(const Access& access) { return access.only_changed; }

}  // namespace

Forecast::Array* Forecast::find(const Node& node) {
  const auto found = arrays_.find(&node);
  return found == arrays_.end() ? nullptr : found->second.get();
}

Forecast::Array* Forecast::find_value(const Node& node) {
  Array* leader = find(*node.leader);
  return leader == nullptr || leader->block == nullptr ? nullptr : leader;
}

std::shared_ptr<Forecast::Block> Forecast::new_block(Index size_bytes) {
  return std::make_shared<Block>(size_bytes, &memory_);
}

void Forecast::on_allocate(const Node& node) {
  memory_.settle();
  memory_now_.settle();
  if (!is_followed(node)) return;
  const bool is_foreign = node.buffer->give_back != nullptr;
  auto array = std::make_unique<Array>();
  array->is_stretched = node.has(internal::kStretched);
  array->members = 1;
  array->block = std::make_shared<Block>(node.buffer->size_bytes, is_foreign ? nullptr : &memory_);
  // Others may write it.
  array->block->was_leased_for_writing = is_foreign;
  if (!is_foreign) memory_now_.add(node.buffer->size_bytes);
  arrays_[&node] = std::move(array);
}

void Forecast::on_copy(const Node& made, const Node& source) {
  Array* copy = find(made);
  const Array* from = find(source);
  const Array* value = find_value(source);
  if (copy == nullptr || from == nullptr || value == nullptr) return;
  const Layout& layout = from->layout ? *from->layout : source.layout;
  const Index bytes = source.layout.size() * source.itemsize();
  const bool may_share = !value->block->was_leased_for_writing &&
                         layout.is_contiguous(source.itemsize()) &&
                         2 * bytes > value->block->size_bytes;
  if (!may_share) return;
  copy->block = value->block;
  ++deferred_copies_;
  deferred_bytes_ += bytes;
}

void Forecast::on_view(const Node& made, const Node& source, const ViewOp& op, StackId site) {
  memory_.settle();
  if (!is_followed(made)) return;
  Array* from = find(source);
  if (from == nullptr) return;
  if (&made != &source && asks_named_array(made, source, op)) make_elements_distinct(source, site);
  std::optional<Layout> layout;
  bool must_copy = false;
  if (from->layout) {
    layout = arrange(*from->layout, op, made.itemsize(), made.layout);
    must_copy = !layout;
    if (must_copy) layout = Layout::c_order(made.layout.shape(), made.itemsize());
  }
  const bool is_stretched =
      layout ? repeats_elements(*layout, made.itemsize()) : made.has(internal::kStretched);
  if (&made == &source) {
    from->layout = std::move(layout);
    from->is_stretched = is_stretched;
    if (must_copy && from->block != nullptr) {
      from->block = new_block(made.layout.size() * made.itemsize());
    }
    return;
  }
  auto array = std::make_unique<Array>();
  array->is_stretched = is_stretched;
  if (made.leader != &made) {
    array->layout = std::move(layout);
    if (Array* leader = find(*made.leader)) ++leader->members;
  } else if (const Array* value = find_value(source)) {
    const Layout& seen = layout ? *layout : made.layout;
    array->members = 1;
    if (must_copy) {
      array->block = new_block(made.layout.size() * made.itemsize());
    } else if (value->block->write_leases > 0) {
      array->block = new_block(seen.byte_range(made.itemsize()).size());
      ++lease_copies_;
      lease_copy_bytes_ += array->block->size_bytes;
    } else {
      array->block = value->block;
    }
    array->layout = std::move(layout);
  }
  arrays_[&made] = std::move(array);
}

void Forecast::on_read(const Access& access) {
  if (access.kind != internal::AccessKind::kSpan) return;
  memory_.settle();
  Array* array = find(access.node);
  const Array* value = find_value(access.node);
  if (array == nullptr || value == nullptr) return;
  const Layout& layout = array->layout ? *array->layout : access.node.layout;
  // Where raw pointers write, a snapshot has its own bytes.
  array->snapshots.push_back(value->block->write_leases > 0
                                 ? new_block(layout.byte_range(access.node.itemsize()).size())
                                 : value->block);
  open_spans_.push_back(&access.node);
}

void Forecast::on_read_span_end(const Node& node) {
  memory_.settle();
  // Spans of one array end in the reverse order, as far as is known here.
  Array* array = find(node);
  if (array == nullptr || array->snapshots.empty()) return;
  array->snapshots.pop_back();
  open_spans_.erase(std::ranges::find(open_spans_, &node));
}

int Forecast::children_kept_by_spans(const Node& node) const {
  absl::flat_hash_map<const Node*, int> gone;  // children of each node that would be
  absl::flat_hash_set<const Node*> seen;
  for (const Node* at : open_spans_) {
    while (at != nullptr && at->parent != nullptr && !at->alive && !seen.contains(at)) {
      const auto array = arrays_.find(at);
      if (array == arrays_.end()) break;
      const int spans = static_cast<int>(array->second->snapshots.size());
      if (at->memory.count() != spans + gone[at]) break;
      seen.insert(at);
      at = at->parent;
      ++gone[at];
    }
  }
  return gone[&node];
}

void Forecast::before_write(const Access& access, const Node& value, const Node* dying_source,
                            StackId site) {
  memory_.settle();
  Array* leader = find_value(value);
  if (leader == nullptr) return;
  const bool is_own = &access.node == &value;
  if (!is_own && (access.node.has(internal::kThroughBroadcast) || leader->is_stretched)) {
    ++refused_writes_;
    return;
  }
  const auto is_passing_sharer = [&](const Node* node) {
    if (node == nullptr || node == &value || node->leader != node) return false;
    const Array* array = find(*node);
    return array != nullptr && array->members == 1 && array->block == leader->block;
  };
  const int mine =
      1 + (is_passing_sharer(&access.node) ? 1 : 0) + (is_passing_sharer(dying_source) ? 1 : 0);
  if (leader->block.use_count() > mine || (is_own && leader->is_stretched)) {
    // A write lease keeps its array's node, and the leader's; a read lease its array's.
    const int kept = (is_lease(access) ? 2 : 0) + static_cast<int>(leader->snapshots.size()) +
                     children_kept_by_spans(value);
    detach(value, leader, is_own && leader->members == 1, value.memory.count() == 1 + kept, site);
  }
  if (!is_lease(access)) return;
  ++leader->members;
  ++leader->block->write_leases;
  leader->block->was_leased_for_writing = true;
}

void Forecast::detach(const Node& leader, Array* value, bool is_alone, bool is_childless,
                      StackId site) {
  const Index itemsize = leader.itemsize();
  const Layout& layout = value->layout ? *value->layout : leader.layout;
  const Index from_bytes = value->block->size_bytes;
  const Index range_bytes = layout.byte_range(itemsize).size();
  const bool is_half_or_less = layout.size() <= from_bytes / itemsize / 2;
  const bool is_gathered =
      is_alone &&
      (value->is_stretched || (is_childless && is_half_or_less && !layout.is_dense(itemsize)));
  Index bytes = 2 * range_bytes <= from_bytes ? range_bytes : from_bytes;
  if (is_gathered) {
    bytes = layout.size() * itemsize;
    value->layout = Layout::c_order(layout.shape(), itemsize);
    value->is_stretched = false;
  } else if (value->is_stretched) {
    ++refused_writes_;
    return;
  }
  const std::shared_ptr<Block> old = std::exchange(value->block, new_block(bytes));
  memory_.settle();
  WriteCost& cost = writes_[site];
  ++cost.detaches;
  cost.bytes += bytes;
}

void Forecast::make_elements_distinct(const Node& node, StackId site) {
  Array* array = find(node);
  if (!array->is_stretched || node.leader != &node || array->block == nullptr) return;
  // Read-only for another reason than that it was broadcast.
  if (node.has(internal::kReadOnly) && !node.has(internal::kThroughBroadcast)) return;
  if (node.has(internal::kFromConst) || array->members != 1) return;
  detach(node, array, true, false, site);
}

void Forecast::after_write(const Access& access, const Node& value) {
  if (!is_lease(access)) return;
  memory_.settle();
  Array* leader = find_value(value);
  if (leader == nullptr) return;
  --leader->block->write_leases;
  leave(leader);
}

void Forecast::leave(Array* value) {
  if (--value->members == 0) value->block.reset();
}

void Forecast::on_release(const Node& node) {
  memory_.settle();
  if (Array* value = find_value(node)) leave(value);
}

void Forecast::on_forget(const Node& node) { arrays_.erase(&node); }

void Forecast::on_free(const Buffer& buffer) {
  memory_now_.settle();
  if (buffer.mode == cow::Mode::kView && buffer.give_back == nullptr) {
    memory_now_.add(-buffer.size_bytes);
  }
}

void Forecast::add_changed_read(StackId read_site, StackId write_site, std::int64_t elements) {
  ChangedReads& reads = changed_reads_[{read_site, write_site}];
  ++reads.reads;
  reads.elements += elements;
}

ForecastBill Forecast::bill(const StackDepot& stacks, const ResolveOptions& resolving) const {
  const auto line_of = [&](StackId site) {
    const std::vector<Frame> frames = resolve(stacks.get(site), resolving);
    return frames.empty() ? Frame() : frames[0];
  };
  // Several stacks may lead to one line.
  const auto key_of = [](const Frame& frame) {
    return std::make_tuple(frame.file, frame.line, frame.function);
  };
  using Key = std::tuple<std::string, int, std::string>;
  std::map<Key, ForecastBill::Line> lines;
  for (const auto& [site, cost] : writes_) {
    const Frame where = line_of(site);
    ForecastBill::Line& line = lines[key_of(where)];
    line.where = where;
    line.detaches += cost.detaches;
    line.bytes += cost.bytes;
  }
  std::map<std::pair<Key, Key>, ForecastBill::ChangedRead> reads;
  for (const auto& [sites, count] : changed_reads_) {
    const Frame where = line_of(sites.first);
    const Frame written = line_of(sites.second);
    ForecastBill::ChangedRead& read = reads[{key_of(where), key_of(written)}];
    read.where = where;
    read.written = written;
    read.reads += count.reads;
    read.elements += count.elements;
  }

  ForecastBill bill;
  for (auto& [key, line] : lines) bill.lines.push_back(std::move(line));
  for (auto& [key, read] : reads) bill.changed_reads.push_back(std::move(read));
  std::ranges::stable_sort(bill.lines, std::greater(), &ForecastBill::Line::bytes);
  std::ranges::stable_sort(bill.changed_reads, std::greater(), &ForecastBill::ChangedRead::reads);
  bill.refused_writes = refused_writes_;
  bill.deferred_copies = deferred_copies_;
  bill.deferred_bytes = deferred_bytes_;
  bill.lease_copies = lease_copies_;
  bill.lease_copy_bytes = lease_copy_bytes_;
  bill.peak_bytes = memory_.peak();
  bill.peak_bytes_now = memory_now_.peak();
  return bill;
}

}  // namespace cow::alsan
