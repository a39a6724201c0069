# SPDX-License-Identifier: Apache-2.0
"""Many clients at once: idle ones cost their few kilobytes, and a storm of coming and going leaves
nothing behind."""

import concurrent.futures

from hostile import JUDGE_MEMORY, MB, HostileCase, Raw, harness
from shapes import NAMES, handshake

KB = 1024
IDLE = 1000
WEBSOCKETS = 200
STORM = 240


class Crowd(HostileCase):
    def test_idle_clients_cost_their_few_kilobytes_and_hinder_nobody(self):
        idle = [self.raw() for _ in range(IDLE)]
        sockets = []
        for index in range(WEBSOCKETS):
            client = self.raw()
            client.send(handshake().replace("Lurker", f"Lurker{index}"))
            self.assertEqual(client.read_status(), 101)
            sockets.append(client)
        self.served()
        self.assert_quiet()
        self.look()
        each = (self.emulator_peak - self.resident_before) / (IDLE + WEBSOCKETS)
        print(f"an idle client costs {each / KB:.1f} kB", flush=True)
        if JUDGE_MEMORY:
            self.assertLess(each, 16 * KB)
        for client in idle + sockets:
            client.close()
        self.finish(emulator_max=48 * MB)
        self.assert_rows_are_gone()

    def test_a_storm_of_coming_and_going_leaves_nothing(self):
        def visit(index):
            client = Raw(self.address)
            stage = index % 6
            request = handshake().replace(NAMES, NAMES.replace("Lurker", f"Lurker{index}"))
            client.send(request[:-2] if stage == 0 else request)
            if stage >= 2:
                client.read_status()
            if stage == 3:
                client.send(b"\x81\x82\0\0\0\0{}")
            if stage == 4:
                client.send(b"\x88\x80\0\0\0\0")
            if stage == 5:
                client.send(b"\x81\xff" + b"\xff" * 8)
            client.close()

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            visits = [pool.submit(visit, index) for index in range(STORM)]
            self.served()
            for done in visits:
                done.result()
        self.requests += STORM
        self.served()
        self.finish()
        self.assert_rows_are_gone()

    def assert_rows_are_gone(self):
        self.wait_until(lambda: not [row for row in self.backend.rows("connections")
                                     if row["userId"] == "Mallory"],
                        "the rows of all that have left to go", timeout_s=30)


if __name__ == "__main__":
    harness.main()
