// Random programs under AliasSanitizer beside a naive model that keeps a whole twin of every value:
// the reads that have surprises, and the elements, must be the model's.

#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
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

 private:
  Index below(Index n) { return static_cast<Index>(random_() % static_cast<std::uint64_t>(n)); }
  Named& pick() { return named_[static_cast<std::size_t>(below(std::ssize(named_)))]; }
  // Few different values, so that writing back what was there is common.
  Element value() { return below(3); }

  void step() {
    if (named_.empty() || (named_.size() < 12 && below(12) == 0)) return make();
    switch (below(16)) {
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
      default:
        return read_all();
    }
  }

  void make() {
    const Dims shape = below(2) == 0 ? Dims{6} : Dims{3, 4};
    Named made{full<Element>(shape, 0), std::make_shared<ModelValue>()};
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

  void add_view(Array<Element> view, const std::shared_ptr<ModelValue>& from) {
    if (named_.size() >= 16) return;
    named_.push_back({std::move(view), std::make_shared<ModelValue>(*from)});
  }

  void make_view() {
    Named& source = pick();
    const std::shared_ptr<ModelValue> from = source.value;
    const std::vector<IndexItem> items = random_index(source.array);
    switch (below(4)) {
      case 0:
        return add_view(source.array.T(), from);
      case 1:
        return add_view(source.array.T()[IndexItems()], from);
      default:
        return add_view(source.array[items], from);
    }
  }

  void make_ref() {
    Named& source = pick();
    if (named_.size() >= 16) return;
    const std::shared_ptr<ModelValue> value = source.value;
    Array<Element> ref =
        below(2) == 0 ? source.array.ref() : source.array[random_index(source.array)].ref();
    named_.push_back({std::move(ref), value});
  }

  void copy_handle() {
    const Named& source = pick();
    if (named_.size() >= 16) return;
    Array<Element> copy = source.array;
    // A copy of a ref is one more of its value.
    const bool joins = source.array.handle().node().has(internal::kDeclared);
    const std::shared_ptr<ModelValue> value =
        joins ? source.value : std::make_shared<ModelValue>(*source.value);
    named_.push_back({std::move(copy), value});
    std::swap(named_.front(), named_.back());
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
    if (target.array.ndim() == 0) {
      target.array() = written;
    } else if (target.array.ndim() == 1) {
      target.array(flat) = written;
    } else {
      target.array(flat / target.array.shape()[1], flat % target.array.shape()[1]) = written;
    }
    model_write(*target.value, target.value.get(), cell, written);
  }

  void write_all() {
    Named& target = pick();
    const Element written = value();
    target.array.fill(written);
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
      const Named part{target.array[items], target.value};
      cells = part.cells();
    }
    target.array[items] = written;
    for (Index cell : cells) model_write(*target.value, target.value.get(), cell, written);
  }

  void write_span() {
    Named& target = pick();
    if (target.array.ndim() != 1) return;
    const std::vector<Index> cells = target.cells();
    auto span = target.array.mutable_span<1>();
    for (Index i = 0; i < span.extent(0); ++i) {
      const Element written = below(2) == 0 ? span(i) : value();
      const Element before = span(i);
      span(i) = written;
      // Only bytes that change are written.
      if (written != before) {
        model_write(*target.value, target.value.get(), cells[static_cast<std::size_t>(i)], written);
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
    for (Index i : positions) {
      model_write(*target.value, target.value.get(), cells[static_cast<std::size_t>(i)], written);
    }
  }

  void update() {
    Named& target = pick();
    check(target, target.cells(), [&] { target.array += 1; });
    for (Index cell : target.cells()) {
      const Element now = target.value->buffer->actual[static_cast<std::size_t>(cell)];
      model_write(*target.value, target.value.get(), cell, now + 1);
    }
  }

  template <class Read>
  void check(const Named& reader, const std::vector<Index>& cells, Read read) {
    std::set<Index> expected;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto cell = static_cast<std::size_t>(cells[i]);
      if (reader.value->buffer->actual[cell] != reader.value->twin[cell]) {
        expected.insert(static_cast<Index>(i));
      }
    }
    seen_positions.clear();
    read();
    ASSERT_EQ(seen_positions, expected) << view_tree_text(reader);
    if (!expected.empty()) ++surprising_reads_;
  }

  static std::string view_tree_text(const Named& reader) {
    return sanitizer().view_tree_text(reader.array.handle().node());
  }

  void read_all() {
    const Named& reader = pick();
    check(reader, reader.cells(), [&] {
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
    Named part{reader.array[items], reader.value};
    const std::vector<Index> cells = part.cells();
    part.array = Array<Element>();
    check(reader, cells, [&] { reader.array[items].sum(); });
  }

  void read_element() {
    const Named& reader = pick();
    if (reader.array.ndim() != 1 || reader.array.size() == 0) return;
    const Index i = below(reader.array.size());
    const Index cell = reader.cells()[static_cast<std::size_t>(i)];
    check(reader, {cell}, [&] { static_cast<void>(reader.array(i)); });
  }

  std::mt19937_64 random_;
  std::vector<Named> named_;
  std::int64_t surprising_reads_ = 0;
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
  for (int i = 0; i < programs; ++i) {
    Program program(seed + static_cast<std::uint64_t>(i));
    program.run(200);
    ASSERT_FALSE(HasFailure()) << "program " << i << " of COW_TEST_SEED=" << seed;
    surprising_reads += program.surprising_reads();
  }
  // Else the test would compare nothing with nothing.
  EXPECT_GT(surprising_reads, programs);
  std::cout << surprising_reads << " surprising reads\n";
}

}  // namespace
}  // namespace cow
