# SPDX-License-Identifier: Apache-2.0
"""The emulator's control API: faults on demand, and who may ask for them."""

import json

import harness
from harness import Case, Closed, HandshakeRefused, WebSocket


class Control(Case):
    def setUp(self):
        super().setUp()
        self.beckon = self.emulator()

    def ask(self, method, path, body=None, headers=None):
        return self.beckon.aws.send(method, f"{self.beckon.endpoint}/_emulator/{path}",
                                    json.dumps(body).encode() if body is not None else b"", headers)

    def change(self, path, body=None):
        response = self.ask("POST", path, body)
        self.assertEqual(response.status, 200, response.body)
        return response.json()

    def connection_id(self):
        return self.beckon.control("connections")["connections"][0]["connectionId"]

    def injected(self, section, kind):
        return self.beckon.control("faults")["injected"][section][kind]

    def test_an_event_whose_append_lost_its_answer_is_stored_and_delivered_once(self):
        socket = self.beckon.connect("Bob", "Laptop")
        socket.send({"action": "sync"})
        socket.recv_json()
        self.change("faults/next", {"kind": "dynamodb.lose_answer", "only": "TransactWriteItems"})
        event_id = self.beckon.post("Bob", {"text": "once"})
        event = socket.recv_json()
        self.assertEqual((event["type"], event["id"], event["seq"]), ("event", event_id, 1))
        self.assertEqual(self.injected("dynamodb", "lose_answer"), 1)
        socket.send({"action": "sync"})
        self.assertTrue(socket.recv_json()["head"].endswith(":1"))

    def test_a_swallowed_post_is_answered_200_and_sync_brings_the_event(self):
        socket = self.beckon.connect("Bob", "Laptop")
        socket.send({"action": "sync"})
        cursor = socket.recv_json()["cursor"]
        self.change("faults/next", {"kind": "connections_post.swallow",
                                    "only": self.connection_id()})
        event_id = self.beckon.post("Bob", {"text": "unseen"})
        self.wait_until(lambda: self.injected("connections_post", "swallow") == 1, "the post")
        socket.send({"action": "sync", "cursor": cursor})
        answer = socket.recv_json()
        self.assertEqual(answer["type"], "synced", "nothing came before the answer")
        self.assertEqual([event["id"] for event in answer["events"]], [event_id])

    def test_a_link_is_closed_with_a_code_cut_or_silent(self):
        closed = self.beckon.connect("Bob", "Laptop")
        self.change(f"connections/{self.connection_id()}/close", {"code": 1012, "reason": "later"})
        with self.assertRaises(Closed) as end:
            closed.recv()
        self.assertEqual((end.exception.code, end.exception.reason), (1012, "later"))
        self.wait_until(lambda: not self.beckon.control("connections")["connections"], "its end")

        cut = self.beckon.connect("Bob", "Laptop")
        self.change(f"connections/{self.connection_id()}/drop")
        with self.assertRaises(Closed) as end:
            cut.recv()
        self.assertIsNone(end.exception.code)
        self.wait_until(lambda: not self.beckon.control("connections")["connections"], "its end")

        silent = self.beckon.connect("Bob", "Laptop")
        silent_id = self.connection_id()
        self.change(f"connections/{silent_id}/half-open")
        silent.send({"action": "sync"})
        self.assertEqual(self.beckon.aws.connection("POST", silent_id, b"x").status, 200)
        silent.socket.settimeout(0.3)
        with self.assertRaises(OSError):
            silent.socket.recv(1)
        refused = self.ask("POST", f"connections/{silent_id}/close", {"code": 1005})
        self.assertEqual(refused.status, 400)

    def test_a_killed_function_fails_its_invocation_and_the_next_one_works(self):
        self.change("faults/next", {"kind": "functions.kill", "only": "beckon-default"})
        socket = self.beckon.connect("Bob", "Laptop")
        socket.send({"action": "nothing"})
        self.assertEqual(socket.recv_json()["message"], "Internal server error")
        socket.send({"action": "nothing"})
        self.assertEqual(socket.recv_json()["code"], "unknown_action")
        self.assertEqual(self.injected("functions", "kill"), 1)

    def test_a_plan_answers_what_it_is_and_what_it_did(self):
        plan = {"seed": 7, "dynamodb": {"throttle": 1}}
        self.assertEqual(self.change("faults", plan)["seed"], 7)
        with self.assertRaises(harness.AwsError) as error:
            self.beckon.aws.call("dynamodb", "ListTables")
        self.assertEqual(error.exception.code, "ProvisionedThroughputExceededException")
        self.assertGreaterEqual(self.injected("dynamodb", "throttle"), 1)
        self.assertEqual(self.ask("DELETE", "faults").status, 200)
        self.assertIn("TableNames", self.beckon.aws.call("dynamodb", "ListTables"))

    def test_pages_and_foreign_hosts_are_refused_on_every_path(self):
        page = {"Origin": self.beckon.endpoint}
        self.assertEqual(self.ask("POST", "faults", {}, page).status, 403)
        for path in ("", "dev", "_emulator/health"):
            response = self.beckon.aws.send("GET", f"{self.beckon.endpoint}/{path}",
                                            headers={"Host": "evil.example:3001"})
            self.assertEqual(response.status, 403, path)
            self.assertIn("--allow-host evil.example", response.json()["message"])
        with self.assertRaises(HandshakeRefused) as refused:
            WebSocket(self.beckon.websocket_url + "?user=Bob&device=x", host="evil.example")
        self.assertEqual(refused.exception.status, 403)


class AllowedHost(Case):
    def test_a_name_that_was_allowed_is_answered(self):
        beckon = self.emulator("--allow-host", "my-box.lan")
        response = beckon.aws.send("GET", f"{beckon.endpoint}/_emulator/health",
                                   headers={"Host": "my-box.lan:3001"})
        self.assertEqual(response.status, 200)


if __name__ == "__main__":
    harness.main()
