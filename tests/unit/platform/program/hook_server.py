# SPDX-License-Identifier: Apache-2.0
"""An HTTP server for one test: it keeps what came and answers with the bytes that it is told to.

Threads, standard library only; requests are looked at with wait_requests().
"""

from threaded_server import ThreadedServer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Request:
    def __init__(self, method, target, headers, body):
        self.method, self.target, self.headers, self.body = method, target, headers, body


class HookServer(ThreadedServer):
    def __init__(self, answer=OK, tls=None, host="127.0.0.1"):
        """answer: bytes, or a function of (socket, request) that sends them."""
        self.answer = answer
        self.requests = []
        super().__init__(tls, host)

    def _what_came(self):
        return f"{len(self.requests)} requests came"

    def wait_requests(self, count):
        self.wait_until(lambda: len(self.requests) >= count, f"{count} requests")
        return self.requests

    def _serve(self, sock):
        try:
            sock.settimeout(30)
            if self._context:
                sock = self._context.wrap_socket(sock, server_side=True)
            request = self._read(sock)
            with self._change:
                self.requests.append(request)
                self._change.notify_all()
            if callable(self.answer):
                self.answer(sock, request)
            else:
                sock.sendall(self.answer)
        except (OSError, EOFError):
            pass
        finally:
            sock.close()

    @staticmethod
    def _read(sock):
        stream = sock.makefile("rb")
        first = stream.readline().decode("latin-1")
        if not first:
            raise EOFError
        method, target, _ = first.split(" ", 2)
        headers = []
        while (line := stream.readline().decode("latin-1").rstrip("\r\n")) != "":
            name, _, value = line.partition(":")
            headers.append((name.strip().lower(), value.strip()))
        length = int(dict(headers).get("content-length", 0))
        body = stream.read(length)
        if len(body) < length:
            raise EOFError
        names = [name for name, _ in headers]
        assert len(set(names)) == len(names), headers
        return Request(method, target, dict(headers), body)
