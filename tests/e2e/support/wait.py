# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition with a deadline. Nothing here sleeps for a fixed time and hopes."""

import os
import time

# Sanitizer builds and loaded machines are slower: every deadline is multiplied by this.
SLOWNESS = float(os.environ.get("BECKON_TEST_SLOWNESS", "1"))

POLL_S = 0.01


class Timeout(AssertionError):
    """A condition did not come true in time."""


def seconds(value):
    """A deadline in seconds, as it counts on this machine."""
    return value * SLOWNESS


def wait_until(condition, what, timeout_s=15.0, poll_s=POLL_S):
    """Calls condition() until it returns something true, and returns that.

    what: completes "waited N s for …". An AssertionError of the condition counts as "not yet";
    its text is shown when the time is over. poll_s: between two calls, for a condition that costs.
    """
    deadline = time.monotonic() + seconds(timeout_s)
    last_error = None
    while True:
        try:
            value = condition()
            last_error = None
            if value:
                return value
        except AssertionError as error:
            last_error = error
        if time.monotonic() >= deadline:
            text = f"waited {seconds(timeout_s):.0f} s for {what}"
            raise Timeout(f"{text}: {last_error}" if last_error else text)
        time.sleep(poll_s)
