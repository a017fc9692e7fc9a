"""Checks that bazel/deps.bzl and MODULE.bazel ask for the same versions, which Debian cannot run."""

import re
import sys


def archive_versions(deps_bzl):
    """Returns repository name -> version, from the archives' addresses; checks each archive's pin."""
    archives = deps_bzl[deps_bzl.index("_ARCHIVES") : deps_bzl.index("_MACHINE_PACKAGES")]
    versions = {}
    for name, body in re.findall(r'"(\w+)": struct\((.*?)\n    \)', archives, re.S):
        url = re.search(r'url = "(https://github\.com/[^"]+)"', body).group(1)
        version = re.search(r"/(?:releases/download|tags)/(?:v|release-)?([0-9.]+?)(?:/|\.tar)", url)
        versions[name] = version.group(1)
        if not re.search(r'sha256 = "[0-9a-f]{64}"', body):
            sys.exit(f"bazel/deps.bzl: {name} has no sha256")
        prefix = re.search(r'strip_prefix = "([^"]+)"', body)
        if prefix and not prefix.group(1).endswith("-" + versions[name]):
            sys.exit(f"bazel/deps.bzl: {name}'s strip_prefix is not of {versions[name]}")
    return versions


def module_versions(module_bazel):
    """Returns repository name -> version, for every bazel_dep."""
    versions = {}
    for body in re.findall(r"bazel_dep\((.*?)\)", module_bazel, re.S):
        attributes = dict(re.findall(r'(\w+) = "([^"]*)"', body))
        versions[attributes.get("repo_name", attributes["name"])] = attributes["version"]
    return versions


def extension_repositories(module_bazel):
    """Returns the names of repositories that bazel/extensions.bzl makes, from the same pins."""
    lists = re.findall(r"use_repo\(\w+, (.*?)\)", module_bazel, re.S)
    return {name for names in lists for name in re.findall(r'"(\w+)"', names)}


def main():
    with open("bazel/deps.bzl", encoding="utf-8") as file:
        archives = archive_versions(file.read())
    with open("MODULE.bazel", encoding="utf-8") as file:
        module_bazel = file.read()
    modules = module_versions(module_bazel)
    for name in sorted((archives.keys() | modules.keys()) - extension_repositories(module_bazel)):
        if archives.get(name) != modules.get(name):
            sys.exit(
                f"{name}: bazel/deps.bzl has {archives.get(name)}, MODULE.bazel {modules.get(name)}"
            )
    if not archives:
        sys.exit("bazel/deps.bzl: no archives found")


if __name__ == "__main__":
    main()
