# SPDX-License-Identifier: Apache-2.0
"""Ends and restarts of the emulator: what is kept, and what must not be left behind."""

import signal

import harness
from harness import Case, is_alive


class Restart(Case):
    def test_events_stored_before_a_kill_are_replayed_after_a_restart(self):
        data = self.directory / "data"
        emulator = self.emulator("--data", str(data), name="first")
        laptop = self.agent(emulator, "Bob", "Laptop")
        laptop.wait_event(emulator.post("Bob", {"n": 1}))
        self.wait_until(lambda: any(row.get("cursor", "").endswith(":1")
                                    for row in emulator.rows("devices")), "the acknowledgement")
        self.assertEqual(laptop.stop(), 0)
        waiting = emulator.post("Bob", {"n": 2})
        self.wait_until(lambda: any(row.get("sk") == "head" and row["seq"] == 2
                                    for row in emulator.rows("streams")), "the event to be stored")
        emulator.kill()

        # The same address: an agent keeps a cursor for each backend it has known.
        emulator = self.emulator("--data", str(data), port=emulator.port, name="second")
        laptop = self.agent(emulator, "Bob", "Laptop")
        laptop.wait_event(waiting)
        self.assertEqual(laptop.event_ids(), [waiting])

    def test_an_agent_comes_back_by_itself_after_the_emulator_was_killed(self):
        data = self.directory / "data"
        emulator = self.emulator("--data", str(data), name="first")
        laptop = self.agent(emulator, "Bob", "Laptop")
        laptop.wait_event(emulator.post("Bob", {"n": 1}))
        emulator.kill()
        emulator = self.emulator("--data", str(data), port=emulator.port, name="second")
        second = emulator.post("Bob", {"n": 2})
        laptop.wait_event(second, timeout_s=60)
        self.assertEqual([event["seq"] for event in laptop.events()], [1, 2])

    def test_without_data_nothing_is_kept(self):
        emulator = self.emulator(name="first")
        emulator.post("Bob", {"n": 1})
        self.wait_until(lambda: emulator.rows("streams"), "the event to be stored")
        self.assertEqual(emulator.stop(), 0)
        self.assertEqual(self.emulator(name="second").rows("streams"), [])


class Ends(Case):
    def functions_of_busy_emulator(self):
        emulator = self.emulator()
        emulator.connect("Bob", "Laptop").sync()
        functions = emulator.function_processes()
        self.assertGreaterEqual(len(functions), 3, "authorize, connect and sync have run")
        return emulator, functions

    def assert_all_end(self, functions):
        self.wait_until(lambda: not any(is_alive(pid) for pid in functions),
                        f"the function processes {functions} to end")

    def test_functions_end_when_the_emulator_is_killed(self):
        emulator, functions = self.functions_of_busy_emulator()
        emulator.kill()
        self.assert_all_end(functions)

    def test_functions_end_when_the_emulator_is_asked_to_stop(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name):
                emulator, functions = self.functions_of_busy_emulator()
                emulator.signal(number)
                self.assertEqual(emulator.wait_exit(), 0)
                self.assert_all_end(functions)


if __name__ == "__main__":
    harness.main()
