# SPDX-License-Identifier: Apache-2.0
"""What servers for one test have in common: a port of their own, a thread for each connection, and a
wait for what comes. Standard library only."""

import socket
import threading
import time


class ThreadedServer:
    """_serve(socket) is a connection's thread. It holds _change while it changes what tests look at, and
    notifies it."""

    def __init__(self, tls=None, host="127.0.0.1"):
        """Serves from now on: what _serve uses must be there. tls: an ssl.SSLContext, or plain text."""
        self.accepted = 0           # connections
        self._context = tls
        self._change = threading.Condition()
        self._listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        # Closing alone would leave the accepting thread one more connection.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()

    def wait_until(self, condition, what, timeout_s=20.0):
        """Waits until condition() is true; looks again after every change."""
        deadline = time.monotonic() + timeout_s
        with self._change:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"waited {timeout_s:.0f} s for {what}; {self._what_came()}")
                self._change.wait(min(left, 0.5))

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._change:
                self.accepted += 1
                self._change.notify_all()
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        raise NotImplementedError

    def _what_came(self):
        """For a wait that was in vain."""
        raise NotImplementedError
