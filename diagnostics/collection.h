#ifndef COW_DIAGNOSTICS_COLLECTION_H_
#define COW_DIAGNOSTICS_COLLECTION_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "cow/core/dims.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/rule.h"
#include "cow/diagnostics/stack.h"

namespace cow::alsan {

/// Which findings were there already.
struct SeenFindings {
  struct Key {
    RuleId rule;
    StackId write_site;
    StackId view_site;

    friend bool operator==(const Key&, const Key&) = default;
    template <class H>
    friend H AbslHashValue(H hash, const Key& key) {
      return H::combine(std::move(hash), key.rule, key.write_site, key.view_site);
    }
  };

  /// Whether the finding was suppressed.
  absl::flat_hash_map<Key, bool> sites;
  /// By `dedup_key`: the same lines on other stacks.
  absl::flat_hash_set<std::string> reports;
};

/// What was found in a stretch of the program, apart from what was found before: an equal finding
/// is a new one here.
struct Collection {
  struct Detach {
    std::string array;
    Index bytes;
    StackId site;
  };

  std::vector<Report> reports;  // distinct
  std::int64_t findings = 0;
  std::vector<Detach> detaches;
  SeenFindings seen;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_COLLECTION_H_
