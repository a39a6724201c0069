# SPDX-License-Identifier: Apache-2.0
"""What a process holds: memory, descriptors, wake-ups; and whether it grows.

Growth is judged by the floor: the least memory seen in a window. What malloc keeps for a moment and
gives back (buffers of a burst, malloc_trim) raises single readings, a leak raises all of them. The
first window comes after the warm-up, in which pools, caches and buffers reach their size.

A leak is seen however small it is: malloc hands out 32 bytes at least, and half of that for each
round is too much.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import harness  # noqa: E402,F401  pylint: disable=wrong-import-position,unused-import

KB = 1024
PAGE = 4 * KB
ROUND_BYTES_MAX = 16


def rollup(pid):
    """(resident, anonymous) bytes of a process, from the kernel's own sums."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name in ("Rss", "Anonymous"):
            found[name] = int(value.split()[0]) * KB
    return found["Rss"], found["Anonymous"]


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def wakeups(pid):
    """How often the threads of a process have waited and been woken, since it began."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


class Watch:
    """Readings of one process, in windows.

    held_bytes(): what it holds, exactly; if it cannot say so, its anonymous pages are read. Those
    come by the page, so that one more of them is no growth."""

    def __init__(self, name, pid, held_bytes=None):
        self.name, self.pid, self._held_bytes = name, pid, held_bytes
        self.windows = []  # of bytes
        self.next_window()

    def next_window(self):
        self.windows.append([])

    def read(self):
        held = self._held_bytes() if self._held_bytes else rollup(self.pid)[1]
        self.windows[-1].append(held)

    def floors(self):
        return [min(window) for window in self.windows if window]

    def growth(self):
        """From the first window's floor to the last one's."""
        floors = self.floors()
        return floors[-1] - floors[0]

    def growth_max(self, rounds):
        """What may come together in so many rounds between the first and the last window."""
        return rounds * ROUND_BYTES_MAX + (0 if self._held_bytes else PAGE)

    def text(self):
        floors = ", ".join(f"{floor}" for floor in self.floors())
        return f"{self.name}: floors of {floors} bytes, growth {self.growth():+d}"
