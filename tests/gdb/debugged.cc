// Arrays of many kinds for gdb to look at, each with what it should say. check_printers.py stops in
// `stop_at_array`, check_commands.py in `stop_at_tree`.

#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/core/format.h"
#include "cow/cow.h"
#include "cow/diagnostics/blame.h"

using namespace cow;

/// What gdb should print; `more` is not used, but keeps the caller's arrays alive.
extern "C" __attribute__((noinline)) void stop_at_array(const char* text, const void* more) {
  asm volatile("" : : "r"(text), "r"(more) : "memory");
}

extern "C" __attribute__((noinline)) void stop_at_tree(const char* tree, const char* element,
                                                       const char* all) {
  asm volatile("" : : "r"(tree), "r"(element), "r"(all) : "memory");
}

namespace {

template <class T>
__attribute__((noinline)) void show(const std::string& text, const Array<T>& array) {
  stop_at_array(text.c_str(), &array);
}

template <class T>
void check(const std::string& heading, const Array<T>& array) {
  const std::string elements = to_string(array);
  show(heading + (elements.find('\n') == elements.npos ? ": " : ":\n") + elements, array);
}

template <class T>
void check_numbers(const Array<T>& array) {
  const auto& shape = array.shape();
  check(absl::StrCat(dtype_name(dtype_of<T>), " (", absl::StrJoin(shape, ","),
                     shape.size() == 1 ? ",)" : ")"),
        array.copy());
}

template <class T>
void check_integers() {
  using Limits = std::numeric_limits<T>;
  check_numbers(array<T>({1, 2, 3}));
  check_numbers(array<T>({Limits::min(), 0, Limits::max()}));
  check_numbers(arange<T>(100).reshape({4, 25}));
  check_numbers(arange<T>(24).reshape({2, 3, 4}));
}

template <class T>
void check_floats() {
  using Limits = std::numeric_limits<T>;
  const T inf = Limits::infinity(), nan = Limits::quiet_NaN();
  check_numbers(array<T>({1, 2, 3}));
  check_numbers(array<T>({0, T(-0.0), T(0.1)}));
  check_numbers(array<T>({T(1) / 3, T(2) / 3}));
  check_numbers(array<T>({T(1e-10), 1}));
  check_numbers(array<T>({T(1e8), T(123456789)}));
  check_numbers(array<T>({Limits::max(), Limits::min(), Limits::denorm_min()}));
  check_numbers(array<T>({nan, inf, -inf, T(2.5)}));
  check_numbers(array<T>({inf, T(1e20)}));
  check_numbers(array<T>({nan}));
  check_numbers(array<T>({-inf}));
  std::mt19937 random(17);
  for (int i = 0; i < 60; ++i) {
    auto some = empty<T>({1 + static_cast<Index>(random() % 30)});
    const int range = static_cast<int>(random() % 12);
    for (Index j = 0; j < some.size(); ++j) {
      const double digits = static_cast<double>(random()) / (random() % 2 == 0 ? 1e6 : 4e9);
      some(j) =
          static_cast<T>((digits - 0.3) * std::pow(10.0, int(random() % (range + 1)) - range / 2));
    }
    check_numbers(some);
  }
  for (double x : {0.0, -0.0, 0.1, 1.0, 1e15, 1e16, 1e-4, 1e-5, 123456.789}) {
    check_numbers(array<T>(static_cast<T>(x)));
  }
}

template <class T>
void check_complexes() {
  using Complex = std::complex<T>;
  check_numbers(array<Complex>({Complex(1, 2), Complex(T(-0.5), T(-0.25))}));
  check_numbers(array<Complex>({Complex(T(1e-9), 2), Complex(3, T(1e10))}));
  check_numbers(array<Complex>({Complex(NAN, INFINITY), Complex(1, -INFINITY)}));
  check_numbers(array<Complex>(Complex(1, -2)));
  check_numbers(array<Complex>(Complex(0, T(0.1))));
}

void check_summaries() {
  check_numbers(arange<int>(1001));
  check_numbers(arange<double>(2000).reshape({40, 50}));
  check_numbers(arange<int>(3000).reshape({3, 1000}));
  check_numbers(arange<float>(4096).reshape({8, 8, 8, 8}));
  check_numbers(zeros<int>({0, 3}));
  check_numbers(zeros<int>({2, 0}));
  check_numbers(full<std::int64_t>({5, 40}, 123456));
}

void check_views() {
  auto base = arange<std::int64_t>(12).reshape({3, 4}).label("base");
  auto part = base[{slice(1, 3), slice(none, none, -2)}].label("part");
  check("int64 'part' (2,2), view of 'base' (3,4), base (12,)", part);
  check("int64 (2,2), view of 'part' (2,2), base (12,)", part.T());
  auto ref = base[0].ref().label("ref");
  check("int64 'ref' (4,), ref of 'base' (3,4), base (12,)", ref);
  check("int64 (2,4), view of 'ref' (4,), base (12,), read-only", ref.broadcast_to({2, 4}));
  const auto deep = zeros<int>({1, 1, 1, 1, 1, 1, 1, 1, 1, 2}).label("deep");  // dims on the heap
  check("int32 'deep' (1,1,1,1,1,1,1,1,1,2)", deep);

  ScopedMode scope(Mode::kCopyOnWrite);
  auto value = arange<int>(6).label("value");
  auto alias = value[slice(1, 4)].ref().label("alias");  // follows its value to other memory
  auto copy = value.copy();
  value.fill(7);
  check("int32 'alias' (3,), ref of 'value' (6,)", alias);
  check("int32 (6,)", copy);
}

void check_damage() {
  auto a = array<int>({1, 2});
  auto b = std::move(a);
  show("Array()", a);
  show("Array()", Array<double>());
  static unsigned char bytes[2][512];
  std::memset(bytes[1], 0xCC, sizeof bytes[1]);
  const void* places[] = {reinterpret_cast<void*>(0xCCCCCCCCCCCCCCCC), reinterpret_cast<void*>(8),
                          bytes[0], bytes[1]};
  for (const void* place : places) {
    alignas(Array<int>) unsigned char handle[sizeof(Array<int>)];
    std::memcpy(handle, &place, sizeof handle);
    show("<no array: not initialised, or damaged>",
         *std::launder(reinterpret_cast<Array<int>*>(handle)));
  }
}

__attribute__((noinline)) void check_commands() {
  auto original = array<std::int64_t>({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}});
  original.label("original");
  auto part = original[{slice(1, 3), slice(1, 3)}].label("slice");
  const Array<std::int64_t>* pointer = &part;
  const auto unusual = zeros<int>({1}).label("größe");
  part(0, 0) = 999;
  original[2] = 5;
  const std::string tree = view_tree(original);
  const std::string element = to_string(blame(original, {1, 1}));
  const std::string all = to_string(blame(original));
  stop_at_tree(tree.c_str(), element.c_str(), all.c_str());
  // Inside of the sanitizer nothing can be asked.
  part(1, 1) = 6;
  if (original.sum() != pointer->sum()) stop_at_array("", &unusual);
}

}  // namespace

int main(int argc, char**) {
  if (argc > 1) {
    check_commands();
    return 0;
  }
  check_numbers(array<bool>({true, false}));
  check_numbers(array<bool>(true));
  check_integers<std::int8_t>();
  check_integers<std::int16_t>();
  check_integers<std::int32_t>();
  check_integers<std::int64_t>();
  check_integers<std::uint8_t>();
  check_integers<std::uint16_t>();
  check_integers<std::uint32_t>();
  check_integers<std::uint64_t>();
  check_floats<float>();
  check_floats<double>();
  check_complexes<float>();
  check_complexes<double>();
  check_summaries();
  check_views();
  check_damage();
}
