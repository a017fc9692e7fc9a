"""cow_array's own C++ rules: include paths that start with "cow/", warnings, line numbers."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Werror",
]

def _copts():
    # Warnings are the project's own affair: whoever depends on it may use any compiler.
    warnings = _WARNINGS if native.repository_name() == "@" else []

    # Reports name lines and walk frame pointers, in every configuration but opt, where loops over
    # elements are to be vectorised.
    return warnings + select({
        "//bazel:opt": ["-O3"],
        "//conditions:default": [
            "-g",
            "-fno-omit-frame-pointer",
        ],
    })

def cow_cc_library(name, **kwargs):
    """A cc_library whose header `DIR/x.h` is included as "cow/DIR/x.h".

    Args:
      name: the header's name without `.h`.
      **kwargs: of cc_library; every header belongs to `hdrs`, because `srcs` get no include path.
    """
    cc_library(
        name = name,
        copts = _copts(),
        include_prefix = "cow",
        strip_include_prefix = "/",
        **kwargs
    )

def cow_cc_binary(name, **kwargs):
    """A cc_binary.

    Args:
      name: of the program.
      **kwargs: of cc_binary.
    """
    cc_binary(name = name, copts = _copts(), **kwargs)

def cow_cc_test(name, srcs = None, deps = [], size = "small", **kwargs):
    """A GoogleTest program.

    Args:
      name: such as "array_test".
      srcs: `NAME.cc` by default.
      deps: besides GoogleTest's main program.
      size: of cc_test.
      **kwargs: of cc_test.
    """
    cc_test(
        name = name,
        size = size,
        srcs = srcs or [name + ".cc"],
        copts = _copts(),
        deps = deps + ["@com_google_googletest//:gtest_main"],
        **kwargs
    )

def cow_cc_benchmark(name, smoke_filter, srcs = None, deps = [], **kwargs):
    """A Google Benchmark program, and a test that its smallest cases run.

    Args:
      name: of the program; the test is `NAME_smoke_test`.
      smoke_filter: regular expression of the cases that the test runs, once each.
      srcs: `NAME.cc` by default.
      deps: besides Google Benchmark's main program.
      **kwargs: of cc_binary and cc_test.
    """
    srcs = srcs or [name + ".cc"]
    deps = deps + ["@com_github_google_benchmark//:benchmark_main"]
    cc_binary(
        name = name,
        testonly = True,
        srcs = srcs,
        copts = _copts(),
        deps = deps,
        **kwargs
    )
    cc_test(
        name = name + "_smoke_test",
        size = "small",
        srcs = srcs,
        args = [
            "--benchmark_filter=" + smoke_filter.replace("$", "$$"),
            "--benchmark_min_time=0",
        ],
        copts = _copts(),
        deps = deps,
        **kwargs
    )
