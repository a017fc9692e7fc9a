"""Prints, in Markdown, the machine that a measurement was made on, and with which libraries.

The argument names the version of this library.
"""

import datetime
import os
import platform
import re
import subprocess
import sys

PACKAGES = {"g++": "g++", "python3-numpy": "NumPy", "python3-pandas": "pandas",
            "libxtensor-dev": "xtensor", "libxsimd-dev": "xsimd", "libeigen3-dev": "Eigen",
            "libblitz0-dev": "Blitz++", "libopencv-core-dev": "OpenCV", "libtorch-dev": "libtorch"}


def output_of(*command):
    try:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def upstream(version):
    """Debian's version without what Debian adds: "4:12.2.0-3" is 12.2.0."""
    return re.sub(r"^\d+:|[+~-].*$", "", version)


def library_versions():
    for package, name in PACKAGES.items():
        version = output_of("dpkg-query", "-W", "-f=${Version}", package)
        if version:
            yield f"{name} {upstream(version)}"


def processor():
    facts = dict(line.split(":", 1) for line in output_of("lscpu").splitlines() if ":" in line)
    facts = {name.strip(): text.strip() for name, text in facts.items()}
    caches = ", ".join(f"{level} {facts[level + ' cache']}" for level in ("L1d", "L2", "L3")
                       if level + " cache" in facts)
    vectors = [name for name in ("avx2", "avx512f") if name in facts.get("Flags", "").split()]
    virtual = ", a virtual machine" if "Hypervisor vendor" in facts else ""
    return (f"{facts.get('Model name', platform.machine())}, {os.cpu_count()} processors{virtual}; "
            f"{', '.join(vectors)}; caches: {caches}")


def memory_gigabytes():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def distribution():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def main():
    print(f"- {datetime.date.today()}, cow_array at {sys.argv[1] if len(sys.argv) > 1 else '?'}")
    print(f"- {processor()}")
    print(f"- {memory_gigabytes():.0f} GB of memory, {distribution()}, "
          f"Linux {platform.release().split('-')[0]}")
    print(f"- {', '.join(library_versions())}")


if __name__ == "__main__":
    main()
