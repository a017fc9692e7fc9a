#include "cow/tests/oracle/npy_facts.h"

#include <cstring>
#include <exception>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "cow/core/array.h"
#include "cow/core/errors.h"
#include "cow/interop/npy.h"
#include "cow/tests/facts.h"
#include "cow/tests/oracle/checksum.h"
#include "cow/tests/oracle/element_types.h"
#include "nlohmann/json.hpp"

namespace cow::testing {
namespace {

using Json = nlohmann::json;

// Of a code such as "<i4"; none if the library has no such type.
std::optional<DType> dtype_of_code(const std::string& code) {
  const char kind = code.at(1);
  if (code == "|b1") return DType::kBool;
  if (std::string("iufc").find(kind) == std::string::npos) return std::nullopt;
  const char* const name = kind == 'i'   ? "int"
                           : kind == 'u' ? "uint"
                           : kind == 'f' ? "float"
                                         : "complex";
  return dtype_named(absl::StrCat(name, 8 * std::stoi(code.substr(2))));
}

std::string decimal(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

NpyContent parse_content(const Json& object) {
  NpyContent content;
  content.dtype_code = object.at("dtype").get<std::string>();
  content.dtype = dtype_of_code(content.dtype_code);
  content.is_big_endian = content.dtype_code[0] == '>';
  content.shape = object.at("shape").get<Dims>();
  content.is_fortran_order = object.at("fortran").get<bool>();
  content.crc = object.at("crc").get<std::string>();
  if (object.contains("vals")) {
    content.values.emplace();
    for (const Json& value : object.at("vals")) content.values->push_back(decimal(value));
  }
  return content;
}

NpyFact parse_fact(const Json& object) {
  NpyFact fact;
  fact.file = object.at("file").get<std::string>();
  fact.is_valid = object.at("valid").get<bool>();
  fact.expect = fact.is_valid ? "accept" : object.at("expect").get<std::string>();
  if (fact.is_valid) fact.major_version = object.at("version").at(0).get<int>();
  fact.file_bytes = object.at("bytes").get<Index>();
  const Json& numpy = object.at("numpy");
  if (numpy.at("ok").get<bool>()) fact.numpy = parse_content(numpy);
  return fact;
}

// Where an element is not the number that NumPy loads, or "".
template <Element E>
std::string value_difference(const Array<E>& flat, const std::vector<std::string>& values) {
  if (flat.size() != static_cast<Index>(values.size())) return "another number of values";
  for (Index i = 0; i < flat.size(); ++i) {
    const E element = flat(i);
    const E expected = element_of<E>(values[i]);
    const bool are_nan = element != element && expected != expected;
    // As bytes: 0.0 and -0.0 are not the same.
    if (!are_nan && std::memcmp(&element, &expected, sizeof(E)) != 0) {
      return absl::StrCat("element ", i, " is not ", values[i]);
    }
  }
  return "";
}

template <Element E>
std::vector<std::byte> bytes_of(const Array<E>& flat) {
  std::vector<std::byte> bytes(flat.nbytes());
  for (Index i = 0; i < flat.size(); ++i) {
    const E element = flat(i);
    std::memcpy(bytes.data() + i * sizeof(E), &element, sizeof(E));
  }
  return bytes;
}

// What is not as NumPy loads it.
template <Element E>
std::vector<std::string> differences(const Array<E>& array, const NpyContent& numpy) {
  const Dims shape(array.shape().begin(), array.shape().end());
  if (shape != numpy.shape) {
    return {absl::StrCat("shape ", tuple_text(shape), ", not ", tuple_text(numpy.shape))};
  }
  std::vector<std::string> found;
  if (!(numpy.is_fortran_order ? array.T() : array).is_contiguous()) {
    found.push_back("the elements are in another order");
  }
  const Array<E> flat = array.flatten();
  if (const std::string crc = checksum(bytes_of(flat)); crc != numpy.crc) {
    found.push_back(absl::StrCat("checksum ", crc, ", not ", numpy.crc));
  }
  if (numpy.values) {
    const std::string difference = value_difference(flat, *numpy.values);
    if (!difference.empty()) found.push_back(difference);
  }
  return found;
}

std::string text_of(const absl::Status& status) { return std::string(status.message()); }

// Adds what is wrong with an array that is `how` in memory.
template <Element E>
void check_array(const char* how, const absl::StatusOr<Array<E>>& array, const NpyContent& numpy,
                 Outcome* outcome) {
  if (!array.ok()) {
    outcome->failures.push_back(absl::StrCat(how, ": ", text_of(array.status())));
    return;
  }
  for (const std::string& difference : differences(*array, numpy)) {
    outcome->failures.push_back(absl::StrCat(how, ": ", difference));
  }
}

// Loads and maps the file as what NumPy says that it is.
Outcome check_content(const std::string& path, const NpyContent& numpy) {
  Outcome outcome;
  with_element_type(*numpy.dtype, [&](auto type) {
    using E = typename decltype(type)::type;
    check_array("loaded", load_npy<E>(path), numpy, &outcome);
    const absl::StatusOr<Array<E>> mapped = load_npy<E>(path, Mmap::kReadOnly);
    // Bytes that have to be converted are not mapped.
    if (mapped.status().code() == absl::StatusCode::kFailedPrecondition) return;
    check_array("mapped to read", mapped, numpy, &outcome);
    check_array("mapped to write", load_npy<E>(path, Mmap::kCopyOnWrite), numpy, &outcome);
  });
  return outcome;
}

// The library has no such type, and has to say so.
Outcome check_unsupported(const absl::Status& status, const std::string& code) {
  if (status.ok()) return {{absl::StrCat("elements of type ", code, " are taken for others")}};
  if (text_of(status).find("not supported") == std::string::npos) return {{text_of(status)}};
  return {{}, absl::StrCat("the library has no elements of type ", code)};
}

Outcome check_fact(const NpyFact& fact, const std::string& folder) {
  const std::string path = folder + "/" + fact.file;
  const auto file_bytes = static_cast<Index>(std::filesystem::file_size(path));
  if (file_bytes != fact.file_bytes) {
    return {{absl::StrCat(file_bytes, " bytes, not ", fact.file_bytes)}};
  }
  const absl::Status status = NpyFile::open(path).status();
  if (fact.is_valid && !fact.numpy->dtype) {
    return check_unsupported(status, fact.numpy->dtype_code);
  }
  if (!status.ok()) {
    if (text_of(status).rfind(path + ": ", 0) != 0) return {{"an error without the path"}};
    return fact.expect == "accept" ? Outcome{{text_of(status)}} : Outcome{};
  }
  if (fact.expect == "reject") return {{"a malformed file is accepted"}};
  if (!fact.numpy) return {{"a file is accepted that NumPy does not load"}};
  return check_content(path, *fact.numpy);
}

}  // namespace

std::vector<NpyFact> read_npy_facts(const std::string& path) {
  std::string text;
  for (const std::string& line : read_lines(path)) text += line;
  std::vector<NpyFact> facts;
  for (const Json& object : Json::parse(text)) facts.push_back(parse_fact(object));
  return facts;
}

void replay_npy_facts(const std::string& path, Tally* tally) {
  std::vector<NpyFact> facts;
  try {
    facts = read_npy_facts(path);
  } catch (const std::exception& error) {
    tally->fail(error.what());
  }
  const std::string folder = std::filesystem::path(path).parent_path();
  for (const NpyFact& fact : facts) {
    tally->add(fact.file, [&] { return check_fact(fact, folder); });
  }
}

}  // namespace cow::testing
