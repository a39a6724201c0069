# SPDX-License-Identifier: Apache-2.0
"""A server that attacks the agent a given number of times and is honest otherwise, on one port.

Three places to attack from: `raw` gets the accepted socket before anything was read, `opened` a
WebSocket whose handshake was honest, `says` answers syncs. Each is a list; one entry is used up per
connection (per sync for `says`). An attack returns when it is over, or ends with an OSError because
the agent hung up; either way the connection is closed.
"""

import contextlib
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "unit" / "platform" / "program"))
# pylint: disable=wrong-import-position
from stream_server import Connection, StreamServer, accept_of, read_request  # noqa: E402,F401
from support.websocket_frame import frame  # noqa: E402,F401

# No attack lasts longer, whatever the agent does: then it is the test that fails.
ATTACK_S_MAX = 60


def wait_hang_up(sock):
    """Until the agent has closed the connection; reads what it sends."""
    with contextlib.suppress(ConnectionError):
        while sock.recv(65536):
            pass


def answer(*lines, body=b"", then=wait_hang_up):
    """An attack: an HTTP answer of these lines. A callable line is given the request's headers."""
    def attack(sock):
        headers = read_request(sock)
        texts = [line(headers) if callable(line) else line for line in lines]
        sock.sendall("\r\n".join([*texts, "", ""]).encode("latin-1") + body)
        then(sock)
    return attack


def for_ever(piece):
    """Goes on sending until the agent hangs up."""
    def attack(sock):
        while True:
            sock.sendall(piece)
    return attack


def drip(data, every_s):
    """Sends byte by byte, and is silent after the last, until the agent hangs up."""
    def attack(sock):
        with contextlib.suppress(TimeoutError):
            for byte in data:
                sock.sendall(bytes([byte]))
                sock.settimeout(every_s)  # recv is the clock, and sees the end
                with contextlib.suppress(TimeoutError):
                    while sock.recv(65536):
                        pass
                    return
        sock.settimeout(ATTACK_S_MAX)
        wait_hang_up(sock)
    return attack


class HostileServer(StreamServer):
    def __init__(self, **options):
        self.raw, self.opened, self.says = [], [], []
        self.begun = 0        # attacks
        self.over = 0
        self.errors = []      # of attacks that were no end by the agent
        self.sent_bytes = 0   # by attacks that count
        super().__init__(**options)

    def _take(self, attacks):
        with self._change:
            if not attacks:
                return None
            self.begun += 1
            self._change.notify_all()
            return attacks.pop(0)

    def _run(self, attack, *arguments):
        try:
            attack(*arguments)
        except (ConnectionError, EOFError):
            pass
        except TimeoutError as error:
            self.errors.append(f"the agent did not hang up within {ATTACK_S_MAX} s: {error!r}")
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(repr(error))
        with self._change:
            self.over += 1
            self._change.notify_all()

    def _serve(self, sock):
        attack = self._take(self.raw)
        if attack is None:
            super()._serve(sock)
            return
        sock.settimeout(ATTACK_S_MAX)
        with sock:
            self._run(attack, sock)

    def _read(self, connection):
        attack = self._take(self.opened)
        if attack is None:
            super()._read(connection)
            return
        connection.socket.settimeout(ATTACK_S_MAX)
        self._run(attack, connection.socket)
        with self._change:
            connection.open = False
            self._change.notify_all()
        connection.reset()

    def _message(self, connection, message):
        attack = self._take(self.says)
        if attack is None:
            super()._message(connection, message)
            return
        with self._change:
            self.syncs.append(message)
            self._change.notify_all()
        self._run(attack, connection, message)

    def drop_all(self):
        """Ends what is open, so that the agent comes again."""
        for connection in self.open_connections():
            connection.reset()

    def wait_over(self, count, timeout_s):
        self.wait_until(lambda: self.over >= count, f"the end of attack {count}", timeout_s)


def sleep_until(deadline):
    """For attacks that have a pace of their own."""
    time.sleep(max(0.0, deadline - time.monotonic()))
