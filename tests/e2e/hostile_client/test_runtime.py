# SPDX-License-Identifier: Apache-2.0
"""A function's Runtime API answers the function's own processes. A program of this machine, a page
that its browser shows, and another function take no invocation and answer none."""

import pathlib

from hostile import HostileCase, Raw, harness

NEXT = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {host}\r\n{more}\r\n"
ANSWER = ("POST /2018-06-01/runtime/invocation/{id}/{verb} HTTP/1.1\r\nHost: {host}\r\n"
          "Content-Length: 2\r\n\r\n{{}}")
FAILED_INIT = ("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {host}\r\n"
               "Content-Length: 2\r\n\r\n{{}}")


class Runtime(HostileCase):
    def apis(self):
        """(host, port) of the Runtime API of each process that runs."""
        found = []
        for pid in self.backend.function_processes():
            for entry in pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                name, _, value = entry.decode().partition("=")
                if name == "AWS_LAMBDA_RUNTIME_API":
                    host, _, port = value.rpartition(":")
                    found.append((host, int(port)))
        self.assertGreaterEqual(len(found), 4)
        return found

    def ask(self, api, request):
        self.requests += 1
        client = Raw(api)
        client.send(request)
        answer = client.read_to_end()
        client.close()
        return answer

    def test_a_stranger_takes_no_invocation_and_answers_none(self):
        processes = set(self.backend.function_processes())
        for api in self.apis():
            host = f"{api[0]}:{api[1]}"
            for request in (NEXT.format(host=host, more=""),
                            NEXT.format(host=host, more="Origin: http://evil.example\r\n"),
                            NEXT.format(host="evil.example", more=""),
                            ANSWER.format(host=host, id="any", verb="response"),
                            ANSWER.format(host=host, id="any", verb="error"),
                            FAILED_INIT.format(host=host), "", "garbage\r\n\r\n"):
                answer = self.ask(api, request)
                self.assertTrue(answer.startswith(b"HTTP/1.1 403 "), answer)
                self.assertIn(b"one program only", answer)
            self.served()
        self.assertEqual(set(self.backend.function_processes()) & processes, processes,
                         "no process was ended by it")
        self.finish()

    def test_strangers_that_hold_on_are_let_go_and_hinder_nobody(self):
        strangers = []
        for api in self.apis():
            for _ in range(40):
                strangers.append(Raw(api))
                strangers[-1].send(NEXT.format(host=api[0], more=""))
        self.requests += len(strangers)
        self.served()
        self.assert_as_before()  # though none of them has closed
        for stranger in strangers:
            stranger.close()
        self.finish()


if __name__ == "__main__":
    harness.main()
