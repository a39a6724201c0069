# SPDX-License-Identifier: Apache-2.0
"""wscat, as a developer uses it: connects as Alice, types, and sees what is pushed."""

import json
import subprocess

import clients
from clients import Case
from harness import Process, main

WSCAT = clients.wscat()


class Wscat(Case):
    def connect(self, emulator, *args):
        return self.launch(Process([clients.node(), WSCAT, "--no-color", "-c", *args], "wscat",
                                   stdin=subprocess.PIPE))

    def received(self, wscat, text):
        line = wscat.wait_line(lambda line: text in line and "{" in line, text)
        return json.loads(line[line.index("{"):])

    def test_alice_connects_with_headers_and_receives_her_event(self):
        emulator = self.emulator()
        wscat = self.connect(emulator, emulator.websocket_url, "-H", "X-User-Id: Alice",
                             "-H", "X-Device-Id: Desktop")
        self.wait_until(lambda: emulator.rows("connections"), "wscat to be connected")
        wscat.type('{"action":"sync"}')
        self.assertEqual(self.received(wscat, "synced")["events"], [])
        event_id = emulator.post("Alice", {"text": "hey alice"})
        event = self.received(wscat, event_id)
        self.assertEqual(event["data"], {"text": "hey alice"})

    def test_names_in_the_query_do_and_wrong_input_is_answered(self):
        emulator = self.emulator()
        wscat = self.connect(emulator, emulator.websocket_url + "?user=Alice&device=Desktop")
        self.wait_until(lambda: emulator.rows("connections"), "wscat to be connected")
        wscat.type("hello")
        self.assertEqual(self.received(wscat, "error")["code"], "unknown_action")

    def test_a_refused_handshake_is_shown_with_its_status(self):
        emulator = self.emulator()
        wscat = self.connect(emulator, emulator.websocket_url)
        self.wait_until(lambda: any("403" in line or "401" in line
                                    for kind in ("stdout", "stderr")
                                    for line in wscat.lines(kind)), "the status")


if __name__ == "__main__":
    main()
