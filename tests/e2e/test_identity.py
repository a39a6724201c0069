# SPDX-License-Identifier: Apache-2.0
"""Devices with keys, from keygen to the event, and everybody who must stay outside."""

import re
import socket
import subprocess
import threading

import harness
from harness import Case, paths
from support.process import Process


class Relay:
    """A listener between an agent and the emulator that keeps what the agents send first."""

    def __init__(self, port):
        self.port_behind = port
        self.heads = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port_behind))
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(65536)
            self.heads.append(head.decode())
            server.sendall(head)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    @staticmethod
    def _pump(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        target.close()

    def token(self, index=0):
        return re.search(r"(?i)^authorization: (.*)\r$", self.heads[index], re.M)[1]

    def close(self):
        self._listener.close()


class Keys(Case):
    def keygen(self, name):
        """The paths of a new key and its public half."""
        key = self.directory / f"{name}.key"
        done = subprocess.run([paths.binary("beckon-agent"), "keygen", "--out", key],
                              capture_output=True, text=True, check=True)
        public = self.directory / f"{name}.pub"
        public.write_text(done.stdout)
        return key, public

    def guarded(self, *args, **options):
        return self.emulator(*args, open_mode=False, **options)

    def added(self, emulator, device="laptop", user="Bob"):
        """The key of a device that is registered now."""
        key, public = self.keygen(device)
        self.beckon(emulator, "device", "add", device, "--user", user, "--key", public)
        return key

    def keyed_agent(self, url, device, key, *args):
        """An agent that was started, and may or may not come online."""
        return self.launch(Process(
            [paths.binary("beckon-agent"), "--url", url, "--device", device, "--key", key,
             "--state-dir", self.directory / f"state-{device}", "--verbose-lines",
             "--timing", "refused_delay=300ms", "--timing", "backoff_base=50ms",
             "--timing", "backoff_cap=200ms", *args], f"agent {device}"))

    def wait_online(self, agent, start=0):
        agent.wait_line(lambda line: '"type":"online"' in line, "the line 'online'", start=start)

    def wait_refused(self, agent, status, start=0):
        agent.wait_line(lambda line: f"HTTP {status}" in line, f"a refusal with {status}",
                        kind="stderr", start=start)

    def handshake(self, emulator, url=None, **headers):
        """The status of a handshake with these headers."""
        try:
            harness.WebSocket(url or emulator.websocket_url, headers).close()
        except harness.HandshakeRefused as refused:
            return refused.status
        return 101

    def wait_logged(self, emulator, name):
        emulator.wait_line(lambda line: name in line, f"{name} in authorize's log", kind="stderr")


class Admission(Keys):
    # P-50
    def test_a_registered_device_comes_online_and_gets_its_owners_events(self):
        emulator = self.guarded()
        self.assertEqual(emulator.ready["auth_mode"], "device-key")
        agent = self.keyed_agent(emulator.websocket_url, "laptop", self.added(emulator))
        self.wait_online(agent)
        event = self.beckon(emulator, "post", "Bob", "hey bob", "--wait", "10s").stdout.split()[0]
        self.assertTrue(any(event in line for line in agent.lines()))
        device = self.beckon_json(emulator, "device", "list", "--user", "Bob")["devices"][0]
        self.assertEqual((device["device"], device["online"], device["state"]),
                         ("laptop", True, "enabled"))
        self.assertEqual(self.beckon_json(emulator, "devices"),
                         self.beckon_json(emulator, "device", "list"))

    # P-55, P-58
    def test_without_a_registered_key_nobody_comes_in(self):
        emulator = self.guarded()
        key, _ = self.keygen("stranger")
        agent = self.keyed_agent(emulator.websocket_url, "stranger", key)
        self.wait_refused(agent, 401)
        self.wait_logged(emulator, "device_unknown")
        self.assertEqual(self.handshake(emulator, **{"X-User-Id": "Bob", "X-Device-Id": "d"}), 401)
        self.assertEqual(self.handshake(
            emulator, url=emulator.websocket_url + "?user=Bob&device=d"), 401)
        self.assertEqual(self.handshake(emulator, Authorization="Bearer x.y.z"), 401)
        self.added(emulator)
        other, _ = self.keygen("other")
        self.wait_refused(self.keyed_agent(emulator.websocket_url, "laptop", other), 401)
        self.wait_logged(emulator, "signature_wrong")
        self.assertEqual(emulator.rows("connections"), [])
        self.assertEqual(len(emulator.rows("devices")), 1, "nobody registered himself")

    # P-52
    def test_a_token_that_was_seen_on_its_way_is_worth_nothing(self):
        emulator = self.guarded()
        relay = Relay(emulator.port)
        self.addCleanup(relay.close)
        key = self.added(emulator)
        agent = self.keyed_agent(f"ws://127.0.0.1:{relay.port}/dev", "laptop", key)
        self.wait_online(agent)
        stolen = relay.token()
        self.assertEqual(self.handshake(emulator, Authorization=stolen), 403)
        self.wait_logged(emulator, "token_replayed")
        agent.stop()
        self.assertEqual(self.handshake(emulator, Authorization=stolen), 403)

    # P-54: what another stage lets its devices send there opens nothing here.
    def test_a_token_for_another_stage_is_refused(self):
        emulator = self.guarded()
        key = self.added(emulator)
        relay = Relay(emulator.port)
        self.addCleanup(relay.close)
        agent = self.keyed_agent(f"ws://127.0.0.1:{relay.port}/prod", "laptop", key)
        self.wait_until(lambda: relay.heads, "an attempt")
        self.assertEqual(self.handshake(emulator, Authorization=relay.token()), 403)
        self.wait_logged(emulator, "audience_wrong")
        agent.stop()

    # P-59
    def test_a_browser_is_refused_unless_its_origin_is_named_even_with_a_good_token(self):
        emulator = self.guarded("--parameter", "AllowedOrigins=https://good.example")
        key = self.added(emulator)
        for origin, expected in (("https://bad.example", "HTTP 403"), ("https://good.example", None)):
            agent = self.keyed_agent(emulator.websocket_url, "laptop", key, "--header",
                                     f"Origin: {origin}")
            if expected:
                self.wait_refused(agent, 403)
                self.wait_logged(emulator, "not one of AllowedOrigins")
            else:
                self.wait_online(agent)
            agent.stop()

    def test_that_names_are_believed_is_said_at_the_start_of_the_emulator_and_of_the_function(self):
        emulator = self.emulator()
        emulator.connect("Bob", "laptop").close()
        for program in ("emulator: ", "beckon-authorize: "):
            emulator.wait_line(lambda line, who=program: who in line and "AuthMode is OPEN" in line,
                               f"what {program} says", kind="stderr")

    def test_a_key_file_that_others_can_read_is_refused(self):
        emulator = self.guarded()
        key = self.added(emulator)
        key.chmod(0o640)
        agent = self.keyed_agent(emulator.websocket_url, "laptop", key)
        self.assertEqual(agent.wait_exit(), 2)
        self.assertIn("has mode 0640", "".join(agent.lines("stderr")))


class Registry(Keys):
    # P-57
    def test_a_disabled_device_is_out_at_once_and_stays_out_until_it_is_enabled(self):
        emulator = self.guarded()
        agent = self.keyed_agent(emulator.websocket_url, "laptop", self.added(emulator))
        self.wait_online(agent)
        done = self.beckon(emulator, "device", "disable", "laptop")
        self.assertIn("laptop is disabled; 1 connection closed", done.stdout)
        self.wait_refused(agent, 403)
        self.wait_logged(emulator, "device_disabled")
        self.assertEqual(emulator.rows("connections"), [])
        seen = len(agent.lines())
        self.assertEqual(self.beckon_json(emulator, "device", "show", "laptop")["state"], "disabled")
        event = emulator.post("Bob", {"text": "while it was out"})
        self.beckon(emulator, "device", "enable", "laptop")
        self.wait_online(agent, start=seen)
        agent.wait_line(lambda line: event in line, "what it missed")

    # P-57
    def test_a_removed_device_is_out_at_once_and_unknown(self):
        emulator = self.guarded()
        agent = self.keyed_agent(emulator.websocket_url, "laptop", self.added(emulator))
        self.wait_online(agent)
        self.assertIn("1 connection closed",
                      self.beckon(emulator, "device", "remove", "laptop").stdout)
        self.wait_refused(agent, 401)
        self.assertEqual(emulator.rows("devices"), [])
        self.beckon(emulator, "device", "show", "laptop", status=3)

    # P-56
    def test_a_rotation_overlaps_and_then_ends_the_old_key(self):
        emulator = self.guarded()
        old = self.added(emulator)
        new, public = self.keygen("new")
        done = self.beckon(emulator, "device", "rotate", "laptop", "--key", public)
        self.assertIn("the old one is accepted until", done.stdout)
        for key in (old, new, old):
            agent = self.keyed_agent(emulator.websocket_url, "laptop", key)
            self.wait_online(agent)
            agent.stop()
        newest, public = self.keygen("newest")
        agent = self.keyed_agent(emulator.websocket_url, "laptop", new)
        self.wait_online(agent)
        done = self.beckon(emulator, "device", "rotate", "laptop", "--key", public, "--overlap", "0s")
        self.assertIn("not accepted any more (1 connection closed)", done.stdout)
        self.wait_refused(agent, 401)
        agent.stop()
        self.wait_online(self.keyed_agent(emulator.websocket_url, "laptop", newest))

    def test_what_is_wrong_has_its_own_exit_code(self):
        emulator = self.guarded()
        key, public = self.keygen("laptop")
        add = ("device", "add", "laptop", "--user", "Bob", "--key")
        self.assertIn("never leaves its device", self.beckon(emulator, *add, key, status=2).stderr)
        self.beckon(emulator, *add, self.directory / "none", status=2)
        self.beckon(emulator, *add, public)
        self.assertIn("of user \"Bob\"", self.beckon(emulator, *add, public, status=5).stderr)
        rotate = ("device", "rotate", "laptop", "--key", public)
        self.assertIn("has this key already", self.beckon(emulator, *rotate, status=2).stderr)
        self.beckon(emulator, *rotate, "--overlap", "soon", status=2)
        for verb in ("show", "disable", "enable", "remove"):
            self.beckon(emulator, "device", verb, "phone", status=3)
        self.beckon(emulator, "device", "claim", "ABCD-EFGH", "--user", "Bob", status=3)
        self.beckon(emulator, "device", "claim", "nonsense!", "--user", "Bob", status=2)
        self.beckon(emulator, "device", status=2)

    def test_show_and_list_say_whose_and_which_key(self):
        emulator = self.guarded()
        self.added(emulator)
        shown = self.beckon_json(emulator, "device", "show", "laptop")
        self.assertEqual((shown["user"], shown["online"]), ("Bob", False))
        self.assertRegex(shown["key"], r"^SHA256:[\w+/]{43}$")
        self.assertIn(shown["key"], self.beckon(emulator, "device", "show", "laptop").stdout)
        self.assertIn("enabled", self.beckon(emulator, "device", "list").stdout)

    # P-58
    def test_a_device_with_a_key_cannot_be_used_by_name(self):
        emulator = self.emulator()
        self.assertEqual(emulator.ready["auth_mode"], "open")
        self.added(emulator)
        for user in ("Bob", "Mallory"):
            headers = {"X-User-Id": user, "X-Device-Id": "laptop"}
            self.assertEqual(self.handshake(emulator, **headers), 403)


class Claims(Keys):
    def asking(self, emulator, device):
        """An agent with a key nobody knows, and the code that it shows."""
        key, _ = self.keygen(device)
        agent = self.keyed_agent(emulator.websocket_url, device, key, "--claim")
        line = agent.wait_line(lambda text: '"type":"claim"' in text, "the code")
        return agent, re.search(r'"code":"([0-9A-Z]{4}-[0-9A-Z]{4})"', line)[1]

    # P-60, P-61, P-62
    def test_a_device_that_shows_a_code_is_claimed_and_comes_online(self):
        emulator = self.guarded("--parameter", "Enrolment=claim")
        agent, code = self.asking(emulator, "laptop")
        agent.wait_line(lambda line: f"beckon device claim {code} --user" in line
                        and "if this device is not registered yet" in line,  # 403 says no more
                        "what to type", kind="stderr")
        self.assertEqual(self.beckon_json(emulator, "devices")["devices"], [])
        done = self.beckon(emulator, "device", "claim", code.lower(), "--user", "Bob")
        self.assertIn("laptop is Bob's now", done.stdout)
        self.wait_online(agent)
        event = emulator.post("Bob", {"text": "hello"})
        agent.wait_line(lambda line: event in line, "its first event")
        self.beckon(emulator, "device", "claim", code, "--user", "Mallory", status=3)
        self.assertEqual(self.beckon_json(emulator, "device", "show", "laptop")["user"], "Bob")

    # P-60
    def test_enrolment_is_off_unless_it_is_asked_for(self):
        emulator = self.guarded()
        key, _ = self.keygen("laptop")
        agent = self.keyed_agent(emulator.websocket_url, "laptop", key, "--claim")
        self.wait_refused(agent, 401)
        self.assertFalse(any('"type":"claim"' in line for line in agent.lines()))
        self.assertEqual(emulator.rows("devices"), [])


if __name__ == "__main__":
    harness.main()
