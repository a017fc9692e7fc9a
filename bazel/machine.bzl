"""Repositories made from what the machine has, for Debian's own Bazel and for GCC's libbacktrace."""

def _build_file(labels):
    """Text of a BUILD file with one library a target.

    Args:
      labels: dict from target name to its linker options.

    Returns:
      The text. Headers need no mention: the compiler finds them by itself.
    """
    text = "package(default_visibility = [\"//visibility:public\"])\n"
    for name, linkopts in sorted(labels.items()):
        text += "\ncc_library(name = %r, linkopts = %r)\n" % (name, linkopts)
    return text

def _machine_packages_impl(ctx):
    pkg_config = ctx.which("pkg-config")
    if not pkg_config:
        fail("pkg-config is missing: run ./bazelw, which installs what is needed")
    packages = {}
    for label, modules in ctx.attr.modules.items():
        result = ctx.execute([pkg_config, "--libs"] + [m for m in modules if not m.startswith("-")])
        if result.return_code:
            fail("%s//%s: %s" % (ctx.name, label, result.stderr))
        package, _, target = label.rpartition(":")
        packages.setdefault(package, {})[target] = [m for m in modules if m.startswith("-")] + [
            option
            for option in result.stdout.strip().split(" ")
            if option
        ]
    for package, labels in packages.items():
        ctx.file((package + "/" if package else "") + "BUILD", _build_file(labels))

machine_packages = repository_rule(
    implementation = _machine_packages_impl,
    attrs = {
        "modules": attr.string_list_dict(
            doc = "For each label of the upstream repository, pkg-config's modules and linker options.",
        ),
    },
    doc = "A repository with upstream's labels over the libraries that pkg-config knows.",
    local = True,
)

_CC_RULES = [
    "cc_binary",
    "cc_import",
    "cc_library",
    "cc_proto_library",
    "cc_test",
    "cc_toolchain",
    "cc_toolchain_suite",
    "objc_library",
]

def _native_rules_cc_impl(ctx):
    ctx.file("BUILD")
    ctx.file("cc/defs.bzl", "".join(["%s = native.%s\n" % (rule, rule) for rule in _CC_RULES]))
    ctx.file("cc/BUILD", """alias(
    name = "toolchain_type",
    actual = "@bazel_tools//tools/cpp:toolchain_type",
    visibility = ["//visibility:public"],
)
""")

native_rules_cc = repository_rule(
    implementation = _native_rules_cc_impl,
    doc = "Stands in for rules_cc, which Bazel 4 needs and would download: forwards to its own rules.",
)

def _no_coverage_tools_impl(ctx):
    ctx.file("main.sh", "exit 1\n", executable = True)
    ctx.file("BUILD", """sh_binary(
    name = "coverage_report_generator",
    srcs = ["main.sh"],
    visibility = ["//visibility:public"],
)
""")

no_coverage_tools = repository_rule(
    implementation = _no_coverage_tools_impl,
    doc = "Stands in for the download that every cc_test of Bazel 4 names but only coverage runs.",
)

def _gcc_libbacktrace_impl(ctx):
    found = {}
    gcc = ctx.which("gcc")
    for name in ["include/backtrace.h", "libbacktrace.a"]:
        path = ctx.execute([gcc, "-print-file-name=" + name]).stdout.strip() if gcc else ""
        if path.startswith("/") and ctx.path(path).exists:
            found[name] = path
    attributes = ""
    if len(found) == 2:
        for name, path in found.items():
            ctx.symlink(path, name)
        attributes = """
    srcs = ["libbacktrace.a"],
    hdrs = ["include/backtrace.h"],
    includes = ["include"],"""
    ctx.file("BUILD", """cc_library(
    name = "libbacktrace",%s
    visibility = ["//visibility:public"],
)
""" % attributes)

gcc_libbacktrace = repository_rule(
    implementation = _gcc_libbacktrace_impl,
    doc = "GCC's own libbacktrace, for clang too; an empty library where there is none.",
    local = True,
)
