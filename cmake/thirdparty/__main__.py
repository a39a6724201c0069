# SPDX-License-Identifier: Apache-2.0
"""Sources and static libraries of the pinned third-party code: python3 cmake/thirdparty --help."""

import argparse
import fcntl
import os
import pathlib
import subprocess
import sys

import build
import sources
from table import TABLE, Failure, read_table


def main() -> int:
    parser = argparse.ArgumentParser(prog="thirdparty", description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=TABLE.parent.parent / "third_party",
                        help="where sources, downloads and built libraries are kept (default: third_party)")
    parser.add_argument("--compiler", default="cc", help="the C compiler (default: cc)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--sources-only", action="store_true", help="fetch the sources and build nothing")
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:  # Two builds may start at once; one does the work.
        fcntl.flock(lock, fcntl.LOCK_EX)
        dependencies = read_table()
        if not arguments.sources_only:
            version = subprocess.run([arguments.compiler, "--version"], capture_output=True, text=True, check=True)
            key = build.install_key(TABLE.read_text(), version.stdout.splitlines()[0])
            prefix = root / "install" / key
            if (prefix / "complete").exists():
                print(prefix)
                return 0
        sources.provide(dependencies, root)
        if arguments.sources_only:
            print(root)
        else:
            print(build.build(dependencies, root, key, arguments.compiler, arguments.jobs))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"thirdparty: {failure}", file=sys.stderr)
        sys.exit(1)
