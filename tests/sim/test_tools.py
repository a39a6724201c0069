# SPDX-License-Identifier: Apache-2.0
"""What is typed at the simulation is told how to be typed, and its documents name what it checks.

usage: test_tools.py BECKON_SIM
"""

import pathlib
import re
import subprocess
import sys
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SIM = PROJECT / "tests/sim"
MUTATE = PROJECT / "scripts/mutate"
BECKON_SIM = sys.argv.pop(1)


def ask(*arguments):
    return subprocess.run([str(one) for one in arguments], capture_output=True, text=True, check=False, timeout=60)


class Usage(unittest.TestCase):
    def test_help_explains_every_option_of_both_programs(self):
        for program, source in ((BECKON_SIM, SIM / "main.cpp"), (MUTATE, MUTATE)):
            done = ask(program, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""), program)
            read = r'(?:argument == |add_argument\()"(--[a-z-]+)"'
            options = set(re.findall(read, source.read_text(encoding="utf-8")))
            self.assertGreaterEqual(len(options), 4, "they are found in the source")
            for option in options:
                self.assertRegex(done.stdout, rf"\n  {option}( [A-Z.]+)? +[a-z]", f"{option} and what it does")
            self.assertIn("Example", done.stdout)

    def test_a_wrong_argument_is_named(self):
        for arguments in (["--sed", "7"], ["--seed", "x7"], ["--seeds", "1-5"], ["--seeds", "9..3"]):
            done = ask(BECKON_SIM, *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            wrong = arguments[0] if arguments[0] == "--sed" else arguments[1]
            self.assertRegex(done.stderr, f'^beckon-sim: expected .*, got "{wrong}"; see .*--help\n$')
        done = ask(MUTATE, "never-less")
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected names that --list gives, got never-less", done.stderr)


class Names(unittest.TestCase):
    """A name that a failure prints can be looked up, and what is promised to be checked is."""

    def setUp(self):
        code = "".join(path.read_text(encoding="utf-8") for path in SIM.glob("*.cpp"))
        self.checked = set(re.findall(r'(?:broken|check_caught_up)\(\s*"([a-z-]+)"', code))
        self.assertGreater(len(self.checked), 30, "they are found in the source")

    def test_the_readme_names_every_invariant_and_no_other(self):
        readme = (SIM / "README.md").read_text(encoding="utf-8")
        section = re.search(r"## The invariants\n(.*?)\nTo add one", readme, re.S)[1]
        files = {path.stem for path in SIM.iterdir()}
        self.assertEqual(set(re.findall(r"`([a-z-]+)`", section)) - files, self.checked)

    def test_the_promises_are_shown_by_invariants_that_exist(self):
        promises = (PROJECT / "docs/RELIABILITY.md").read_text(encoding="utf-8")
        named = {name for names in re.findall(r"`sim: ([a-z, -]+)`", promises) for name in names.split(", ")}
        self.assertGreater(len(named), 10)
        self.assertEqual(named - self.checked - {"name"}, set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
