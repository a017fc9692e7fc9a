// What NumPy does with each pair of element types (`generate.py`), replayed: promotion,
// wrap-around, comparisons, writes in place, casts, reductions, linspace.

#include <cmath>
#include <complex>
#include <optional>
#include <string>
#include <utility>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/facts.h"
#include "nlohmann/json.hpp"

namespace cow {
namespace {

using Json = nlohmann::json;
using Numbers = std::vector<Index>;

template <class... E>
struct Types {};
using AllTypes = Types<bool, std::int8_t, std::uint8_t, std::int32_t, std::int64_t, std::uint64_t,
                       float, double, std::complex<double>>;
using NumberTypes = Types<bool, std::int64_t, double, std::complex<double>>;

/// Not inlined: all pairs of types in one function take the instrumenting compiler minutes.
template <class E, class Fn>
[[gnu::noinline]] void call_with(Fn& fn) {
  fn.template operator()<E>();
}

/// `fn.template operator()<E>()` for the type called `name`.
template <class... E, class Fn>
void with_type(Types<E...>, const std::string& name, Fn fn) {
  bool found = false;
  ((dtype_name(dtype_of<E>) == name ? (found = true, call_with<E>(fn)) : void()), ...);
  EXPECT_TRUE(found) << name;
}

template <Element E>
Array<E> array_in(const Json& json) {
  const std::string digits = json["x"];
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  Array<E> a = empty<E>(json["s"].get<Numbers>());
  EXPECT_EQ(static_cast<std::size_t>(a.nbytes()), bytes.size());
  std::memcpy(a.handle().node().data, bytes.data(), bytes.size());
  return a;
}

/// Equal bit for bit, or both NaN, or within `tolerance` of each other.
template <class R>
bool is_same(R a, R b, double tolerance) {
  if constexpr (std::is_floating_point_v<R>) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (a == b) return std::signbit(a) == std::signbit(b);
    return std::abs(a - b) <= tolerance * std::abs(b);
  } else if constexpr (internal::kIsComplex<R>) {
    if (std::abs(a - b) <= tolerance * std::abs(b) && tolerance > 0) return true;
    return is_same(a.real(), b.real(), tolerance) && is_same(a.imag(), b.imag(), tolerance);
  } else {
    return a == b;
  }
}

template <Element R>
void expect_same(const Array<R>& result, const Json& expected, double tolerance = 0) {
  ASSERT_TRUE(expected.is_object()) << "an error is missing: " << result;
  ASSERT_EQ(dtype_name(result.dtype()), expected["d"].get<std::string>());
  const Array<R> wanted = array_in<R>(expected);
  ASSERT_EQ(numbers_of(result.shape()), numbers_of(wanted.shape()));
  const auto got = elements_of(result), want = elements_of(wanted);
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(is_same(got[i], want[i], tolerance)) << i << ": " << result << " not " << wanted;
  }
}
template <Element R>
void expect_same(const R& result, const Json& expected, double tolerance = 0) {
  expect_same(full<R>({}, result), expected, tolerance);
}

/// Complex products and quotients are computed in several ways, which round differently.
template <class A, class B>
constexpr double product_tolerance() {
  return internal::kIsComplex<A> || internal::kIsComplex<B> ? 1e-14 : 0;
}

constexpr bool are_bools(DType a, DType b) { return a == DType::kBool && b == DType::kBool; }

template <class L, class R, class A, class B>
[[gnu::noinline]] void expect_binary(const std::string& name, const L& a, const R& b,
                                     const Json& expected) {
  if (name == "+") return expect_same(a + b, expected);
  if constexpr (!are_bools(dtype_of<A>, dtype_of<B>)) {
    if (name == "-") return expect_same(a - b, expected);
  }
  if (name == "*") return expect_same(a * b, expected, product_tolerance<A, B>());
  if (name == "/") return expect_same(a / b, expected, product_tolerance<A, B>());
  if (name == "==") return expect_same(a == b, expected);
  if (name == "!=") return expect_same(a != b, expected);
  if (name == "<") return expect_same(a < b, expected);
  if (name == "<=") return expect_same(a <= b, expected);
  if (name == ">") return expect_same(a > b, expected);
  if (name == ">=") return expect_same(a >= b, expected);
  FAIL() << "unknown operator";
}

/// `update(a, b)`, unless that does not compile, where NumPy must have refused.
template <class A, class B, class Update>
void expect_in_place(Array<A> a, const Array<B>& b, double tolerance, const Json& fact,
                     Update update) {
  if constexpr (requires { update(a, b); }) {
    ASSERT_TRUE(fact.contains("r")) << "compiles";
    update(a, b);
    expect_same(a, fact["r"], tolerance);
  } else {
    EXPECT_EQ(fact.value("e", "no error"), "type");
  }
}

template <class A, class B>
[[gnu::noinline]] void replay_in_place(const std::string& name, const Array<A>& a,
                                       const Array<B>& b, const Json& fact) {
  constexpr double kTolerance = product_tolerance<A, B>();
  if (name == "+=") {
    expect_in_place(
        a, b, 0, fact, [](auto& x, auto& y) requires requires { x += y; } { x += y; });
  } else if (name == "-=") {
    expect_in_place(
        a, b, 0, fact, [](auto& x, auto& y) requires requires { x -= y; } { x -= y; });
  } else if (name == "*=") {
    expect_in_place(
        a, b, kTolerance, fact, [](auto& x, auto& y) requires requires { x *= y; } { x *= y; });
  } else {
    expect_in_place(
        a, b, kTolerance, fact, [](auto& x, auto& y) requires requires { x /= y; } { x /= y; });
  }
}

void replay_pair(const Json& fact) {
  const std::string name = fact["k"];
  with_type(AllTypes(), fact["a"]["d"], [&]<class A>() {
    with_type(AllTypes(), fact["b"]["d"], [&]<class B>() {
      const Array<A> a = array_in<A>(fact["a"]);
      const Array<B> b = array_in<B>(fact["b"]);
      if (name.size() == 2 && name[1] == '=' && std::string("+-*/").find(name[0]) < 4) {
        replay_in_place(name, a, b, fact);
      } else {
        expect_binary<Array<A>, Array<B>, A, B>(name, a, b, fact["r"]);
      }
    });
  });
}

void replay_number(const Json& fact) {
  with_type(AllTypes(), fact["a"]["d"], [&]<class A>() {
    with_type(NumberTypes(), fact["n"]["d"], [&]<class S>() {
      const Array<A> a = array_in<A>(fact["a"]);
      const S number = elements_of(array_in<S>(fact["n"]))[0];
      if (fact["swapped"] == 1) {
        expect_binary<S, Array<A>, S, A>(fact["k"], number, a, fact["r"]);
      } else {
        expect_binary<Array<A>, S, A, S>(fact["k"], a, number, fact["r"]);
      }
    });
  });
}

void replay_negative(const Json& fact) {
  with_type(AllTypes(), fact["a"]["d"], [&]<class A>() {
    if constexpr (dtype_of<A> != DType::kBool) expect_same(-array_in<A>(fact["a"]), fact["r"]);
  });
}

void replay_cast(const Json& fact) {
  with_type(AllTypes(), fact["a"]["d"], [&]<class A>() {
    with_type(AllTypes(), fact["d"], [&]<class B>() {
      expect_same(array_in<A>(fact["a"]).template astype<B>(), fact["r"]);
    });
  });
}

/// The reduction `name` of `x`, along `axis` if there is one.
template <class A>
void expect_reduction(const std::string& name, const Array<A>& x, const Json& axis,
                      const Json& expected) {
  const auto reduce = [&](auto of, double tolerance = 0) {
    axis.is_null() ? expect_same(of(x), expected, tolerance)
                   : expect_same(of(x, axis.get<Index>()), expected, tolerance);
  };
  if (name == "sum") return reduce([](auto& a, auto... on) { return a.sum(on...); });
  if (name == "mean") {
    return reduce([](auto& a, auto... on) { return a.mean(on...); }, product_tolerance<A, A>());
  }
  if (name == "min") return reduce([](auto& a, auto... on) { return a.min(on...); });
  if (name == "max") return reduce([](auto& a, auto... on) { return a.max(on...); });
  if (name == "argmin") return reduce([](auto& a, auto... on) { return a.argmin(on...); });
  if (name == "argmax") return reduce([](auto& a, auto... on) { return a.argmax(on...); });
  if (name == "any") return reduce([](auto& a, auto... on) { return a.any(on...); });
  if (name == "all") return reduce([](auto& a, auto... on) { return a.all(on...); });
  FAIL() << "unknown operation";
}

void replay_reduction(const Json& fact) {
  const std::string expected = fact.value("e", "none");
  std::string thrown = "none";
  try {
    with_type(AllTypes(), fact["a"]["d"], [&]<class A>() {
      Array<A> a = array_in<A>(fact["a"]);
      const Numbers axes = fact["t"].get<Numbers>(), flips = fact["f"].get<Numbers>();
      const Array<A> x = a.transpose(axes).flip(flips);
      expect_reduction(fact["k"], x, fact["axis"], fact.value("r", Json()));
    });
  } catch (const std::out_of_range&) {
    thrown = "range";
  } catch (const std::invalid_argument&) {
    thrown = "value";
  }
  EXPECT_EQ(thrown, expected);
}

void replay_linspace(const Json& fact) {
  with_type(AllTypes(), fact["a"]["d"], [&]<class A>() {
    if constexpr (dtype_of<A> != DType::kBool) {
      const auto ends = elements_of(array_in<A>(fact["a"]));
      expect_same(linspace<A>(ends[0], ends[1], fact["n"], fact["endpoint"] == 1), fact["r"],
                  product_tolerance<A, A>());
    }
  });
}

TEST(ElementAlgebraTest, IsNumPys) {
  constexpr int kMostFailures = 20;
  const auto& result = *::testing::UnitTest::GetInstance()->current_test_info()->result();
  for (const std::string& line :
       testing::read_lines("tests/numpy/element_algebra_facts.jsonl.gz")) {
    SCOPED_TRACE(line);
    const Json fact = Json::parse(line);
    if (fact["k"] == "linspace") {
      replay_linspace(fact);
    } else if (fact["k"] == "negative") {
      replay_negative(fact);
    } else if (fact["k"] == "astype") {
      replay_cast(fact);
    } else if (fact.contains("b")) {
      replay_pair(fact);
    } else if (fact.contains("n")) {
      replay_number(fact);
    } else {
      replay_reduction(fact);
    }
    if (result.total_part_count() >= kMostFailures) break;
  }
}

}  // namespace
}  // namespace cow
