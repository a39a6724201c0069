# SPDX-License-Identifier: Apache-2.0
"""Whatever a message says, it is answered with a named error or as what it is, from the caller's own
stream, and nobody else's rows change. The caller is who the authorizer says."""

import json
import re
import socket
import subprocess

from hostile import HostileCase, harness
from harness import paths
from support.process import Process

BEYOND = 1 << 53

# Members of a sync, and the type of the answer, or what its error names.
SYNCS = [
    ({"cursor": None}, "sync.cursor"),
    ({"cursor": 7}, "sync.cursor"),
    ({"cursor": ""}, "sync.cursor"),
    ({"cursor": []}, "sync.cursor"),
    ({"cursor": {}}, "sync.cursor"),
    ({"cursor": "k3f9"}, "sync.cursor"),
    ({"cursor": "k3f9:"}, "sync.cursor"), ({"cursor": ":1"}, "sync.cursor"),
    ({"cursor": "k3f9:-1"}, "sync.cursor"), ({"cursor": "k3f9:01"}, "sync.cursor"),
    ({"cursor": "K3F9:1"}, "sync.cursor"), ({"cursor": "k3f9:1:1"}, "sync.cursor"),
    ({"cursor": "k" * 17 + ":1"}, "sync.cursor"), ({"cursor": f"k3f9:{BEYOND}"}, "sync.cursor"),
    ({"cursor": "k3f9:99999999999999999999"}, "sync.cursor"),
    ({"cursor": "x" * 30_000}, "sync.cursor"),
    ({"cursor": f"k3f9:{BEYOND - 1}"}, "synced"), ({"cursor": "k3f9:0"}, "synced"),
    ({"after": 1}, "sync.after"), ({"cursor": "k3f9:5", "after": 4}, "sync.after"),
    ({"cursor": "k3f9:5", "after": -1}, "sync.after"),
    ({"cursor": "k3f9:5", "after": "6"}, "sync.after"),
    ({"cursor": "k3f9:5", "after": 6.5}, "sync.after"),
    ({"cursor": "k3f9:5", "after": 1e300}, "sync.after"),
    ({"cursor": "k3f9:5", "after": BEYOND}, "sync.after"),
    ({"cursor": "k3f9:5", "after": BEYOND - 1}, "synced"),
    ({"start": 1}, "sync.start"),
    ({"start": "middle"}, "sync.start"),
    ({"start": "x" * 9999}, "sync.start"),
    ({"start": "oldest"}, "synced"),
    ({"max_bytes": -1}, "sync.max_bytes"), ({"max_bytes": "1"}, "sync.max_bytes"),
    ({"max_bytes": 0.5}, "sync.max_bytes"), ({"max_bytes": BEYOND}, "sync.max_bytes"),
    ({"max_bytes": None}, "sync.max_bytes"),
    ({"max_bytes": 0}, "synced"), ({"max_bytes": BEYOND - 1}, "synced"),
    ({"failed": {}}, "sync.failed"),
    ({"failed": "x"}, "sync.failed"),
    ({"failed": [{}] * 33}, "sync.failed"),
    ({"failed": [1, None, [], {}, {"seq": -1}, {"seq": 1, "action": "", "error": "e"}]}, "synced"),
    ({"failed": [{"seq": 1, "action": "a" * 201, "error": "e"}]}, "synced"),
    ({"failed": [{"seq": BEYOND - 1, "action": "a", "error": "e"}] * 32}, "synced"),
    ({"unknown": [[[[]]]], "__proto__": {}, "action ": "send"}, "synced"),
]

SENDS = [
    ({}, "send.name"),
    ({"name": ""}, "send.name"),
    ({"name": 1}, "send.name"),
    ({"name": "n" * 129}, "send.name"),
    ({"name": "\x1b[2J"}, "send.name"), ({"name": "a\nb"}, "send.name"),
    ({"name": "n", "data": []}, "send.data"), ({"name": "n", "data": "x"}, "send.data"),
    ({"name": "n", "data": None}, "send.data"),
    ({"name": "n", "devices": []}, "send.devices"),
    ({"name": "n", "devices": "Phone"}, "send.devices"),
    ({"name": "n", "devices": ["d"] * 101}, "send.devices"),
    ({"name": "n", "devices": [1]}, "send.devices"),
    ({"name": "n", "devices": ["d" * 129]}, "send.devices"),
    ({"name": "n", "devices": ["a\tb"]}, "send.devices"),
    ({"name": "n", "ttl_s": 0}, "send.ttl_s"), ({"name": "n", "ttl_s": -1}, "send.ttl_s"),
    ({"name": "n", "ttl_s": 31622401}, "send.ttl_s"), ({"name": "n", "ttl_s": 1.5}, "send.ttl_s"),
    ({"name": "n", "collapse": ""}, "send.collapse"),
    ({"name": "n", "collapse": "c" * 129}, "send.collapse"),
    ({"name": "n", "collapse": "a\x7f"}, "send.collapse"),
    ({"name": "n", "to": "Alice"}, "send.to"), ({"name": "n", "to": ["everyone"]}, "send.to"),
    ({"name": "n", "to": "everyone"}, "denied"),
    ({"name": "n", "data": {"x": "y" * 29_000}}, "too_large"),
    ({"name": "n", "data": json.loads('{"a":' * 13 + "{}" + "}" * 13)}, "invalid"),
    ({"name": "n", "devices": ["claim#AAAA", "claim#minute#1", "head", "seq#1"]}, "sent"),
    ({"name": "n", "devices": ["Desktop"]}, "sent"),
    ({"name": "n", "user": "Alice", "userId": "Alice", "target": {"user": "Alice"},
      "sender": "Desktop",
      "deviceId": "Desktop", "requestContext": {"authorizer": {"userId": "Alice"}}}, "sent"),
]

TEXTS = ["", "{", "[]", "null", "1e999", '"sync"', '{"action":"sync"}{"action":"sync"}', "\0",
         "\ufeff{}",
         '{"action":"sync","action":"send"}', '{"action":"sync","x":"\\u0000"}',
         '{"action":"sync","x":"\0"}',
         '{"action":"sync","x":' + "[" * 20 + "]" * 20 + "}",
         '{"action":"sync","x":' + "[" * 200 + "]" * 200 + "}",
         "[" * 30_000, '{"action":"$connect"}', '{"action":"$disconnect"}', '{"action":"$default"}',
         '{"action":"../send"}', '{"action":' + "9" * 30_000 + "}", '{"action":"sync","x":1e400}']


class Messages(HostileCase):
    def begin(self):
        super().begin()
        self.desktop = self.agent(self.backend, "Alice", "Desktop")
        self.alice_event = self.backend.post("Alice", {"secret": "of Alice"})
        self.desktop.wait_event(self.alice_event)
        self.remember()

    def rows_of_alice(self):
        return sorted((json.dumps(row, sort_keys=True) for table in ("connections", "streams")
                       for row in self.backend.rows(table) if row["userId"] == "Alice"))

    def ask(self, client, message):
        """The answer, which is never another user's."""
        self.requests += 1
        client.send(message)
        answer = client.recv()
        self.assertNotIn("of Alice", answer)
        return json.loads(answer)

    def test_every_wrong_member_is_named_and_what_is_odd_but_allowed_answered(self):
        before = self.rows_of_alice()
        client = self.backend.connect("Mallory", "Lurker")
        for action, cases in (("sync", SYNCS), ("send", SENDS)):
            for members, expected in cases:
                with self.subTest(action=action, members=str(members)[:80]):
                    answer = self.ask(client, {"action": action, **members})
                    if answer["type"] == "error":
                        self.assertIn(expected, f"{answer['code']} {answer['message']}")
                        self.assertLess(len(answer["message"]), 600)
                    else:
                        self.assertEqual(answer["type"], expected)
        for text in TEXTS:
            with self.subTest(text=text[:60]):
                answer = self.ask(client, text)
                self.assertEqual(answer.get("type"), "error", answer)
        self.assertEqual(self.rows_of_alice(), before)
        self.assertEqual(self.desktop.event_ids(), [self.alice_event])
        client.close()
        self.finish()

    def test_a_cursor_of_another_user_is_a_reset_of_ones_own_stream(self):
        before = self.rows_of_alice()
        epoch = self.desktop.events()[0]["stream"]
        client = self.backend.connect("Mallory", "Lurker")
        for seq in (0, 1, 2, BEYOND - 1):
            answer = self.ask(client, {"action": "sync", "cursor": f"{epoch}:{seq}", "after": seq,
                                       "failed": [{"seq": 1, "action": "a", "error": "e"}]})
            self.assertEqual((answer["type"], answer["events"], answer["reset"]), ("synced", [],
                                                                                   True))
            self.assertNotIn(epoch, answer["cursor"])
        self.assertEqual(self.rows_of_alice(), before)
        self.assertFalse([row for row in self.backend.rows("streams")
                          if row["sk"].startswith("failed#")])
        client.close()
        self.finish()

    # Two devices of one name: it is the first one's.
    def test_a_device_of_another_user_cannot_be_taken(self):
        with self.assertRaises(harness.HandshakeRefused) as refused:
            self.backend.connect("Mallory", "Desktop")
        self.assertEqual(refused.exception.status, 403)
        self.requests += 1
        self.finish()


class Keyed(HostileCase):
    """The same where devices have keys: a good token, and every other name in every other place."""

    def begin(self):
        self.backend = self.emulator("--connect-rate", "0", open_mode=False)
        for user, device in (("Bob", "Phone"), ("Alice", "Desktop"), ("Mallory", "Lurker")):
            self.register(user, device)
        self.agent_of_bob = self.keyed_agent("Phone")
        self.agent_of_bob.wait_line(lambda line: '"type":"online"' in line, "'online'")
        self.desktop = self.keyed_agent("Desktop")
        self.desktop.wait_line(lambda line: '"type":"online"' in line, "'online'")
        self.served()
        self.remember()

    def register(self, user, device):
        key, public = self.directory / f"{device}.key", self.directory / f"{device}.pub"
        made = subprocess.run([paths.binary("beckon-agent"), "keygen", "--out", key],
                              capture_output=True, text=True, check=True)
        public.write_text(made.stdout)
        self.beckon(self.backend, "device", "add", device, "--user", user, "--key", public)

    def keyed_agent(self, device, url=None):
        return self.launch(Process(
            [paths.binary("beckon-agent"), "--url", url or self.backend.websocket_url, "--device",
             device,
             "--key", self.directory / f"{device}.key", "--state-dir",
             self.directory / f"state-{device}",
             "--verbose-lines"], f"agent {device}"))

    def served(self):
        event = self.backend.post("Bob", {"text": "honest"})
        self.agent_of_bob.wait_line(lambda line: event in line, f"event {event}", timeout_s=20)
        return 0.0

    def token_of(self, device):
        """A token that the device has made and that nobody has used."""
        with socket.create_server(("127.0.0.1", 0)) as trap:
            port = trap.getsockname()[1]
            agent = self.keyed_agent(device, f"ws://127.0.0.1:{port}/dev")
            client, _ = trap.accept()
            with client:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += client.recv(65536)
            agent.kill()
        return re.search(r"(?im)^authorization: (.*)\r$", head.decode())[1]

    def lying_socket(self, token, **more):
        return harness.WebSocket(
            self.backend.websocket_url + "?user=Alice&device=Desktop&userId=Alice&token=x",
            {"Authorization": token, "X-User-Id": "Alice", "X-Device-Id": "Desktop",
             "userId": "Alice",
             "connectionId": "AAAAAAAAAAAAAAA=", **more})

    def test_a_good_token_and_other_names_everywhere_is_the_tokens_device(self):
        self.backend.post("Alice", {"secret": "of Alice"})
        client = self.lying_socket(self.token_of("Lurker"))
        lies = {"user": "Alice", "userId": "Alice", "device": "Desktop", "deviceId": "Desktop",
                "connectionId": "AAAAAAAAAAAAAAA=", "target": {"user": "Alice"},
                "requestContext": {"authorizer": {"userId": "Alice", "deviceId": "Desktop"}}}
        client.send({"action": "sync", "start": "oldest", **lies})
        answer = client.recv_type("synced")
        self.assertEqual(answer["events"], [])
        client.send({"action": "send", "name": "lie", "data": {"n": 1}, **lies})
        sent = client.recv_type("sent")["id"]
        row = next(row for row in self.backend.rows("streams") if row.get("eventId") == sent and
                   row["sk"].startswith("seq#"))
        self.assertEqual((row["userId"], row["sender"]), ("Mallory", "Lurker"))
        names = {(row["userId"], row["deviceId"]) for row in self.backend.rows("connections")}
        self.assertEqual(names, {("Bob", "Phone"), ("Alice", "Desktop"), ("Mallory", "Lurker")})
        self.assertFalse([line for line in self.desktop.lines() if '"lie"' in line])
        client.close()
        self.requests += 8
        self.finish_keyed()

    def test_names_without_a_token_or_with_a_used_or_doubled_one_are_nobody(self):
        token = self.token_of("Lurker")
        self.lying_socket(token).close()
        for name, headers, status in (("none", {}, 401), ("used", {"Authorization": token}, 403),
                                      ("garbage", {"Authorization": "Bearer a.b.c"}, 401),
                                      ("another scheme", {"Authorization": "Basic QQ=="}, 401)):
            with self.subTest(name), self.assertRaises(harness.HandshakeRefused) as refused:
                harness.WebSocket(self.backend.websocket_url + "?user=Bob&device=Phone",
                                  {"X-User-Id": "Bob", "X-Device-Id": "Phone", **headers})
            self.assertEqual(refused.exception.status, status)
        self.requests += 6
        self.finish_keyed()

    def finish_keyed(self):
        self.served()
        self.assert_memory()
        self.assert_log()


if __name__ == "__main__":
    harness.main()
