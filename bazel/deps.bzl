"""`cow_array_deps()`: everything cow_array is built from, for a WORKSPACE file."""

load("@bazel_tools//tools/build_defs/repo:http.bzl", "http_archive")
load(
    "//bazel:machine.bzl",
    "gcc_libbacktrace",
    "machine_packages",
    "native_rules_cc",
    "no_coverage_tools",
)

# MODULE.bazel names the same versions.
_ARCHIVES = {
    "bazel_skylib": struct(
        sha256 = "74d544d96f4a5bb630d465ca8bbcfe231e3594e5aae57e1edbf17a6eb3ca2506",
        url = "https://github.com/bazelbuild/bazel-skylib/releases/download/1.3.0/bazel-skylib-1.3.0.tar.gz",
    ),
    "com_github_google_benchmark": struct(
        sha256 = "6bc180a57d23d4d9515519f92b0c83d61b05b5bab188961f36ac7b06b0d9e9ce",
        strip_prefix = "benchmark-1.8.3",
        url = "https://github.com/google/benchmark/archive/refs/tags/v1.8.3.tar.gz",
    ),
    "com_google_absl": struct(
        sha256 = "91ac87d30cc6d79f9ab974c51874a704de9c2647c40f6932597329a282217ba8",
        strip_prefix = "abseil-cpp-20220623.1",
        url = "https://github.com/abseil/abseil-cpp/archive/refs/tags/20220623.1.tar.gz",
    ),
    "com_google_googletest": struct(
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        strip_prefix = "googletest-release-1.12.1",
        url = "https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz",
    ),
    "com_google_highway": struct(
        build_file = Label("//bazel:highway.BUILD"),
        sha256 = "566fc77315878473d9a6bd815f7de78c73734acdcb745c3dde8579560ac5440e",
        strip_prefix = "highway-1.0.3",
        url = "https://github.com/google/highway/archive/refs/tags/1.0.3.tar.gz",
    ),
    "nlohmann_json": struct(
        sha256 = "d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273",
        strip_prefix = "json-3.11.2",
        url = "https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz",
    ),
    "platforms": struct(
        sha256 = "5308fc1d8865406a49427ba24a9ab53087f17f5266a7aabbfc28823f3916e1ca",
        url = "https://github.com/bazelbuild/platforms/releases/download/0.0.6/platforms-0.0.6.tar.gz",
    ),
    "rules_cc": struct(
        sha256 = "2037875b9a4456dce4a79d112a8ae885bbc4aad968e6587dca6e64f3a0900cdf",
        strip_prefix = "rules_cc-0.0.9",
        url = "https://github.com/bazelbuild/rules_cc/releases/download/0.0.9/rules_cc-0.0.9.tar.gz",
    ),
    "zlib": struct(
        build_file = Label("//bazel:zlib.BUILD"),
        sha256 = "b3a24de97a8fdbc835b9833169501030b8977031bcb54b3b3ac13740f846ab30",
        strip_prefix = "zlib-1.2.13",
        url = "https://github.com/madler/zlib/releases/download/v1.2.13/zlib-1.2.13.tar.gz",
    ),
}

# Upstream's label -> Debian's pkg-config modules. A label that is missing here fails on Debian only.
_MACHINE_PACKAGES = {
    "com_github_google_benchmark": {
        ":benchmark": ["benchmark"],
        ":benchmark_main": [
            "-lbenchmark_main",
            "benchmark",
        ],
    },
    "com_google_absl": {
        "absl/algorithm:container": ["absl_algorithm_container"],
        "absl/base:base": ["absl_base"],
        "absl/base:config": ["absl_config"],
        "absl/base:core_headers": ["absl_core_headers"],
        "absl/cleanup:cleanup": ["absl_cleanup"],
        "absl/container:btree": ["absl_btree"],
        "absl/container:fixed_array": ["absl_fixed_array"],
        "absl/container:flat_hash_map": ["absl_flat_hash_map"],
        "absl/container:flat_hash_set": ["absl_flat_hash_set"],
        "absl/container:inlined_vector": ["absl_inlined_vector"],
        "absl/container:node_hash_map": ["absl_node_hash_map"],
        "absl/debugging:stacktrace": ["absl_stacktrace"],
        "absl/debugging:symbolize": ["absl_symbolize"],
        "absl/flags:flag": ["absl_flags"],
        "absl/flags:parse": ["absl_flags_parse"],
        "absl/flags:usage": ["absl_flags_usage"],
        "absl/functional:function_ref": ["absl_function_ref"],
        "absl/hash:hash": ["absl_hash"],
        "absl/memory:memory": ["absl_memory"],
        "absl/numeric:int128": ["absl_int128"],
        "absl/random:random": ["absl_random_random"],
        "absl/status:status": ["absl_status"],
        "absl/status:statusor": ["absl_statusor"],
        "absl/strings:str_format": ["absl_str_format"],
        "absl/strings:strings": ["absl_strings"],
        "absl/synchronization:synchronization": ["absl_synchronization"],
        "absl/time:time": ["absl_time"],
        "absl/types:span": ["absl_span"],
    },
    "com_google_googletest": {
        ":gtest": ["gmock"],
        ":gtest_main": ["gmock_main"],
    },
    "com_google_highway": {":hwy": ["libhwy"]},
    "nlohmann_json": {":json": ["nlohmann_json"]},
    "zlib": {":zlib": ["zlib"]},
}

_MACHINE_BAZEL_LIBRARIES = {
    "bazel_skylib": "/usr/share/bazel/tools/skylib",
    "platforms": "/usr/share/bazel/tools/platforms",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}

def _maybe(rule, name, **kwargs):
    if not native.existing_rule(name):
        rule(name = name, **kwargs)

def _machine_deps():
    """Without internet, from Debian's packages (./bazelw installs them)."""
    for name, path in _MACHINE_BAZEL_LIBRARIES.items():
        _maybe(native.local_repository, name, path = path)
    for name, modules in _MACHINE_PACKAGES.items():
        _maybe(machine_packages, name, modules = modules)
    _maybe(native_rules_cc, "rules_cc")
    _maybe(no_coverage_tools, "remote_coverage_tools")

def pinned_archive(name):
    """Declares the repository of this name, from its pinned archive.

    Args:
      name: a key of _ARCHIVES.
    """
    archive = _ARCHIVES[name]
    http_archive(
        name = name,
        build_file = getattr(archive, "build_file", None),
        sha256 = archive.sha256,
        strip_prefix = getattr(archive, "strip_prefix", ""),
        urls = [archive.url],
    )

def _archive_deps():
    for name in _ARCHIVES:
        if not native.existing_rule(name):
            pinned_archive(name)

def cow_array_deps():
    """Declares every repository that cow_array needs and that is not declared yet.

    On ordinary Bazel these are pinned archives. Debian's own Bazel, told by its empty version, cannot
    use them, and takes the machine's packages under the same labels.
    """
    if native.bazel_version:
        _archive_deps()
    else:
        _machine_deps()
    _maybe(gcc_libbacktrace, "gcc_libbacktrace")
