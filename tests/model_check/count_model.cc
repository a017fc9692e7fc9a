#include "cow/tests/model_check/count_model.h"

#include <type_traits>
#include <unordered_set>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cow/tests/model_check/weak_memory.h"

namespace cow::model_check {
namespace {

constexpr int kBuffersPerThread = 2;
constexpr int kBuffers = 1 + kThreads * kBuffersPerThread;
constexpr int kMailboxes = 1;
constexpr std::size_t kCells = 2;
constexpr std::uint8_t kNowhere = 0xff;

/// A value, and what it must hold.
struct Value {
  std::uint8_t buffer = kNowhere;
  std::uint8_t pinned = 0;
  std::uint8_t pointer = kNowhere;  // the buffer that a pointer for writing was given to
  std::uint8_t written = 0;
  std::array<std::uint8_t, kCells> expected{};
};

struct Buffer {
  Atomic<12> sharers;
  Atomic<3> was_leased_for_writing;
  std::array<Plain, kCells> cells;
  std::uint8_t exists = 0;
  std::uint8_t freed = 0;
};

struct Mailbox {
  Atomic<2> full;
  Value value;
};

/// What a thread does next in the middle of an operation.
enum class Phase : std::uint8_t { kStart, kPin, kPinStore, kUnpin, kUnpinStore, kMark };

struct Thread {
  View view;
  std::uint8_t next_step = 0;
  Phase phase = Phase::kStart;
  std::uint8_t loaded = 0;  // by a count that is changed by load and store
  std::uint8_t old_buffer = kNowhere;
  std::uint8_t buffers_made = 0;
  std::array<Value, kSlots> values;
};

struct State {
  std::array<Thread, kThreads> threads;
  std::array<Buffer, kBuffers> buffers;
  std::array<Mailbox, kMailboxes> mailboxes;
};
static_assert(std::is_trivially_copyable_v<State> && alignof(State) == 1, "compared as memory");

/// One step that was taken, for the report.
struct Taken {
  int thread;
  Step step;
  Phase phase;
  int choice;
};

const char* name(Op op) {
  switch (op) {
    case Op::kShare:
      return "share";
    case Op::kCopy:
      return "copy";
    case Op::kReadLease:
      return "read lease";
    case Op::kRead:
      return "read";
    case Op::kWrite:
      return "write";
    case Op::kWriteLease:
      return "write lease";
    case Op::kWritePointer:
      return "write by pointer";
    case Op::kDrop:
      return "drop";
    case Op::kSend:
      return "send";
    case Op::kReceive:
      return "receive";
  }
  return "";
}

const char* name(Phase phase) {
  switch (phase) {
    case Phase::kStart:
      return "";
    case Phase::kPin:
      return ", pins";
    case Phase::kPinStore:
      return ", pins by store";
    case Phase::kUnpin:
      return ", unpins";
    case Phase::kUnpinStore:
      return ", unpins by store";
    case Phase::kMark:
      return ", marks the buffer";
  }
  return "";
}

/// One thread's next atomic step, and the plain accesses up to the one after it.
class Runner {
 public:
  Runner(const std::vector<Program>& programs, Fault fault, State& state, int thread)
      : program_(programs[static_cast<std::size_t>(thread)]),
        fault_(fault),
        state_(state),
        thread_(thread),
        self_(state.threads[static_cast<std::size_t>(thread)]) {}

  bool is_done() const { return self_.next_step == program_.size(); }
  const Step& step() const { return program_[self_.next_step]; }
  const std::string& failure() const { return failure_; }

  /// The numbers of the values that the next step may load: from the first to before the second.
  std::pair<int, int> choices() const {
    const auto of = [&](const auto& atomic) {
      return std::pair(atomic.first_readable(self_.view), atomic.latest() + 1);
    };
    const Buffer* buffer = has_buffer() ? &state_.buffers[value().buffer] : nullptr;
    if (self_.phase == Phase::kStart) {
      switch (step().op) {
        case Op::kCopy:
          return of(buffer->was_leased_for_writing);
        case Op::kWrite:
        case Op::kWriteLease:
          return of(buffer->sharers);
        case Op::kReceive:  // waits until it sees the second value
          return {1, state_.mailboxes[0].full.latest() + 1};
        case Op::kShare:
          if (fault_ == Fault::kPinByLoadAndStore) return of(buffer->sharers);
          return {0, 1};
        case Op::kDrop:
          if (fault_ == Fault::kUnpinByLoadAndStore) return of(buffer->sharers);
          return {0, 1};
        default:
          return {0, 1};
      }
    }
    if (self_.phase == Phase::kPin && fault_ == Fault::kPinByLoadAndStore) {
      return of(buffer->sharers);
    }
    if (self_.phase == Phase::kUnpin && fault_ == Fault::kUnpinByLoadAndStore) {
      return of(state_.buffers[self_.old_buffer].sharers);
    }
    return {0, 1};
  }

  void run(int choice) {
    take_step(choice);
    run_plain();
  }

  /// The steps that touch no atomic.
  void run_plain() {
    while (failure_.empty() && !is_done() && self_.phase == Phase::kStart) {
      if (step().op == Op::kRead) {
        read(value());
      } else if (step().op == Op::kWritePointer) {
        // Undefined for a value that has moved since.
        if (value().buffer == value().pointer) write_in_place(value());
      } else {
        return;
      }
      finish();
    }
  }

 private:
  Slot subject() const {
    const Op op = step().op;
    return op == Op::kShare || op == Op::kCopy || op == Op::kReadLease ? step().from : step().to;
  }
  Value& value() const { return self_.values[subject()]; }
  bool has_buffer() const { return value().buffer != kNowhere; }

  void fail(const char* what) {
    if (failure_.empty()) failure_ = what;
  }

  void finish() {
    self_.phase = Phase::kStart;
    ++self_.next_step;
  }

  void take_step(int choice) {
    switch (self_.phase) {
      case Phase::kStart:
        return start(choice);
      case Phase::kPin:
        return pin(choice);
      case Phase::kPinStore:
        state_.buffers[value().buffer].sharers.store(
            self_.view, thread_, static_cast<std::uint8_t>(self_.loaded + 1), Order::kRelaxed);
        return pinned();
      case Phase::kUnpin:
        return unpin(choice);
      case Phase::kUnpinStore:
        state_.buffers[self_.old_buffer].sharers.store(
            self_.view, thread_, static_cast<std::uint8_t>(self_.loaded - 1), Order::kRelease);
        return unpinned(self_.loaded);
      case Phase::kMark:
        state_.buffers[value().buffer].was_leased_for_writing.store(self_.view, thread_, 1,
                                                                    Order::kRelaxed);
        value().pointer = value().buffer;
        return finish();
    }
  }

  void start(int choice) {
    switch (step().op) {
      case Op::kShare:
        return pin(choice);
      case Op::kReadLease:
        if (fault_ != Fault::kLeaseDoesNotPin) return pin(choice);
        self_.values[step().to] = value();
        self_.values[step().to].pinned = 0;
        return finish();
      case Op::kCopy: {
        const Atomic<3>& flag = state_.buffers[value().buffer].was_leased_for_writing;
        const bool was_leased = flag.load(self_.view, choice, Order::kRelaxed) != 0;
        if (!was_leased || fault_ == Fault::kCopyForgetsPointers) {
          self_.phase = Phase::kPin;
          return;
        }
        const std::uint8_t copy = copy_of(value());
        self_.values[step().to] = {copy, 1, kNowhere, 0, value().expected};
        return finish();
      }
      case Op::kWrite:
      case Op::kWriteLease:
        return check_owner(choice);
      case Op::kDrop:
        self_.old_buffer = value().buffer;
        if (!value().pinned) return unpinned(0);
        return unpin(choice);
      case Op::kSend:
        state_.mailboxes[0].value = std::exchange(value(), Value());
        state_.mailboxes[0].full.store(self_.view, thread_, 1, Order::kRelease);
        return finish();
      case Op::kReceive:
        state_.mailboxes[0].full.load(self_.view, choice, Order::kAcquire);
        value() = std::exchange(state_.mailboxes[0].value, Value());
        return finish();
      case Op::kRead:
      case Op::kWritePointer:
        return;  // run_plain
    }
  }

  // copy: core/copy.cc, core/node.cc; read lease: core/lease.cc

  void pin(int choice) {
    Buffer& buffer = state_.buffers[value().buffer];
    if (fault_ == Fault::kPinByLoadAndStore) {
      self_.loaded = buffer.sharers.load(self_.view, choice, Order::kRelaxed);
      self_.phase = Phase::kPinStore;
      return;
    }
    if (buffer.sharers.fetch_add(self_.view, thread_, 1, Order::kRelaxed) == 0) {
      fail("a buffer without sharers is pinned");
    }
    pinned();
  }

  void pinned() {
    if (state_.buffers[value().buffer].freed) fail("a freed buffer is pinned");
    Value made = value();
    made.pinned = 1;
    made.pointer = kNowhere;
    made.written = 0;
    self_.values[step().to] = made;
    finish();
  }

  // write: core/write_gate.cc

  void check_owner(int choice) {
    const Order order = fault_ == Fault::kRelaxedOwnerCheck ? Order::kRelaxed : Order::kAcquire;
    const std::uint8_t sharers =
        state_.buffers[value().buffer].sharers.load(self_.view, choice, order);
    if (sharers == 1 || (fault_ == Fault::kOwnerCheckOnlyOnce && value().written)) {
      return write();
    }
    self_.old_buffer = value().buffer;
    if (fault_ != Fault::kUnpinBeforeCopying) value().buffer = copy_of(value());
    self_.phase = Phase::kUnpin;
  }

  void write() {
    write_in_place(value());
    value().written = 1;
    if (step().op == Op::kWriteLease) {
      self_.phase = Phase::kMark;
    } else {
      finish();
    }
  }

  void write_in_place(Value& value) {
    if (others_read(value)) fail("written in place while another value is on the buffer");
    const std::size_t cell = static_cast<std::size_t>(thread_) % kCells;
    const auto fresh = static_cast<std::uint8_t>(16 * (thread_ + 1) + self_.next_step);
    access(state_.buffers[value.buffer]);
    if (!state_.buffers[value.buffer].cells[cell].write(self_.view, thread_, fresh)) {
      fail("data race: a write");
    }
    value.expected[cell] = fresh;
    read(value);
  }

  /// Whether a value other than this one has the buffer. One that is being moved away from it has
  /// copied it already.
  bool others_read(const Value& value) const {
    int count = 0;
    for (const Thread& thread : state_.threads) {
      for (const Value& other : thread.values) count += other.buffer == value.buffer;
    }
    for (const Mailbox& mailbox : state_.mailboxes) count += mailbox.value.buffer == value.buffer;
    return count > 1;
  }

  // drop, and the end of a write: core/buffer.cc

  void unpin(int choice) {
    Buffer& buffer = state_.buffers[self_.old_buffer];
    if (buffer.freed) return fail("a freed buffer is unpinned");
    if (fault_ == Fault::kUnpinByLoadAndStore) {
      self_.loaded = buffer.sharers.load(self_.view, choice, Order::kAcquire);
      self_.phase = Phase::kUnpinStore;
      return;
    }
    const Order order = fault_ == Fault::kRelaxedUnpin          ? Order::kRelaxed
                        : fault_ == Fault::kUnpinWithoutRelease ? Order::kAcquire
                        : fault_ == Fault::kUnpinWithoutAcquire ? Order::kRelease
                                                                : Order::kAcquireRelease;
    unpinned(buffer.sharers.fetch_add(self_.view, thread_, -1, order));
  }

  void unpinned(std::uint8_t sharers_before) {
    if (sharers_before == 1) free(state_.buffers[self_.old_buffer]);
    self_.old_buffer = kNowhere;
    if (step().op == Op::kDrop) {
      value() = Value();
      return finish();
    }
    if (fault_ == Fault::kUnpinBeforeCopying) value().buffer = copy_of(value());
    write();
  }

  void free(Buffer& buffer) {
    if (buffer.freed) fail("freed twice");
    buffer.freed = 1;
    for (Plain& cell : buffer.cells) {
      if (!cell.write(self_.view, thread_, 0)) fail("data race: freeing");
    }
  }

  // elements

  void access(const Buffer& buffer) {
    if (buffer.freed) fail("an access to freed memory");
  }

  void read(const Value& value) {
    Buffer& buffer = state_.buffers[value.buffer];
    access(buffer);
    for (std::size_t i = 0; i < kCells; ++i) {
      if (!buffer.cells[i].read(self_.view, thread_)) fail("data race: a read");
      if (buffer.cells[i].value() != value.expected[i]) fail("a value is not what it was");
    }
  }

  /// A new buffer with the elements of `value`.
  std::uint8_t copy_of(const Value& value) {
    read(value);
    const int id = 1 + thread_ * kBuffersPerThread + self_.buffers_made++;
    if (self_.buffers_made > kBuffersPerThread) {
      fail("the model has too few buffers");
      return 0;
    }
    Buffer& made = state_.buffers[static_cast<std::size_t>(id)];
    const Buffer& from = state_.buffers[value.buffer];
    made.exists = 1;
    made.sharers.init(2 * id, 1);
    made.was_leased_for_writing.init(2 * id + 1, 0);
    for (std::size_t i = 0; i < kCells; ++i) {
      made.cells[i].write(self_.view, thread_, from.cells[i].value());
    }
    return static_cast<std::uint8_t>(id);
  }

  const Program& program_;
  const Fault fault_;
  State& state_;
  const int thread_;
  Thread& self_;
  std::string failure_;
};

/// All states that can be reached, depth first.
class Explorer {
 public:
  Explorer(std::vector<Program> programs, Fault fault)
      : programs_(std::move(programs)), fault_(fault) {
    programs_.resize(kThreads);
    for (Program& program : programs_) drop_what_is_left(program);
  }

  Outcome run() {
    State state{};
    Buffer& shared = state.buffers[0];
    shared.exists = 1;
    std::uint8_t sharers = 0;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      Thread& thread = state.threads[i];
      thread.view.epochs[i] = 1;
      if (programs_[i].empty()) continue;
      thread.values[kA].buffer = 0;
      thread.values[kA].pinned = 1;
      ++sharers;
    }
    shared.sharers.init(0, sharers);
    shared.was_leased_for_writing.init(1, 0);
    state.mailboxes[0].full.init(2 * kBuffers, 0);
    for (int thread = 0; thread < kThreads; ++thread) {
      Runner runner(programs_, fault_, state, thread);
      runner.run_plain();
    }
    visit(state);
    return std::move(outcome_);
  }

 private:
  /// Who owns `kA` alone at the start, and what follows, decides what is alive at the end.
  static void drop_what_is_left(Program& program) {
    if (program.empty()) return;
    std::array<bool, kSlots> alive{true};
    for (const Step& step : program) {
      alive[step.to] = step.op != Op::kDrop && step.op != Op::kSend;
    }
    for (const Slot slot : {kA, kB, kC}) {
      if (!alive[slot]) continue;
      program.push_back({Op::kRead, slot});
      program.push_back({Op::kDrop, slot});
    }
  }

  bool is_new(const State& state) {
    const absl::string_view bytes(reinterpret_cast<const char*>(&state), sizeof(State));
    // 128 bits: two states that differ are not taken for one.
    return seen_.insert({absl::HashOf(bytes), absl::HashOf(1, bytes)}).second;
  }

  void fail(const std::string& what) {
    std::string text = what + " after\n";
    for (const Taken& taken : taken_) {
      const char slot = static_cast<char>('a' + taken.step.to);
      absl::StrAppend(&text, "  thread ", taken.thread, ": ", name(taken.step.op), " ",
                      std::string(1, slot), name(taken.phase), " (value ", taken.choice, ")\n");
    }
    outcome_.failure = std::move(text);
  }

  void visit(const State& state) {
    if (!is_new(state)) return;
    ++outcome_.states;
    bool done = true, moved = false;
    for (int thread = 0; thread < kThreads; ++thread) {
      State looked_at = state;
      const Runner now(programs_, fault_, looked_at, thread);
      if (now.is_done()) continue;
      done = false;
      const auto [first, end] = now.choices();
      for (int choice = first; choice < end; ++choice) {
        moved = true;
        State next = state;
        Runner runner(programs_, fault_, next, thread);
        const Thread& before = state.threads[static_cast<std::size_t>(thread)];
        taken_.push_back({thread, now.step(), before.phase, choice});
        runner.run(choice);
        if (runner.failure().empty()) {
          visit(next);
        } else {
          fail(runner.failure());
        }
        if (outcome_.failure) return;
        taken_.pop_back();
      }
    }
    if (done) {
      ++outcome_.endings;
      for (const Buffer& buffer : state.buffers) {
        if (buffer.exists && !buffer.freed) return fail("a buffer is never freed");
      }
    } else if (!moved) {
      fail("nobody can go on");
    }
  }

  std::vector<Program> programs_;
  const Fault fault_;
  Outcome outcome_;
  std::vector<Taken> taken_;
  std::unordered_set<std::pair<std::size_t, std::size_t>,
                     absl::Hash<std::pair<std::size_t, std::size_t>>>
      seen_;
};

}  // namespace

bool is_valid(const Program& program) {
  std::array<bool, kSlots> alive{true}, has_pointer{}, is_lease{};
  for (const Step& step : program) {
    switch (step.op) {
      case Op::kShare:
      case Op::kReadLease:
        // Another value on memory that is written by pointer is the program's own affair.
        if (has_pointer[step.from]) return false;
        [[fallthrough]];
      case Op::kCopy:
        if (!alive[step.from] || is_lease[step.from] || alive[step.to]) return false;
        alive[step.to] = true;
        is_lease[step.to] = step.op == Op::kReadLease;
        has_pointer[step.to] = false;
        break;
      case Op::kReceive:
        if (alive[step.to]) return false;
        alive[step.to] = true;
        is_lease[step.to] = has_pointer[step.to] = false;
        break;
      case Op::kWritePointer:
        if (!has_pointer[step.to]) return false;
        [[fallthrough]];
      case Op::kWrite:
      case Op::kWriteLease:
        if (is_lease[step.to]) return false;
        if (step.op == Op::kWriteLease) has_pointer[step.to] = true;
        [[fallthrough]];
      case Op::kRead:
        if (!alive[step.to]) return false;
        break;
      case Op::kDrop:
      case Op::kSend:
        if (!alive[step.to]) return false;
        alive[step.to] = false;
        break;
    }
  }
  return true;
}

Outcome explore(const std::vector<Program>& programs, Fault fault) {
  return Explorer(programs, fault).run();
}

}  // namespace cow::model_check
