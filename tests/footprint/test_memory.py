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
    elif count: kept.append(bytearray(os.urandom(count)))
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

    def leaks(self, leaked_bytes):
        watch = memory.Watch("leak", self.child.pid)
        rounds = 200
        for _ in range(4):
            for _ in range(rounds):
                self.tell(leaked_bytes)
                watch.read()
            watch.next_window()
        return watch.growth() > watch.growth_max(3 * rounds)

    def test_a_leak_of_a_few_bytes_a_round_is_seen_and_no_leak_is_none(self):
        self.assertFalse(self.leaks(0))
        self.assertTrue(self.leaks(1))

    def test_what_a_process_says_itself_is_held_to_the_byte(self):
        held = iter([1000, 900, 900 + 3 * 16, 900 + 3 * 16 + 1])
        watch = memory.Watch("exact", self.child.pid, lambda: next(held))
        for judged in (False, True):
            watch.read()
            watch.read()
            if judged:
                self.assertEqual(watch.growth(), 3 * 16)
                self.assertLessEqual(watch.growth(), watch.growth_max(3))
                self.assertGreater(watch.growth(), watch.growth_max(2))
            watch.next_window()

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
