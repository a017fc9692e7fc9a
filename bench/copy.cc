// What a copy costs, and what comes after it, for copy_cost.py, which asks by lines on standard
// input:
//
//   SCENARIO METHOD BYTES SAMPLES
//
// One line answers: nanoseconds of CPU time of each sample. Two more uses:
//
//   copy_program peak METHOD BYTES COPIES    peak memory of so many copies, each with one write
//   copy_program repeat METHOD BYTES COPIES  copies, writes and drops, for those who count calls

#include <sys/mman.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::Index;

constexpr Index kPage = 4096 / sizeof(Index);

// The methods: arrays of integers that can be copied, written at one place, overwritten, read.

/// Memory from the system's allocator, or pages that nobody has touched.
struct Release {
  std::size_t mapped_bytes = 0;
  void operator()(Index* block) const {
    if (mapped_bytes > 0) {
      munmap(block, mapped_bytes);
    } else {
      std::free(block);
    }
  }
};
using Block = std::unique_ptr<Index, Release>;

std::size_t bytes_of(Index count) { return static_cast<std::size_t>(count) * sizeof(Index); }

Block allocate(Index count) { return Block(static_cast<Index*>(std::malloc(bytes_of(count)))); }

Block map_pages(Index count) {
  void* const pages =
      mmap(nullptr, bytes_of(count), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  return Block(static_cast<Index*>(pages), Release{bytes_of(count)});
}

void copy_elements(Index* to, const Index* from, Index count) {
  std::memcpy(to, from, bytes_of(count));
}

/// `memcpy` into a block of memory that `kMake` has just made.
template <Block (*kMake)(Index)>
class Eager {
 public:
  Eager() = default;
  explicit Eager(Index count) : elements_(kMake(count)), count_(count) { fill(1); }

  void copy_from(const Eager& from) {
    elements_ = kMake(from.count_);
    count_ = from.count_;
    copy_elements(elements_.get(), from.elements_.get(), count_);
  }
  void write(Index i, Index value) { elements_.get()[i] = value; }
  void fill(Index value) { std::fill_n(elements_.get(), count_, value); }
  const Index* elements() const { return elements_.get(); }
  void drop() { elements_.reset(); }

 protected:
  Block elements_;
  Index count_ = 0;
};

using Fresh = Eager<map_pages>;

/// `memcpy` into memory that was written before.
class Warm : public Eager<allocate> {
 public:
  using Eager::Eager;

  void copy_from(const Warm& from) {
    if (elements_ == nullptr) *this = Warm(from.count_);
    copy_elements(elements_.get(), from.elements_.get(), count_);
  }
  void drop() {}
};

/// Copy-on-write of whole blocks: a copy counts a reference more, the first write copies all.
class WholeBlock {
 public:
  WholeBlock() = default;
  explicit WholeBlock(Index count) : block_(std::make_shared<Eager<allocate>>(count)) {}

  void copy_from(const WholeBlock& from) { block_ = from.block_; }
  void write(Index i, Index value) { own().write(i, value); }
  void fill(Index value) { own().fill(value); }
  const Index* elements() const { return block_->elements(); }
  void drop() { block_.reset(); }

 private:
  Eager<allocate>& own() {
    if (block_.use_count() > 1) {
      auto copy = std::make_shared<Eager<allocate>>();
      copy->copy_from(*block_);
      block_ = std::move(copy);
    }
    return *block_;
  }

  std::shared_ptr<Eager<allocate>> block_;
};

template <cow::Mode kMode>
class OurArray {
 public:
  OurArray() = default;
  explicit OurArray(Index count) {
    const cow::ScopedMode mode(kMode);
    array_ = cow::ones<Index>({count});
  }

  void copy_from(const OurArray& from) {
    const cow::ScopedMode mode(kMode);
    array_ = from.array_.copy();
  }
  void write(Index i, Index value) { array_(i) = value; }
  void fill(Index value) { array_.fill(value); }
  /// Valid while nobody writes.
  const Index* elements() const {
    const cow::Span<const Index, 1> span = array_.span<1>();
    return &span(0);
  }
  void drop() { array_ = cow::Array<Index>(); }

 private:
  cow::Array<Index> array_;
};

/// Whether what was done with former copies may change what a copy costs.
template <class Array>
constexpr bool kLearns = false;
template <cow::Mode kMode>
constexpr bool kLearns<OurArray<kMode>> = true;

std::int64_t cpu_nanoseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

/// What asking for the time twice takes by itself.
std::int64_t clock_nanoseconds() {
  static const std::int64_t least = [] {
    std::int64_t found = 1'000'000;
    for (int i = 0; i < 1000; ++i) {
      const std::int64_t begin = cpu_nanoseconds();
      found = std::min(found, cpu_nanoseconds() - begin);
    }
    return found;
  }();
  return least;
}

template <class Array>
void read_all(const Array& a, Index count) {
  const Index* elements = a.elements();
  Index sum = 0;
  for (Index i = 0; i < count; ++i) sum += elements[i];
  benchmark::DoNotOptimize(sum);
}

/// One element of each of so many percent of the pages.
template <class Array>
void write_pages(Array& a, Index count, Index percent, Index value) {
  const Index pages = std::max<Index>(1, count / kPage * percent / 100);
  const Index distance = count / pages;
  for (Index i = 0; i < pages; ++i) a.write(i * distance, value);
}

/// Sources and their copies: several where they are small, so that the clock's own time is small.
template <class Array>
class Bench {
 public:
  explicit Bench(Index bytes)
      : count_(bytes / Index{sizeof(Index)}),
        batch_(static_cast<std::size_t>(std::clamp<Index>((1 << 16) / bytes, 1, 16))) {
    copies_.resize(batch_);
  }

  /// Nanoseconds a copy; -1 if there is no such scenario.
  double sample(const std::string& scenario) {
    if (scenario != former_) {
      // Arrays remember what became of their copies, and go by that.
      if (former_.empty() || kLearns<Array>) make_sources();
      // All but `first` is about later copies.
      timed([](Array& source, Array& copy) { copy.copy_from(source); });
      drop();
      former_ = scenario;
    }
    const Index middle = count_ / 2;
    const auto copied = [&](auto then) {
      return timed([&](Array& source, Array& copy) {
        copy.copy_from(source);
        then(source, copy);
      });
    };
    const auto write_once = [&](Array&, Array& copy) { copy.write(middle, ++value_); };
    if (scenario == "first") {
      make_sources();
      return copied(write_once);
    }
    if (scenario == "copy") return copied([](Array&, Array&) {});
    if (scenario == "write1") return copied(write_once);
    if (scenario == "source1") {
      return copied([&](Array& source, Array&) { source.write(middle, ++value_); });
    }
    for (const int percent : {1, 10, 100}) {
      if (scenario != "pages" + std::to_string(percent)) continue;
      return copied([&](Array&, Array& copy) { write_pages(copy, count_, percent, ++value_); });
    }
    if (scenario == "dirty") {
      for (Array& source : sources_) write_pages(source, count_, 1, ++value_);
      return copied(write_once);
    }
    if (scenario == "read") {
      return copied([&](Array&, Array& copy) { read_all(copy, count_); });
    }
    if (scenario == "fill") return copied([&](Array&, Array& copy) { copy.fill(++value_); });
    if (scenario == "drop") {
      copied(write_once);
      return timed([](Array&, Array& copy) { copy.drop(); });
    }
    return -1;
  }

  void drop() {
    for (Array& copy : copies_) copy.drop();
  }

 private:
  void make_sources() {
    sources_.clear();
    for (std::size_t i = 0; i < batch_; ++i) sources_.emplace_back(count_);
  }

  template <class Fn>
  double timed(Fn fn) {
    const std::int64_t begin = cpu_nanoseconds();
    for (std::size_t i = 0; i < batch_; ++i) fn(sources_[i], copies_[i]);
    const std::int64_t spent = cpu_nanoseconds() - begin - clock_nanoseconds();
    return static_cast<double>(spent) / static_cast<double>(batch_);
  }

  const Index count_;
  const std::size_t batch_;
  std::string former_;
  Index value_ = 1;
  std::vector<Array> sources_, copies_;
};

template <class Array>
void answer(const std::string& scenario, Index bytes, int samples) {
  // The last one asked for: questions about one method and size come together.
  static std::unique_ptr<Bench<Array>> bench;
  static Index bench_bytes = 0;
  if (bytes != bench_bytes) {
    bench.reset();
    bench_bytes = bytes;
    if (bytes > 0) bench = std::make_unique<Bench<Array>>(bytes);
  }
  if (bytes == 0) return;
  for (int i = 0; i < samples; ++i) {
    std::printf("%s%.1f", i > 0 ? " " : "", bench->sample(scenario));
    bench->drop();
  }
  std::puts("");
  std::fflush(stdout);
}

/// A line of a file in /proc, such as "VmHWM:", in KiB.
long proc_kib(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string word; file >> word;) {
    long kib;
    if (word == name && file >> kib) return kib;
  }
  return -1;
}

template <class Array>
void print_peak(Index bytes, int copies) {
  const Index count = bytes / Index{sizeof(Index)};
  Array source(count);
  std::vector<Array> made(static_cast<std::size_t>(copies));
  for (Array& copy : made) {
    copy.copy_from(source);
    copy.write(count / 2, 2);
  }
  const long peak = proc_kib("/proc/self/status", "VmHWM:");
  // Pages that nobody has looked at since are not resident, though they take memory; once all are,
  // the proportional set size counts each once, however often it is mapped.
  for (const Array& copy : made) read_all(copy, count);
  std::printf("%ld %ld\n", peak, proc_kib("/proc/self/smaps_rollup", "Pss:"));
}

template <class Array>
void repeat(Index bytes, int copies) {
  const Index count = bytes / Index{sizeof(Index)};
  Array source(count);
  for (int i = 0; i < copies; ++i) {
    Array copy;
    copy.copy_from(source);
    copy.write(count / 2, i);
  }
}

/// Calls `fn.operator()<Array>()` with the method of that name.
template <class Fn>
bool with_method(const std::string& name, Fn fn) {
  if (name == "fresh")
    fn.template operator()<Fresh>();
  else if (name == "warm")
    fn.template operator()<Warm>();
  else if (name == "block")
    fn.template operator()<WholeBlock>();
  else if (name == "view")
    fn.template operator()<OurArray<cow::Mode::kView>>();
  else if (name == "cow")
    fn.template operator()<OurArray<cow::Mode::kCopyOnWrite>>();
  else
    return false;
  return true;
}

void answer_questions() {
  std::string former;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string scenario, method;
    Index bytes = 0;
    int samples = 0;
    words >> scenario >> method >> bytes >> samples;
    // What another method holds, at a gigabyte each, is given back first.
    if (method != former && !former.empty()) {
      with_method(former, [&]<class Array>() { answer<Array>("", 0, 0); });
    }
    former = method;
    if (!with_method(method, [&]<class Array>() { answer<Array>(scenario, bytes, samples); })) {
      std::exit(2);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) {
    answer_questions();
    return 0;
  }
  if (argc != 5) return 2;
  const std::string what = argv[1], method = argv[2];
  const Index bytes = std::atoll(argv[3]);
  const int copies = std::atoi(argv[4]);
  const bool known = with_method(method, [&]<class Array>() {
    what == "peak" ? print_peak<Array>(bytes, copies) : repeat<Array>(bytes, copies);
  });
  return known ? 0 : 2;
}
