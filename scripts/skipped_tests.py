# SPDX-License-Identifier: Apache-2.0
"""Lists the skipped tests of a ctest JUnit report, each with the command that brings what it lacks.

A test that skips itself prints a line `needs WHAT: COMMAND`. Exit status 1 if any was skipped.
"""

import re
import sys
import xml.etree.ElementTree as tree


def skipped(path: str) -> list[tuple[str, str]]:
    """(test name, what it needs) of every skipped test of the report."""
    found = []
    for case in tree.parse(path).getroot().iter("testcase"):
        if case.find("skipped") is None:
            continue
        output = case.findtext("system-out") or ""
        need = re.search(r"needs [^\n]+: [^\n]+", output)
        found.append((case.get("name", "?"), need[0] if need else "it does not say what it needs"))
    return found


def main() -> int:
    tests = skipped(sys.argv[1])
    if tests:
        print(f"\n{len(tests)} skipped:")
    for name, need in tests:
        print(f"  {name}: {need}")
    return 1 if tests else 0


if __name__ == "__main__":
    sys.exit(main())
