# SPDX-License-Identifier: Apache-2.0
"""beckon device when a device's open connection cannot be closed: what is done is said to be done, and
what to type next works."""

import re
import socket
import subprocess

import harness
from harness import Case, paths


class Unclosed(Case):
    def setUp(self):
        super().setUp()
        self.running = self.emulator()
        self.links = []
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}/dev"

    def public_key(self, name):
        file = self.directory / f"{name}.pub"
        done = subprocess.run([paths.binary("beckon-agent"), "keygen", "--out",
                               self.directory / f"{name}.key"], capture_output=True, check=True)
        file.write_bytes(done.stdout)
        return file

    def connected(self, device):
        """A device of Bob's that was registered in open mode, and is online."""
        link = self.running.connect("Bob", device)
        link.send({"action": "sync"})
        link.recv_json()
        self.wait_until(lambda: device in self.online(), f"{device} to be online")
        self.links.append(link)  # open as long as somebody holds it

    def online(self):
        rows = self.beckon_json(self.running, "connections")["connections"]
        return [row["device"] for row in rows]

    def unclosed(self, *args):
        """What it says when @connections is not where it is told to be."""
        return self.beckon(self.running, "device", *args, "--connections-endpoint", self.nowhere,
                           status=1)

    def follow(self, said):
        """Types what it says."""
        commands = re.findall(r"beckon (device \w+ \S+)$", said, re.MULTILINE)
        self.assertEqual([command.split()[1] for command in commands], ["disable", "enable"])
        for command in commands:
            self.beckon(self.running, *command.split())

    def test_after_add_and_rotate_the_advice_closes_what_is_open(self):
        self.connected("laptop")
        done = self.unclosed("add", "laptop", "--user", "Bob", "--key", self.public_key("one"))
        self.assertIn("laptop is Bob's now", done.stdout)
        self.assertIn("1 connection of laptop could not be closed", done.stderr)
        self.assertEqual(self.online(), ["laptop"])
        # Another key while it is still open: the old one ends, the connection does not.
        done = self.unclosed("rotate", "laptop", "--key", self.public_key("two"), "--overlap", "0s")
        self.assertIn("is not accepted any more", done.stdout)
        self.follow(done.stderr)
        self.assertEqual(self.online(), [])
        self.assertEqual(self.beckon_json(self.running, "device", "show", "laptop")["state"], "enabled")

    # P-57
    def test_what_stays_open_can_send_nothing_and_ends_when_it_tries(self):
        self.connected("laptop")
        self.unclosed("add", "laptop", "--user", "Bob", "--key", self.public_key("one"))
        self.assertEqual(self.online(), ["laptop"])
        link = self.links[0]
        link.send({"action": "send", "name": "door.open", "data": {}})
        with self.assertRaises(harness.Closed):
            # The end may overtake the answer.
            while True:
                self.assertEqual(link.recv_json()["code"], "denied")
        self.assertEqual(self.online(), [])
        self.assertEqual(self.beckon_json(self.running, "events", "Bob")["events"], [])

    def test_disable_and_remove_are_typed_again(self):
        self.connected("laptop")
        self.unclosed("add", "laptop", "--user", "Bob", "--key", self.public_key("one"))
        for verb in ("disable", "remove"):
            done = self.unclosed(verb, "laptop")
            self.assertIn("laptop is disabled; 0 connections closed", done.stdout)
            self.assertIn("Type the command again", done.stderr)
        done = self.beckon(self.running, "device", "remove", "laptop")
        self.assertIn("laptop is removed; 1 connection closed", done.stdout)
        self.assertEqual(self.online(), [])
        self.beckon(self.running, "device", "show", "laptop", status=3)

    def test_a_device_without_a_key_is_still_there_and_not_called_disabled(self):
        self.connected("laptop")
        done = self.unclosed("remove", "laptop")
        self.assertIn("laptop is still there; 0 connections closed", done.stdout)
        self.assertIn("Type the command again", done.stderr)
        self.beckon(self.running, "device", "show", "laptop")


if __name__ == "__main__":
    harness.main()
