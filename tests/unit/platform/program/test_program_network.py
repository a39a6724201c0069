# SPDX-License-Identifier: Apache-2.0
"""Networks that come and go, and names that nobody answers for, under a beckon-agent.

Runs in a network of its own, where it may make interfaces: it starts itself again in new namespaces.
Exit status 77 where that is not allowed.
"""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program_case import AGENT, Case  # noqa: E402
from stream_server import StreamServer  # noqa: E402

INSIDE = "BECKON_TEST_INSIDE"
ADDRESS = "10.77.0.1"


def enter_namespaces():
    """Starts this file again in a network and with mounts of its own; returns inside only."""
    if os.environ.get(INSIDE):
        return
    # A user namespace too where that is how to be allowed.
    flags = "-nm" if os.geteuid() == 0 else "-Urnm"
    try:
        subprocess.run(["unshare", flags, "ip", *pair("beckon0")], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        print("SKIP: needs network namespaces: sudo ctest -R test_platform_program_network, with iproute2")
        sys.exit(77)
    os.execvpe("unshare", ["unshare", flags, sys.executable, *sys.argv], {**os.environ, INSIDE: "1"})


def pair(name):
    """Two interfaces with a cable between them: the only kind that every kernel with namespaces has."""
    return ["link", "add", name, "type", "veth", "peer", "name", name + "-far"]


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def voluntary_switches(pid):
    """How often each thread of a process went to sleep by itself: its wake-ups."""
    return {task.name: int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (task / "status").read_text(), re.M)[1])
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir()}


class Names:
    """A DNS server that says ::1 and 127.0.0.1 for every name, or nothing at all."""

    ADDRESSES = {b"\0\1": socket.inet_aton("127.0.0.1"), b"\0\x1c": socket.inet_pton(socket.AF_INET6, "::1")}

    def __init__(self):
        self.silent = False
        self.asked = threading.Event()  # while silent
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self):
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            query, sender = self._socket.recvfrom(512)
            if not query:
                return
            if self.silent:
                self.asked.set()
                continue
            end = query.index(b"\0", 12) + 5
            kind = query[end - 4:end - 2]
            address = self.ADDRESSES[kind]
            answer = b"\xc0\x0c" + kind + b"\0\1\0\0\0\0\0" + bytes([len(address)]) + address
            self._socket.sendto(query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:end] + answer, sender)


class NetworkCase(Case):
    def setUp(self):
        super().setUp()
        ip("link", "set", "lo", "up")

    def come_up(self, name, address=None):
        ip(*pair(name))
        self.addCleanup(ip, "link", "del", name)
        if address:
            ip("addr", "add", f"{address}/24", "dev", name)
        ip("link", "set", name + "-far", "up")
        ip("link", "set", name, "up")


class ANetworkThatComesUp(NetworkCase):
    def setUp(self):
        super().setUp()
        self.far = StreamServer(host="0.0.0.0")
        self.addCleanup(self.far.stop)

    def waiting(self, at_least_s):
        """An agent that cannot reach its server and has just said that it tries again much later."""
        agent = self.agent("--insecure", "--timing", "backoff_base=20ms", "--timing", "backoff_cap=1h",
                           url=f"ws://{ADDRESS}:{self.far.port}/dev")
        delays = []

        def look():
            delays[:] = [float(match[1]) for match in
                         (re.search(r"next attempt in ([\d.]+) s", line) for line in agent.err) if match]
            return delays and delays[-1] >= at_least_s
        agent.wait(look, "a long delay")
        return agent, delays[-1]

    def test_it_is_used_at_once_and_not_when_the_next_attempt_is_due(self):
        agent, delay = self.waiting(6)
        self.assertTrue(any(f"cannot connect: {ADDRESS}:{self.far.port} cannot be reached" in line for line in agent.err), agent.err)
        begun = time.monotonic()
        self.come_up("beckon0", ADDRESS)
        agent.wait_log("online")
        self.assertLess(time.monotonic() - begun, delay / 2)

    def test_what_goes_away_wakes_nobody_up(self):
        self.come_up("beckon0", ADDRESS)
        agent = self.agent("--insecure", "--log-level", "debug", url=f"ws://{ADDRESS}:{self.far.port}/dev")
        agent.wait_log("online")
        ip("link", "set", "beckon0", "down")
        ip("addr", "del", f"{ADDRESS}/24", "dev", "beckon0")
        self.come_up("beckon1")
        agent.wait_log("a network came up")
        self.assertEqual(sum("a network came up" in line for line in agent.err), 1, agent.err)


    def test_what_came_up_while_too_much_happened_is_not_missed(self):
        self.come_up("beckon0", ADDRESS)
        agent = self.agent("--insecure", "--log-level", "debug", url=f"ws://{ADDRESS}:{self.far.port}/dev")
        agent.wait_log("online")
        agent.process.send_signal(signal.SIGSTOP)
        # Nothing of it is news, and more than a socket holds: what the kernel drops may have been.
        changes = [f"addr {verb} 10.78.{i // 250}.{i % 250}/32 dev beckon0 scope link\n"
                   for i in range(1000) for verb in ("add", "del")]
        subprocess.run(["ip", "-batch", "-"], input="".join(changes), text=True, check=True, capture_output=True)
        agent.process.send_signal(signal.SIGCONT)
        agent.wait_log("a network came up")


class ANameThatNobodyAnswersFor(NetworkCase):
    def setUp(self):
        super().setUp()
        self.names = Names()
        self.addCleanup(self.names.stop)
        for name, text in (("resolv.conf", "nameserver 127.0.0.1\noptions timeout:30 attempts:3\n"),
                           ("nsswitch.conf", "hosts: files dns\n")):
            path = self.folder / name
            path.write_text(text)
            target = os.path.realpath(f"/etc/{name}")
            subprocess.run(["mount", "--bind", str(path), target], check=True, capture_output=True)
            self.addCleanup(subprocess.run, ["umount", target], check=True, capture_output=True)
        self.url = f"ws://slow.test:{self.server.port}/dev"

    def test_the_name_stays_in_the_handshake_and_a_dead_address_is_passed_over(self):
        self.online("--insecure", url=self.url)
        self.assertEqual(self.server.handshakes[0]["host"], f"slow.test:{self.server.port}")

    def test_no_request_goes_where_a_name_of_the_network_leads_to_link_local_addresses(self):
        ip("addr", "add", "169.254.169.254/32", "dev", "lo")
        self.addCleanup(ip, "addr", "del", "169.254.169.254/32", "dev", "lo")
        self.names.ADDRESSES = {b"\0\1": socket.inet_aton("169.254.169.254"),
                                b"\0\x1c": socket.inet_pton(socket.AF_INET6, "::ffff:169.254.169.254")}
        with socket.create_server(("169.254.169.254", 0)) as metadata:
            place = f"http://metadata.test:{metadata.getsockname()[1]}"
            config = self.configured(http={"allow": [place]},
                                     rules=[{"actions": [{"type": "http", "url": f"{place}/", "timeout": "5s"}]}])
            self.online("--config", config)
            self.server.post()
            self.server.wait_until(self.server.failures, "the report", 40)
            self.assertRegex(self.server.failures()[0]["error"],
                             "^metadata.test is at .*169.254.169.254, where requests never go")
            metadata.setblocking(False)
            with self.assertRaises(BlockingIOError):
                metadata.accept()

    def test_it_does_not_hold_up_the_end(self):
        self.names.silent = True
        agent = self.agent("--insecure", url=self.url)
        self.assertTrue(self.names.asked.wait(20))
        begun = time.monotonic()
        self.assertEqual(agent.end(signal.SIGTERM), 0)
        self.assertLess(time.monotonic() - begun, 10)

    def test_it_does_not_hold_up_running_actions(self):
        go, done = self.folder / "go", self.folder / "done"
        agent = self.online("--insecure", "--", "sh", "-c",
                            f"echo $BECKON_SEQ >> {done}; while [ ! -e {go} ]; do sleep 0.05; done", url=self.url)
        for _ in range(2):
            self.server.post()
        agent.wait(done.exists, "the first command")
        self.names.silent = True
        self.server.open_connections()[-1].reset()
        self.assertTrue(self.names.asked.wait(20))
        go.touch()
        agent.wait(lambda: done.read_text() == "1\n2\n", "the second command, which the loop starts")


class Idle(NetworkCase):
    def test_nothing_that_happens_is_no_reason_to_wake_up(self):
        agent = self.online("--timing", "ack_delay=0s")
        # The state is steady when the connection's own first steps are done.
        self.server.wait_until(lambda: self.server.syncs, "the first sync")
        before = self.settled(agent.process.pid)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            self.assertEqual(voluntary_switches(agent.process.pid), before)
            time.sleep(0.5)

    def settled(self, pid):
        last = None
        while (now := voluntary_switches(pid)) != last:
            last = now
            time.sleep(0.5)
        return last


if __name__ == "__main__":
    if not os.path.exists(AGENT):
        sys.exit(f"no agent at {AGENT}")
    enter_namespaces()
    unittest.main()
