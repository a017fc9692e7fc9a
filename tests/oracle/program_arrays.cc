#include "cow/tests/oracle/program_arrays.h"

#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cow/core/creation.h"
#include "cow/core/operators.h"
#include "cow/tests/oracle/checksum.h"

namespace cow::testing {
namespace {

// `number` as NumPy casts it: integers wrap, bool is "not zero".
template <class E>
E cast(const Number& number) {
  return std::visit([](auto value) { return static_cast<E>(value); }, number);
}

template <class E>
Elements one_element(const E& value) {
  return {dtype_of<E>, std::string(reinterpret_cast<const char*>(&value), sizeof(E))};
}

// ---- steps that make an array -------------------------------------------------------------------

template <class E>
AnyArray make(const Step& step) {
  Index size = 1;
  for (Index extent : step.shape) size *= extent;
  const std::unique_ptr<E[]> elements(new E[size]);
  for (Index i = 0; i < size; ++i) {
    const Index value = step.start + i * step.step;
    elements[i] = static_cast<E>(std::is_same_v<E, bool> ? value & 1 : value);
  }
  return from_span<E>(absl::MakeConstSpan(elements.get(), size), step.shape);
}

template <std::size_t kAlternative = 0>
AnyArray make_any(const Step& step) {
  if constexpr (kAlternative == std::variant_size_v<AnyArray>) {
    throw UnsupportedStep("make " + step.dtype);
  } else {
    using E = typename std::variant_alternative_t<kAlternative, AnyArray>::value_type;
    if (step.dtype == dtype_name(dtype_of<E>)) return make<E>(step);
    return make_any<kAlternative + 1>(step);
  }
}

template <class E>
Array<E> transpose(const Step& step, Array<E>& src) {
  if (!step.axes) return src.T();
  return src.transpose(*step.axes);
}

template <class E>
Array<E> squeeze(const Step& step, Array<E>& src) {
  if (!step.axes) return src.squeeze();
  return src.squeeze(*step.axes);
}

template <class E>
Array<E> take(const Step& step, const Array<E>& src) {
  if (step.shape.size() == 1) return src[index_list(step.positions)];
  return src[from_span<Index>(step.positions, step.shape)];
}

template <class E>
Array<E> mask_rows(const Step& step, const Array<E>& src) {
  Array<bool> mask = empty<bool>({static_cast<Index>(step.positions.size())});
  for (std::size_t i = 0; i < step.positions.size(); ++i) mask(i) = step.positions[i] != 0;
  return src[mask];
}

// `src > limit`; the limit has the kind of `src`, not a higher one.
template <class E>
Array<bool> greater(const Array<E>& src, const Number& limit) {
  return src > cast<std::conditional_t<std::is_floating_point_v<E>, E, std::int64_t>>(limit);
}

template <class E>
Array<E> derive(const Step& step, Array<E>& src) {
  const std::string& op = step.op;
  if (op == "index") return src[IndexItems(step.items)];
  if (op == "ref") return src[IndexItems(step.items)].ref();
  if (op == "same") return src;
  if (op == "reshape") return src.reshape(step.shape);
  if (op == "transpose") return transpose(step, src);
  if (op == "broadcast_to") return src.broadcast_to(step.shape);
  if (op == "squeeze") return squeeze(step, src);
  if (op == "ravel") return src.ravel();
  if (op == "copy") return src.copy();
  if (op == "take") return take(step, src);
  if (op == "mask_gt") return src[greater(src, step.limit)];
  if (op == "mask_rows") return mask_rows(step, src);
  throw UnsupportedStep(op);
}

// ---- steps that read or write one array ---------------------------------------------------------

// The element at `position`, as `a(i, j)` gives it.
template <class A>
auto element_of(A& a, absl::Span<const Index> position) {
  switch (position.size()) {
    case 0:
      return a();
    case 1:
      return a(position[0]);
    case 2:
      return a(position[0], position[1]);
    case 3:
      return a(position[0], position[1], position[2]);
    case 4:
      return a(position[0], position[1], position[2], position[3]);
  }
  throw UnsupportedStep("an element of rank 5 or more");
}

template <class E>
Elements read(const Step& step, const Array<E>& src) {
  if (step.op == "read") return peek(AnyArray(src.template astype<E>()));
  if (step.op == "sum") return one_element(src.sum());
  if (step.op == "read_elem") return one_element<E>(element_of(src, step.positions));
  throw UnsupportedStep(step.op);
}

template <class E>
void write(const Step& step, Array<E>& dst) {
  const std::string& op = step.op;
  const E value = cast<E>(step.value);
  if (op == "set_scalar") {
    dst[IndexItems(step.items)] = value;
  } else if (op == "fill") {
    dst.fill(value);
  } else if (op == "set_elem") {
    element_of(dst, step.positions) = value;
  } else if (op == "set_take") {
    dst[index_list(step.positions)] = value;
  } else if (op == "set_mask_gt") {
    dst[greater(dst, step.limit)] = value;
  } else if (op == "iadd") {
    dst[IndexItems(step.items)] += value;
  } else {
    throw UnsupportedStep(op);
  }
}

// ---- steps that write one array from another ----------------------------------------------------

template <class E, class U>
void write_from(const Step& step, Array<E>& dst, Array<U>& src) {
  const IndexItems to = step.items;
  const IndexItems from = step.src_items;
  if (step.op == "set_array") {
    dst[to] = src[from];
  } else if constexpr (std::is_same_v<E, U>) {
    dst[to] += src[from];
  } else {
    throw UnsupportedStep(absl::StrCat(dtype_name(dtype_of<E>), " += ", dtype_name(dtype_of<U>)));
  }
}

// ---- comparison ---------------------------------------------------------------------------------

// `fn` with an object of the element type `dtype`.
template <class Fn, std::size_t kAlternative = 0>
std::string with_type(DType dtype, Fn fn) {
  if constexpr (kAlternative == std::variant_size_v<AnyArray>) {
    throw UnsupportedStep(dtype_name(dtype));
  } else {
    using E = typename std::variant_alternative_t<kAlternative, AnyArray>::value_type;
    return dtype_of<E> == dtype ? fn(E()) : with_type<Fn, kAlternative + 1>(dtype, fn);
  }
}

// "" or ", element 3 is 5, not 7".
std::string element_difference(const Elements& elements, Index i, const Number& expected) {
  return with_type(elements.dtype, [&](auto type) -> std::string {
    decltype(type) value;
    std::memcpy(&value, elements.bytes.data() + i * sizeof(value), sizeof(value));
    if (value == cast<decltype(type)>(expected)) return "";
    return absl::StrCat(", element ", i, " is ", value, ", not ", cast<decltype(type)>(expected));
  });
}

Elements elements_at(const internal::Node& node, const std::byte* address, const Layout& layout) {
  Elements elements{node.current_buffer().dtype, {}};
  const Index size = layout.size();
  for (Index i = 0; i < size; ++i) {
    const std::byte* element = address + layout.displacement_of_flat(i);
    elements.bytes.append(reinterpret_cast<const char*>(element), node.itemsize());
  }
  return elements;
}

}  // namespace

const internal::Node& node_of(const AnyArray& array) {
  return std::visit([](const auto& a) -> const internal::Node& { return a.handle().node(); },
                    array);
}

Elements peek(const AnyArray& array) {
  const internal::Node& node = node_of(array);
  return elements_at(node, node.address(), node.layout);
}

Elements peek(const AnyArray& array, IndexItems items) {
  const internal::Node& node = node_of(array);
  const Layout part = index_layout(node.layout, items);
  return elements_at(node, node.address() + (part.offset() - node.layout.offset()), part);
}

std::optional<Elements> perform(const Step& step, Arrays* arrays) {
  if (step.op == "del" || step.op == "drop") {
    arrays->erase(step.name);
  } else if (step.op == "make") {
    arrays->emplace(step.out, make_any(step));
  } else if (!step.out.empty()) {
    arrays->emplace(step.out, std::visit([&](auto& src) { return AnyArray(derive(step, src)); },
                                         arrays->at(step.src)));
  } else if (step.dst.empty()) {
    return std::visit([&](const auto& src) { return read(step, src); }, arrays->at(step.src));
  } else if (step.src.empty()) {
    std::visit([&](auto& dst) { write(step, dst); }, arrays->at(step.dst));
  } else {
    std::visit([&](auto& dst, auto& src) { write_from(step, dst, src); }, arrays->at(step.dst),
               arrays->at(step.src));
  }
  return std::nullopt;
}

std::string difference(const Elements& elements, const Values& expected) {
  std::string wrong;
  const Index size = elements.bytes.size() / dtype_size_bytes(elements.dtype);
  if (expected.numbers && size != static_cast<Index>(expected.numbers->size())) {
    wrong = absl::StrCat(", ", size, " elements, not ", expected.numbers->size());
  } else if (expected.numbers) {
    for (Index i = 0; i < size; ++i) {
      wrong += element_difference(elements, i, (*expected.numbers)[i]);
    }
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(elements.bytes.data());
  const std::string crc = checksum({bytes, elements.bytes.size()});
  if (wrong.empty() && !expected.crc.empty() && crc != expected.crc) {
    wrong = absl::StrCat(", checksum ", crc, ", not ", expected.crc);
  }
  return wrong.empty() ? wrong : wrong.substr(2);
}

}  // namespace cow::testing
