# SPDX-License-Identifier: Apache-2.0
"""A child process whose output is kept: lines of stdout in order, all of stderr for the report."""

import os
import signal
import subprocess
import threading
import time

from . import paths
from .wait import Timeout, seconds


class Process:
    """Starts argv at once. Lines are readable while it runs and after it ended.

    stdin: subprocess.PIPE for a program that is written to with type()."""

    def __init__(self, argv, name, env=None, cwd=None, stdin=subprocess.DEVNULL):
        self.argv = [str(a) for a in argv]
        self.name = name
        self._lines = {"stdout": [], "stderr": []}
        self._changed = threading.Condition()
        self.child = subprocess.Popen(
            self.argv, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**paths.clean_environment(), **(env or {})}, cwd=cwd, start_new_session=True)
        self._readers = [
            threading.Thread(target=self._read, args=(stream, kind), daemon=True)
            for kind, stream in (("stdout", self.child.stdout), ("stderr", self.child.stderr))]
        for reader in self._readers:
            reader.start()

    def _read(self, stream, kind):
        for raw in stream:
            stamp = time.monotonic()
            with self._changed:
                self._lines[kind].append((stamp, raw.decode("utf-8", "replace").rstrip("\n")))
                self._changed.notify_all()
        with self._changed:
            self._lines[kind].append((time.monotonic(), None))  # end of the stream
            self._changed.notify_all()

    @property
    def pid(self):
        return self.child.pid

    def lines(self, kind="stdout", start=0):
        """The lines so far, from index start on."""
        with self._changed:
            return [text for _, text in self._lines[kind][start:] if text is not None]

    def wait_line(self, matches, what, kind="stdout", timeout_s=15.0, start=0):
        """The first line, from index start on, for which matches(line) holds."""
        return self.wait_stamped(matches, what, kind, timeout_s, start)[1]

    def wait_stamped(self, matches, what, kind="stdout", timeout_s=15.0, start=0):
        """As wait_line, with the time (time.monotonic()) at which the line came."""
        deadline = time.monotonic() + seconds(timeout_s)
        index = start
        with self._changed:
            while True:
                lines = self._lines[kind]
                while index < len(lines):
                    stamp, text = lines[index]
                    index += 1
                    if text is None:
                        raise Timeout(f"{self.name} ended its {kind} before {what}; exit status "
                                      f"{self.child.poll()}\n{self.report()}")
                    if matches(text):
                        return stamp, text
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Timeout(f"waited {seconds(timeout_s):.0f} s for {what} from {self.name}")
                self._changed.wait(left)

    def type(self, line):
        """Writes a line to its standard input."""
        self.child.stdin.write((line + "\n").encode())
        self.child.stdin.flush()

    def wait_exit(self, timeout_s=15.0):
        """The exit status; negative for a signal."""
        try:
            status = self.child.wait(seconds(timeout_s))
        except subprocess.TimeoutExpired:
            raise Timeout(f"{self.name} did not end within {seconds(timeout_s):.0f} s") from None
        for reader in self._readers:
            reader.join(seconds(5))
        return status

    def running(self):
        return self.child.poll() is None

    def signal(self, number):
        self.child.send_signal(number)

    def kill(self):
        """SIGKILL, and waits for the end. What the process started is left alone."""
        if self.running():
            self.child.kill()
        self.child.wait()

    def clean_up(self):
        """Ends the process and its process group, and lets go of the pipes."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()
        for reader in self._readers:
            reader.join(seconds(5))
        for stream in (self.child.stdin, self.child.stdout, self.child.stderr):
            if stream:
                stream.close()

    def stop(self, timeout_s=15.0):
        """SIGTERM; the exit status."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.wait_exit(timeout_s)

    def report(self, lines_max=200):
        """What a person needs to see when a test fails."""
        out = [f"--- {self.name} (pid {self.pid}, exit status {self.child.poll()}): "
               f"{' '.join(self.argv)}"]
        for kind in ("stdout", "stderr"):
            with self._changed:
                lines = [text for _, text in self._lines[kind] if text is not None]
            if len(lines) > lines_max:
                out.append(f"[{kind}: {len(lines) - lines_max} lines before]")
            out += [f"[{kind}] {line[:2000]}" for line in lines[-lines_max:]]
        return "\n".join(out)


def children_of(pid):
    """Process ids whose parent is pid, now."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as stat:
                    fields = stat.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry))
    return found


def is_alive(pid):
    """True if the process runs; a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
