#include "cow/tests/oracle/program_runner.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <typeinfo>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/core/errors.h"
#include "cow/core/layout.h"
#include "cow/core/shares_memory.h"

namespace cow::testing {
namespace {

// Is it what the library documents for NumPy's error of the step?
bool is_expected_error(const std::exception& error, const Step& step) {
  const std::string& expected = step.error;
  if (step.error_kind == "read_only") return dynamic_cast<const ReadOnlyError*>(&error) != nullptr;
  const bool is_index_error = dynamic_cast<const std::out_of_range*>(&error) != nullptr;
  const bool is_value_error = dynamic_cast<const std::invalid_argument*>(&error) != nullptr;
  if (expected == "IndexError") return is_index_error;
  if (expected == "ValueError") return is_value_error;
  return expected == "AxisError" && (is_index_error || is_value_error);
}

class ProgramRun {
 public:
  ProgramRun(const Program& program, Mode mode, StepObserver* observer)
      : program_(program), mode_(mode), observer_(observer), mode_of_arrays_(mode) {}

  Outcome run() {
    const int count = static_cast<int>(program_.steps.size());
    for (int i = 0; i < count && outcome_.failures.empty(); ++i) {
      where_ = absl::StrCat("step ", i, " ", program_.steps[i].op, ": ");
      try {
        run_step(i);
      } catch (const UnsupportedStep& error) {
        outcome_.skipped = where_ + error.what();
        return outcome_;
      }
    }
    where_ = "at the end: ";
    if (outcome_.failures.empty()) check_final();
    return outcome_;
  }

 private:
  bool is_view_mode() const { return mode_ == Mode::kView; }
  void fail(const std::string& what) { outcome_.failures.push_back(where_ + what); }
  // `what` if it is not "".
  void fail_if(const std::string& name, const std::string& what) {
    if (!what.empty()) fail(absl::StrCat(name, ": ", what));
  }
  template <class T>
  void expect(const char* what, const T& actual, const T& expected) {
    if (actual != expected) {
      fail(absl::StrCat(what, " ", text(actual), ", not ", text(expected)));
    }
  }
  static std::string text(const std::string& value) { return value; }
  static std::string text(Index value) { return absl::StrCat(value); }
  static std::string text(const Dims& dims) { return tuple_text(dims); }
  static std::string text(const std::set<std::string>& names) {
    return absl::StrCat("{", absl::StrJoin(names, ", "), "}");
  }

  void run_step(int i) {
    const Step& step = program_.steps[i];
    if (observer_ != nullptr) observer_->before_step(program_, i, arrays_);
    if (step.reading) check_operands(step);
    std::optional<Elements> read;
    std::string error;
    try {
      read = perform(step, &arrays_);
    } catch (const UnsupportedStep&) {
      throw;
    } catch (const std::exception& thrown) {
      error = absl::StrCat(typeid(thrown).name(), " \"", thrown.what(), "\"");
      if (!is_expected_error(thrown, step)) {
        fail(absl::StrCat(error, " instead of ",
                          step.error.empty() ? "no error" : step.error + " " + step.error_message));
        return;
      }
    }
    if (error.empty() && !step.error.empty()) {
      fail(absl::StrCat("no error instead of ", step.error, " ", step.error_message));
      return;
    }
    if (observer_ != nullptr) {
      for (const std::string& failure : observer_->after_step(program_, i, arrays_)) fail(failure);
    }
    if (read) check_read(step, *read);
    if (error.empty() && step.record) check_made(step);
    if (step.changed) check_changes(step);
  }

  // What the step is about to read of existing arrays.
  void check_operands(const Step& step) {
    const bool in_place = step.op == "iadd" || step.op == "iadd_array";
    const Reading& reading = *step.reading;
    const Values& values = is_view_mode() ? reading.values : reading.cow_values;
    if (in_place) {
      fail_if(step.dst, difference(peek(arrays_.at(step.dst), step.items), values));
    } else if (step.op == "set_array") {
      fail_if(step.src, difference(peek(arrays_.at(step.src), step.src_items), values));
    } else if (step.op == "sum") {
      fail_if(step.src, difference(peek(arrays_.at(step.src)), values));
    }
    if (reading.source_values) {
      fail_if(step.src,
              difference(peek(arrays_.at(step.src), step.src_items),
                         is_view_mode() ? *reading.source_values : *reading.cow_source_values));
    }
  }

  // What the step returned.
  void check_read(const Step& step, const Elements& read) {
    const Reading& reading = *step.reading;
    Values values = is_view_mode() ? reading.values : reading.cow_values;
    if (reading.sum) values.numbers = {{is_view_mode() ? *reading.sum : *reading.cow_sum}};
    fail_if("what was read of " + step.src, difference(read, values));
  }

  void check_made(const Step& step) {
    AnyArray& array = arrays_.at(step.out);
    const Record& record = *step.record;
    const internal::Node& node = node_of(array);
    std::visit([&](auto& a) { a.label(step.out); }, array);
    check_type(array, record);
    if (is_view_mode() || !record.placement) {
      fail_if(step.out, difference(peek(array), record.values));
    } else if (step.reading) {
      fail_if(step.out, difference(peek(array), step.reading->cow_values));
    }
    if (is_view_mode() && record.placement) {
      if (!record.placement->is_view) owners_[node.buffer] = step.out;
      check_placement(step.out, *record.placement);
      if (step.changed) check_base(array, record.placement->is_view);
    }
    if (!is_view_mode()) {
      expect<Index>("writeable", !node.has(internal::kReadOnly), 1);
    }
    values_[step.out] = record.values;
  }

  void check_type(const AnyArray& array, const Record& record) {
    const internal::Node& node = node_of(array);
    expect<std::string>("dtype", dtype_name(node.current_buffer().dtype), record.dtype);
    const Shape shape = node.layout.shape();
    expect("shape", Dims(shape.begin(), shape.end()), record.shape);
    const auto [ndim, size, nbytes] = std::visit(
        [](const auto& a) {
          return std::tuple<Index, Index, Index>(a.ndim(), a.size(), a.nbytes());
        },
        array);
    Index expected_size = 1;
    for (Index extent : record.shape) expected_size *= extent;
    expect<Index>("ndim", ndim, record.shape.size());
    expect("size", size, expected_size);
    expect("nbytes", nbytes, expected_size * node.itemsize());
  }

  void check_placement(const std::string& name, const Placement& expected) {
    const AnyArray& array = arrays_.at(name);
    const internal::Node& node = node_of(array);
    const Layout& layout = node.layout;
    const Index size = layout.size();
    for (int axis = 0; axis < layout.ndim() && size > 0; ++axis) {
      if (layout.extent(axis) < 2) continue;
      expect(absl::StrCat("stride ", axis).c_str(), layout.stride(axis), expected.strides[axis]);
    }
    if (size > 0) expect<Index>("offset", node.address() - node.buffer->memory, expected.offset);
    const auto [owns_data, is_c_order, is_writeable] = std::visit(
        [](const auto& a) {
          return std::tuple(a.owns_data(), a.is_contiguous(), a.is_writeable());
        },
        array);
    // A copy in another shape may be a view of the copy.
    if (expected.is_view) expect<Index>("owns data", owns_data, 0);
    expect<Index>("C order", is_c_order, expected.is_c_order);
    expect<Index>("Fortran order", reverse_axes(layout).is_contiguous(node.itemsize()),
                  expected.is_f_order);
    expect<Index>("writeable", is_writeable, expected.is_writeable);
    expect("owner", owners_[node.buffer], expected.owner);
    expect("shares", sharers(name), std::set(expected.shares.begin(), expected.shares.end()));
  }

  // The other live arrays that share memory with `name`.
  std::set<std::string> sharers(const std::string& name) {
    std::set<std::string> names;
    for (const auto& [other, array] : arrays_) {
      const auto [shares, may_share] = std::visit(
          [](const auto& a, const auto& b) {
            return std::pair(shares_memory(a, b), may_share_memory(a, b));
          },
          arrays_.at(name), array);
      if (shares && !may_share) fail(absl::StrCat("shares but may not share with ", other));
      if (shares && other != name) names.insert(other);
    }
    return names;
  }

  void check_base(const AnyArray& array, bool is_view) {
    std::visit(
        [&](const auto& a) {
          const auto base = a.base();
          if (is_view) expect<Index>("has a base", base.has_value(), 1);
          if (!base) return;
          const internal::Node& node = base->handle().node();
          expect<Index>("base at", node.address() - node.buffer->memory, 0);
          expect<Index>("base of the same buffer", node.buffer == a.handle().node().buffer, 1);
        },
        array);
  }

  // Every live array: what the step lists has changed so, all others have not.
  void check_changes(const Step& step) {
    for (const auto& [name, values] : *step.changed) values_[name] = values;
    for (const auto& [name, array] : arrays_) {
      fail_if(name, difference(peek(array), values_[name]));
    }
  }

  void check_final() {
    for (const auto& [name, record] : program_.final_records) {
      auto found = arrays_.find(name);
      if (found == arrays_.end()) {
        fail(name + " is missing");
        continue;
      }
      check_type(found->second, record);
      const bool is_cow = !is_view_mode() && record.cow_values;
      fail_if(name, difference(peek(found->second), is_cow ? *record.cow_values : record.values));
    }
  }

  const Program& program_;
  const Mode mode_;
  StepObserver* const observer_;
  const ScopedMode mode_of_arrays_;
  Arrays arrays_;
  std::map<std::string, Values> values_;                   // what each array must hold
  std::map<const internal::Buffer*, std::string> owners_;  // who allocated it
  std::string where_;
  Outcome outcome_;
};

}  // namespace

Outcome run_program(const Program& program, Mode mode, StepObserver* observer) {
  return ProgramRun(program, mode, observer).run();
}

}  // namespace cow::testing
