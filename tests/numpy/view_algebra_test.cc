// What NumPy does with random views, selections and writes (`generate.py`), replayed. Writes are
// made through a name and in place; in copy-on-write mode the first leaves the base as it was.

#include <zlib.h>

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "cow/core/operators.h"
#include "cow/core/shares_memory.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/facts.h"
#include "nlohmann/json.hpp"

namespace cow {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<Index>;

Numbers numbers_in(const Json& list) { return list.get<Numbers>(); }

/// The argument of type `IntTuple` that `json` stands for, given to `fn`.
template <class Fn>
auto with_tuple(const Json& json, Fn fn) {
  if (json.is_null()) return fn(IntTuple(none));
  if (json.is_number()) return fn(IntTuple(json.get<Index>()));
  const Numbers numbers = numbers_in(json);
  return fn(IntTuple(numbers));
}

SliceBound bound(const Json& json) {
  return json.is_null() ? SliceBound(none) : SliceBound(json.get<Index>());
}

IndexItem basic_item(const Json& json) {
  if (json == "n") return newaxis;
  if (json == ".") return ellipsis;
  if (json.is_number()) return json.get<Index>();
  return slice(bound(json[0]), bound(json[1]), bound(json[2]));
}

Array<bool> mask_in(const Json& json) {
  Array<bool> flat = zeros<bool>({static_cast<Index>(json["m"].get<std::string>().size())});
  Index i = 0;
  for (char digit : json["m"].get<std::string>()) flat(i++) = digit == '1';
  return flat.reshape(numbers_in(json["s"]));
}

Ints positions_in(const Json& json) {
  return from_span<Index>(numbers_in(json["i"]), numbers_in(json["s"]));
}

/// Gives `fn` the list or the array of positions that `json` stands for.
template <class Fn>
auto with_positions(const Json& json, Fn fn) {
  if (json.contains("l")) return fn(index_list(numbers_in(json["l"])));
  const Ints positions = positions_in(json);
  // Of another type, and from memory in another order.
  if (positions.ndim() != 2) return fn(positions.T().copy().T());
  return fn(positions.astype<std::int16_t>());
}

/// The same, or the mask.
template <class Fn>
auto with_selector(const Json& json, Fn fn) {
  return json.contains("m") ? fn(mask_in(json)) : with_positions(json, fn);
}

bool is_basic(const Json& index) {
  for (const Json& entry : index) {
    if (entry.is_object()) return false;
  }
  return true;
}

std::vector<IndexItem> basic_items(const Json& index) {
  std::vector<IndexItem> items;
  for (const Json& entry : index) items.push_back(basic_item(entry));
  return items;
}

AdvancedItems advanced_items(const Json& index) {
  std::vector<AdvancedItem> items;
  for (const Json& entry : index) {
    if (!entry.is_object()) {
      items.push_back(basic_item(entry));
    } else {
      with_selector(entry, [&](const auto& positions) { items.push_back(positions); });
    }
  }
  return AdvancedItems(std::move(items));
}

/// `fn(source[index])`, by the shortest way to write it.
template <class Source, class Fn>
void with_selected(Source&& source, const Json& index, Fn fn) {
  if (is_basic(index)) return fn(std::forward<Source>(source)[basic_items(index)]);
  if (index.size() > 1) return fn(std::forward<Source>(source)[advanced_items(index)]);
  with_selector(index[0],
                [&](const auto& positions) { fn(std::forward<Source>(source)[positions]); });
}

/// The view of `a`, a name or a temporary, that `op` makes.
template <class A>
Ints made_by(A&& a, const Json& op) {
  const std::string kind = op[0];
  const auto itself = [&]() -> A&& { return std::forward<A>(a); };
  if (kind == "index") return itself()[basic_items(op[1])];
  if (kind == "reshape") return itself().reshape(numbers_in(op[1]));
  if (kind == "view_as") return itself().view_as(numbers_in(op[1]));
  if (kind == "ravel") return itself().ravel();
  if (kind == "flatten") return itself().flatten();
  if (kind == "copy") return itself().copy();
  if (kind == "T") return itself().T();
  if (kind == "swapaxes") return itself().swapaxes(op[1].get<Index>(), op[2].get<Index>());
  if (kind == "expand_dims") return itself().expand_dims(op[1].get<Index>());
  if (kind == "broadcast_to") return itself().broadcast_to(numbers_in(op[1]));
  if (kind == "as_strided") return itself().as_strided(numbers_in(op[1]), numbers_in(op[2]));
  if (kind == "diagonal") {
    if (op.size() == 2) return itself().diagonal(op[1].get<Index>());
    return itself().diagonal(op[1].get<Index>(), op[2].get<Index>(), op[3].get<Index>());
  }
  return with_tuple(op[1], [&](const IntTuple& axes) -> Ints {
    if (kind == "transpose") return itself().transpose(axes);
    if (kind == "squeeze") return itself().squeeze(axes);
    if (kind == "flip") return itself().flip(axes);
    if (kind != "sliding_window_view") throw std::logic_error("unknown operation " + kind);
    return with_tuple(op[2], [&](const IntTuple& along) -> Ints {
      return itself().sliding_window_view(axes, along);
    });
  });
}

/// In place: what a chain of temporaries from `a` ends with.
Ints made_in_place(Ints& a, const Json& steps) {
  if (steps.empty()) return made_by(a, Json::array({"index", Json::array({"."})}));
  Ints made = made_by(a, steps[0]);
  for (std::size_t i = 1; i < steps.size(); ++i) made = made_by(std::move(made), steps[i]);
  return made;
}

class Fact {
 public:
  explicit Fact(const std::string& line)
      : json_(Json::parse(line)), steps_(json_.value("p", Json::array())), op_(json_["o"]) {
    base_ = numbered(numbers_in(json_["b"]));
  }

  void replay() {
    const std::string kind = op_[0];
    Ints x = made_in_place(base_, steps_);
    if (is_read_only()) x.set_writeable(false);
    if (kind == "set" || kind == "add" || kind == "sub" || kind == "mul" || kind == "put") {
      return replay_write(std::move(x));
    }
    const std::optional<Ints> made = attempt([&] { return read(x); });
    if (made.has_value()) expect_result(x, *made);
    EXPECT_EQ(elements_of(base_), count_up(base_.size()));
  }

 private:
  bool is_read_only() const { return json_.contains("ro"); }
  bool copies_on_write() const { return default_mode() == Mode::kCopyOnWrite; }

  /// What `fn` gives, or nothing if it throws, as it should.
  template <class Fn>
  auto attempt(Fn fn) -> std::optional<decltype(fn())> {
    const std::string expected = json_.value("e", "none");
    std::string thrown = "none";
    std::string message;
    try {
      auto made = fn();
      EXPECT_EQ(thrown, expected);
      if (thrown == expected) return made;
      return std::nullopt;
    } catch (const std::out_of_range& error) {
      thrown = "range";
      message = error.what();
    } catch (const std::invalid_argument& error) {
      thrown = "value";
      message = error.what();
    }
    EXPECT_EQ(thrown, expected) << message;
    return std::nullopt;
  }

  Ints read(Ints& x) {
    const std::string kind = op_[0];
    if (kind == "get") {
      Ints made;
      with_selected(x, op_[1], [&](auto&& selected) { made = selected; });
      with_selected(std::as_const(x), op_[1], [&](const auto& selected) {
        EXPECT_EQ(elements_of(selected), elements_of(made));
      });
      return made;
    }
    if (kind == "take") {
      return with_positions(op_[1], [&](const auto& positions) {
        return op_[2].is_null() ? x.take(positions) : x.take(positions, op_[2].get<Index>());
      });
    }
    if (kind == "compress") {
      const Array<bool> mask = mask_in(op_[1]);
      return op_[2].is_null() ? x.compress(mask) : x.compress(mask, op_[2].get<Index>());
    }
    return made_by(x, op_);
  }

  void expect_values(const Ints& a, const Json& expected) {
    const Numbers elements = elements_of(a);
    if (expected.is_array()) {
      EXPECT_EQ(elements, numbers_in(expected));
    } else {
      const auto* bytes = reinterpret_cast<const Bytef*>(elements.data());
      EXPECT_EQ(crc32(0, bytes, static_cast<uInt>(elements.size() * sizeof(Index))), expected)
          << to_string(a);
    }
  }

  void expect_result(Ints& x, const Ints& made) {
    const Json& expected = json_["r"];
    EXPECT_EQ(numbers_of(made.shape()), numbers_in(expected["s"]));
    expect_values(made, expected["v"]);
    if (expected.contains("t")) {
      for (int axis = 0; axis < made.ndim(); ++axis) {
        if (made.shape()[axis] == 1) continue;  // then any stride is as good
        const Index stride = expected["t"][static_cast<std::size_t>(axis)];
        EXPECT_EQ(made.strides()[axis], stride) << axis;
      }
      // A copy may be shared there until it is written.
      if (!copies_on_write() || expected["m"] == 1) {
        EXPECT_EQ(shares_memory(x, made), expected["m"] == 1);
      }
    }
    // A named array made by broadcasting is a writeable value there.
    const bool stretches = op_[0] == "broadcast_to" || op_[0] == "sliding_window_view";
    if (expected.contains("w") && !(copies_on_write() && stretches)) {
      EXPECT_EQ(made.is_writeable(), expected["w"] == 1);
    }
  }

  template <class Left>
  void write_to(Left&& left, const std::string& kind, const auto& right) {
    if (kind == "set") {
      std::forward<Left>(left) = right;
    } else if (kind == "add") {
      std::forward<Left>(left) += right;
    } else if (kind == "sub") {
      std::forward<Left>(left) -= right;
    } else {
      std::forward<Left>(left) *= right;
    }
  }

  /// The operation on `target`, a name or a temporary, with a right side made from `x`.
  template <class Target>
  void write(Target&& target, Ints& x) {
    const std::string kind = op_[0];
    const auto to = [&](const auto& right) {
      if (kind != "put") {
        return with_selected(std::forward<Target>(target), op_[1], [&](auto&& left) {
          write_to(std::forward<decltype(left)>(left), kind, right);
        });
      }
      if constexpr (std::is_lvalue_reference_v<Target>) {
        with_positions(op_[1], [&](const auto& positions) { target.put(positions, right); });
      }
    };
    const Json& right = op_[2];
    if (right.contains("k")) {
      to(right["k"].get<Index>());
    } else if (right.contains("n")) {
      const Numbers shape = numbers_in(right["n"]);
      to(from_span<Index>(count_up(element_count(shape), 1000), shape));
    } else {
      const Ints part = made_in_place(x, right["x"]);
      to(part);
    }
  }

  void expect_written(const Ints& x, bool base_too) {
    const bool written = json_.contains("r");
    if (written) expect_values(x, json_["r"]["v"]);
    if (written && base_too) {
      expect_values(base_, json_["r"]["a"]);
    } else {
      EXPECT_EQ(elements_of(base_), count_up(base_.size()));
    }
  }

  void replay_write(Ints x) {
    attempt([&] { return write(x, x), true; });
    expect_written(x, !copies_on_write());
    if (op_[0] == "put" || is_read_only()) return;
    base_ = numbered(base_.shape());
    attempt([&] {
      Ints named = made_in_place(base_, steps_);
      write(made_in_place(base_, steps_), named);
      return true;
    });
    expect_written(made_in_place(base_, steps_), true);
  }

  Json json_;
  Json steps_;
  Json op_;
  Ints base_;
};

class ViewAlgebraTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, ViewAlgebraTest, both_modes(), mode_name);

TEST_P(ViewAlgebraTest, IsNumPys) {
  constexpr int kMostFailures = 20;
  const auto& result = *::testing::UnitTest::GetInstance()->current_test_info()->result();
  for (const std::string& line : testing::read_lines("tests/numpy/view_algebra_facts.jsonl.gz")) {
    SCOPED_TRACE(line);
    Fact(line).replay();
    if (result.total_part_count() >= kMostFailures) break;
  }
}

}  // namespace
}  // namespace cow
