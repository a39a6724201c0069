# SPDX-License-Identifier: Apache-2.0
"""Checks the house rules over the files git knows: python3 scripts/lint.py [FILE…].

Prints `path:line: [rule] message` for each finding and exits with 1 if there was one. Files that are
longer than they should be are named without failing. The rules are in lint_rules.py.
"""

import pathlib
import re
import subprocess
import sys

from lint_rules import LINES_MAX, LINES_WARN, RULES, File, blank_literals

ROOT = pathlib.Path(__file__).resolve().parent.parent
_NOT_TEXT = (".png", ".svg", ".gz", ".ico", ".json", ".jsonl", "LICENSE")
_NOT_OURS_TO_FORM = "tests/fuzz/corpus/"
_ALLOW = re.compile(r"lint-allow\(([\w-]+)\): \S")


def read(path: str, text: str | None = None, root: pathlib.Path = ROOT) -> File:
    if text is None:
        text = (root / path).read_text(errors="replace")
    code = blank_literals(text) if path.endswith((".h", ".cpp")) else text
    return File(path, text, code, root)


def check(file: File) -> list[tuple[int, str, str]]:
    """(line, rule, message) of everything the rules find, less what a line itself allows."""
    lines = file.text.splitlines()
    findings = []
    for rule in RULES:
        name = rule.__name__.replace("_", "-")
        for number, message in rule(file):
            allowed = _ALLOW.search(lines[number - 1]) if 0 < number <= len(lines) else None
            if not allowed or allowed[1] != name:
                findings.append((number, name, message))
    return findings


def known_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for path in listed if (ROOT / path).is_file() and not path.endswith(_NOT_TEXT)
            and not path.startswith(_NOT_OURS_TO_FORM)]


def main() -> int:
    paths = sys.argv[1:] or known_files()
    count = 0
    for path in paths:
        file = read(path)
        for number, rule, message in check(file):
            print(f"{path}:{number}: [{rule}] {message}")
            count += 1
        lines = file.text.count("\n")
        if file.is_cpp and LINES_WARN < lines <= LINES_MAX:
            print(f"{path}: note: {lines} lines; near {LINES_WARN} is the aim")
    print(f"lint: {len(paths)} files, {count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
