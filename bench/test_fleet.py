# SPDX-License-Identifier: Apache-2.0
"""The fleet simulation runs, says the same every time, shows what docs/RELIABILITY.md says of the
default policy, and the document and the picture hold what it prints."""

import os
import pathlib
import subprocess
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parent.parent
FLEET = pathlib.Path(os.environ.get("BECKON_BUILD_DIR", str(PROJECT / "build"))) / "bin" / "beckon-bench-fleet"
REGENERATE = "make the document's tables and picture anew: " \
             "build/bin/beckon-bench-fleet --svg docs/fleet.svg, then paste its tables into docs/RELIABILITY.md"


def run(*arguments: str) -> tuple[str, str]:
    """The tables and the picture."""
    with tempfile.TemporaryDirectory() as folder:
        svg = pathlib.Path(folder) / "fleet.svg"
        done = subprocess.run([FLEET, "--svg", svg, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout, svg.read_text()


def rows(tables: str, first_cell: str) -> dict[str, list[str]]:
    """The cells after the first two, by the second: rows of the first table with this first cell."""
    table = tables.split("\n\n")[1]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {row[1]: row[2:] for row in cells if row[0] == first_cell}


def number(cell: str) -> float:
    return float(cell.removesuffix(" s").replace(",", ""))


class Fleet(unittest.TestCase):
    def test_the_same_options_give_the_same_bytes(self):
        small = ("--devices", "5000", "--limit", "50")
        self.assertEqual(run(*small), run(*small))

    def test_ours_beats_a_fixed_delay_and_one_cap_by_the_stated_ratios(self):
        tables, _ = run("--devices", "20000", "--limit", "10")
        for outage in ("10 s", "60 s", "30 min"):
            of = rows(tables, outage)
            ours, fixed, one_cap = of["**Beckon**"], of["fixed 10 s"], of["Beckon, throttled_cap 60 s"]
            self.assertLess(number(ours[2]) * 5, number(fixed[2]), "all back five times as soon")
            self.assertLess(number(ours[3]) * 50, number(fixed[3]), "a fiftieth of the attempts")
            self.assertLess(number(ours[5]) * 2, number(one_cap[5]), "half the refusals of one cap")
            self.assertLess(number(ours[1]), 2000 * 1.05, "99 % within 5 % of the floor")
            self.assertLess(number(ours[2]), 2000 * 1.15, "all within 15 % of the floor")

    def test_the_document_and_the_picture_hold_what_is_printed_for_a_million_devices(self):
        document = (PROJECT / "docs" / "RELIABILITY.md").read_text().splitlines()
        committed = (PROJECT / "docs" / "fleet.svg").read_text().splitlines()
        tables, svg = run("--ours")
        printed = [line for line in tables.splitlines() if line.startswith("|")]
        self.assertEqual([line for line in printed if line not in document], [], REGENERATE)
        self.assertEqual([line for line in svg.splitlines() if line not in committed], [], REGENERATE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
