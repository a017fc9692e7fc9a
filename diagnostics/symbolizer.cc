#include "cow/diagnostics/symbolizer.h"

#include <cxxabi.h>
#include <errno.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/debugging/symbolize.h"
#include "absl/strings/str_cat.h"
#include "cow/diagnostics/addr2line.h"

#if __has_include(<backtrace.h>)
#include <backtrace.h>
#endif

// There only where a sanitizer runtime is linked.
extern "C" __attribute__((weak)) void __sanitizer_symbolize_pc(void* return_address,
                                                               const char* format, char* out,
                                                               std::size_t out_bytes);

namespace cow::alsan {
namespace {

using Frames = std::vector<Frame>;

std::string demangled(const char* symbol) {
  // The demangler reads names such as "i" as types.
  if (!std::string_view(symbol).starts_with("_Z")) return symbol;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : symbol;
}

Frame make_frame(const char* function, const char* file, int line) {
  Frame frame;
  // Symbolizers that know nothing say "<null>" or "??".
  const auto is_known = [](const char* text) {
    const std::string_view known = text != nullptr ? text : "";
    return !known.empty() && known != "<null>" && known != "??";
  };
  if (is_known(function)) frame.function = short_function(demangled(function));
  if (is_known(file)) {
    frame.file = file;
    frame.line = std::max(line, 0);
  }
  return frame;
}

bool have_lines(const Frames& frames) {
  return std::ranges::any_of(frames, [](const Frame& frame) { return frame.line > 0; });
}

// What the sanitizer runtime knows. It steps back from the return address itself.
Frames ask_sanitizer(std::uintptr_t return_address) {
  Frames frames;
  if (__sanitizer_symbolize_pc == nullptr) return frames;
  // One zero-terminated text for each inlined frame, and an empty one at the end.
  std::string text(1 << 16, '\0');
  __sanitizer_symbolize_pc(reinterpret_cast<void*>(return_address), "%f\n%s\n%l", text.data(),
                           text.size() - 2);
  for (const char* at = text.data(); *at != '\0'; at += std::char_traits<char>::length(at) + 1) {
    const std::string_view entry = at;
    const std::size_t line_at = entry.rfind('\n');
    const std::size_t file_at = line_at == 0 ? entry.npos : entry.rfind('\n', line_at - 1);
    if (line_at == entry.npos || file_at == entry.npos) continue;
    int line = 0;
    std::from_chars(entry.data() + line_at + 1, entry.data() + entry.size(), line);
    frames.push_back(
        make_frame(std::string(entry.substr(0, file_at)).c_str(),
                   std::string(entry.substr(file_at + 1, line_at - file_at - 1)).c_str(), line));
  }
  return frames;
}

#if __has_include(<backtrace.h>)

backtrace_state* library_state() {
  // Our lock makes it safe in threads. Its memory cannot be freed.
  static backtrace_state* const state = backtrace_create_state(
      nullptr, 0, [](void*, const char*, int) {}, nullptr);
  return state;
}

int add_frame(void* frames, std::uintptr_t, const char* file, int line, const char* function) {
  if (file == nullptr && function == nullptr) return 0;
  static_cast<Frames*>(frames)->push_back(make_frame(function, file, line));
  return 0;
}

void set_symbol(void* out, std::uintptr_t, const char* symbol, std::uintptr_t, std::uintptr_t) {
  *static_cast<Frame*>(out) = make_frame(symbol, nullptr, 0);
}

Frames ask_backtrace(std::uintptr_t pc) {
  Frames frames;
  const auto ignore = [](void*, const char*, int) {};
  if (library_state() != nullptr) {
    backtrace_pcinfo(library_state(), pc, add_frame, ignore, &frames);
  }
  return frames;
}

// The function that the symbol table has at `pc`, or "".
std::string ask_symbol_table(std::uintptr_t pc) {
  Frame frame;
  const auto ignore = [](void*, const char*, int) {};
  if (library_state() != nullptr) {
    backtrace_syminfo(library_state(), pc, set_symbol, ignore, &frame);
  }
  return frame.function;
}

#else

Frames ask_backtrace(std::uintptr_t) { return {}; }

std::string ask_symbol_table(std::uintptr_t pc) {
  static const bool is_initialized = [] {
    absl::InitializeSymbolizer("/proc/self/exe");
    return true;
  }();
  char name[1024];
  const bool is_found =
      is_initialized && absl::Symbolize(reinterpret_cast<void*>(pc), name, sizeof(name));
  return is_found ? make_frame(name, nullptr, 0).function : "";
}

#endif

struct Module {
  std::uintptr_t pc;
  // Where its file is, and what it is called.
  std::string path;
  std::string name;
  std::uintptr_t offset;
};

// Finds the module whose code contains `module->pc`.
int match_module(dl_phdr_info* info, std::size_t, void* out) {
  Module* const module = static_cast<Module*>(out);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    if (module->pc < begin || module->pc - begin >= segment.p_memsz) continue;
    // The program itself has no name here.
    const bool is_program = info->dlpi_name[0] == '\0';
    module->path = is_program ? absl::StrCat("/proc/", getpid(), "/exe") : info->dlpi_name;
    module->name = is_program ? program_invocation_short_name : info->dlpi_name;
    module->name.erase(0, module->name.rfind('/') + 1);
    module->offset = module->pc - info->dlpi_addr;
    return 1;
  }
  return 0;
}

// The module of `pc`; nullopt where there is no code.
std::optional<Module> find_module(std::uintptr_t pc) {
  Module module{pc, "", "", 0};
  if (dl_iterate_phdr(match_module, &module) == 0) return std::nullopt;
  return module;
}

// Whether `memcpy` and the like are in there, their interceptors included.
bool is_c_library(const Module& module) {
  const std::string_view name = module.name;
  return name.starts_with("libc.") || name.starts_with("libc-") || name.starts_with("ld-linux") ||
         name.starts_with("libasan.") || name.starts_with("libtsan.") ||
         name.starts_with("libubsan.");
}

// A frame that names only the module, as "(app+0x1234)".
Frame module_frame(const Module& module) {
  return Frame{"", absl::StrCat("(", module.name, "+0x", absl::Hex(module.offset), ")"), 0};
}

Frames look_up(std::uintptr_t return_address) {
  // The call, not what follows it.
  const std::uintptr_t pc = return_address - 1;
  const std::optional<Module> module = find_module(pc);
  if (!module) return {Frame()};
  Frames frames = ask_sanitizer(return_address);
  if (!have_lines(frames)) frames = ask_backtrace(pc);
  if (frames.empty()) frames.emplace_back();
  // Debug information may leave out the namespaces of a function with internal linkage; the symbol
  // table knows only functions that were not inlined.
  std::string& outermost = frames.back().function;
  const std::string symbol = ask_symbol_table(pc);
  if (outermost.empty() || symbol.ends_with("::" + outermost)) outermost = symbol;
  if (frames.front() == Frame()) return {module_frame(*module)};
  return frames;
}

struct Cache {
  std::mutex mutex;
  absl::flat_hash_map<std::uintptr_t, Frames> frames;
  // The return addresses that addr2line was asked for.
  absl::flat_hash_set<std::uintptr_t> asked_addr2line;
};

// Reports are also made after static objects are gone.
Cache& cache() {
  static Cache* const cache = new Cache;
  return *cache;
}

struct Roots {
  std::string sources;
  std::string headers;
};

// Where this library's files are: as debug information names this one, else as the compiler was
// given it.
Roots find_roots() {
  constexpr std::string_view kThisFile = "diagnostics/symbolizer.cc";
  constexpr std::string_view kThisHeader = "diagnostics/symbolizer.h";
  std::string source = normal_path(__FILE__);
  for (const Frame& frame : symbolize(reinterpret_cast<std::uintptr_t>(&find_roots) + 1)) {
    if (frame.file.ends_with(kThisFile)) source = normal_path(frame.file);
  }
  std::string header = normal_path(symbolizer_internal::symbolizer_header_path());
  source.resize(source.size() - std::min(source.size(), kThisFile.size()));
  header.resize(header.size() - std::min(header.size(), kThisHeader.size()));
  return {source, header};
}

bool is_library_directory(std::string_view path) {
  return path.starts_with("core/") || path.starts_with("diagnostics/") ||
         path.starts_with("interop/");
}

bool is_in_library(std::string_view path, std::string_view root) {
  return path.starts_with(root) && is_library_directory(path.substr(root.size()));
}

// A header of a Bazel target with our `include_prefix`.
bool is_virtual_include(std::string_view path) {
  constexpr std::string_view kVirtual = "_virtual_includes/";
  const std::size_t at = path.find(kVirtual);
  if (at == path.npos) return false;
  const std::size_t target_end = path.find('/', at + kVirtual.size());
  return target_end != path.npos && is_in_library(path.substr(target_end + 1), "cow/");
}

}  // namespace

std::vector<Frame> symbolize(std::uintptr_t return_address) {
  const std::lock_guard lock(cache().mutex);
  const auto [entry, is_new] = cache().frames.try_emplace(return_address);
  if (is_new) entry->second = look_up(return_address);
  return entry->second;
}

bool is_library_frame(const Frame& frame) {
  static const Roots* const roots = new Roots(find_roots());
  return symbolizer_internal::is_library_frame(frame, roots->sources, roots->headers);
}

bool symbolizer_internal::is_library_frame(const Frame& frame, std::string_view source_root,
                                           std::string_view include_root) {
  const std::string_view function = frame.function;
  if (function.starts_with("std::") || function.starts_with("__gnu_cxx::")) return true;
  if (frame.line == 0) return function.starts_with("cow::");
  const std::string path = normal_path(frame.file);
  // A sanitizer's runtime that is linked in has memcpy and the like.
  if (path.find("/compiler-rt/lib/") != path.npos) return true;
  return path.find("/include/c++/") != path.npos || is_virtual_include(path) ||
         is_in_library(path, source_root) || is_in_library(path, include_root);
}

namespace {

// libbacktrace overlooks some inline functions and templates whose code other translation units
// have too: GNU ld gives all their debug information one address. Where a stack has lines at all,
// addr2line is asked, once, for those that are missing.
void complete_lines(absl::Span<const std::uintptr_t> stack) {
  bool stack_has_lines = false;
  // Return addresses and their offsets, by the file of their module.
  using Missing = std::vector<std::pair<std::uintptr_t, std::uintptr_t>>;
  absl::flat_hash_map<std::string, Missing> missing;
  for (const std::uintptr_t return_address : stack) {
    const std::optional<Module> module = find_module(return_address - 1);
    if (!module) break;
    const Frames frames = symbolize(return_address);
    if (have_lines(frames)) {
      stack_has_lines = true;
    } else {
      missing[module->path].emplace_back(return_address, module->offset);
    }
    if (frames.back().function == "main") break;
  }
  if (!stack_has_lines) return;
  const std::lock_guard lock(cache().mutex);
  for (auto& [path, addresses] : missing) {
    std::erase_if(addresses, [](const auto& entry) {
      return !cache().asked_addr2line.insert(entry.first).second;
    });
    if (addresses.empty()) continue;
    std::vector<std::uintptr_t> offsets;
    for (const auto& [return_address, offset] : addresses) offsets.push_back(offset);
    const std::vector<Frames> found = ask_addr2line(path, offsets);
    for (std::size_t i = 0; i < found.size(); ++i) {
      Frames frames;
      for (const Frame& raw : found[i]) {
        frames.push_back(make_frame(raw.function.c_str(), raw.file.c_str(), raw.line));
      }
      Frames& known = cache().frames[addresses[i].first];
      if (!have_lines(frames)) continue;
      // The symbol table's name has its namespaces.
      if (!known.back().function.empty()) frames.back().function = known.back().function;
      known = frames;
    }
  }
}

}  // namespace

std::vector<Frame> resolve(absl::Span<const std::uintptr_t> stack, const ResolveOptions& options) {
  if (options.symbolize) complete_lines(stack);
  Frames frames;
  for (const std::uintptr_t return_address : stack) {
    const std::optional<Module> module = find_module(return_address - 1);
    if (!module) break;
    if (frames.empty() && is_c_library(*module)) continue;
    const Frames here =
        options.symbolize ? symbolize(return_address) : Frames{module_frame(*module)};
    frames.insert(frames.end(), here.begin(), here.end());
    if (frames.back().function == "main") break;
  }
  const auto is_users = [](const Frame& frame) { return !is_library_frame(frame); };
  const auto first = std::ranges::find_if(frames, is_users);
  if (first != frames.end()) {
    frames.erase(frames.begin(), first);
    // What runs tests and threads is of no interest either.
    const auto last = std::ranges::find_if(frames.rbegin(), frames.rend(), [&](const Frame& frame) {
      return frame.line > 0 && is_users(frame);
    });
    if (last != frames.rend()) frames.erase(last.base(), frames.end());
  }
  for (Frame& frame : frames) frame.file = display_path(frame.file, options.strip_path_prefix);
  return frames;
}

}  // namespace cow::alsan
