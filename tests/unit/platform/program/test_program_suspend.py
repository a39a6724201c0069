# SPDX-License-Identifier: Apache-2.0
"""A machine that was suspended, as its clocks tell it to a beckon-agent."""

import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program_case import Case  # noqa: E402

PING = 9
SUSPENDED_S = 4  # more than SuspendWatch lets pass, and far from the heartbeat, which would find a dead link too


class Suspend(Case):
    def test_after_a_suspend_the_link_is_probed_at_the_next_wake_up(self):
        clock = self.folder / "suspended"
        clock.touch()
        agent = self.online(environment={**os.environ, "LD_PRELOAD": os.environ["BECKON_SUSPENDED_CLOCK"],
                                         "BECKON_TEST_SUSPENDED": str(clock)})
        self.wake()
        syncs = len(self.server.syncs)
        clock.write_bytes(b"s" * SUSPENDED_S)
        self.wake()
        agent.wait_log("the machine was suspended")
        self.server.wait_until(lambda: len(self.server.syncs) > syncs, "the probe")
        self.assertEqual(len(self.server.handshakes), 1, "the link lives and stays")

    def wake(self):
        """Whatever wakes the agent lets it look at its clocks."""
        self.server.open_connections()[-1].send_frame(PING, b"")


if __name__ == "__main__":
    unittest.main()
