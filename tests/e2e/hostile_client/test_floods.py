# SPDX-License-Identifier: Apache-2.0
"""Clients that send without end, or take nothing of what they are sent: they wait, and nobody else
does."""

import threading
import time

from hostile import MB, HostileCase, Raw, harness
from harness import TEXT, seconds
from shapes import frame, handshake

KB = 1024
# What the kernel may take of a client that is not read, in both directions.
KERNEL_BYTES = 16 * MB
# Three seconds for each that a function tries to reach a device that does not read, two rounds of
# them, and what a loaded machine needs.
BESIDE_A_SLOW_READER_S = 25.0


class Floods(HostileCase):
    def flood(self, message, bytes_max):
        """Sends the message until the client is not read any more, or so much is sent. Reads
        nothing. (bytes sent, the client)"""
        client = Raw(self.address, receive_buffer=4096)
        client.send(handshake())
        assert client.read_status() == 101
        data = masked(message)
        client.socket.settimeout(seconds(1.5))
        sent = 0
        try:
            while sent < bytes_max:
                sent += client.socket.send(data)
                if sent // len(data) % 64 == 0:
                    self.look()
        except OSError:
            pass
        self.requests += sent // len(data)
        return sent, client

    def test_a_flood_that_reads_its_answers_gets_them_all_and_others_are_served(self):
        client = self.backend.connect("Mallory", "Lurker")
        count = 800
        answers = []

        def read():
            while len(answers) < count:
                answers.append(client.recv_json())

        reader = threading.Thread(target=read)
        reader.start()
        slowest = 0
        for index in range(count):
            client.send({"action": "sync" if index % 2 else "fly"})
            if index % 200 == 0:
                slowest = max(slowest, self.served())
        reader.join(seconds(60))
        self.assertEqual(len(answers), count)
        self.assertEqual({answer.get("type") for answer in answers}, {"synced", "error"})
        print(f"slowest event beside the flood: {slowest:.2f} s", flush=True)
        self.requests += count
        client.close()
        self.finish()

    # Each character is six bytes of the event that a function gets.
    def test_a_flood_of_long_messages_that_reads_nothing_costs_bounded_memory(self):
        for message in (b'{"action":"sync","x":"' + b"\x01" * (32 * KB - 30) + b'"}',
                        b"[" + b"1," * 16_000 + b"1]",
                        b'{"action":"send","name":"n","data":' + b"[" * 16_000 + b"}"):
            _, client = self.flood(message, 4 * MB)
            self.served()
            self.look()
            client.close()
        self.finish(emulator_max=48 * MB)

    def test_a_client_that_asks_and_takes_no_answers_is_not_asked_what_it_wants(self):
        for number in range(10):
            self.backend.post("Mallory", {"n": number, "pad": "x" * 3000})
        self.wait_until(lambda: len([row for row in self.backend.rows("streams")
                                     if row["sk"].startswith("seq#")]) >= 11, "the events")
        epoch = next(row["epoch"] for row in self.backend.rows("streams")
                     if row["userId"] == "Mallory")
        before = self.count_of_syncs()
        message = b'{"action":"sync","max_bytes":32768,"cursor":"%s:0"}' % epoch.encode()
        sent, client = self.flood(message, 4 * MB)
        self.served()
        self.assert_quiet()
        asked, answered = sent // len(masked(message)), self.count_of_syncs() - before
        print(f"{asked} asked, {answered} looked at", flush=True)
        self.assertLess(answered * 30 * KB, KERNEL_BYTES + 4 * MB)
        self.assertGreater(asked, 4 * answered)
        self.requests = answered
        client.close()
        self.finish(emulator_max=16 * MB)

    def count_of_syncs(self):
        return sum('events, now at' in line for line in self.backend.lines("stderr"))

    def test_a_device_that_reads_nothing_fills_a_bounded_buffer_and_delays_nobody(self):
        slow = Raw(self.address, receive_buffer=4096)
        slow.send(handshake())
        self.assertEqual(slow.read_status(), 101)
        slow.send(masked(b'{"action":"sync"}'))
        connection = next(row["connectionId"] for row in self.backend.rows("connections")
                          if row["userId"] == "Mallory")
        pushed = 0
        for size in (128 * KB, 4 * KB, 64):
            status = 200
            while status == 200:
                self.assertLess(pushed, 64 * MB, "a client that reads nothing takes no more")
                status = self.backend.aws.connection("POST", connection, b"x" * size).status
                pushed += size
            self.assertEqual(status, 429)
        self.look()
        # A flood of events for that device: deliver has ten processes, which are everybody's.
        for number in range(20):
            self.backend.post("Mallory", {"n": number, "pad": "x" * 300})
        begin = time.monotonic()
        self.agent_of_bob.wait_event(self.backend.post("Bob", {"text": "honest"}),
                                     timeout_s=BESIDE_A_SLOW_READER_S)
        print(f"an event beside a slow reader's twenty: {time.monotonic() - begin:.2f} s", flush=True)
        slow.close()
        self.requests += 40
        self.finish(emulator_max=16 * MB)


def masked(payload):
    return frame(0x80 | TEXT, payload)


if __name__ == "__main__":
    harness.main()
