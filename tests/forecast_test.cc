// What the forecast says of a run in view mode, against the same program in copy-on-write mode.

#include "cow/diagnostics/forecast.h"

#include <list>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "cow/core/mode.h"
#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"
#include "cow/tests/oracle/program.h"
#include "cow/tests/oracle/program_arrays.h"

namespace cow {
namespace {

using alsan::Forecast;
using alsan::ForecastBill;
using internal::Access;
using internal::Buffer;
using internal::Node;

/// What copy-on-write mode costs, forecast or measured.
struct Cost {
  std::int64_t detaches = 0;
  Index bytes = 0;
  Index peak_bytes = 0;
  Index copied_bytes = 0;  // by copy()

  friend bool operator==(const Cost&, const Cost&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Cost& cost) {
    return out << cost.detaches << " detaches of " << cost.bytes << " bytes, peak "
               << cost.peak_bytes << ", and " << cost.copied_bytes << " bytes by copy()";
  }
};

/// Forecasts what is in view mode, and measures what is copy-on-write.
class ForecastObserver final : public AccessObserver {
 public:
  void begin() {
    forecast_ = std::make_unique<Forecast>();
    measured_ = {};
    sizes_.clear();
    live_bytes_ = 0;
  }
  ForecastBill bill() const { return forecast_->bill(stacks_, {}); }
  Cost forecast() const {
    const ForecastBill bill = this->bill();
    return {bill.detaches(), bill.bytes(), bill.peak_bytes,
            measured_.copied_bytes - bill.deferred_bytes};
  }
  Cost measured() const { return measured_; }

  void on_allocate(Node& node) override {
    node.record = this;
    forecast_->on_allocate(node);
    see(*node.buffer);
  }
  void on_copy(Node& made, const Node& source) override {
    forecast_->on_copy(made, source);
    if (made.buffer == &source.current_buffer()) return;
    measured_.copied_bytes += made.layout.size() * made.itemsize();
  }
  void on_view(Node& made, const Node& source, const ViewOp& op) override {
    made.record = this;
    forecast_->on_view(made, source, op, 0);
    see(*made.buffer);
  }
  void on_indexing_copy(Node&, const Node&) override {}
  void on_read(const Access& access) override { forecast_->on_read(access); }
  void on_read_span_end(const Node& node) override { forecast_->on_read_span_end(node); }
  void on_read_taken_back() override {}
  void* before_write(const Access& access, const Node& value, const Node* dying) override {
    forecast_->before_write(access, value, dying, 0);
    return const_cast<Node*>(&value);
  }
  void after_write(const Access& access, void* token) override {
    forecast_->after_write(access, *static_cast<const Node*>(token));
  }
  void on_refused_write(const Node&) override {}
  void on_detach(Node& value, Buffer&, Index bytes_copied) override {
    ++measured_.detaches;
    measured_.bytes += bytes_copied;
    see(*value.buffer);
  }
  void on_release(Node& node) override { forecast_->on_release(node); }
  void on_forget(Node& node) override { forecast_->on_forget(node); }
  void on_free(Buffer& buffer) override {
    forecast_->on_free(buffer);
    if (sizes_.erase(&buffer) > 0) live_bytes_ -= buffer.size_bytes;
  }
  void on_label(Node&) override {}
  std::string view_tree_text(const Node&) override { return ""; }

 private:
  void see(Buffer& buffer) {
    if (!sizes_.insert(&buffer).second) return;
    live_bytes_ += buffer.size_bytes;
    measured_.peak_bytes = std::max(measured_.peak_bytes, live_bytes_);
  }

  std::unique_ptr<Forecast> forecast_ = std::make_unique<Forecast>();
  alsan::StackDepot stacks_{1};
  Cost measured_;
  std::set<const Buffer*> sizes_;
  Index live_bytes_ = 0;
};

ForecastObserver& observer() {
  static ForecastObserver* const installed = [] {
    auto* made = new ForecastObserver;
    EXPECT_TRUE(install_observer(made));
    return made;
  }();
  return *installed;
}

/// What `program`, run in view mode, would cost in copy-on-write mode.
template <class Fn>
Cost forecast_of(Fn program) {
  observer().begin();
  ScopedMode mode(Mode::kView);
  program();
  return observer().forecast();
}

template <class Fn>
Cost measured(Fn program) {
  observer().begin();
  ScopedMode mode(Mode::kCopyOnWrite);
  program();
  return observer().measured();
}

template <class Fn>
void expect_forecast(std::int64_t detaches, Index bytes, Fn program) {
  const Cost cost = forecast_of(program);
  EXPECT_EQ(cost.detaches, detaches);
  EXPECT_EQ(cost.bytes, bytes);
  EXPECT_EQ(cost, measured(program));
}

// ---- each rule -------------------------------------------------------------------------------

TEST(ForecastTest, ASoleOwnerCopiesNothing) {
  expect_forecast(0, 0, [] {
    auto a = numbered({8});
    a.fill(1);
    a[slice(2, 4)] = 3;
    a += 1;
  });
}

TEST(ForecastTest, AWriterTakesItsElements) {
  expect_forecast(1, 32, [] {
    auto a = numbered({4, 4});
    auto column = a[{all, 1}];
    column(0) = 9;
  });
}

TEST(ForecastTest, AWriterWithChildrenTakesItsRange) {
  expect_forecast(1, 40, [] {
    auto a = numbered({16});
    auto even = a[slice(0, 6, 2)];
    auto first = even[0];
    even(1) = 9;
  });
}

TEST(ForecastTest, AWriterOfMoreThanHalfTakesTheBuffer) {
  expect_forecast(1, 128, [] {
    auto a = numbered({16});
    auto most = a[slice(1, none)];
    most(0) = 9;
  });
}

TEST(ForecastTest, AViewThatHasDetachedIsAlone) {
  expect_forecast(1, 16, [] {
    auto a = numbered({8});
    auto view = a[slice(2, 4)];
    view(0) = 9;
    view(1) = 9;
    a.fill(0);
  });
}

TEST(ForecastTest, WhatWasMadeOfADetachedViewSharesWithIt) {
  expect_forecast(2, 32, [] {
    auto a = numbered({8});
    auto view = a[slice(2, 4)];
    view(0) = 9;
    auto of_view = view[slice(0, 1)];
    view(1) = 3;
  });
}

TEST(ForecastTest, ViewsOfRearrangedElementsLieWhereThoseAre) {
  expect_forecast(2, 32 + 16, [] {
    auto a = numbered({4, 4});
    auto column = a[{all, 1}];
    column(0) = 9;  // now four elements without gaps
    auto part = column[slice(0, 2)];
    part(0) = 3;
  });
}

TEST(ForecastTest, RefsDetachTogether) {
  expect_forecast(1, 16, [] {
    auto a = numbered({8});
    auto view = a[slice(2, 4)];
    auto ref = view.ref();
    ref(0) = 9;
    view(1) = 9;
    a[0] = 3;
  });
}

TEST(ForecastTest, InPlaceExpressionsActForTheirParent) {
  expect_forecast(1, 64, [] {
    auto a = numbered({8});
    a[slice(2, 4)] = 9;
    a[slice(2, 4)][0] += 9;
    auto copy = a;
    a[slice(2, 4)] = 3;
  });
}

TEST(ForecastTest, CopiesAreDeferred) {
  const auto program = [] {
    auto a = numbered({8});
    auto never_written = a.copy();
    auto written = a.copy();
    written(0) = 9;
    auto of_a_part = a[slice(0, 2)].copy();  // would keep a large buffer
    auto not_in_order = a[slice(none, none, -1)].copy();
  };
  expect_forecast(1, 64, program);
  const Cost cost = forecast_of(program);
  EXPECT_EQ(observer().bill().deferred_copies, 2);
  EXPECT_EQ(observer().bill().deferred_bytes, 128);
  EXPECT_EQ(cost.peak_bytes, 64 + 64 + 16 + 64);
  EXPECT_EQ(observer().bill().peak_bytes_now, 64 + 64 + 64 + 16 + 64);
}

TEST(ForecastTest, ViewsUnderASpanForWritingCopyAtOnce) {
  const auto program = [] {
    auto a = numbered({8});
    auto span = a.mutable_span<1>();
    auto view = a[slice(2, 4)];
    auto copy = a.copy();
  };
  expect_forecast(0, 0, program);
  forecast_of(program);
  EXPECT_EQ(observer().bill().lease_copies, 1);
  EXPECT_EQ(observer().bill().lease_copy_bytes, 16);
}

TEST(ForecastTest, ASpanForWritingDetachesWhenItOpens) {
  expect_forecast(1, 64, [] {
    auto a = numbered({8});
    auto copy = a;
    { auto span = a.mutable_span<1>(); }
    a.fill(3);
  });
  expect_forecast(1, 32, [] {
    auto a = numbered({4, 4});
    auto column = a[{all, 1}];
    { auto span = column.mutable_span<1>(); }
  });
}

TEST(ForecastTest, ASpanForReadingIsASharer) {
  expect_forecast(1, 64, [] {
    auto a = numbered({8});
    {
      auto span = a.span<1>();
      a.fill(3);
      a.fill(4);
    }
    a.fill(5);
  });
  expect_forecast(0, 0, [] {
    auto a = numbered({8});
    { auto span = a.span<1>(); }
    a.fill(5);
  });
  expect_forecast(1, 32, [] {
    auto a = numbered({4, 4});
    auto column = a[{all, 1}];
    auto span = column.span<1>();
    column(0) = 9;
  });
  expect_forecast(1, 32, [] {
    auto a = numbered({4, 4});
    auto column = a[{all, 1}];
    auto span = column[slice(1, 3)].span<1>();  // of a view that does not live as long
    column(0) = 9;
  });
}

TEST(ForecastTest, RepeatedElementsBecomeDistinct) {
  expect_forecast(1, 48, [] {
    auto a = numbered({4});
    auto windows = a.as_strided({2, 3}, {8, 8});
    windows(0, 1) = 9;
    windows.fill(0);
  });
  expect_forecast(1, 48, [] {
    auto a = numbered({4});
    auto windows = a.as_strided({2, 3}, {8, 8});
    auto row = windows[0];
  });
}

TEST(ForecastTest, AnIndexThatFailsCopiesNothing) {
  expect_forecast(0, 0, [] {
    auto a = numbered({3});
    auto rows = a.broadcast_to({2, 3});
    EXPECT_THROW((rows[{ellipsis, ellipsis}]), std::out_of_range);
  });
}

TEST(ForecastTest, CountsWritesThatWouldBeRefused) {
  const auto program = [] {
    auto a = numbered({4});
    auto windows = a.as_strided({2, 3}, {8, 8});
    const auto ref = std::as_const(windows).ref();
    windows.fill(7);  // elements cannot become distinct in the middle of a value
  };
  EXPECT_EQ(forecast_of(program).detaches, 0);
  EXPECT_EQ(observer().bill().refused_writes, 1);
  EXPECT_THROW(measured(program), ReadOnlyError);
}

TEST(ForecastTest, DroppedArraysShareNothing) {
  expect_forecast(0, 0, [] {
    auto a = numbered({8});
    auto view = a[slice(2, 4)];
    a = numbered({1});
    view(0) = 9;
  });
}

// ---- many programs ---------------------------------------------------------------------------

/// The same steps for the same seed, in both modes: nothing is decided by what is read, nor by how
/// an array lies in memory.
class Program {
 public:
  explicit Program(std::uint64_t seed) : random_(seed) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      if (arrays_.empty()) make();
      try {
        take_step();
      } catch (const ReadOnlyError&) {
        ++refused;
      }
      if (arrays_.size() > 12) arrays_.erase(arrays_.begin() + number(0, 11));
    }
    // In an order that does not depend on the mode.
    while (!leases_.empty()) leases_.pop_back();
    while (!read_leases_.empty()) read_leases_.pop_back();
    while (!arrays_.empty()) arrays_.pop_back();
  }

  int refused = 0;

 private:
  struct Entry {
    Ints array;
    bool is_written = true;  // broadcast and const ones are not
  };

  Index number(Index lowest, Index highest) { return random_number(random_, lowest, highest); }
  Entry& any() { return arrays_[static_cast<std::size_t>(number(0, size() - 1))]; }
  Index size() const { return static_cast<Index>(arrays_.size()); }
  std::vector<IndexItem> items_of(const Ints& a) { return random_items(random_, a.shape()); }

  void add(Ints made, bool is_written) {
    if (number(0, 4) == 0 && !arrays_.empty()) {
      any() = {std::move(made), is_written};
    } else {
      arrays_.push_back({std::move(made), is_written});
    }
  }
  void make() { arrays_.push_back({numbered(random_shape(random_, 3)), true}); }

  void take_step() {
    const Index step = number(0, 29);
    if (step == 0) return make();
    if (step == 1) {
      arrays_.erase(arrays_.begin() + number(0, size() - 1));
      return;
    }
    Entry& entry = any();
    Ints& a = entry.array;
    const bool w = entry.is_written;
    const auto items = items_of(a);
    if (step >= 14 && step < 28 && !w) return;
    switch (step) {
      case 2:
      case 3:
      case 4:
        return add(a[items], w);
      case 5:
        return add(a[items].T(), w);
      case 6:
        return add(a.T(), w);
      case 7:
        return add(a, w);
      case 8:
        return add(a.ref(), w);
      case 9:
        return add(a[items].ref(), w);
      case 10:
        return add(a.copy(), true);
      case 11:
        return add(std::as_const(a)[items], false);
      case 12:
        return broadcast(a);
      case 13:
        return add(a.flatten(), true);
      case 14:
        return add(a.flip(), w);
      case 15:
        return repeat();
      case 16:
      case 17:
        a.fill(7);
        return;
      case 18:
        a[items] = 3;
        return;
      case 19:
        a[items].T()[ellipsis] += 3;
        return;
      case 20:
        a += 1;
        return;
      case 21:
        a.assign(a[{ellipsis}]);
        return;
      case 22:
        return assign_shifted(a);
      case 23:
        if (a.size() > 0) a.put(a > 2, 5);
        return;
      case 24:
        a.ref()[items] = 4;
        return;
      case 25:
        leases_.emplace_back(a.handle().node(), internal::Receiver::kNamed);
        return;
      case 26:
        if (!leases_.empty()) leases_.erase(leases_.begin());
        return;
      case 27:
        return write_by_temporary(a);
      case 28:
        // Under a span for writing it would copy, which no event tells.
        if (leases_.empty()) read_leases_.emplace_back(a.handle().node());
        return;
      case 29:
        if (!read_leases_.empty()) read_leases_.pop_back();
        return;
    }
  }

  void broadcast(Ints& a) {
    Dims shape(a.shape().begin(), a.shape().end());
    if (shape.size() < 3) shape.insert(shape.begin(), number(1, 3));
    add(a.broadcast_to(shape), false);
  }
  /// Elements that are several places of one array, which may be written.
  void repeat() {
    Ints a = numbered({number(3, 6)});
    Ints repeated = a.as_strided({2, a.size() - 1}, {8, 8});
    add(std::move(a), true);
    add(std::move(repeated), true);
  }
  void assign_shifted(Ints& a) {
    if (a.ndim() == 0) return;
    const Index extent = a.shape()[0];
    if (extent < 2) return;
    a[slice(1, extent)] = a[slice(0, extent - 1)];
  }
  void write_by_temporary(Ints& a) {
    Ints view = a[ellipsis];
    std::move(view).fill(8);
  }

  Random random_;
  std::vector<Entry> arrays_;
  std::list<internal::WriteLease> leases_;
  std::list<internal::ReadLease> read_leases_;
};

TEST(ForecastTest, RandomProgramsCostWhatWasForecast) {
  const std::uint64_t seed = test_seed(1);
  const char* given = std::getenv("FORECAST_PROGRAMS");
  const std::uint64_t programs = given == nullptr ? 3000 : std::strtoull(given, nullptr, 10);
  std::int64_t detaches = 0;
  for (std::uint64_t i = 0; i < programs && !HasFailure(); ++i) {
    int refused_in_view_mode = 0, refused = 0;
    const auto run = [&](int* count) {
      Program program(seed + i);
      program.run(60);
      *count = program.refused;
    };
    const Cost forecast = forecast_of([&] { run(&refused_in_view_mode); });
    const std::int64_t refused_writes = observer().bill().refused_writes;
    const Cost cost = measured([&] { run(&refused); });
    EXPECT_EQ(forecast, cost) << "program " << seed + i;
    EXPECT_EQ(refused_in_view_mode + refused_writes, refused) << "program " << seed + i;
    detaches += cost.detaches;
  }
  std::cout << programs << " programs, " << detaches << " detaches" << std::endl;
  EXPECT_GT(detaches, static_cast<std::int64_t>(programs));
}

struct ProgramRun {
  Cost cost;
  std::vector<std::string> steps;  // whether it failed, and the shapes of all arrays
};

ProgramRun run_steps(const testing::Program& program, Mode mode) {
  ProgramRun run;
  observer().begin();
  ScopedMode scoped_mode(mode);
  {
    testing::Arrays arrays;
    for (const testing::Step& step : program.steps) {
      bool failed = false;
      try {
        testing::perform(step, &arrays);
      } catch (const std::exception&) {
        failed = true;
      }
      std::ostringstream seen;
      seen << failed;
      for (const auto& [name, array] : arrays) {
        seen << name << tuple_text(testing::node_of(array).layout.shape());
      }
      run.steps.push_back(seen.str());
    }
  }
  run.cost = mode == Mode::kView ? observer().forecast() : observer().measured();
  return run;
}

/// Such arrays have as many elements as are greater than a limit.
bool selects_by_value(const testing::Program& program) {
  return std::ranges::any_of(program.steps,
                             [](const testing::Step& step) { return step.op.ends_with("_gt"); });
}

class FactsTest : public ::testing::TestWithParam<const char*> {};

TEST_P(FactsTest, ProgramsCostWhatWasForecast) {
  int compared = 0, other_flow = 0;
  std::int64_t detaches = 0;
  for (const testing::Program& program : testing::read_programs(GetParam())) {
    const ProgramRun forecast = run_steps(program, Mode::kView);
    const ProgramRun run = run_steps(program, Mode::kCopyOnWrite);
    if (forecast.steps != run.steps || selects_by_value(program)) {
      ++other_flow;
      continue;
    }
    ++compared;
    detaches += run.cost.detaches;
    EXPECT_EQ(forecast.cost, run.cost) << program.id;
  }
  std::cout << compared << " programs, " << other_flow << " left out, " << detaches << " detaches"
            << std::endl;
  EXPECT_GT(detaches, 100);
}

INSTANTIATE_TEST_SUITE_P(Oracle, FactsTest,
                         ::testing::Values("tests/oracle/facts/cow_programs.jsonl.gz",
                                           "tests/oracle/facts/alias_programs.jsonl.gz",
                                           "tests/oracle/facts/programs.jsonl.gz"));

}  // namespace
}  // namespace cow
