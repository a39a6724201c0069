# SPDX-License-Identifier: Apache-2.0
"""Everything a test file needs, by one import. What each part does stands in support/."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position,unused-import
from support import paths  # noqa: E402,F401
from support.agent import Agent  # noqa: E402,F401
from support.aws import Aws, AwsError  # noqa: E402,F401
from support.case import Case  # noqa: E402,F401
from support.emulator import Emulator  # noqa: E402,F401
from support.process import Process, children_of, is_alive  # noqa: E402,F401
from support.wait import Timeout, seconds, wait_until  # noqa: E402,F401
from support.websocket import (BINARY, CLOSE, PING, PONG, TEXT, Closed,  # noqa: E402,F401
                               HandshakeRefused, WebSocket)


def main():
    """Runs the tests of the calling file."""
    import unittest
    unittest.main(module="__main__", verbosity=2)
