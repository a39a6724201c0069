# SPDX-License-Identifier: Apache-2.0
"""scripts/bench --quick measures every figure. What it measures is not judged here."""

import json
import os
import pathlib
import subprocess
import unittest

PROJECT = pathlib.Path(__file__).resolve().parent.parent

FIGURES = [
    "emulator: exec to listening", "emulator: exec to first open WebSocket",
    "function deliver: exec to first next", "function sync: exec to first next",
    "posted to action, p50", "posted to action, p99", "echo, 1 client", "echo, 50 clients",
    "fan-out to 1, last delivery", "fan-out to 10, last delivery", "fan-out to 50, last delivery",
    "memory per idle connection (200 open)"]


class Quick(unittest.TestCase):
    def test_every_figure_is_measured_and_the_machine_is_named(self):
        build = os.environ.get("BECKON_BUILD_DIR", str(PROJECT / "build"))
        done = subprocess.run([PROJECT / "scripts" / "bench", "--quick", "--json", "--build", build],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual([row["name"] for row in result["rows"]], FIGURES)
        for row in result["rows"]:
            self.assertGreaterEqual(row["value"], 0, row)
        self.assertTrue(result["machine"]["cpu"])
        self.assertGreater(result["machine"]["cores"], 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
