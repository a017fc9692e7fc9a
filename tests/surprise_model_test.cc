// Random programs under AliasSanitizer beside a naive model that keeps a whole twin of every value:
// the reads that have surprises, and the elements, must be the model's. Each program runs in
// copy-on-write mode at the same time: its first surprise must be the first read that differs
// there.

#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/mode.h"
#include "cow/core/operators.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using Element = std::int64_t;
using Cells = std::vector<Element>;

std::set<Index> seen_positions;  // of the surprises of the last read

alsan::AliasSanitizer& sanitizer() {
  static alsan::AliasSanitizer* const installed = [] {
    alsan::Options options;
    options.max_log_entries = 100;
    alsan::AliasSanitizer* made = alsan::install_alias_sanitizer(options);
    made->set_report_handler([](const alsan::Report&) {});
    made->set_read_listener([](const alsan::AliasSanitizer::ReadFindings& findings) {
      for (const alsan::Surprise& surprise : findings.surprises) {
        seen_positions.insert(surprise.position);
      }
    });
    return made;
  }();
  return *installed;
}

/// The elements of one buffer, and what each value expects of them.
struct ModelBuffer {
  const std::byte* memory;
  Cells actual;
};
struct ModelValue {
  std::shared_ptr<ModelBuffer> buffer;
  Cells twin;
};
struct Named {
  Array<Element> array;
  Array<Element> cow;  // the same program's, in copy-on-write mode
  std::shared_ptr<ModelValue> value;

  /// The cells of the array's elements, in C order.
  std::vector<Index> cells() const {
    const internal::Node& node = array.handle().node();
    const Index first = (node.data - value->buffer->memory) / Index{sizeof(Element)};
    std::vector<Index> found;
    for (Index flat = 0; flat < node.layout.size(); ++flat) {
      found.push_back(first + node.layout.displacement_of_flat(flat) / Index{sizeof(Element)});
    }
    return found;
  }
};

class Program {
 public:
  explicit Program(std::uint64_t seed) : random_(seed) {}

  void run(int steps) {
    sanitizer();
    for (int i = 0; i < steps; ++i) {
      step();
      if (::testing::Test::HasFailure()) return;
    }
  }

  std::int64_t surprising_reads() const { return surprising_reads_; }
  bool has_differed() const { return has_differed_; }

 private:
  Index below(Index n) { return static_cast<Index>(random_() % static_cast<std::uint64_t>(n)); }
  Named& pick() { return named_[static_cast<std::size_t>(below(std::ssize(named_)))]; }
  // Few different values, so that writing back what was there is common.
  Element value() { return below(3); }

  void step() {
    if (named_.empty() || (named_.size() < 12 && below(12) == 0)) return make();
    switch (below(17)) {
      case 0:
      case 1:
      case 2:
        return make_view();
      case 3:
        return make_ref();
      case 4:
        return copy_handle();
      case 5:
        return drop();
      case 6:
        return write_element();
      case 7:
        return write_all();
      case 8:
        return write_in_place();
      case 9:
        return write_span();
      case 10:
        return write_masked();
      case 11:
        return read_part();
      case 12:
        return read_element();
      case 13:
        return update();
      case 14:
        return move();
      default:
        return read_all();
    }
  }

  void make() {
    const Dims shape = below(2) == 0 ? Dims{6} : Dims{3, 4};
    Named made{full<Element>(shape, 0), {}, std::make_shared<ModelValue>()};
    {
      const ScopedMode mode(Mode::kCopyOnWrite);
      made.cow = full<Element>(shape, 0);
    }
    made.value->buffer = std::make_shared<ModelBuffer>();
    made.value->buffer->memory = made.array.handle().node().data;
    made.value->buffer->actual.assign(static_cast<std::size_t>(made.array.size()), 0);
    made.value->twin = made.value->buffer->actual;
    named_.push_back(std::move(made));
  }

  std::vector<IndexItem> random_index(const Array<Element>& a) {
    std::vector<IndexItem> items;
    for (int axis = 0; axis < a.ndim(); ++axis) {
      const Index extent = a.shape()[axis];
      if (extent > 0 && below(4) == 0) {
        items.emplace_back(below(extent));
      } else {
        const Index step = below(5) == 0 ? -1 : 1 + below(2);
        step < 0 ? items.emplace_back(slice(none, none, step))
                 : items.emplace_back(slice(below(extent + 1), none, step));
      }
    }
    return items;
  }

  /// `make` makes a view of an array of any mode.
  template <class Make>
  void add_view(Named* source, Make make) {
    if (named_.size() >= 16) return;
    named_.push_back(
        {make(source->array), make(source->cow), std::make_shared<ModelValue>(*source->value)});
  }

  void make_view() {
    Named source = take();
    const std::vector<IndexItem> items = random_index(source.array);
    switch (below(4)) {
      case 0:
        add_view(&source, [](auto& a) { return a.T(); });
        break;
      case 1:
        add_view(&source, [](auto& a) { return a.T()[IndexItems()]; });
        break;
      default:
        add_view(&source, [&](auto& a) { return a[items]; });
    }
    named_.push_back(std::move(source));
  }

  void make_ref() {
    if (named_.size() >= 16) return;
    Named source = take();
    if (below(2) == 0) {
      named_.push_back({source.array.ref(), source.cow.ref(), source.value});
    } else {
      const std::vector<IndexItem> items = random_index(source.array);
      named_.push_back({source.array[items].ref(), source.cow[items].ref(), source.value});
    }
    named_.push_back(std::move(source));
  }

  void copy_handle() {
    if (named_.size() >= 16) return;
    Named source = take();
    // A copy of a ref is one more of its value.
    const bool joins = source.array.handle().node().has(internal::kDeclared);
    const std::shared_ptr<ModelValue> value =
        joins ? source.value : std::make_shared<ModelValue>(*source.value);
    named_.push_back({source.array, source.cow, value});
    named_.push_back(std::move(source));
  }

  void move() {
    Named& moved = pick();
    Array<Element> to = std::move(moved.array), cow_to = std::move(moved.cow);
    moved.array = std::move(to);
    moved.cow = std::move(cow_to);
  }

  /// One of the arrays, moved out, since the list may grow; it must be given back.
  Named take() {
    std::swap(pick(), named_.back());
    Named taken = std::move(named_.back());
    named_.pop_back();
    return taken;
  }

  void drop() {
    const std::size_t at = static_cast<std::size_t>(below(std::ssize(named_)));
    named_.erase(named_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  /// The model's write: the bytes change, and the writer's own twin does.
  void model_write(const ModelValue& through, ModelValue* value, Index cell, Element written) {
    through.buffer->actual[static_cast<std::size_t>(cell)] = written;
    value->twin[static_cast<std::size_t>(cell)] = written;
  }

  void write_element() {
    Named& target = pick();
    if (target.array.size() == 0) return;
    const Index flat = below(target.array.size());
    const Index cell = target.cells()[static_cast<std::size_t>(flat)];
    const Element written = value();
    for (Array<Element>* a : {&target.array, &target.cow}) {
      if (a->ndim() == 0) {
        (*a)() = written;
      } else if (a->ndim() == 1) {
        (*a)(flat) = written;
      } else {
        (*a)(flat / a->shape()[1], flat % a->shape()[1]) = written;
      }
    }
    model_write(*target.value, target.value.get(), cell, written);
  }

  void write_all() {
    Named& target = pick();
    const Element written = value();
    target.array.fill(written);
    target.cow.fill(written);
    for (Index cell : target.cells()) {
      model_write(*target.value, target.value.get(), cell, written);
    }
  }

  void write_in_place() {
    Named& target = pick();
    const std::vector<IndexItem> items = random_index(target.array);
    const Element written = value();
    std::vector<Index> cells;
    {
      const Named part{target.array[items], {}, target.value};
      cells = part.cells();
    }
    target.array[items] = written;
    target.cow[items] = written;
    for (Index cell : cells) model_write(*target.value, target.value.get(), cell, written);
  }

  void write_span() {
    Named& target = pick();
    if (target.array.ndim() != 1) return;
    const std::vector<Index> cells = target.cells();
    auto span = target.array.mutable_span<1>();
    auto cow_span = target.cow.mutable_span<1>();
    for (Index i = 0; i < span.extent(0); ++i) {
      const std::size_t cell = static_cast<std::size_t>(cells[static_cast<std::size_t>(i)]);
      const Element before = span(i), written = value();
      // Only bytes that change are written, as nothing else tells what a span has written. What
      // another value wrote, and is written here once more, copy-on-write mode would take for ours.
      const bool is_surprise = before != target.value->twin[cell];
      if (below(2) == 0 || (is_surprise && written == before)) continue;
      span(i) = written;
      cow_span(i) = written;
      if (written != before) {
        model_write(*target.value, target.value.get(), static_cast<Index>(cell), written);
      }
    }
  }

  void write_masked() {
    Named& target = pick();
    if (target.array.ndim() != 1) return;
    const std::vector<Index> cells = target.cells();
    std::vector<Index> positions;
    for (Index i = 0; i < target.array.size(); ++i) {
      if (below(2) == 0) positions.push_back(i);
    }
    const Element written = value();
    target.array[index_list(positions)] = written;
    target.cow[index_list(positions)] = written;
    for (Index i : positions) {
      model_write(*target.value, target.value.get(), cells[static_cast<std::size_t>(i)], written);
    }
  }

  void update() {
    Named& target = pick();
    check(target, target.cells(), elements_of(target.cow), [&] { target.array += 1; });
    target.cow += 1;
    for (Index cell : target.cells()) {
      const Element now = target.value->buffer->actual[static_cast<std::size_t>(cell)];
      model_write(*target.value, target.value.get(), cell, now + 1);
    }
  }

  /// A read of `cells`, which in copy-on-write mode gives `cow`.
  template <class Read>
  void check(const Named& reader, const std::vector<Index>& cells, const Cells& cow, Read read) {
    std::set<Index> expected, differing;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto cell = static_cast<std::size_t>(cells[i]);
      const Element now = reader.value->buffer->actual[cell];
      if (now != reader.value->twin[cell]) expected.insert(static_cast<Index>(i));
      if (now != cow[i]) differing.insert(static_cast<Index>(i));
    }
    // From the first difference on the two runs are different programs.
    if (!has_differed_) {
      ASSERT_EQ(differing, expected) << view_tree_text(reader);
      has_differed_ = !differing.empty();
    }
    seen_positions.clear();
    read();
    ASSERT_EQ(seen_positions, expected) << view_tree_text(reader);
    if (!expected.empty()) ++surprising_reads_;
  }

  /// From behind, which no event reports.
  static Cells elements_of(const Array<Element>& a) {
    const internal::Node& node = a.handle().node();
    Cells elements;
    for (Index flat = 0; flat < node.layout.size(); ++flat) {
      elements.push_back(*reinterpret_cast<const Element*>(node.address() +
                                                           node.layout.displacement_of_flat(flat)));
    }
    return elements;
  }

  static std::string view_tree_text(const Named& reader) {
    return sanitizer().view_tree_text(reader.array.handle().node());
  }

  void read_all() {
    const Named& reader = pick();
    check(reader, reader.cells(), elements_of(reader.cow), [&] {
      if (below(2) == 0) {
        reader.array.sum();
      } else {
        to_string(reader.array);
      }
    });
  }

  void read_part() {
    Named& reader = pick();
    const std::vector<IndexItem> items = random_index(reader.array);
    Named part{reader.array[items], reader.cow[items], reader.value};
    const std::vector<Index> cells = part.cells();
    const Cells cow = elements_of(part.cow);
    part.array = part.cow = Array<Element>();
    check(reader, cells, cow, [&] { reader.array[items].sum(); });
  }

  void read_element() {
    const Named& reader = pick();
    if (reader.array.ndim() != 1 || reader.array.size() == 0) return;
    const Index i = below(reader.array.size());
    const Index cell = reader.cells()[static_cast<std::size_t>(i)];
    check(reader, {cell}, {elements_of(reader.cow)[static_cast<std::size_t>(i)]},
          [&] { static_cast<void>(reader.array(i)); });
  }

  std::mt19937_64 random_;
  std::vector<Named> named_;
  std::int64_t surprising_reads_ = 0;
  bool has_differed_ = false;  // from the run in copy-on-write mode
};

TEST(SurpriseModelTest, RandomProgramsAgreeWithTwins) {
  const char* const given = std::getenv("COW_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::cout << "seed: COW_TEST_SEED=" << seed << "\n";
  // COW_TEST_PROGRAMS=5000 is a million steps.
  const char* const asked = std::getenv("COW_TEST_PROGRAMS");
  const int programs = asked != nullptr ? std::atoi(asked) : 1000;
  std::int64_t surprising_reads = 0;
  int differing_programs = 0;
  for (int i = 0; i < programs; ++i) {
    Program program(seed + static_cast<std::uint64_t>(i));
    program.run(200);
    ASSERT_FALSE(HasFailure()) << "program " << i << " of COW_TEST_SEED=" << seed;
    surprising_reads += program.surprising_reads();
    differing_programs += program.has_differed() ? 1 : 0;
  }
  // Else the test would compare nothing with nothing.
  EXPECT_GT(surprising_reads, programs);
  EXPECT_GT(differing_programs, programs / 2);
  std::cout << surprising_reads << " surprising reads; " << differing_programs << " of " << programs
            << " programs differ in copy-on-write mode\n";
}

}  // namespace
}  // namespace cow
