#include "cow/diagnostics/frame.h"

#include <cctype>
#include <cstddef>
#include <filesystem>

namespace cow::alsan {
namespace {

constexpr std::string_view kOperator = "operator";
constexpr std::string_view kAnonymous = "(anonymous namespace)";

// The position after the bracket that closes the one at `open`; npos if none does.
std::size_t after_group(std::string_view text, std::size_t open) {
  std::size_t angles = 0;
  std::size_t others = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    switch (text[i]) {
      case '(':
      case '[':
      case '{':
        ++others;
        break;
      case ')':
      case ']':
      case '}':
        --others;
        break;
      // In parentheses these may be comparisons.
      case '<':
        if (others == 0) ++angles;
        break;
      case '>':
        if (others == 0) --angles;
        break;
    }
    if (angles == 0 && others == 0) return i + 1;
  }
  return text.npos;
}

bool is_name_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Whether the keyword `operator`, not a name that contains it, starts at `i`.
bool is_operator_at(std::string_view text, std::size_t i) {
  const std::size_t end = i + kOperator.size();
  return text.substr(i).starts_with(kOperator) && (i == 0 || !is_name_char(text[i - 1])) &&
         (end == text.size() || !is_name_char(text[end]));
}

// The position after the name of the operator whose keyword starts at `i`: "operator()",
// "operator<<", "operator new", "operator std::vector<int>".
std::size_t after_operator(std::string_view text, std::size_t i) {
  i += kOperator.size();
  if (text.substr(i).starts_with("()")) return i + 2;
  if (text.substr(i).starts_with(" ") || text.substr(i).starts_with("\"\"")) {
    while (i < text.size() && text[i] != '(') {
      i = text[i] == '<' ? after_group(text, i) : i + 1;
    }
    return i;
  }
  const std::size_t end = text.find_first_not_of("<>=!+-*/%^&|~,[]", i);
  return end == text.npos ? text.size() : end;
}

// If the parameters from `open` to `close` belong to a function around the one we want, as in
// "f(int) const::{lambda()#1}", the position of the "::" after them, else npos.
std::size_t nested_name(std::string_view text, std::size_t close) {
  std::string_view rest = text.substr(close);
  for (const std::string_view qualifier : {" const", " volatile", " &&", " &"}) {
    if (rest.starts_with(qualifier)) rest.remove_prefix(qualifier.size());
  }
  return rest.starts_with("::") ? text.size() - rest.size() : text.npos;
}

}  // namespace

std::string short_function(std::string_view demangled) {
  std::string name;
  std::size_t i = 0;
  // Every step takes a bracketed group, an operator or a character.
  while (i < demangled.size()) {
    const char c = demangled[i];
    std::size_t end = i + 1;
    if (is_operator_at(demangled, i)) {
      end = after_operator(demangled, i);
    } else if (demangled.substr(i).starts_with(kAnonymous)) {
      end = i + kAnonymous.size();
    } else if (c == '(' && !name.empty() && !name.ends_with("decltype") &&
               !name.ends_with("decltype ")) {
      const std::size_t close = after_group(demangled, i);
      const std::size_t next = close == demangled.npos ? close : nested_name(demangled, close);
      if (next == demangled.npos) break;
      i = next;
      continue;
    } else if (c == '(' || c == '<' || c == '[' || c == '{') {
      end = after_group(demangled, i);
    } else if (c == ' ') {
      // "[clone .cold]" ends the name; before that, a space ends a return type.
      if (demangled.substr(i).starts_with(" [")) break;
      // But "operator< <int>" is one name, and so is what follows "decltype (".
      if (!demangled.substr(i).starts_with(" <") && !demangled.substr(i).starts_with(" (")) {
        name.clear();
        ++i;
        continue;
      }
    }
    if (end > demangled.size()) return std::string(demangled);
    name += demangled.substr(i, end - i);
    i = end;
  }
  return name.empty() ? std::string(demangled) : name;
}

std::string normal_path(std::string_view path) {
  std::string normal = std::filesystem::path(path).lexically_normal().string();
  // How Bazel names its working directory.
  constexpr std::string_view kWorkingDirectory = "/proc/self/cwd/";
  if (normal.starts_with(kWorkingDirectory)) normal.erase(0, kWorkingDirectory.size());
  return normal;
}

std::string display_path(std::string_view path, std::string_view strip_path_prefix) {
  std::string shown = normal_path(path);
  // Headers under `include_prefix`: ".../_virtual_includes/TARGET/cow/core/array.h".
  constexpr std::string_view kVirtual = "_virtual_includes/";
  constexpr std::string_view kOwnPrefix = "cow/";
  if (const std::size_t at = shown.find(kVirtual); at != shown.npos) {
    const std::size_t target_end = shown.find('/', at + kVirtual.size());
    if (target_end != shown.npos) shown.erase(0, target_end + 1);
    if (shown.starts_with(kOwnPrefix)) shown.erase(0, kOwnPrefix.size());
  }
  if (!strip_path_prefix.empty()) {
    const std::size_t at = shown.find(strip_path_prefix);
    if (at != shown.npos) shown.erase(0, at + strip_path_prefix.size());
    if (shown.starts_with("./")) shown.erase(0, 2);
  }
  return shown;
}

}  // namespace cow::alsan
