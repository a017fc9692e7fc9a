"""Module extension for what MODULE.bazel cannot name as a module."""

load("//bazel:machine.bzl", "gcc_libbacktrace")

def _machine_impl(_ctx):
    gcc_libbacktrace(name = "gcc_libbacktrace")

machine = module_extension(implementation = _machine_impl)
