# SPDX-License-Identifier: Apache-2.0
"""Network namespaces: a house whose packets vanish, both ways, with no reset and no answer.

The test's own process moves into a namespace of its own, and the house's agents into a second one; a
veth pair joins them. Packets are dropped by giving both ends a wrong hardware address for the other:
they leave, and nobody takes them. That needs nothing of the kernel but namespaces and veth.
"""

import ctypes
import os
import pathlib
import shutil
import subprocess
import sys

from place import harness
from harness import wait_until

SKIPPED = 77
OUTSIDE, HOUSE = "198.18.0.1", "198.18.0.2"  # RFC 2544: for tests of networks
MACS = {OUTSIDE: "02:00:00:00:00:01", HOUSE: "02:00:00:00:00:02"}
NOBODY = "02:00:00:00:00:99"

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def skip(why):
    """Ends the program as skipped."""
    print(f"SKIP: needs network namespaces ({why}): sudo apt-get install iproute2 util-linux, and "
          "run as root or where users may make namespaces")
    sys.exit(SKIPPED)


def enter_own():
    """Moves this process, which must have one thread yet, into a network namespace of its own; ends
    the program as skipped where that is not allowed."""
    for tool in ("ip", "unshare", "nsenter"):
        if not shutil.which(tool):
            skip(f"there is no {tool}")
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWNET) != 0:
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
            skip(os.strerror(ctypes.get_errno()))
        pathlib.Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="ascii")
        pathlib.Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="ascii")
    _ip("link", "set", "lo", "up")


def _ip(*arguments, prefix=()):
    done = subprocess.run([*prefix, "ip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"


class House:
    """After enter_own(): the second namespace, joined to this process's. prefix: what a program is
    started with to run there; it reaches this process's side as OUTSIDE."""

    def __init__(self):
        self._cut_off = False
        # Holds the namespace for as long as it runs.
        self._holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        space = f"/proc/{self._holder.pid}/ns/net"
        wait_until(lambda: os.readlink(space) != os.readlink("/proc/self/ns/net"),
                   "the house's network namespace")
        self.prefix = ("nsenter", f"--net={space}")
        _ip("link", "add", "outside", "address", MACS[OUTSIDE], "type", "veth", "peer", "name",
            "house", "address", MACS[HOUSE], "netns", str(self._holder.pid))
        _ip("address", "add", f"{OUTSIDE}/30", "dev", "outside")
        _ip("link", "set", "outside", "up")
        for command in (("link", "set", "lo", "up"), ("address", "add", f"{HOUSE}/30", "dev",
                                                      "house"), ("link", "set", "house", "up")):
            _ip(*command, prefix=self.prefix)
        self.let_through()

    def _reach(self, mac_of):
        for device, other, prefix in (("outside", HOUSE, ()), ("house", OUTSIDE, self.prefix)):
            _ip("neigh", "replace", other, "lladdr", mac_of(other), "dev", device, "nud",
                "permanent", prefix=prefix)

    def drop_packets(self):
        self._cut_off = True
        self._reach(lambda _: NOBODY)

    def let_through(self):
        self._cut_off = False
        self._reach(MACS.get)

    def is_cut_off(self):
        return self._cut_off

    def clean_up(self):
        self._holder.kill()
        self._holder.wait()
