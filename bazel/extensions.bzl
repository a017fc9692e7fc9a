"""Module extension for what MODULE.bazel cannot name as a module."""

load("//bazel:deps.bzl", "pinned_archive")
load("//bazel:machine.bzl", "gcc_libbacktrace")

def _machine_impl(_ctx):
    gcc_libbacktrace(name = "gcc_libbacktrace")

    # No registry has this version, which is Debian's.
    pinned_archive("com_google_highway")

machine = module_extension(implementation = _machine_impl)
