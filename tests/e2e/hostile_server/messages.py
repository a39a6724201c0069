# SPDX-License-Identifier: Apache-2.0
"""What a hostile server says in good frames, beside or instead of what an honest one would."""

import json
import struct

from hostile import frame, wait_hang_up
from ordeal import Ordeal

NORMAL_CLOSE = frame(0x88, struct.pack("!H", 1000))
EVENT = {"id": "evil", "name": "evil", "time": "2026-11-21T07:00:00Z", "data": {}}


def text_frame(message):
    return frame(0x81, (message if isinstance(message, str) else json.dumps(message)).encode())


def live(seq, stream="k3f9", **members):
    return {"type": "event", "stream": stream, "seq": seq, **EVENT, **members}


class Messages(Ordeal):
    """An agent whose syncs are answered wrongly, or that is sent more than it asked for."""

    timing = {"answer_timeout": 5}

    def synced(self, **members):
        """What an honest server would answer now, but for these members."""
        here = f"{self.server.epoch}:{len(self.server.events)}"
        return {"type": "synced", "cursor": here, "head": here, "events": [], "more": False, "lost": 0, **members}

    def told(self, message, says, times=1):
        """A sync is answered with this first, and honestly then."""
        def attack(connection, sync):
            connection.send(message() if callable(message) else message)
            connection.send(self.server.answer(sync))
        return self.suffer(self.server.says, attack, says, times)

    def flooded(self, frames, says="the connection was closed, code 1000"):
        """An honest answer, then all of this, then a close."""
        def attack(sock):
            sock.sendall(text_frame(self.synced()) + b"".join(frames) + NORMAL_CLOSE)
            wait_hang_up(sock)
        return self.suffer(self.server.opened, attack, says)
