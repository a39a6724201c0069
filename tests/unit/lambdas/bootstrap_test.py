# SPDX-License-Identifier: Apache-2.0
"""A function's binary runs on Lambda as it is: it needs only glibc, and none newer than 2.34.

Usage: bootstrap_test.py OBJDUMP BOOTSTRAP…
"""

import re
import subprocess
import sys

# What provided.al2023 has: glibc 2.34. libm and the loader are parts of it.
GLIBC_MAX = (2, 34)
LIBRARIES = re.compile(r"^(libc\.so\.6|libm\.so\.6|ld-linux-.*\.so\.\d)$")


def output(objdump: str, option: str, path: str) -> str:
    return subprocess.run([objdump, option, path], check=True, capture_output=True, text=True).stdout


def faults(objdump: str, path: str) -> list[str]:
    """What would keep this binary from being loaded on Lambda."""
    found = []
    for library in re.findall(r"NEEDED\s+(\S+)", output(objdump, "-p", path)):
        if not LIBRARIES.match(library):
            found.append(f"needs {library}; only glibc may be linked dynamically")
    for line in output(objdump, "-T", path).splitlines():
        version = re.search(r"GLIBC_(\d+)\.(\d+)", line)
        if version and (int(version[1]), int(version[2])) > GLIBC_MAX:
            found.append(f"needs {line.split()[-1]} of {version[0]}; Lambda has 2.34")
    return found


def main(objdump: str, paths: list[str]) -> int:
    failed = False
    for path in paths:
        for fault in faults(objdump, path):
            print(f"{path}: {fault}")
            failed = True
    print(f"{len(paths)} functions looked at")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
