# SPDX-License-Identifier: Apache-2.0
"""Who gets an event, through the real agent, the real functions and a real table."""


import harness
from harness import Case


class Delivery(Case):
    def test_an_event_for_bob_reaches_his_two_devices_and_not_alice(self):
        emulator = self.emulator()
        alice = self.agent(emulator, "Alice", "Desktop")
        laptop = self.agent(emulator, "Bob", "Laptop")
        ipad = self.agent(emulator, "Bob", "iPad")

        event_id = emulator.post("Bob", {"text": "hey bob"})

        for device in (laptop, ipad):
            event = device.wait_event(event_id)
            self.assertEqual(event["data"], {"text": "hey bob"})
            self.assertEqual(event["name"], "message")
            self.assertEqual(event["seq"], 1)
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        marker = self.barrier(emulator, alice, "Alice")
        self.assertEqual(alice.event_ids(), [marker])

    def test_an_event_for_one_device_reaches_only_that_one(self):
        emulator = self.emulator()
        laptop = self.agent(emulator, "Bob", "Laptop")
        ipad = self.agent(emulator, "Bob", "iPad")

        event_id = emulator.post("Bob", {"text": "for the iPad"}, devices=["iPad"])

        ipad.wait_event(event_id)
        marker = self.barrier(emulator, laptop, "Bob")
        self.assertEqual(laptop.event_ids(), [marker])

    def test_two_users_have_streams_of_their_own(self):
        emulator = self.emulator()
        agents = {user: self.agent(emulator, user, f"{user}-box") for user in ("Alice", "Bob")}
        posted = {user: [] for user in agents}
        for number in range(10):
            for user in agents:
                posted[user].append(emulator.post(user, {"n": number, "for": user}))
        for user, agent in agents.items():
            for event_id in posted[user]:
                agent.wait_event(event_id)
            events = agent.events()
            self.assertEqual({event["data"]["for"] for event in events}, {user})
            self.assertEqual([event["seq"] for event in events], list(range(1, 11)))
        epochs = {agent.events()[0]["stream"] for agent in agents.values()}
        self.assertEqual(len(epochs), 2)

    # P-17
    def test_what_a_device_sends_reaches_its_owners_other_devices_only(self):
        emulator = self.emulator()
        alice = self.agent(emulator, "Alice", "Desktop")
        ipad = self.agent(emulator, "Bob", "iPad")
        laptop = emulator.connect("Bob", "Laptop")
        laptop.sync()

        laptop.send({"action": "send", "name": "clipboard", "data": {"text": "hello"}})

        line = ipad.wait_line(lambda text: '"clipboard"' in text, "the event of the laptop")
        self.assertIn("hello", line)
        self.barrier(emulator, alice, "Alice")
        self.assertEqual([event["name"] for event in alice.events()], ["test.marker"])
        emulator.post("Bob", {}, name="after")
        event = laptop.recv_type("event")
        self.assertEqual(event["name"], "after", "a device must not get its own event")

    # P-17
    def test_sending_to_everyone_is_refused_where_the_deployment_does_not_allow_it(self):
        emulator = self.emulator()
        alice = self.agent(emulator, "Alice", "Desktop")
        laptop = emulator.connect("Bob", "Laptop")
        laptop.sync()
        laptop.send({"action": "send", "to": "everyone", "name": "spam", "data": {}})
        self.assertEqual(laptop.recv_type("error")["code"], "denied")
        marker = self.barrier(emulator, alice, "Alice")
        self.assertEqual(alice.event_ids(), [marker])

    # P-17, P-27
    def test_sending_to_everyone_reaches_all_but_the_sender_where_it_is_allowed(self):
        emulator = self.emulator("--parameter", "AllowBroadcast=true")
        alice = emulator.connect("Alice", "Desktop")
        alice.sync()
        laptop = emulator.connect("Bob", "Laptop")
        laptop.sync()
        laptop.send({"action": "send", "to": "everyone", "name": "hello", "data": {"n": 1}})
        self.assertIn("hello", alice.recv())
        self.assertEqual([row for row in emulator.rows("streams") if row["sk"] != "head"], [],
                         "what goes to everyone is not stored")


class Identity(Case):
    def test_a_device_id_that_belongs_to_another_user_is_refused_with_403(self):
        emulator = self.emulator()
        self.agent(emulator, "Bob", "Laptop")
        with self.assertRaises(harness.HandshakeRefused) as refused:
            emulator.connect("Alice", "Laptop")
        self.assertEqual(refused.exception.status, 403)

    def test_a_connection_without_a_name_is_refused(self):
        emulator = self.emulator()
        with self.assertRaises(harness.HandshakeRefused) as refused:
            harness.WebSocket(emulator.websocket_url)
        self.assertIn(refused.exception.status, (401, 403))

    def test_names_in_the_query_do_as_well_as_headers(self):
        emulator = self.emulator()
        socket = harness.WebSocket(emulator.websocket_url + "?user=Bob&device=Browser")
        socket.sync()
        event_id = emulator.post("Bob", {"text": "hi"})
        self.assertEqual(socket.recv_type("event")["id"], event_id)

    def test_a_browser_is_refused_unless_its_origin_is_allowed(self):
        emulator = self.emulator("--parameter", "AllowedOrigins=https://good.example")
        with self.assertRaises(harness.HandshakeRefused) as refused:
            emulator.connect("Bob", "Browser", Origin="https://bad.example")
        self.assertEqual(refused.exception.status, 403)
        emulator.connect("Bob", "Browser", Origin="https://good.example").sync()

    # P-16
    def test_a_second_connection_of_a_device_ends_the_first(self):
        emulator = self.emulator()
        first = emulator.connect("Bob", "Laptop")
        first.sync()
        second = emulator.connect("Bob", "Laptop")
        second.sync()
        self.assertEqual(first.expect_close().code, 1000)
        self.wait_until(lambda: len(emulator.rows("connections")) == 1, "one row for one device")


if __name__ == "__main__":
    harness.main()
