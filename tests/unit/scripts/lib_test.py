# SPDX-License-Identifier: Apache-2.0
"""A step of the scripts tells how it ended, and a signal ends it with everything it has started."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

LIB = pathlib.Path(__file__).resolve().parents[3] / "scripts" / "lib.sh"
PATIENCE_S = 30
# Says who runs: itself and a child of its own, which a kill of the first alone would leave behind.
FAMILY = "sleep 1000 & echo $$ $! > \"$1.new\"; mv \"$1.new\" \"$1\"; wait"


def is_alive(pid: int) -> bool:
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Step(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.pids = self.folder / "pids"

    def start(self, body: str) -> subprocess.Popen:
        """A script in a session of its own, as under a terminal."""
        script = self.folder / "script"
        script.write_text(f"set -euo pipefail\n. {LIB}\n{body}\n")
        child = subprocess.Popen(["bash", script], start_new_session=True, text=True, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def family(self) -> list[int]:
        deadline = time.monotonic() + PATIENCE_S
        while not self.pids.exists():
            self.assertLess(time.monotonic(), deadline, "the step did not start")
            time.sleep(0.01)
        pids = [int(pid) for pid in self.pids.read_text().split()]
        for pid in pids:  # For a test that fails.
            self.addCleanup(lambda pid=pid: is_alive(pid) and os.kill(pid, signal.SIGKILL))
        return pids

    def assert_stops(self, child: subprocess.Popen, number: int) -> None:
        family = self.family()
        self.assertEqual([True, True], [is_alive(pid) for pid in family])
        os.killpg(child.pid, number)
        said, _ = child.communicate(timeout=PATIENCE_S)
        self.assertEqual(128 + number, child.returncode, said)
        self.assertEqual([], [pid for pid in family if is_alive(pid)])
        self.assertIn("stopping", said)
        self.assertNotIn("goes on", said)

    def test_a_step_tells_how_it_ended(self):
        child = self.start(f"step good {self.folder}/log true; step bad {self.folder}/log sh -c 'echo why; exit 3'")
        said, _ = child.communicate(timeout=PATIENCE_S)
        self.assertEqual(3, child.returncode)
        self.assertRegex(said, "why\n.*bad: failed with 3")
        self.assertNotIn("good: failed", said)

    def test_each_signal_ends_the_step_and_all_that_it_started(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number.name):
                self.pids.unlink(missing_ok=True)
                self.assert_stops(self.start(
                    f"step long {self.folder}/log sh -c '{FAMILY}' sh {self.pids}; echo goes on"), number)

    def test_a_script_that_a_script_runs_is_ended_too(self):
        inner = self.folder / "inner"
        inner.write_text(f"set -euo pipefail\n. {LIB}\nstep inner {self.folder}/log2 "
                         f"sh -c '{FAMILY}' sh {self.pids}\n")
        for call in (f"bash {inner}", f"step outer {self.folder}/log bash {inner}"):
            with self.subTest(call=call):
                self.pids.unlink(missing_ok=True)
                self.assert_stops(self.start(f"{call}; echo goes on"), signal.SIGINT)


if __name__ == "__main__":
    unittest.main()
