#include "cow/tests/oracle/print_facts.h"

#include <charconv>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/layout.h"
#include "cow/tests/oracle/element_types.h"
#include "nlohmann/json.hpp"

namespace cow::testing {
namespace {

using Json = nlohmann::json;
using Bytes = std::vector<std::byte>;

template <class E>
void append(const E& value, Bytes* bytes) {
  const auto* data = reinterpret_cast<const std::byte*>(&value);
  bytes->insert(bytes->end(), data, data + sizeof value);
}

Bytes bytes_of_hex(const std::string& hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(hex.data() + i, hex.data() + i + 2, value, 16);
    bytes.push_back(static_cast<std::byte>(value));
  }
  return bytes;
}

// `start + i * step`, wrapped to the type.
template <Element E>
Bytes bytes_of_arange(const Json& arange, Index size) {
  using Wide = std::conditional_t<std::is_floating_point_v<E>, double, std::int64_t>;
  const Wide start = arange.at("start").get<Wide>();
  const Wide step = arange.at("step").get<Wide>();
  Bytes bytes;
  for (Index i = 0; i < size; ++i)
    append(static_cast<E>(start + static_cast<Wide>(i) * step), &bytes);
  return bytes;
}

// A NaN is the one among the `known` bytes, if there are any: its text does not say which.
template <Element E>
Bytes bytes_of_values(const Json& values, const Bytes& known) {
  Bytes bytes;
  for (const Json& text : values) {
    E value = element_of<E>(text.get<std::string>());
    const std::size_t at = bytes.size();
    if (value != value && at + sizeof value <= known.size()) {
      E same;
      std::memcpy(&same, known.data() + at, sizeof same);
      if (same != same) value = same;
    }
    append(value, &bytes);
  }
  return bytes;
}

template <Element E>
Bytes elements_of(const Json& record, Index size) {
  Bytes bytes;
  if (record.contains("hex")) bytes = bytes_of_hex(record.at("hex").get<std::string>());
  if constexpr (!internal::kIsComplex<E>) {
    if (record.contains("arange")) bytes = bytes_of_arange<E>(record.at("arange"), size);
    if (record.contains("values")) {
      const Bytes values = bytes_of_values<E>(record.at("values"), bytes);
      if (!bytes.empty() && values != bytes) {
        throw std::invalid_argument("malformed fact: the values are not those of the bytes");
      }
      bytes = values;
    }
  }
  if (static_cast<Index>(bytes.size()) != size * static_cast<Index>(sizeof(E))) {
    throw std::invalid_argument("malformed fact: not as many elements as the shape has");
  }
  return bytes;
}

template <Element E>
Array<E> array_of(const PrintFact& fact) {
  const Index size = element_count(fact.shape);
  const std::unique_ptr<E[]> elements(new E[size]);
  if (size > 0) std::memcpy(elements.get(), fact.elements.data(), fact.elements.size());
  return from_span<E>(absl::MakeConstSpan(elements.get(), size), fact.shape);
}

void expect_text(const char* what, const std::string& actual, const std::string& expected,
                 Outcome* outcome) {
  if (actual == expected) return;
  outcome->failures.push_back(absl::StrCat(what, " \"", absl::CEscape(actual), "\", not \"",
                                           absl::CEscape(expected), "\""));
}

Outcome check_print_fact(const std::string& line) {
  const PrintFact fact = parse_print_fact(line);
  Outcome outcome{{}, "", fact.id};
  with_element_type(fact.dtype, [&](auto type) {
    Array<typename decltype(type)::type> array = array_of<typename decltype(type)::type>(fact);
    expect_text("str", to_string(array), fact.str, &outcome);
    expect_text("repr", repr(array), fact.repr, &outcome);
    const auto columns = array.T().copy().T();
    expect_text("str in Fortran order", to_string(columns), fact.str, &outcome);
    expect_text("repr in Fortran order", repr(columns), fact.repr, &outcome);
  });
  return outcome;
}

}  // namespace

PrintFact parse_print_fact(const std::string& line) {
  const Json record = Json::parse(line);
  PrintFact fact;
  fact.id = record.at("id").get<std::string>();
  fact.shape = record.at("shape").get<Dims>();
  fact.str = record.at("str").get<std::string>();
  fact.repr = record.at("repr").get<std::string>();
  const std::string name = record.at("dtype").get<std::string>();
  const std::optional<DType> dtype = dtype_named(name);
  if (!dtype) throw std::invalid_argument("malformed fact: no type " + name);
  fact.dtype = *dtype;
  fact.elements = with_element_type(fact.dtype, [&](auto type) {
    return elements_of<typename decltype(type)::type>(record, element_count(fact.shape));
  });
  return fact;
}

void replay_print_facts(const std::string& path, Tally* tally) {
  check_lines(path, tally, check_print_fact);
}

}  // namespace cow::testing
