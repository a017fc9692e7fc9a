// Random programs against a naive model: the elements of a value in one vector, and for each array
// a list of which of them are its own, in C order. Built twice, with and without an observer.

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

#include "cow/core/large_arrays.h"
#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;
using internal::Receiver;

/// Memory in copy-on-write mode; how many values and read leases share it is its use count.
struct Block {
  bool was_leased_for_writing = false;
};

/// In copy-on-write mode what an array and its refs share; in view mode all that share memory.
/// Lives as long as arrays, or leases, of it do.
struct Value {
  Numbers cells;
  std::shared_ptr<Block> block = std::make_shared<Block>();
  int write_leases = 0;
  // Of the array that the others are refs of:
  Dims shape;
  Numbers map;
  bool is_stretched = false;
};

/// One array of the model.
struct Model {
  std::shared_ptr<Value> value;
  Dims shape;
  Numbers map;  // of each element, its cell
  bool is_read_only = false;
  // Whom it acts for as a temporary:
  std::weak_ptr<Value> parent;
  bool is_declared = false;  // in the value of another array
  bool acts_for_itself = true;
  bool is_through_broadcast = false;
};

struct Entry {
  Ints real;
  Model model;
};

struct ReadingLease {
  internal::ReadLease lease;
  Layout layout;
  std::shared_ptr<Block> block;
  std::shared_ptr<Value> value;  // view mode
  Numbers map, snapshot;
};

struct WritingLease {
  internal::WriteLease lease;
  Layout layout;
  Model model;
};

bool has_duplicates(Numbers map) {
  std::sort(map.begin(), map.end());
  return std::adjacent_find(map.begin(), map.end()) != map.end();
}

Numbers values_of(const Model& model) {
  Numbers values;
  for (Index cell : model.map) values.push_back(model.value->cells[static_cast<std::size_t>(cell)]);
  return values;
}

template <class Fn>
bool throws_read_only(Fn fn) {
  try {
    fn();
  } catch (const ReadOnlyError&) {
    return true;
  }
  return false;
}

class Program {
 public:
  Program(Random& random, bool copies_on_write) : random_(random), cow_(copies_on_write) {}

  void run(int steps) {
    make();
    for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
      if (entries_.empty()) make();
      remember();
      trace_ << "\n  ";
      try {
        take_step();
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
      }
      compare();
    }
    if (testing::Test::HasFailure()) {
      std::cout << (cow_ ? "copy-on-write" : "view") << " mode:" << trace_.str() << std::endl;
    }
  }

 private:
  // ---- the model's rules ------------------------------------------------------------------------

  bool detaches_on_write(const Model& model) const {
    return cow_ && (model.value->block.use_count() > 1 || is_stretched_leader(model));
  }
  bool is_stretched_leader(const Model& model) const {
    return !model.is_declared && model.value->is_stretched;
  }
  /// `members`: the handles and write leases of the value.
  static Index members(const Model& model) { return model.value.use_count(); }

  /// May it be written by name? If not, `ReadOnlyError`.
  bool is_writeable(const Model& model) const {
    if (model.is_read_only) return false;
    if (!cow_) return true;
    if (model.is_declared) {
      return !has_duplicates(model.map) && !model.is_through_broadcast &&
             !model.value->is_stretched;
    }
    return !model.value->is_stretched || members(model) == 1;
  }

  /// A write through a name: the value takes memory of its own, its elements become distinct.
  void write_by_name(Model& model) {
    if (detaches_on_write(model)) detach(model);
    model.acts_for_itself = true;
  }
  void detach(Model& model) {
    if (is_stretched_leader(model)) {
      model.value->cells = values_of(model);
      for (std::size_t i = 0; i < model.map.size(); ++i) model.map[i] = static_cast<Index>(i);
      model.value->map = model.map;
      model.value->is_stretched = false;
      model.is_through_broadcast = false;
      model.acts_for_itself = true;
    }
    model.value->block = std::make_shared<Block>();
  }

  /// Before something that can be written is made from a named array.
  void make_distinct(Model& model) {
    if (cow_ && !model.is_read_only && is_stretched_leader(model) && members(model) == 1) {
      detach(model);
    }
  }

  Model new_value(const Model& from, const NaiveView& view) const {
    Model made;
    made.shape = view.shape;
    for (Index position : view.positions) {
      made.map.push_back(from.map[static_cast<std::size_t>(position)]);
    }
    made.is_read_only = from.is_read_only;
    made.parent = from.value;
    made.acts_for_itself = false;
    if (!cow_) {
      made.value = from.value;
      return made;
    }
    made.value = std::make_shared<Value>(*from.value);
    made.value->write_leases = 0;
    // Raw pointers write the source's memory: the new value has its own from the start.
    if (from.value->write_leases > 0) made.value->block = std::make_shared<Block>();
    made.value->shape = made.shape;
    made.value->map = made.map;
    made.value->is_stretched = has_duplicates(made.map);
    return made;
  }
  /// A view made from a named array.
  Model named_view(const Model& from, const NaiveView& view) const {
    Model made = new_value(from, view);
    if (from.is_declared) made.is_through_broadcast = from.is_through_broadcast;
    return made;
  }
  Model broadcast_view(const Model& from, Shape shape) const {
    Model made = named_view(from, naive_broadcast(from.shape, shape));
    if (cow_) {
      made.is_through_broadcast = true;
    } else {
      made.is_read_only = true;
    }
    return made;
  }
  static Model member(const Model& from) {
    Model made = from;
    made.is_declared = true;
    made.acts_for_itself = true;
    return made;
  }

  /// Elements `view` of the named array `from`, in place: whether they can be written.
  bool is_writeable_in_place(const Model& from, const Model& temporary) const {
    if (temporary.is_read_only) return false;
    return !cow_ || (!has_duplicates(temporary.map) && !temporary.is_through_broadcast &&
                     !from.value->is_stretched);
  }

  // ---- steps ------------------------------------------------------------------------------------

  void take_step() {
    switch (number(0, 33)) {
      case 0:
      case 1:
        return make();
      case 2:
      case 3:
      case 4:
        return index_view();
      case 5:
        return chain();
      case 6:
        return rearranged_view();
      case 7:
        return broadcast();
      case 8:
        return const_view();
      case 9:
        return handle_copy();
      case 10:
        return ref();
      case 11:
        return ref_of_temporary();
      case 12:
        return copy();
      case 13:
      case 14:
        return drop();
      case 15:
        return move_handles();
      case 16:
        return fill();
      case 17:
      case 18:
      case 19:
        return fill_in_place();
      case 20:
        return assign_overlapping();
      case 21:
        return assign_any();
      case 22:
        return update();
      case 23:
      case 24:
        return write_element();
      case 25:
        return write_as_temporary();
      case 26:
        return detach_in_place();
      case 27:
        return open_read_lease();
      case 28:
        return open_write_lease();
      case 29:
      case 30:
        return write_through_lease();
      case 31:
        return close_lease();
      case 32:
        return base();
      case 33:
        return put();
    }
  }

  void make() {
    const Dims shape = random_shape(random_, 3);
    Entry entry;
    entry.model.value = std::make_shared<Value>();
    for (Index i = 0; i < element_count(shape); ++i) {
      entry.model.value->cells.push_back(next_++);
      entry.model.map.push_back(i);
    }
    entry.model.shape = entry.model.value->shape = shape;
    entry.model.value->map = entry.model.map;
    entry.real = from_span<Index>(entry.model.value->cells, shape);
    trace_ << "make " << tuple_text(shape);
    add(std::move(entry));
  }

  void index_view() {
    Entry& from = any();
    const auto items = random_items(random_, from.model.shape);
    trace_ << index_text(items);
    make_distinct(from.model);
    const NaiveView view = naive_index(from.model.shape, items);
    Entry made{from.real[items], named_view(from.model, view)};
    if (number(0, 5) == 0) {
      trace_ << " rebound";
      from.model = std::move(made.model);
      from.real = std::move(made.real);
    } else {
      add(std::move(made));
    }
  }

  void chain() {
    Entry& from = any();
    const auto items = random_items(random_, from.model.shape);
    trace_ << index_text(items) << ".T()";
    make_distinct(from.model);
    Model made = named_view(from.model, naive_index(from.model.shape, items));
    Dims axes;
    for (int i = static_cast<int>(made.shape.size()) - 1; i >= 0; --i) axes.push_back(i);
    const NaiveView turned = naive_transpose(made.shape, axes);
    Numbers map;
    for (Index position : turned.positions)
      map.push_back(made.map[static_cast<std::size_t>(position)]);
    made.map = map;
    made.shape = turned.shape;
    if (cow_) {
      made.value->map = made.map;
      made.value->shape = made.shape;
    }
    add({from.real[items].T(), std::move(made)});
  }

  void rearranged_view() {
    Entry& from = any();
    const Shape shape = from.model.shape;
    NaiveView view;
    if (number(0, 1) == 0) {
      Dims axes;
      for (std::size_t i = 0; i < shape.size(); ++i) axes.push_back(static_cast<Index>(i));
      std::shuffle(axes.begin(), axes.end(), random_);
      trace_ << ".transpose" << tuple_text(axes);
      make_distinct(from.model);
      view = naive_transpose(shape, axes);
      Model made = named_view(from.model, view);
      return add({from.real.transpose(axes), std::move(made)});
    }
    const Dims flat{-1};
    trace_ << ".reshape(-1)";
    view.shape = {element_count(shape)};
    for (Index i = 0; i < view.shape[0]; ++i) view.positions.push_back(i);
    Layout unused;
    if (shape.empty() || element_count(shape) == 0) return;  // -1 is ambiguous, or trivial
    const bool is_view =
        reshape_layout(from.real.handle().node().layout, flat, sizeof(Index), &unused);
    if (is_view) {
      make_distinct(from.model);
      Model made = named_view(from.model, view);
      return add({from.real.reshape(flat), std::move(made)});
    }
    Model made = fresh(from.model, view.shape);
    if (!cow_) made.value->shape = from.model.shape;  // a view of a copy that has no name
    add({from.real.reshape(flat), std::move(made)});
  }

  void broadcast() {
    Entry& from = any();
    Dims shape = from.model.shape;
    for (Index& extent : shape) {
      if (extent == 1 && number(0, 1) == 0) extent = number(1, 3);
    }
    if (shape.size() < 3 && number(0, 1) == 0) shape.insert(shape.begin(), number(1, 3));
    trace_ << ".broadcast_to" << tuple_text(shape);
    make_distinct(from.model);
    Model made = broadcast_view(from.model, shape);
    if (number(0, 4) == 0) {
      // A ref of a stretched temporary is of its source's value, and cannot be written.
      trace_ << ".ref()";
      made = member(made);
      made.value = from.model.value;
      return add({from.real.broadcast_to(shape).ref(), std::move(made)});
    }
    add({from.real.broadcast_to(shape), std::move(made)});
  }

  void const_view() {
    Entry& from = any();
    const auto items = random_items(random_, from.model.shape);
    trace_ << " const " << index_text(items);
    Model made = named_view(from.model, naive_index(from.model.shape, items));
    made.is_read_only = true;
    add({std::as_const(from.real)[items], std::move(made)});
  }

  void handle_copy() {
    Entry& from = any();
    trace_ << " handle copy";
    Model made;
    if (from.model.is_declared) {
      made = member(from.model);
    } else {
      made = new_value(from.model, whole(from.model.shape));
      made.acts_for_itself = true;
      made.is_through_broadcast = from.model.is_through_broadcast;
    }
    add({Ints(from.real), std::move(made)});
  }

  void ref() {
    Entry& from = any();
    const bool is_const = number(0, 7) == 0;
    trace_ << (is_const ? " const" : "") << ".ref()";
    if (!is_const) make_distinct(from.model);
    Model made = member(from.model);
    if (!from.model.is_declared) made.is_through_broadcast = false;
    if (is_const) made.is_read_only = true;
    add({is_const ? std::as_const(from.real).ref() : from.real.ref(), std::move(made)});
  }

  void ref_of_temporary() {
    Entry& from = any();
    const auto items = random_items(random_, from.model.shape);
    trace_ << index_text(items) << ".ref()";
    make_distinct(from.model);
    Model made = member(named_view(from.model, naive_index(from.model.shape, items)));
    made.value = from.model.value;
    add({from.real[items].ref(), std::move(made)});
  }

  void copy() {
    Entry& from = any();
    trace_ << ".copy()";
    Entry made{from.real.copy(), fresh(from.model, from.model.shape)};
    if (address_of(made.real) == address_of(from.real)) {  // allowed, if nobody can tell
      EXPECT_TRUE(cow_);
      EXPECT_FALSE(from.model.value->block->was_leased_for_writing);
      made.model.value->block = from.model.value->block;
    }
    add(std::move(made));
  }

  void drop() {
    const Index k = number(0, size() - 1);
    trace_ << " drop #" << k;
    entries_.erase(entries_.begin() + k);
  }

  void move_handles() {
    trace_ << " swap";
    std::swap(any(), any());
  }

  void fill() {
    Entry& to = any();
    const Index x = next_++;
    trace_ << ".fill(" << x << ")";
    if (!may_write(to, [&] { to.real.fill(x); })) return;
    store_cells(to.model, to.model.map, x);
  }

  void fill_in_place() {
    Entry& to = any();
    const auto items = random_items(random_, to.model.shape);
    const Index x = next_++;
    trace_ << index_text(items) << " = " << x;
    make_distinct(to.model);
    const Model part = named_view(to.model, naive_index(to.model.shape, items));
    const int how = static_cast<int>(number(0, 4));
    const auto write = [&] {
      switch (how) {
        case 0:
          to.real[items] = x;
          break;
        case 1:
          to.real[items].T() = x;
          break;
        case 2:
          to.real[items][ellipsis].fill(x);
          break;
        case 3:
          to.real.ref()[items] = x;
          break;
        case 4:
          to.real[items].ref() = x;  // a temporary ref: writes elements
          break;
      }
    };
    if (!may_write_in_place(to.model, part, write)) return;
    for (Index cell : part.map) to.model.value->cells[static_cast<std::size_t>(cell)] = x;
  }

  /// The same elements of an axis, moved a bit: source and destination overlap.
  void assign_overlapping() {
    Entry& to = any();
    if (to.model.shape.empty()) return;
    const Index extent = to.model.shape[0];
    const Index count = number(0, extent);
    const Index p = number(0, extent - count), q = number(0, extent - count);
    const bool backwards = number(0, 1) == 0;
    const IndexItem target = slice(p, p + count);
    const IndexItem source = backwards && count > 0
                                 ? slice(q + count - 1, q > 0 ? SliceBound(q - 1) : none, -1)
                                 : slice(q, q + count);
    trace_ << index_text({target}) << " = " << index_text({source});
    make_distinct(to.model);
    const Model part = named_view(to.model, naive_index(to.model.shape, {target}));
    const Model from = named_view(to.model, naive_index(to.model.shape, {source}));
    const Numbers values = values_of(from);
    const bool adds = number(0, 2) == 0;
    const auto write = [&] {
      if (adds) {
        to.real[target] += to.real[source];
      } else {
        to.real[target] = to.real[source];
      }
    };
    release(from);
    if (!may_write_in_place(to.model, part, write)) return;
    for (std::size_t i = 0; i < values.size(); ++i) {
      Index& cell = to.model.value->cells[static_cast<std::size_t>(part.map[i])];
      cell = adds ? cell + values[i] : values[i];
    }
  }

  void assign_any() {
    Entry& to = any();
    Entry& from = any();
    trace_ << ".assign";
    Dims shape = from.model.shape;
    while (shape.size() > to.model.shape.size() && shape[0] == 1) shape.erase(shape.begin());
    bool fits = shape.size() <= to.model.shape.size();
    for (std::size_t i = 1; fits && i <= shape.size(); ++i) {
      const Index extent = to.model.shape[to.model.shape.size() - i];
      fits = shape[shape.size() - i] == 1 || shape[shape.size() - i] == extent;
    }
    if (!fits) {
      trace_ << " (does not fit)";
      EXPECT_THROW(to.real.assign(from.real), std::invalid_argument);
      return;
    }
    Numbers values;
    const Numbers all_values = values_of(from.model);
    for (Index i : naive_broadcast(shape, to.model.shape).positions) {
      values.push_back(all_values[static_cast<std::size_t>(i)]);
    }
    if (!may_write(to, [&] { to.real.assign(from.real); })) return;
    for (std::size_t i = 0; i < values.size(); ++i) {
      to.model.value->cells[static_cast<std::size_t>(to.model.map[i])] = values[i];
    }
  }

  /// `a += a.T()`, or of a number.
  void update() {
    Entry& to = any();
    const Dims& shape = to.model.shape;
    const bool is_square = shape.size() == 2 && shape[0] == shape[1];
    trace_ << (is_square ? " += T" : " += 7");
    if (!is_square) {
      const Numbers values = values_of(to.model);
      if (!may_write(to, [&] { to.real += 7; })) return;
      for (std::size_t i = 0; i < values.size(); ++i) {
        to.model.value->cells[static_cast<std::size_t>(to.model.map[i])] = values[i] + 7;
      }
      return;
    }
    make_distinct(to.model);
    const Numbers values = values_of(to.model);
    const NaiveView turned = naive_transpose(shape, {1, 0});
    if (!may_write(to, [&] { to.real += to.real.T(); })) return;
    for (std::size_t i = 0; i < values.size(); ++i) {
      to.model.value->cells[static_cast<std::size_t>(to.model.map[i])] =
          values[i] + values[static_cast<std::size_t>(turned.positions[i])];
    }
  }

  void write_element() {
    Entry& to = any();
    const Dims& shape = to.model.shape;
    if (element_count(shape) == 0 || shape.size() > 3) return;
    Dims at;
    Index flat = 0;
    for (Index extent : shape) {
      const Index i = number(0, extent - 1);
      flat = flat * extent + i;
      at.push_back(number(0, 1) == 0 ? i : i - extent);
    }
    const Index x = next_++;
    trace_ << tuple_text(at) << " = " << x;
    const auto write = [&] {
      switch (at.size()) {
        case 0:
          to.real() = x;
          break;
        case 1:
          to.real(at[0]) = x;
          break;
        case 2:
          to.real(at[0], at[1]) = x;
          break;
        case 3:
          to.real(at[0], at[1], at[2]) = x;
          break;
      }
    };
    if (!may_write(to, write)) return;
    to.model.value->cells[static_cast<std::size_t>(to.model.map[static_cast<std::size_t>(flat)])] =
        x;
  }

  /// `std::move(v)[...] = x` writes what `v` was made from, if that is alive.
  void write_as_temporary() {
    Entry& dying = any();
    const Model model = dying.model;
    if (model.is_through_broadcast || has_duplicates(model.map)) return;
    const auto items = random_items(random_, model.shape);
    const Index x = next_++;
    std::shared_ptr<Value> target = model.acts_for_itself ? nullptr : model.parent.lock();
    if (target == nullptr) target = model.value;
    if (cow_ && target->is_stretched) return;
    trace_ << " move(v)" << index_text(items) << " = " << x;
    const bool refused = throws_read_only([&] {
      if (number(0, 1) == 0) {
        std::move(dying.real)[items] = x;
      } else {
        std::move(dying.real)[items].fill(x);
      }
    });
    EXPECT_EQ(refused, model.is_read_only);
    const NaiveView part = naive_index(model.shape, items);
    for (Index i : part.positions) {
      if (refused) break;
      target->cells[static_cast<std::size_t>(model.map[static_cast<std::size_t>(i)])] = x;
    }
    entries_.erase(entries_.begin() + (&dying - entries_.data()));
    adopt_moves_ = true;  // whether the dying array's share counted is its own affair
  }

  /// `a[...].fill(g(a))`, where `g` writes `a`.
  void detach_in_place() {
    Entry& to = any();
    const auto items = random_items(random_, to.model.shape);
    const Index x = next_++, y = next_++;
    trace_ << index_text(items) << ".fill(g(a))";
    make_distinct(to.model);
    const Model part = named_view(to.model, naive_index(to.model.shape, items));
    if (!is_writeable(to.model) || !is_writeable_in_place(to.model, part)) {
      EXPECT_TRUE(throws_read_only([&] { to.real[items].fill((to.real.fill(y), x)); }));
      if (is_writeable(to.model)) {  // then only the temporary refuses
        release(part);
        write_by_name(to.model);
        store_cells(to.model, to.model.map, y);
      }
      return;
    }
    release(part);
    // The waiting temporary shares the memory while `g` writes.
    const bool moves = cow_ && to.model.value->write_leases == 0;
    to.real[items].fill((to.real.fill(y), x));
    if (moves) detach(to.model);
    to.model.acts_for_itself = true;
    store_cells(to.model, to.model.map, y);
    store_cells(to.model, part.map, x);
  }

  void open_read_lease() {
    if (reading_.size() > 2) return;
    Entry& from = any();
    trace_ << " read lease";
    const internal::Node& node = from.real.handle().node();
    std::shared_ptr<Block> block =
        from.model.value->write_leases > 0 ? std::make_shared<Block>() : from.model.value->block;
    reading_.push_back({internal::ReadLease(node), node.layout, cow_ ? block : nullptr,
                        cow_ ? nullptr : from.model.value, from.model.map, values_of(from.model)});
  }

  void open_write_lease() {
    if (writing_.size() > 1) return;
    Entry& from = any();
    internal::Node& node = from.real.handle().node();
    trace_ << " write lease";
    if (!is_writeable(from.model)) {
      EXPECT_TRUE(throws_read_only([&] { internal::WriteLease(node, Receiver::kNamed); }));
      return;
    }
    internal::WriteLease lease(node, Receiver::kNamed);
    write_by_name(from.model);
    from.model.value->block->was_leased_for_writing = true;
    ++from.model.value->write_leases;
    writing_.push_back({std::move(lease), node.layout, from.model});
  }

  void write_through_lease() {
    if (writing_.empty()) return;
    WritingLease& to = writing_[static_cast<std::size_t>(number(0, std::ssize(writing_) - 1))];
    const Index count = std::ssize(to.model.map);
    if (count == 0) return;
    const Index i = number(0, count - 1);
    const Index x = next_++;
    trace_ << " lease[" << i << "] = " << x;
    std::memcpy(to.lease.address() + to.layout.displacement_of_flat(i), &x, sizeof x);
    to.model.value->cells[static_cast<std::size_t>(to.model.map[static_cast<std::size_t>(i)])] = x;
  }

  void close_lease() {
    trace_ << " close lease";
    if (number(0, 1) == 0 && !reading_.empty()) {
      reading_.pop_back();
    } else if (!writing_.empty()) {
      --writing_.back().model.value->write_leases;
      writing_.pop_back();
    }
  }

  void base() {
    Entry& from = any();
    trace_ << ".base()";
    std::optional<Ints> base = from.real.base();
    if (!base.has_value()) return;
    EXPECT_TRUE(!cow_ || from.model.is_declared);
    Model made = member(from.model);
    made.shape = from.model.value->shape;
    made.map = from.model.value->map;
    // Whether the owner may be written is not known here.
    made.is_read_only = !base->is_writeable();
    if (cow_) made.is_through_broadcast = has_duplicates(made.map);
    add({*std::move(base), std::move(made)});
  }

  void put() {
    Entry& to = any();
    const Index x = next_++;
    if (to.model.shape.empty() || to.model.shape[0] == 0) return;
    const Index i = number(-to.model.shape[0], to.model.shape[0] - 1);
    const Index limit = next_ / 2;
    const bool by_mask = number(0, 1) == 0;
    trace_ << " put " << (by_mask ? limit : i) << " " << x;
    const Numbers values = values_of(to.model);
    const auto write = [&] {
      if (by_mask) {
        to.real.put(to.real > limit, x);
      } else {
        to.real[index_list({i})] = x;
      }
    };
    if (!may_write(to, write)) return;
    if (!by_mask) {
      const NaiveView row = naive_index(to.model.shape, {i});
      for (Index position : row.positions) {
        const Index cell = to.model.map[static_cast<std::size_t>(position)];
        to.model.value->cells[static_cast<std::size_t>(cell)] = x;
      }
      return;
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (values[k] > limit) {
        to.model.value->cells[static_cast<std::size_t>(to.model.map[k])] = x;
      }
    }
  }

  // ---- helpers ----------------------------------------------------------------------------------

  Index number(Index lowest, Index highest) { return random_number(random_, lowest, highest); }
  Index size() const { return std::ssize(entries_); }
  Entry& any() {
    const Index k = number(0, size() - 1);
    trace_ << " #" << k;
    return entries_[static_cast<std::size_t>(k)];
  }
  void add(Entry entry) {
    constexpr Index kMost = 9;
    if (size() >= kMost) drop();
    entries_.push_back(std::move(entry));
  }

  static NaiveView whole(Shape shape) { return naive_index(shape, {ellipsis}); }

  static Model fresh(const Model& from, Shape shape) {
    Model made;
    made.value = std::make_shared<Value>();
    made.value->cells = values_of(from);
    for (Index i = 0; i < std::ssize(made.value->cells); ++i) made.map.push_back(i);
    made.shape.assign(shape.begin(), shape.end());
    made.value->shape = made.shape;
    made.value->map = made.map;
    return made;
  }

  /// A model temporary shares no memory any more.
  void release(const Model& temporary) const {
    if (cow_) temporary.value->block = nullptr;
  }

  template <class Write>
  bool may_write(Entry& to, Write write) {
    if (!is_writeable(to.model)) {
      EXPECT_TRUE(throws_read_only(write));
      return false;
    }
    write();
    write_by_name(to.model);
    return true;
  }

  template <class Write>
  bool may_write_in_place(Model& to, const Model& part, Write write) {
    release(part);
    if (!is_writeable_in_place(to, part)) {
      EXPECT_TRUE(throws_read_only(write));
      return false;
    }
    write();
    if (detaches_on_write(to)) detach(to);
    return true;
  }

  static void store_cells(Model& to, const Numbers& map, Index x) {
    for (Index cell : map) to.value->cells[static_cast<std::size_t>(cell)] = x;
  }

  void remember() {
    places_.clear();
    for (const Entry& entry : entries_) {
      const internal::Node& node = entry.real.handle().node();
      places_.push_back({&node, node.address(), node.current_buffer().space,
                         entry.model.value->block.get(), entry.model.value->block});
    }
    adopt_moves_ = false;
  }

  /// All arrays have the model's elements, and those that moved are those that had to.
  void compare() {
    for (Entry& entry : entries_) {
      EXPECT_EQ(entry.real.shape(), Shape(entry.model.shape));
      EXPECT_EQ(elements_of(entry.real), values_of(entry.model));
      EXPECT_EQ(entry.real.is_writeable(), !entry.model.is_read_only);
      for (Place& place : places_) {
        const internal::Node& node = entry.real.handle().node();
        if (place.node != &node) continue;
        const bool moved =
            place.address != node.address() || place.space != node.current_buffer().space;
        if (adopt_moves_ && moved && entry.model.value->block.get() == place.block) {
          entry.model.value->block = std::make_shared<Block>();
          for (Place& other : places_) {
            if (other.block == place.block) other.block = nullptr;
          }
          continue;
        }
        EXPECT_EQ(moved, entry.model.value->block.get() != place.block) << "needless or missing";
      }
    }
    for (const ReadingLease& lease : reading_) {
      for (std::size_t i = 0; i < lease.map.size(); ++i) {
        Index now;
        const Index at = lease.layout.displacement_of_flat(static_cast<Index>(i));
        std::memcpy(&now, lease.lease.address() + at, sizeof now);
        EXPECT_EQ(now, cow_ ? lease.snapshot[i]
                            : lease.value->cells[static_cast<std::size_t>(lease.map[i])]);
      }
    }
  }

  struct Place {
    const internal::Node* node;
    const void* address;
    std::uint64_t space;  // after two moves the first address may be in use again
    const Block* block;
    std::weak_ptr<Block> held;  // so that no other block gets its address
  };

  Random& random_;
  const bool cow_;
  Index next_ = 0;
  std::vector<Entry> entries_;
  std::vector<ReadingLease> reading_;
  std::vector<WritingLease> writing_;
  std::vector<Place> places_;
  bool adopt_moves_ = false;
  std::ostringstream trace_;
};

class ModelTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, ModelTest, both_modes(), mode_name);

TEST_P(ModelTest, RandomPrograms) {
  const char* given = std::getenv("COW_TEST_PROGRAMS");
  const int programs = given != nullptr ? std::atoi(given) : 6000;
  const std::uint64_t seed = test_seed(20240607);
  CountingObserver* observer = counting_observer();
  const Index records = observer != nullptr ? observer->records.load() : 0;
  for (int i = 0; i < programs && !HasFailure(); ++i) {
    SCOPED_TRACE(testing::Message() << "program " << i);
    Random random(seed + static_cast<std::uint64_t>(i));
    // Of every third program each array has pages of its own, which are copied lazily.
    set_large_arrays(LargeArrays::kLazyCopies, i % 3 == 0 ? 1 : kLargeArrayBytes);
    Program(random, copies_on_write()).run(30);
  }
  set_large_arrays(LargeArrays::kLazyCopies);
  if (observer != nullptr) {
    EXPECT_EQ(observer->records, records);
    EXPECT_EQ(observer->open_writes, 0);
  }
}

}  // namespace
}  // namespace cow
