# SPDX-License-Identifier: Apache-2.0
"""What the gateway does with frames that a good client does not send."""

import harness
from harness import BINARY, Case, PING, PONG, TEXT

KB = 1024


class Frames(Case):
    def setUp(self):
        super().setUp()
        self.gateway = self.emulator()
        self.socket = self.gateway.connect("Bob", "Laptop")
        self.socket.sync()

    def assert_alive(self):
        """The connection still answers."""
        self.assertEqual(self.socket.sync()["type"], "synced")

    def message_of(self, total_bytes):
        """JSON of an unknown action, exactly this long."""
        empty = '{"action":"none","pad":""}'
        return empty.replace('""}', f'"{"x" * (total_bytes - len(empty))}"}}').encode()

    # P-18
    def test_text_that_is_not_json_is_answered_with_an_error_and_the_connection_lives(self):
        self.socket.send("this is not JSON")
        self.assertEqual(self.socket.recv_type("error")["code"], "unknown_action")
        self.assert_alive()

    # P-18
    def test_an_unknown_action_is_answered_with_an_error_that_names_it(self):
        self.socket.send({"action": "fly"})
        error = self.socket.recv_type("error")
        self.assertEqual(error["code"], "unknown_action")
        self.assertIn("fly", error["message"])
        self.assert_alive()

    def test_an_empty_message_is_answered_and_the_connection_lives(self):
        self.socket.send("")
        self.assertEqual(self.socket.recv_type("error")["code"], "unknown_action")
        self.assert_alive()

    # P-3
    def test_a_sync_with_a_member_of_a_wrong_type_is_answered_with_its_name(self):
        self.socket.send({"action": "sync", "cursor": 7})
        self.assertIn("cursor", self.socket.recv_type("error")["message"])
        self.assert_alive()

    def test_a_frame_of_exactly_32_kb_passes(self):
        self.socket.send_frame(TEXT, self.message_of(32 * KB))
        self.assertEqual(self.socket.recv_type("error")["code"], "unknown_action")

    # P-30
    def test_a_frame_above_32_kb_closes_with_1009(self):
        self.socket.send_frame(TEXT, self.message_of(32 * KB + 1))
        self.assertEqual(self.socket.expect_close().code, 1009)

    def test_a_message_of_exactly_128_kb_in_small_frames_passes(self):
        self.socket.send_fragments(self.message_of(128 * KB), 16 * KB)
        self.assertEqual(self.socket.recv_type("error")["code"], "unknown_action")
        self.assert_alive()

    # P-30
    def test_a_message_above_128_kb_in_small_frames_closes_with_1009(self):
        self.socket.send_fragments(self.message_of(128 * KB + 1), 16 * KB)
        self.assertEqual(self.socket.expect_close().code, 1009)

    def test_a_binary_frame_closes_with_1003(self):
        self.socket.send_frame(BINARY, b"\x00\x01")
        self.assertEqual(self.socket.expect_close().code, 1003)

    def test_an_unmasked_or_reserved_frame_ends_the_connection_and_not_the_emulator(self):
        self.socket.send_frame(TEXT, b"{}", first_byte=0xC1)  # RSV1 without an extension
        self.socket.expect_close()
        other = self.gateway.connect("Bob", "Laptop")
        other.socket.sendall(b"\x81\x02{}")  # not masked
        other.expect_close()
        self.assertEqual(self.gateway.connect("Bob", "Laptop").sync()["type"], "synced")

    def test_a_ping_is_answered_with_its_payload(self):
        self.socket.send_frame(PING, b"abc")
        self.assertEqual(self.socket.recv_frame(), (True, PONG, b"abc"))

    def test_rubbish_instead_of_http_ends_that_connection_only(self):
        import socket as sockets
        with sockets.create_connection(("127.0.0.1", self.gateway.port)) as raw:
            raw.settimeout(harness.seconds(10))
            raw.sendall(b"\x16\x03\x01\x00\xff" + bytes(300) + b"\r\n\r\n")
            while raw.recv(4096):
                pass
        self.assert_alive()


class Connections(Case):
    """@connections, as deliver and operators use it."""

    def test_a_post_reaches_the_socket_and_a_get_describes_it(self):
        emulator = self.emulator()
        socket = emulator.connect("Bob", "Laptop", **{"User-Agent": "test/1"})
        socket.sync()
        connection_id = emulator.rows("connections")[0]["connectionId"]
        self.assertEqual(emulator.aws.connection("POST", connection_id, b"hello").status, 200)
        self.assertEqual(socket.recv(), "hello")
        got = emulator.aws.connection("GET", connection_id)
        self.assertEqual(got.status, 200)
        self.assertEqual(got.json()["identity"], {"sourceIp": "127.0.0.1", "userAgent": "test/1"})
        self.assertEqual(emulator.aws.connection("DELETE", connection_id).status, 204)
        self.assertEqual(socket.expect_close().code, 1000)
        self.wait_until(lambda: not emulator.rows("connections"), "$disconnect to remove the row")

    def test_a_connection_that_is_gone_is_410_with_an_empty_body(self):
        emulator = self.emulator()
        gone = emulator.aws.connection("POST", "AAAAAAAAAAAAAAA=", b"x")
        self.assertEqual((gone.status, gone.body), (410, b""))
        self.assertEqual(gone.headers["x-amzn-errortype"], "GoneException")

    # P-44
    def test_a_row_without_a_connection_is_removed_when_an_event_is_pushed(self):
        emulator = self.emulator()
        emulator.aws.put_item("beckon-connections", userId="Bob", connectionId="GhostGhostGhost=",
                              deviceId="Ghost", connectedAt=1, expiresAt=4_000_000_000)
        laptop = self.agent(emulator, "Bob", "Laptop")
        laptop.wait_event(emulator.post("Bob", {"text": "boo"}))
        self.wait_until(lambda: [row["deviceId"] for row in emulator.rows("connections")] ==
                        ["Laptop"], "the ghost's row to go")


if __name__ == "__main__":
    harness.main()
