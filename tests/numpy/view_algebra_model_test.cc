// Random programs against a naive model of views and selections: a vector of cells, and for each
// array the number of the cell of each of its elements, in C order. In copy-on-write mode each
// array has cells of its own, and an expression on a temporary writes those of the named array.

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"
#include "cow/tests/naive_select.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

// ---- views by enumeration -----------------------------------------------------------------------

/// All positions of `shape` in C order.
std::vector<Numbers> positions_of(Shape shape) {
  std::vector<Numbers> positions;
  for_each_position(shape, [&](const Numbers& position) { positions.push_back(position); });
  return positions;
}

/// The elements in the same order in another shape.
NaiveView in_shape(const Dims& to) {
  NaiveView view{to, count_up(element_count(to))};
  return view;
}

// ---- the model ----------------------------------------------------------------------------------

struct Model {
  std::shared_ptr<Numbers> cells;
  Dims shape;
  Numbers map;  // of each element, its cell
  bool is_read_only = false;

  Index& cell(Index element) const {
    return (*cells)[static_cast<std::size_t>(map[static_cast<std::size_t>(element)])];
  }
  Numbers values() const {
    Numbers values;
    for (Index i = 0; i < std::ssize(map); ++i) values.push_back(cell(i));
    return values;
  }
  bool repeats_cells() const {
    Numbers sorted = map;
    std::sort(sorted.begin(), sorted.end());
    return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  }
};

Model new_model(Numbers values, const Dims& shape) {
  Model made;
  made.map = count_up(std::ssize(values));
  made.cells = std::make_shared<Numbers>(std::move(values));
  made.shape = shape;
  return made;
}

struct Pair {
  Ints real;
  Model model;
};

/// One way to make a view, and which elements it has.
struct Step {
  std::string text;
  NaiveView view;
  std::function<Ints(Ints&)> of_name;
  std::function<Ints(Ints&&)> of_temporary;
  std::function<Ints(const Ints&)> of_const;
  bool broadcasts = false;
};

template <class Fn>
Step make_step(std::string text, NaiveView view, Fn fn) {
  return {std::move(text),
          std::move(view),
          [fn](Ints& a) { return fn(a); },
          [fn](Ints&& a) { return fn(std::move(a)); },
          [fn](const Ints& a) { return fn(a); },
          false};
}

struct Chosen {
  std::string text;
  std::vector<AdvancedItem> items;
  std::optional<NaiveView> view;

  AdvancedItems index() const { return AdvancedItems(items); }
};

template <class Fn>
std::string thrown_by(Fn fn) {
  try {
    fn();
  } catch (const ReadOnlyError&) {
    return "read-only";
  } catch (const std::invalid_argument&) {
    return "value";
  } catch (const std::out_of_range&) {
    return "range";
  }
  return "";
}

class Program {
 public:
  Program(Random& random, bool copies_on_write) : random_(random), cow_(copies_on_write) {}

  void run(int steps) {
    make();
    for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
      trace_ << "\n  ";
      take_step();
      for (const Pair& pair : pairs_) {
        EXPECT_EQ(pair.real.shape(), Shape(pair.model.shape));
        EXPECT_EQ(elements_of(pair.real), pair.model.values());
        EXPECT_EQ(pair.real.is_writeable(), !pair.model.is_read_only);
      }
    }
    if (testing::Test::HasFailure()) {
      std::cout << (cow_ ? "copy-on-write" : "view") << " mode:" << trace_.str() << std::endl;
    }
  }

 private:
  Index number(Index lowest, Index highest) { return random_number(random_, lowest, highest); }
  bool chance(int percent) { return number(1, 100) <= percent; }
  Pair& any() {
    const Index k = number(0, std::ssize(pairs_) - 1);
    trace_ << " #" << k;
    return pairs_[static_cast<std::size_t>(k)];
  }
  void add(Pair pair) {
    constexpr Index kMost = 7;
    if (std::ssize(pairs_) >= kMost) pairs_.erase(pairs_.begin() + number(0, kMost - 1));
    pairs_.push_back(std::move(pair));
  }
  Numbers new_values(Index count) {
    const Numbers values = count_up(count, next_);
    next_ += count;
    return values;
  }

  // ---- random arguments -------------------------------------------------------------------------

  Index axis_of(Shape shape) { return number(0, std::ssize(shape) - 1); }
  /// Counted from either end.
  Index either_end(Index axis, Shape shape) { return chance(50) ? axis : axis - std::ssize(shape); }
  Dims shuffled_axes(Shape shape) {
    Dims axes;
    for (Index i = 0; i < std::ssize(shape); ++i) axes.push_back(i);
    std::shuffle(axes.begin(), axes.end(), random_);
    return axes;
  }

  Step index_step(Shape shape) {
    const std::vector<IndexItem> items = random_items(random_, shape);
    return make_step(index_text(items), naive_index(shape, items),
                     [items](auto&& a) -> Ints { return std::forward<decltype(a)>(a)[items]; });
  }

  Step axes_step(Shape shape) {
    const Dims axes = shuffled_axes(shape);
    Dims given = axes;
    for (Index& axis : given) axis = either_end(axis, shape);
    const NaiveView view = naive_transpose(shape, axes);
    return make_step(".transpose" + tuple_text(axes), view, [given](auto&& a) -> Ints {
      return std::forward<decltype(a)>(a).transpose(given);
    });
  }

  Step swap_step(Shape shape) {
    const Index first = axis_of(shape), second = axis_of(shape);
    Dims axes;
    for (Index i = 0; i < std::ssize(shape); ++i) axes.push_back(i);
    std::swap(axes[static_cast<std::size_t>(first)], axes[static_cast<std::size_t>(second)]);
    const Index one = either_end(first, shape), other = either_end(second, shape);
    return make_step(
        ".swapaxes" + tuple_text({one, other}), naive_transpose(shape, axes),
        [=](auto&& a) -> Ints { return std::forward<decltype(a)>(a).swapaxes(one, other); });
  }

  Step expand_step(Shape shape) {
    const Index axis = number(0, std::ssize(shape));
    Dims to(shape.begin(), shape.end());
    to.insert(to.begin() + axis, 1);
    const Index given = either_end(axis, to);
    return make_step(
        absl::StrCat(".expand_dims(", given, ")"), in_shape(to),
        [given](auto&& a) -> Ints { return std::forward<decltype(a)>(a).expand_dims(given); });
  }

  Step squeeze_step(Shape shape) {
    Dims to, axes;
    const bool all_axes = chance(50);
    for (Index i = 0; i < std::ssize(shape); ++i) {
      if (shape[i] == 1 && (all_axes || chance(50))) {
        axes.push_back(either_end(i, shape));
      } else {
        to.push_back(shape[i]);
      }
    }
    return make_step(
        ".squeeze" + (all_axes ? "()" : tuple_text(axes)), in_shape(to), [=](auto&& a) -> Ints {
          return std::forward<decltype(a)>(a).squeeze(all_axes ? IntTuple(none) : IntTuple(axes));
        });
  }

  Step broadcast_step(Shape shape) {
    Dims to(shape.begin(), shape.end());
    for (Index& extent : to) {
      if (extent == 1 && chance(50)) extent = number(1, 3);
    }
    if (to.size() < 4 && chance(50)) to.insert(to.begin(), number(1, 3));
    Step step =
        make_step(".broadcast_to" + tuple_text(to), naive_broadcast(shape, to),
                  [to](auto&& a) -> Ints { return std::forward<decltype(a)>(a).broadcast_to(to); });
    step.broadcasts = true;
    return step;
  }

  Step diagonal_step(Shape shape) {
    const Dims axes = shuffled_axes(shape);
    const std::size_t first = static_cast<std::size_t>(axes[0]);
    const std::size_t second = static_cast<std::size_t>(axes[1]);
    const Index offset = number(-3, 3);
    const Index down = std::max<Index>(0, -offset), right = std::max<Index>(0, offset);
    Dims to;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (i != first && i != second) to.push_back(shape[i]);
    }
    to.push_back(std::max<Index>(0, std::min(shape[first] - down, shape[second] - right)));
    const NaiveView view = naive_view(shape, to, [&](const Numbers& position) {
      Numbers source;
      for (std::size_t i = 0, k = 0; i < shape.size(); ++i) {
        source.push_back(i == first    ? position.back() + down
                         : i == second ? position.back() + right
                                       : position[k++]);
      }
      return source;
    });
    const Index one = either_end(axes[0], shape), other = either_end(axes[1], shape);
    return make_step(".diagonal" + tuple_text({offset, one, other}), view, [=](auto&& a) -> Ints {
      return std::forward<decltype(a)>(a).diagonal(offset, one, other);
    });
  }

  Step flip_step(Shape shape) {
    Dims axes = shuffled_axes(shape);
    const bool all_axes = chance(30);
    if (!all_axes) axes.resize(static_cast<std::size_t>(number(0, std::ssize(axes))));
    const NaiveView view =
        naive_view(shape, Dims(shape.begin(), shape.end()), [&](Numbers position) {
          for (Index axis : axes) {
            Index& i = position[static_cast<std::size_t>(axis)];
            i = shape[axis] - 1 - i;
          }
          return position;
        });
    for (Index& axis : axes) axis = either_end(axis, shape);
    return make_step(".flip" + (all_axes ? "()" : tuple_text(axes)), view, [=](auto&& a) -> Ints {
      return std::forward<decltype(a)>(a).flip(all_axes ? IntTuple(none) : IntTuple(axes));
    });
  }

  Step window_step(Shape shape) {
    Dims axes = shuffled_axes(shape);
    axes.resize(static_cast<std::size_t>(number(0, std::ssize(axes))));
    Dims window, to(shape.begin(), shape.end());
    for (Index axis : axes) {
      window.push_back(number(std::min<Index>(1, shape[axis]), shape[axis]));
      to[static_cast<std::size_t>(axis)] -= window.back() - 1;
    }
    to.insert(to.end(), window.begin(), window.end());
    const NaiveView view = naive_view(shape, to, [&](const Numbers& position) {
      Numbers source(position.begin(), position.begin() + std::ssize(shape));
      for (std::size_t k = 0; k < axes.size(); ++k) {
        source[static_cast<std::size_t>(axes[k])] += position[shape.size() + k];
      }
      return source;
    });
    Step step = make_step(".sliding_window_view" + tuple_text(window) + tuple_text(axes), view,
                          [=](auto&& a) -> Ints {
                            return std::forward<decltype(a)>(a).sliding_window_view(window, axes);
                          });
    step.broadcasts = true;
    return step;
  }

  /// Of an array in C order.
  Step strided_step(Shape shape) {
    Dims to, strides_bytes;
    Numbers strides;
    Index room = element_count(shape) - 1;
    for (Index i = number(0, 3); i > 0; --i) {
      const Index extent = number(room < 0 ? 0 : 1, 3), stride = number(0, 3);
      if ((extent - 1) * stride > room) continue;
      room -= std::max<Index>(0, extent - 1) * stride;
      to.push_back(extent);
      strides.push_back(stride);
      strides_bytes.push_back(stride * Ints::itemsize());
    }
    if (room < 0) to.push_back(0), strides.push_back(1), strides_bytes.push_back(8);
    NaiveView view{to, {}};
    for (const Numbers& position : positions_of(to)) {
      Index from = 0;
      for (std::size_t i = 0; i < strides.size(); ++i) from += position[i] * strides[i];
      view.positions.push_back(from);
    }
    return make_step(".as_strided" + tuple_text(to) + tuple_text(strides), view,
                     [=](auto&& a) -> Ints {
                       return std::forward<decltype(a)>(a).as_strided(to, strides_bytes);
                     });
  }

  Dims random_factors(Index size) {
    Dims to;
    for (Index factor = 2; size > 1;) {
      if (size % factor == 0) {
        to.push_back(factor);
        size /= factor;
      } else {
        ++factor;
      }
    }
    while (to.size() > 1 && chance(40)) {
      to[0] *= to.back();
      to.pop_back();
    }
    std::shuffle(to.begin(), to.end(), random_);
    if (size == 0) to = {0, 2};
    if (to.size() < 4 && chance(30)) to.push_back(1);
    return to;
  }

  /// `layout`: of the array that it is for; nothing if that is not known.
  Step random_step(Shape shape, const Layout* layout) {
    while (true) {
      const Index kind = number(0, 13);
      if (shape.size() > 5) return index_step(shape);
      if (kind < 3) return index_step(shape);
      if (kind == 3) return axes_step(shape);
      if (kind == 4) return expand_step(shape);
      if (kind == 5) return squeeze_step(shape);
      if (kind == 6) return broadcast_step(shape);
      if (kind == 7) return flip_step(shape);
      if (kind == 8 && element_count(shape) < 60) return window_step(shape);
      if (kind == 9 && !shape.empty()) return swap_step(shape);
      if (kind < 12 && shape.size() > 1) return diagonal_step(shape);
      if (kind == 12 && layout != nullptr && layout->is_contiguous(Ints::itemsize())) {
        return strided_step(shape);
      }
      const Dims to = random_factors(element_count(shape));
      Layout unused;
      if (kind != 13 || layout == nullptr || layout->is_stretched()) continue;
      if (!reshape_layout(*layout, to, Ints::itemsize(), &unused)) continue;
      return make_step(".reshape" + tuple_text(to), in_shape(to),
                       [to](auto&& a) -> Ints { return std::forward<decltype(a)>(a).reshape(to); });
    }
  }
  Step random_step(const Pair& pair) {
    const bool moves = cow_ && pair.model.repeats_cells();
    return random_step(pair.model.shape, moves ? nullptr : &pair.real.handle().node().layout);
  }

  /// Positions along `axis`, of a shape that broadcasts to `common`.
  void choose_positions(Index extent, int axis, const Dims& common, Chosen* to,
                        std::vector<NaiveEntry>* entries) {
    const std::size_t fewer = static_cast<std::size_t>(number(0, std::ssize(common)));
    Numbers shape(common.begin() + static_cast<std::ptrdiff_t>(fewer), common.end());
    for (Index& n : shape) n = chance(20) ? 1 : n;
    Numbers given, positions;
    for (Index i = element_count(shape); i > 0; --i) {
      positions.push_back(number(0, extent - 1));
      given.push_back(chance(50) ? positions.back() : positions.back() - extent);
    }
    to->text += " " + tuple_text(shape) + tuple_text(given);
    if (shape.size() == 1 && chance(50)) {
      to->items.push_back(index_list(given));
    } else if (shape.empty() && chance(70)) {
      to->items.push_back(given[0]);
    } else {
      to->items.push_back(from_span<Index>(given, shape));
    }
    entries->push_back({NaiveEntry::kPositions, positions, shape, axis});
  }

  void choose_mask(Shape shape, int axis, const Dims& common, Chosen* to,
                   std::vector<NaiveEntry>* entries) {
    const Index size = element_count(shape);
    Numbers numbers = count_up(size);
    std::shuffle(numbers.begin(), numbers.end(), random_);
    const Index wanted = common.empty() || chance(15) ? number(0, size) : common.back();
    numbers.resize(static_cast<std::size_t>(std::min(size, wanted)));
    std::sort(numbers.begin(), numbers.end());
    Array<bool> mask = zeros<bool>({size});
    for (Index i : numbers) mask(i) = true;
    to->items.push_back(mask.reshape(shape));
    to->text += " mask" + tuple_text(shape) + tuple_text(numbers);
    const Numbers count{std::ssize(numbers)};
    if (shape.empty()) entries->push_back({NaiveEntry::kPositions, {}, count, -1});
    const std::vector<Numbers> positions = positions_of(shape);
    for (std::size_t k = 0; k < shape.size(); ++k) {
      Numbers along;
      for (Index i : numbers) along.push_back(positions[static_cast<std::size_t>(i)][k]);
      entries->push_back({NaiveEntry::kPositions, along, count, axis + static_cast<int>(k)});
    }
  }

  /// A mixed index of lists, arrays of positions, masks, slices, numbers and new axes.
  Chosen choose(Shape shape) {
    Chosen chosen;
    std::vector<NaiveEntry> entries;
    Dims common;
    for (Index i = number(0, 2); i > 0; --i) common.push_back(number(chance(10) ? 0 : 1, 3));
    const int ndim = static_cast<int>(shape.size());
    int gap_at = chance(30) ? static_cast<int>(number(0, ndim)) : ndim + 1;
    int axis = 0;
    const auto add_gap = [&](int resume) {
      gap_at = -1;
      chosen.items.push_back(ellipsis);
      chosen.text += " ...";
      entries.push_back({NaiveEntry::kGap, {}, {}, -1});
      for (; axis < resume; ++axis) {
        entries.push_back({NaiveEntry::kTaken, count_up(shape[axis]), {}, axis});
      }
    };
    while (axis < ndim) {
      if (axis == gap_at) {
        add_gap(static_cast<int>(number(axis, ndim)));
        if (axis == ndim) break;
      }
      if (chance(10)) add_new_axis(&chosen, &entries);
      const Index kind = number(0, 9);
      const Index extent = shape[axis];
      if (kind == 0) {
        choose_mask({}, axis, common, &chosen, &entries);
      } else if (kind < 3) {
        const int covered = static_cast<int>(number(1, std::min(3, ndim - axis)));
        choose_mask(
            shape.subspan(static_cast<std::size_t>(axis), static_cast<std::size_t>(covered)), axis,
            common, &chosen, &entries);
        axis += covered;
      } else if (kind < 7 && extent > 0) {
        choose_positions(extent, axis++, common, &chosen, &entries);
      } else {
        const Slice part = slice(number(-extent, extent), none, chance(50) ? 1 : -1);
        chosen.items.push_back(part);
        chosen.text += " " + index_text({part});
        entries.push_back({NaiveEntry::kTaken, naive_slice(part, extent), {}, axis++});
      }
      if (gap_at > ndim && chance(15)) break;  // the rest is taken whole
    }
    if (gap_at >= 0 && gap_at <= ndim) add_gap(ndim);
    for (; axis < ndim; ++axis) {
      entries.push_back({NaiveEntry::kTaken, count_up(shape[axis]), {}, axis});
    }
    chosen.view = naive_select(shape, entries);
    return chosen;
  }
  void add_new_axis(Chosen* chosen, std::vector<NaiveEntry>* entries) {
    chosen->items.push_back(newaxis);
    chosen->text += " newaxis";
    entries->push_back({NaiveEntry::kNewAxis, {0}, {}, -1});
  }

  // ---- the model's rules ------------------------------------------------------------------------

  /// In copy-on-write mode elements become distinct before a named array is written or viewed.
  void make_distinct(Model& model) const {
    if (cow_ && !model.is_read_only && model.repeats_cells()) {
      model = new_model(model.values(), model.shape);
    }
  }

  /// The part of `from` that a view of it shows, in the same cells.
  static Model part_of(const Model& from, const NaiveView& view) {
    Model made = from;
    made.shape = view.shape;
    made.map.clear();
    for (Index i : view.positions) made.map.push_back(from.map[static_cast<std::size_t>(i)]);
    return made;
  }
  /// As an array of its own.
  Model as_array(Model part) const {
    if (cow_) part.cells = std::make_shared<Numbers>(*part.cells);
    return part;
  }

  /// The values of `source` for each element of `shape`; nothing if it does not broadcast.
  static std::optional<Numbers> spread(const Model& source, const Dims& shape) {
    Dims from = source.shape;
    while (from.size() > shape.size() && from[0] == 1) from.erase(from.begin());
    if (naive_broadcast_shape(from, shape) != shape) return std::nullopt;
    const Numbers values = source.values();
    Numbers spread;
    for (Index i : naive_broadcast(from, shape).positions) {
      spread.push_back(values[static_cast<std::size_t>(i)]);
    }
    return spread;
  }

  // ---- steps ------------------------------------------------------------------------------------

  void take_step() {
    switch (number(0, 15)) {
      case 0:
      case 1:
        return make();
      case 2:
      case 3:
      case 4:
        return view();
      case 5:
        return select();
      case 6:
        return take();
      case 7:
        return copy();
      case 8:
      case 9:
        return write_whole();
      case 10:
      case 11:
      case 12:
        return write_selected();
      case 13:
        return put();
      case 14:
        return write_mask();
      case 15:
        return assign_overlapping();
    }
  }

  void make() {
    const Dims shape = random_shape(random_, 4);
    const Numbers values = new_values(element_count(shape));
    trace_ << "make " << tuple_text(shape);
    add({from_span<Index>(values, shape), new_model(values, shape)});
  }

  void view() {
    Pair& from = any();
    const Step step = random_step(from);
    const bool is_const = chance(15);
    trace_ << (is_const ? " const" : "") << step.text;
    if (!is_const) make_distinct(from.model);
    Model made = as_array(part_of(from.model, step.view));
    if (is_const || (step.broadcasts && !cow_)) made.is_read_only = true;
    add({is_const ? step.of_const(from.real) : step.of_name(from.real), std::move(made)});
  }

  void copy() {
    Pair& from = any();
    if (chance(50)) {
      trace_ << ".copy()";
      return add({from.real.copy(), new_model(from.model.values(), from.model.shape)});
    }
    trace_ << " handle copy";
    add({Ints(from.real), as_array(from.model)});
  }

  void select() {
    Pair& from = any();
    const Chosen chosen = choose(from.model.shape);
    trace_ << "[" << chosen.text << "]";
    Ints made;
    const std::string error = thrown_by([&] { made = from.real[chosen.index()]; });
    EXPECT_EQ(error, chosen.view.has_value() ? "" : "value");
    if (!chosen.view.has_value() || testing::Test::HasFailure()) return;
    EXPECT_EQ(elements_of(std::as_const(from.real)[chosen.index()]), elements_of(made));
    const Model part = part_of(from.model, *chosen.view);
    add({made, new_model(part.values(), part.shape)});
  }

  void take() {
    Pair& from = any();
    const Dims& shape = from.model.shape;
    if (shape.empty()) return;
    const Index axis = axis_of(shape);
    const Index extent = shape[static_cast<std::size_t>(axis)];
    Numbers positions;
    Array<bool> mask = zeros<bool>({extent});
    for (Index i = 0; i < extent; ++i) {
      if (chance(40)) positions.push_back(i), mask(i) = true;
    }
    std::vector<NaiveEntry> entries;
    for (int i = 0; i < static_cast<int>(shape.size()); ++i) {
      const Numbers along = i == axis ? positions : count_up(shape[static_cast<std::size_t>(i)]);
      entries.push_back({NaiveEntry::kTaken, along, {}, i});
    }
    trace_ << " along " << axis << tuple_text(positions);
    const Model part = part_of(from.model, *naive_select(shape, entries));
    const Index given = either_end(axis, shape);
    const bool by_mask = chance(50);
    add({by_mask ? from.real.compress(mask, given) : from.real.take(index_list(positions), given),
         new_model(part.values(), part.shape)});
  }

  /// A right side: an array, whole or a view of one, and what it holds.
  struct Right {
    Ints real;
    Model model;
  };
  Right right_side(const Dims& shape) {
    if (chance(30)) {
      Dims some(shape.begin() + number(0, std::ssize(shape)), shape.end());
      for (Index& extent : some) extent = chance(20) ? 1 : extent;
      if (chance(20)) some.insert(some.begin(), 1);
      const Numbers values = new_values(element_count(some));
      trace_ << " = new " << tuple_text(some);
      return {from_span<Index>(values, some), new_model(values, some)};
    }
    trace_ << " =";
    Pair& from = any();
    make_distinct(from.model);
    const Step step = random_step(from);
    trace_ << step.text;
    return {step.of_name(from.real), as_array(part_of(from.model, step.view))};
  }

  /// What writing by name, or in place through temporaries, writes to.
  struct Left {
    Model* owner;
    Model part;
    std::string error;
    std::vector<Step> steps;
  };
  Left left_side(Pair& to) {
    Left left{&to.model, to.model, "", {}};
    const Index count = number(0, 2);
    make_distinct(to.model);
    left.part = to.model;
    for (Index i = 0; i < count; ++i) {
      Step step = i == 0 ? random_step(to) : random_step(left.part.shape, nullptr);
      trace_ << step.text;
      left.part = part_of(left.part, step.view);
      if (step.broadcasts) left.error = "read-only";
      left.steps.push_back(std::move(step));
    }
    if (to.model.is_read_only) left.error = "read-only";
    return left;
  }
  /// `fn(a)` or `fn(a.flip(0).T())`.
  template <class Fn>
  static void with_left(Ints& a, const Left& left, Fn fn) {
    if (left.steps.empty()) return fn(a);
    Ints made = left.steps[0].of_name(a);
    for (std::size_t i = 1; i < left.steps.size(); ++i) {
      made = left.steps[i].of_temporary(std::move(made));
    }
    fn(std::move(made));
  }

  static void store(const Left& left, const Numbers& values, bool adds) {
    const Numbers before = left.part.values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      left.part.cell(static_cast<Index>(i)) = adds ? before[i] + values[i] : values[i];
    }
  }

  void write_whole() {
    Pair& to = any();
    const Left left = left_side(to);
    if (chance(50)) {
      const Index x = next_++;
      trace_ << ".fill(" << x << ")";
      const bool assigns = !left.steps.empty() && chance(50);
      const std::string error = thrown_by([&] {
        with_left(to.real, left, [&](auto&& a) {
          if constexpr (!std::is_lvalue_reference_v<decltype(a)>) {
            if (assigns) return void(std::move(a) = x);
          }
          std::forward<decltype(a)>(a).fill(x);
        });
      });
      EXPECT_EQ(error, left.error);
      if (error.empty()) store(left, Numbers(left.part.map.size(), x), false);
      return;
    }
    if (left.part.repeats_cells()) return;  // in which order is nobody's promise
    Right right = right_side(left.part.shape);
    const bool adds = chance(40);
    if (adds) trace_ << " (added)";
    if (adds && right.model.shape.size() > left.part.shape.size()) return;
    const std::optional<Numbers> values = spread(right.model, left.part.shape);
    const bool consumes = chance(50);
    const std::string error = thrown_by([&] {
      with_left(to.real, left, [&](auto&& a) {
        if (adds) {
          std::forward<decltype(a)>(a) += right.real;
        } else if (consumes) {
          std::forward<decltype(a)>(a).assign(std::move(right.real));
        } else {
          std::forward<decltype(a)>(a).assign(right.real);
        }
      });
    });
    EXPECT_EQ(error, values.has_value() ? left.error : "value");
    if (error.empty() && values.has_value()) store(left, *values, adds);
  }

  void write_selected() {
    Pair& to = any();
    Left left = left_side(to);
    const Chosen chosen = choose(left.part.shape);
    trace_ << "[" << chosen.text << "]";
    const bool adds = chance(40);
    if (adds) trace_ << " +";
    if (!chosen.view.has_value()) {
      EXPECT_EQ(thrown_by([&] {
                  with_left(to.real, left,
                            [&](auto&& a) { std::forward<decltype(a)>(a)[chosen.index()] = 1; });
                }),
                "value");
      return;
    }
    left.part = part_of(left.part, *chosen.view);
    const auto write = [&](const auto& right) {
      return thrown_by([&] {
        with_left(to.real, left, [&](auto&& a) {
          if (adds) {
            std::forward<decltype(a)>(a)[chosen.index()] += right;
          } else {
            std::forward<decltype(a)>(a)[chosen.index()] = right;
          }
        });
      });
    };
    if (chance(40)) {
      const Index x = next_++;
      trace_ << " = " << x;
      const std::string error = write(x);
      EXPECT_EQ(error, left.error);
      if (error.empty()) store(left, Numbers(left.part.map.size(), x), adds);
      return;
    }
    const Right right = right_side(left.part.shape);
    if (adds && right.model.shape.size() > left.part.shape.size()) return;
    const std::optional<Numbers> values = spread(right.model, left.part.shape);
    const std::string error = write(right.real);
    EXPECT_EQ(error, values.has_value() ? left.error : "value");
    if (error.empty() && values.has_value()) store(left, *values, adds);
  }

  void put() {
    Pair& to = any();
    make_distinct(to.model);
    const Index size = std::ssize(to.model.map);
    if (size == 0) return;
    Numbers positions;
    for (Index i = number(0, 5); i > 0; --i) positions.push_back(number(-size, size - 1));
    trace_ << " put " << tuple_text(positions);
    Numbers values = new_values(number(1, 6));
    std::string error;
    if (chance(50)) {
      values.resize(1);
      error = thrown_by([&] { to.real.put(index_list(positions), values[0]); });
    } else {
      const Ints right = from_span<Index>(values, {1, -1});
      error = thrown_by([&] { to.real.put(from_span<Index>(positions, {-1}), right); });
    }
    EXPECT_EQ(error, to.model.is_read_only ? "read-only" : "");
    if (!error.empty()) return;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      const Index position = positions[i];
      to.model.cell(position < 0 ? position + size : position) = values[i % values.size()];
    }
  }

  /// `a[a > limit] = x` on a temporary, and `+=`.
  void write_mask() {
    Pair& to = any();
    const Left left = left_side(to);
    const Index x = next_++, limit = next_ / 2;
    const bool adds = chance(50);
    trace_ << "[a > " << limit << "]" << (adds ? " += " : " = ") << x;
    const std::string error = thrown_by([&] {
      with_left(to.real, left, [&](auto&& a) {
        const Array<bool> mask = a > limit;
        if (adds) {
          std::forward<decltype(a)>(a)[mask] += x;
        } else {
          std::forward<decltype(a)>(a)[mask] = x;
        }
      });
    });
    EXPECT_EQ(error, left.error);
    if (!error.empty()) return;
    const Numbers before = left.part.values();
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i] > limit) left.part.cell(static_cast<Index>(i)) = adds ? before[i] + x : x;
    }
  }

  /// `a[part] = a[part].flip()`, and of an axis moved a bit.
  void assign_overlapping() {
    Pair& to = any();
    make_distinct(to.model);
    if (to.model.shape.empty() || to.model.repeats_cells()) return;
    const Index extent = to.model.shape[0], count = number(0, extent);
    const Index p = number(0, extent - count), q = number(0, extent - count);
    const IndexItem target = slice(p, p + count), source = slice(q, q + count);
    const Model part = part_of(to.model, naive_index(to.model.shape, {target}));
    const Model from = part_of(to.model, naive_index(to.model.shape, {source}));
    trace_ << index_text({target}) << " = " << index_text({source});
    Numbers values = from.values();
    const bool flips = chance(50);
    if (flips) std::reverse(values.begin(), values.end());
    const std::string error = thrown_by([&] {
      if (flips) {
        to.real[target] = to.real[source].flip();
      } else {
        to.real[target] = to.real[source];
      }
    });
    EXPECT_EQ(error, to.model.is_read_only ? "read-only" : "");
    if (error.empty()) store({&to.model, part, "", {}}, values, false);
  }

  Random& random_;
  const bool cow_;
  Index next_ = 0;
  std::vector<Pair> pairs_;
  std::ostringstream trace_;
};

class ViewAlgebraModelTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, ViewAlgebraModelTest, both_modes(), mode_name);

TEST_P(ViewAlgebraModelTest, RandomPrograms) {
  const char* given = std::getenv("COW_TEST_PROGRAMS");
  const int programs = given != nullptr ? std::atoi(given) : 1500;
  const std::uint64_t seed = test_seed(20241123);
  for (int i = 0; i < programs && !HasFailure(); ++i) {
    SCOPED_TRACE(::testing::Message() << "program " << i);
    Random random(seed + static_cast<std::uint64_t>(i));
    Program(random, copies_on_write()).run(30);
  }
}

}  // namespace
}  // namespace cow
