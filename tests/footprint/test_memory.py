# SPDX-License-Identifier: Apache-2.0
"""The measuring sees a leak of memory and of descriptors in a real process, and none where there is
none."""

import pathlib
import subprocess
import sys
import unittest

import memory

# Reads lines; leaks so many bytes for each, or a descriptor. Says when it is done with one.
PROGRAM = """
import sys, os
kept = []
for line in sys.stdin:
    count = int(line)
    if count < 0: os.dup(0)
    else: kept.append(bytearray(os.urandom(count)))
    temporary = bytearray(os.urandom(500_000))  # what a burst takes and gives back
    del temporary
    print("done", flush=True)
"""


class Leak(unittest.TestCase):
    def setUp(self):
        self.child = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.child.stdout.close)
        self.addCleanup(self.child.wait)
        self.addCleanup(self.child.kill)
        self.addCleanup(self.child.stdin.close)
        self.tell(0)

    def tell(self, count):
        self.child.stdin.write(f"{count}\n")
        self.child.stdin.flush()
        self.assertEqual(self.child.stdout.readline(), "done\n")

    def wait_asleep(self):
        stat = pathlib.Path(f"/proc/{self.child.pid}/stat")
        memory.harness.wait_until(lambda: stat.read_text("ascii").rpartition(")")[2].split()[0] == "S",
                                  "the program to wait")

    def growth(self, leaked_bytes):
        watch = memory.Watch("leak", self.child.pid)
        for _ in range(4):
            for _ in range(100):
                self.tell(leaked_bytes)
                watch.read()
            watch.next_window()
        return watch.growth()

    def test_a_leak_of_a_kilobyte_a_round_is_seen_and_no_leak_is_none(self):
        self.assertLess(self.growth(0), 0.01)
        self.assertGreater(self.growth(1024), 0.01)

    def test_a_leaked_descriptor_is_seen(self):
        before = memory.descriptors(self.child.pid)
        self.tell(-1)
        self.assertEqual(memory.descriptors(self.child.pid), before + 1)

    def test_waiting_for_input_counts_as_a_wake_up(self):
        self.wait_asleep()
        before = memory.wakeups(self.child.pid)
        for _ in range(5):
            self.tell(0)
            self.wait_asleep()
        self.assertGreaterEqual(memory.wakeups(self.child.pid), before + 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
