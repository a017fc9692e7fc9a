#include "cow/tests/oracle/program.h"

#include <stdexcept>

#include "cow/tests/facts.h"
#include "nlohmann/json.hpp"

namespace cow::testing {
namespace {

using Json = nlohmann::json;

// `object[key]` if it is there and not null.
const Json* find(const Json& object, const char* key) {
  auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text(const Json& object, const char* key) {
  const Json* value = find(object, key);
  return value == nullptr ? std::string() : value->get<std::string>();
}

Number number(const Json& value) {
  if (value.is_number_float()) return value.get<double>();
  return value.get<std::int64_t>();
}

std::vector<Number> numbers(const Json& list) {
  std::vector<Number> result;
  for (const Json& value : list) result.push_back(number(value));
  return result;
}

std::vector<Index> indices(const Json& list) { return list.get<std::vector<Index>>(); }

Dims dims(const Json& list) {
  const std::vector<Index> extents = indices(list);
  return Dims(extents.begin(), extents.end());
}

SliceBound bound(const Json& value) {
  return value.is_null() ? SliceBound(none) : SliceBound(value.get<Index>());
}

IndexItem item(const Json& value) {
  if (value.is_number_integer()) return value.get<Index>();
  if (value.is_array()) {
    return slice(bound(value.at(0)), bound(value.at(1)), bound(value.at(2)));
  }
  if (value == "n") return newaxis;
  if (value == "...") return ellipsis;
  throw std::invalid_argument("not an index: " + value.dump());
}

std::vector<IndexItem> items(const Json& list) {
  std::vector<IndexItem> result;
  for (const Json& value : list) result.push_back(item(value));
  return result;
}

// `{crc, vals}`, each if it is there.
Values values(const Json& object) {
  Values result;
  result.crc = text(object, "crc");
  if (const Json* list = find(object, "vals")) result.numbers = numbers(*list);
  return result;
}

Values listed(const Json& list) { return {"", numbers(list)}; }

Placement placement(const Json& object) {
  Placement result;
  result.strides = dims(object.at("strides"));
  result.offset = object.at("off").get<Index>();
  result.is_view = object.at("view").get<bool>();
  result.owner = text(object, "owner");
  result.shares = object.at("shares").get<std::vector<std::string>>();
  result.is_c_order = object.at("c") == 1;
  result.is_f_order = object.at("f") == 1;
  result.is_writeable = object.at("w") == 1;
  return result;
}

Record record(const Json& object) {
  Record result;
  result.dtype = text(object, "dtype");
  result.shape = dims(object.at("shape"));
  result.values = values(object);
  if (const Json* list = find(object, "cow_vals")) result.cow_values = listed(*list);
  if (find(object, "strides") != nullptr) result.placement = placement(object);
  result.value = text(object, "value");
  return result;
}

std::vector<Surprise> surprises(const Json& list) {
  std::vector<Surprise> result;
  for (const Json& object : list) {
    result.push_back({object.at("i").get<Index>(), object.at("e").get<Index>(),
                      text(object, "which") == "src", number(object.at("now")),
                      number(object.at("was")), text(object, "writer"), text(object, "dir")});
  }
  return result;
}

Reading reading(const Json& object) {
  Reading result;
  result.values = listed(object.at("vals"));
  result.cow_values = listed(object.at("cow_vals"));
  if (const Json* list = find(object, "src_vals")) result.source_values = listed(*list);
  if (const Json* list = find(object, "cow_src_vals")) result.cow_source_values = listed(*list);
  if (const Json* value = find(object, "sum")) result.sum = number(*value);
  if (const Json* value = find(object, "cow_sum")) result.cow_sum = number(*value);
  result.surprises = surprises(object.at("surprises"));
  const Json* fresh = find(object, "surprises_fresh");
  result.surprises_fresh = fresh == nullptr ? result.surprises : surprises(*fresh);
  return result;
}

void parse_expected(const Json& object, Step* step) {
  step->error = text(object, "err");
  step->error_kind = text(object, "kind");
  step->error_message = text(object, "msg");
  if (const Json* changed = find(object, "chg")) {
    step->changed.emplace();
    for (const auto& [name, what] : changed->items()) step->changed->emplace(name, values(what));
  }
  if (const Json* made = find(object, "rec")) step->record = record(*made);
  if (find(object, "surprises") != nullptr) step->reading = reading(object);
}

Step parse_step(const Json& object) {
  Step step;
  step.op = text(object, "op");
  step.out = text(object, "out");
  step.src = text(object, "src");
  step.dst = text(object, "dst");
  step.name = text(object, "name");
  step.dtype = text(object, "dtype");
  if (const Json* list = find(object, "items")) step.items = items(*list);
  if (const Json* list = find(object, "src_items")) step.src_items = items(*list);
  for (const char* key : {"shape", "ishape"}) {
    if (const Json* list = find(object, key)) step.shape = dims(*list);
  }
  for (const char* key : {"idx", "mask", "index"}) {
    if (const Json* list = find(object, key)) step.positions = indices(*list);
  }
  for (const char* key : {"axes", "axis"}) {
    const Json* axes = find(object, key);
    if (axes == nullptr) continue;
    step.axes = axes->is_array() ? indices(*axes) : std::vector<Index>{axes->get<Index>()};
  }
  if (const Json* start = find(object, "start")) step.start = start->get<Index>();
  if (const Json* distance = find(object, "step")) step.step = distance->get<Index>();
  if (const Json* value = find(object, "value")) step.value = number(*value);
  if (const Json* limit = find(object, "k")) step.limit = number(*limit);
  parse_expected(object.at("exp"), &step);
  return step;
}

}  // namespace

Program parse_program(const std::string& line) {
  const Json object = Json::parse(line);
  Program program;
  program.id = text(object, "id");
  program.profile = text(object, "profile");
  for (const Json& step : object.at("steps")) program.steps.push_back(parse_step(step));
  for (const auto& [name, what] : object.at("final").items()) {
    program.final_records.emplace(name, record(what));
  }
  if (const Json* step = find(object, "first_surprise_step")) {
    program.first_surprise_step = step->get<int>();
  }
  return program;
}

std::vector<Program> read_programs(const std::string& path) {
  std::vector<Program> programs;
  for (const std::string& line : read_lines(path)) {
    if (!line.empty() && line[0] != '#') programs.push_back(parse_program(line));
  }
  return programs;
}

}  // namespace cow::testing
