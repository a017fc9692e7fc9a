#ifndef COW_DIAGNOSTICS_ALIAS_OK_H_
#define COW_DIAGNOSTICS_ALIAS_OK_H_

namespace cow {

/// Says that what this thread writes and reads until the end of the scope shows through aliases on
/// purpose: AliasSanitizer counts such findings as suppressed instead of reporting them, also where
/// a write of the scope is read later. Costs a few instructions; does nothing where the sanitizer
/// is not linked.
///
///     AliasOk ok("the window slides over the ring buffer");
///     window.fill(0);
class [[nodiscard]] AliasOk {
 public:
  /// `reason` is for the reader of the program, and must outlive the scope.
  explicit AliasOk(const char* reason);
  ~AliasOk();
  AliasOk(const AliasOk&) = delete;
  AliasOk& operator=(const AliasOk&) = delete;

  /// The reason of the innermost scope of this thread; null outside of all.
  static const char* current();

 private:
  const char* const outer_;
};

/// Promises that in this scope no operation of this thread reads what it writes: an assignment that
/// needs a hidden copy because source and destination overlap is then an error (AS003).
class [[nodiscard]] NoOverlap {
 public:
  NoOverlap();
  ~NoOverlap();
  NoOverlap(const NoOverlap&) = delete;
  NoOverlap& operator=(const NoOverlap&) = delete;

  /// Is this thread in such a scope?
  static bool is_promised();
};

}  // namespace cow

#endif  // COW_DIAGNOSTICS_ALIAS_OK_H_
