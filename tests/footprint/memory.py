# SPDX-License-Identifier: Apache-2.0
"""What a process holds: memory, descriptors, wake-ups; and whether it grows.

Growth is judged by the floor: the least anonymous memory seen in a window. What malloc keeps for a
moment and gives back (buffers of a burst, malloc_trim) raises single readings, a leak raises all of
them. The first window comes after the warm-up, in which pools, caches and buffers reach their size.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
import harness  # noqa: E402,F401  pylint: disable=wrong-import-position,unused-import

KB = 1024


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

    stored_bytes(): what the process may hold because it is kept for somebody; taken off."""

    def __init__(self, name, pid, stored_bytes=lambda: 0):
        self.name, self.pid, self._stored_bytes = name, pid, stored_bytes
        self.windows = []  # of anonymous bytes
        self.resident = 0
        self.next_window()

    def next_window(self):
        self.windows.append([])

    def read(self):
        self.resident, anonymous = rollup(self.pid)
        self.windows[-1].append(anonymous - self._stored_bytes())

    def floors(self):
        return [min(window) for window in self.windows if window]

    def growth(self):
        """From the first window's floor to the last one's, as a part of the resident memory."""
        floors = self.floors()
        return (floors[-1] - floors[0]) / self.resident

    def text(self):
        floors = ", ".join(f"{floor // KB}" for floor in self.floors())
        return (f"{self.name}: resident {self.resident // KB} kB, anonymous floors {floors} kB, "
                f"growth {self.growth():+.2%}")
