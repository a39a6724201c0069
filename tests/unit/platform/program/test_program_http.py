# SPDX-License-Identifier: Apache-2.0
"""The http action of beckon-agent against real servers, most of which misbehave."""

import json
import os
import re
import socket
import ssl
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from certificates import Authority  # noqa: E402
from hook_server import OK, HookServer  # noqa: E402
from program_case import Case  # noqa: E402


class HttpCase(Case):
    def hook(self, answer=OK, **options):
        hook = HookServer(answer, **options)
        self.addCleanup(hook.stop)
        return hook

    running = None

    def with_rules(self, rules, http, **settings):
        """The test's agent with this configuration, in the place of the one before; online."""
        environment = settings.pop("environment", None)
        if self.running:
            self.running.end()
        self.running = self.online("--config", self.configured(http=http, rules=rules, **settings),
                                   environment=environment)
        return self.running

    def acting(self, action, allow, http=None, **settings):
        """The same with this action for every event."""
        return self.with_rules([{"actions": [{"type": "http", **action}]}], {"allow": allow, **(http or {})}, **settings)

    def sending(self, hook, path="/hook", **action):
        place = f"127.0.0.1:{hook.port}"
        return self.acting({"url": f"http://{place}{path}", **action}, [place])

    def handled(self, data=None, name="door.opened"):
        """Posts an event and waits until it is done with. Returns what was reported of it."""
        seq = self.server.post(name=name, data=data or {"title": "hi"})
        self.server.wait_until(lambda: self.server.acknowledged() >= seq, f"event {seq}'s end", 40)
        return [one["error"] for one in self.server.failures() if one["seq"] == seq]

    def failing(self, pattern, data=None):
        """The same for an event whose action fails, with a sentence that the receipt has, too."""
        errors = self.handled(data)
        self.assertEqual(len(errors), 1, errors)
        self.assertRegex(errors[0], pattern)


class Requests(HttpCase):
    def test_the_event_is_posted_as_json(self):
        hook = self.hook()
        self.sending(hook)
        self.assertEqual(self.handled({"title": "hi"}), [])
        request = hook.wait_requests(1)[0]
        self.assertEqual((request.method, request.target), ("POST", "/hook"))
        self.assertEqual(request.headers["host"], f"127.0.0.1:{hook.port}")
        self.assertEqual(request.headers["content-type"], "application/json")
        self.assertRegex(request.headers["user-agent"], r"^beckon-agent/\d")
        event = json.loads(request.body)
        self.assertEqual((event["name"], event["seq"], event["data"]), ("door.opened", 1, {"title": "hi"}))

    def test_what_an_event_says_stays_in_its_place(self):
        hook = self.hook()
        self.sending(hook, "/users/${data.user}/x?t=${data.text}&n=1", method="PUT",
                     headers={"X-Id": "${id}", "X-Text": "<${data.text}>"},
                     body={"text": "${data.text}", "list": [1, True, None, "${data.user|nobody}"]})
        text = "a/b?c&d=e#f%00 \"},{\\ ü"
        self.assertEqual(self.handled({"user": "..a/admin?x", "text": text}), [])
        request = hook.wait_requests(1)[0]
        self.assertEqual(request.method, "PUT")
        self.assertEqual(request.target, "/users/..a%2Fadmin%3Fx/x?t=a%2Fb%3Fc%26d%3De%23f%2500%20%22%7D%2C%7B"
                                         "%5C%20%C3%BC&n=1")
        self.assertEqual(request.headers["x-text"].encode("latin-1").decode(), f"<{text}>")
        self.assertEqual(json.loads(request.body), {"text": text, "list": [1, True, None, "..a/admin?x"]})

    def test_a_text_is_sent_as_text_and_get_has_no_body(self):
        hook = self.hook()
        self.sending(hook, body="${data.title}\n")
        self.handled({"title": "x" * 20_000})
        request = hook.wait_requests(1)[0]
        self.assertEqual(request.body, b"x" * 20_000 + b"\n")
        self.assertEqual(request.headers["content-type"], "text/plain; charset=utf-8")
        get = self.hook()
        self.sending(get, "?m=${data.title}", method="GET", headers={"user-agent": "mine"})
        self.assertEqual(self.handled(), [])
        request = get.wait_requests(1)[0]
        self.assertEqual((request.method, request.target, request.body), ("GET", "/?m=hi", b""))
        self.assertEqual(request.headers["user-agent"], "mine")
        self.assertNotIn("content-length", request.headers)

    def test_what_would_add_to_the_request_is_refused_and_nothing_sent(self):
        hook = self.hook()
        self.sending(hook, "/${data.part}/x", headers={"X-Title": "${data.title}"})
        for title in ("a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x7fb", "x" * 3000):
            self.failing("data.title cannot stand in a header", {"title": title, "part": "p"})
        for part in ("..", ".", "../../admin", "a/..", "..\\admin"):
            self.failing('the event makes "." or ".." of a part', {"title": "t", "part": part})
        self.failing("data.part is empty", {"title": "t", "part": ""})
        self.failing("the URL's path and query have 1\\d\\d\\d bytes", {"title": "t", "part": "p" * 1100})
        self.failing("the event has no data.title", {"part": "p"})
        self.assertEqual(hook.accepted, 0)

    def test_a_proxy_of_the_environment_is_not_used(self):
        def tunnel(sock, request):
            host, _, port = request.target.partition(":")
            with socket.create_connection((host, int(port)), 20) as far:
                sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pump, args=(far, sock), daemon=True)
                back.start()
                pump(sock, far)
                back.join(20)

        def pump(source, sink):
            try:
                while data := source.recv(4096):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        proxy, hook = self.hook(tunnel), self.hook()
        place = f"127.0.0.1:{hook.port}"
        self.acting({"url": f"http://{place}/"}, [place],
                    environment={**os.environ, "http_proxy": f"127.0.0.1:{proxy.port}"})
        self.assertEqual(self.handled(), [])
        self.assertEqual(len(hook.requests), 1)
        self.assertEqual({(one.method, one.target) for one in proxy.requests},
                         {("CONNECT", f"127.0.0.1:{self.server.port}")})


class Answers(HttpCase):
    def test_a_refusal_is_reported_with_the_beginning_of_what_was_said(self):
        hook = self.hook(b"HTTP/1.1 503 Down\r\nContent-Length: 300\r\n\r\n\x1b[31mno\nway\xff" + b"x" * 290)
        agent = self.sending(hook)
        self.failing(rf"^127.0.0.1:{hook.port} answered 503: \\x1b\[31mno\\nway$")
        agent.wait_log("action http failed: 127.0.0.1")
        for answer, pattern in ((b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", "answered 404$"),
                                (b"HTTP/1.1 500 No\r\n\r\nuntil the end", "answered 500: until the end$"),
                                (b"HTTP/1.0 500 No\r\n\r\n", "answered 500$"),
                                (b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                                 "answered 500: abc$")):
            with self.subTest(answer=answer):
                hook.answer = answer
                self.failing(pattern)

    def test_every_2xx_is_handled_whatever_comes_after_it(self):
        hook = self.hook()
        self.sending(hook)
        for answer in (b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 201 Made\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
                       b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ntoo short"):
            with self.subTest(answer=answer):
                hook.answer = answer
                self.assertEqual(self.handled(), [])

    def test_a_redirect_is_not_followed_and_its_place_is_named(self):
        elsewhere = self.hook()
        for status in (301, 302, 303, 307, 308):
            for target in (f"http://127.0.0.1:{elsewhere.port}/x", "/other"):
                hook = self.hook(f"HTTP/1.1 {status} Go\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode())
                self.sending(hook)
                self.failing(rf"answered {status}, a redirect to {re.escape(target)}, which is not followed")
                self.assertEqual(len(hook.requests), 1)
        self.assertEqual(elsewhere.accepted, 0)

    def test_what_is_no_http_is_said(self):
        hook = self.hook(b"\0\1\2 nonsense\r\n\r\n")
        self.sending(hook)
        self.failing(rf"127.0.0.1:{hook.port} (answered with what is not HTTP|closed the connection)")
        hook.answer = b""
        self.failing(rf"127.0.0.1:{hook.port} closed the connection without an")

    def test_a_chunk_that_says_a_negative_size_harms_nothing(self):
        hook = self.hook()
        agent = self.sending(hook)
        for size in (b"FFFFFFF8", b"80000000", b"FFFFFFFFFFFFFFFF", b"100000000"):
            hook.answer = b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\nabc"
            self.failing("answered 500$")  # and nothing from behind the three bytes
        hook.answer = OK
        self.assertEqual(self.handled(), [])
        self.assertIsNone(agent.process.poll())


class Time(HttpCase):
    def held(self, send=b""):
        """A server that sends this and then nothing, until the test ends."""
        release = threading.Event()
        self.addCleanup(release.set)

        def answer(sock, _):
            sock.sendall(send)
            release.wait(60)
        return self.hook(answer)

    def test_a_server_that_never_answers_is_given_up_in_time_and_holds_nothing_else_up(self):
        silent, hook = self.held(), self.hook()
        places = [f"127.0.0.1:{one.port}" for one in (silent, hook)]
        self.with_rules([
            {"name": "slow", "actions": [{"type": "http", "url": f"http://{places[0]}/", "timeout": "3s"}]},
            {"name": "door.opened", "actions": [{"type": "http", "url": f"http://{places[1]}/"}]}], {"allow": places})
        self.server.post(name="slow")
        silent.wait_requests(1)
        self.server.post(name="door.opened")
        hook.wait_requests(1)
        self.assertEqual(self.server.acknowledged(), 0, "the first event is still under way")
        self.server.wait_until(lambda: self.server.acknowledged() == 2, "both")
        self.assertEqual([one["error"] for one in self.server.failures()], [f"no answer from {places[0]} within 3s"])

    def test_a_head_that_drips_is_given_up_in_time(self):
        def drip(sock, _):
            for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Padding: y\r\n" * 10_000:
                sock.sendall(bytes([byte]))
                time.sleep(0.02)
        self.sending(self.hook(drip), timeout="1s")
        self.failing("no answer from .* within 1s")

    def test_a_body_that_drips_or_never_comes_delays_no_verdict_for_longer_than_the_limit(self):
        self.sending(self.held(b"HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nwhy"), timeout="1s")
        self.failing("answered 500: why$")
        closed = threading.Event()

        def promise(sock, _):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nwhy")
            if sock.recv(1) == b"":
                closed.set()
        self.sending(self.hook(promise), timeout="60s")
        begun = time.monotonic()
        self.assertEqual(self.handled(), [])
        self.assertTrue(closed.wait(28), "it takes the place of another request")
        self.assertLess(time.monotonic() - begun, 50)

    def test_an_answer_without_a_body_is_whole_though_the_server_stays(self):
        self.sending(self.held(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), timeout="60s")
        begun = time.monotonic()
        for _ in range(3):
            self.failing("answered 404$")
        self.assertLess(time.monotonic() - begun, 12, "libwebsockets would keep each for 5 s")

    def test_an_endless_body_is_read_to_its_limit_and_cut(self):
        for head in (b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 500 No\r\n\r\n",
                     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
            piece = b"400\r\n" + b"z" * 1024 + b"\r\n" if b"chunked" in head else b"z" * 1024
            cut = threading.Event()

            def endless(sock, _, piece=piece, head=head, cut=cut):
                sock.sendall(head)
                try:
                    while True:
                        sock.sendall(piece)
                except OSError:
                    cut.set()
            with self.subTest(head=head):
                self.sending(self.hook(endless), timeout="30s")
                self.assertEqual(len(self.handled()), 0 if b"200" in head else 1)
                self.assertTrue(cut.wait(20), "the connection was not cut")

    def test_an_endless_head_is_refused(self):
        def endless(sock, _):
            sock.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                sock.sendall(b"X-Padding: " + b"y" * 500 + b"\r\n")
        self.sending(self.hook(endless), timeout="30s")
        self.assertEqual(len(self.handled()), 1)

    def test_at_most_four_requests_are_under_way(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def answer(sock, _):
            release.wait(60)
            sock.sendall(OK)
        hook = self.hook(answer)
        place = f"127.0.0.1:{hook.port}"
        agent = self.with_rules([
            {"name": "door.opened", "actions": [{"type": "http", "url": f"http://{place}/", "timeout": "60s"}]},
            {"name": "marker", "actions": [{"type": "exec", "command": ["true"]}, {"type": "log", "text": "seen"}]}],
            {"allow": [place]}, concurrency=16)
        for _ in range(10):
            self.server.post(name="door.opened")
        hook.wait_requests(4)
        self.server.post(name="marker")
        agent.wait_log("event: seen")  # whatever begins has begun
        with socket.create_connection(("127.0.0.1", hook.port)):
            hook.wait_until(lambda: hook.accepted >= 5, "this connection, after all earlier ones")
            self.assertEqual(hook.accepted, 5)
        release.set()
        self.server.wait_until(lambda: self.server.acknowledged() == 11, "all of them", 40)
        self.assertEqual(len(hook.requests), 10)
        self.assertEqual(self.server.failures(), [])

    def test_a_request_that_hangs_does_not_hold_up_the_end(self):
        hook = self.held()
        agent = self.sending(hook, timeout="60s")
        self.server.post(name="door.opened")
        hook.wait_requests(1)
        begun = time.monotonic()
        self.assertEqual(agent.end(), 0)
        self.assertLess(time.monotonic() - begun, 15)
        self.assertEqual(self.server.acknowledged(), 0, "it comes again")


class Places(HttpCase):
    # The system's resolver takes these numbers for addresses: names that lead where they do not say.
    LINK_LOCAL, LOOPBACK = "2852039166", "2130706433"  # 169.254.169.254, 127.0.0.1

    def test_a_name_that_leads_to_a_link_local_address_is_refused(self):
        self.acting({"url": f"https://{self.LINK_LOCAL}/latest/meta-data"}, [self.LINK_LOCAL])
        self.failing(f"{self.LINK_LOCAL} is at 169.254.169.254, where requests never go")

    def test_a_name_that_leads_to_this_machine_is_refused_unless_the_address_is_named(self):
        hook = self.hook()
        place = f"http://{self.LOOPBACK}:{hook.port}"
        self.acting({"url": f"{place}/"}, [place])
        self.failing(f"{self.LOOPBACK} is at 127.0.0.1, this machine; if that is meant, add the address")
        self.assertEqual(hook.accepted, 0)
        self.acting({"url": f"{place}/"}, [place, f"http://127.0.0.1:{hook.port}"])
        self.assertEqual(self.handled(), [])
        self.assertEqual(hook.requests[0].headers["host"], f"{self.LOOPBACK}:{hook.port}")

    def test_localhost_is_this_machine(self):
        hook = self.hook()
        place = f"localhost:{hook.port}"
        self.acting({"url": f"http://{place}/"}, [place])
        self.assertEqual(self.handled(), [])

    def test_a_place_where_nobody_listens_is_said(self):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        self.acting({"url": f"http://127.0.0.1:{port}/"}, [f"127.0.0.1:{port}"])
        self.failing(f"connection refused by 127.0.0.1:{port}")

    def test_a_reload_brings_other_hosts(self):
        hook = self.hook()
        place = f"127.0.0.1:{hook.port}"
        agent = self.acting({"url": f"http://{place}/"}, [place])
        self.assertEqual(self.handled(), [])
        other = self.hook()
        new = f"127.0.0.1:{other.port}"
        self.configured(http={"allow": [new]}, rules=[{"actions": [{"type": "http", "url": f"http://{place}/"}]}])
        agent.process.send_signal(1)
        agent.wait_log("the old one stays")
        self.assertEqual(self.handled(), [])
        self.configured(http={"allow": [new]}, rules=[{"actions": [{"type": "http", "url": f"http://{new}/"}]}])
        agent.process.send_signal(1)
        agent.wait_log("was read again")
        self.assertEqual(self.handled(), [])
        self.assertEqual((len(hook.requests), len(other.requests)), (2, 1))


class SecureCase(HttpCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "authority")

    def secure(self, certificate, **options):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.path, certificate.key)
        return self.hook(tls=context, **options)

    def sending_to(self, hook, host="localhost", trusted=None, **action):
        place = f"[{host}]:{hook.port}" if ":" in host else f"{host}:{hook.port}"
        http = {} if trusted is None else {"ca_file": str(trusted.path)}
        return self.acting({"url": f"https://{place}/hook", **action}, [place], http=http)


class Tls(SecureCase):
    def test_the_file_of_http_is_trusted_and_that_of_tls_is_not(self):
        hook = self.secure(self.authority.issue("server", "DNS:localhost,IP:127.0.0.1"))
        for host in ("localhost", "127.0.0.1"):
            self.sending_to(hook, host, self.authority)
            self.assertEqual(self.handled({"text": "x" * 20_000}), [])
        self.assertEqual(len(hook.requests), 2)
        self.acting({"url": f"https://localhost:{hook.port}/"}, [f"localhost:{hook.port}"],
                    tls={"ca_file": str(self.authority.path)})
        self.failing("TLS: the server's certificate is not trusted")
        self.assertEqual(len(hook.requests), 2)

    def test_a_wrong_certificate_is_refused_before_anything_is_sent(self):
        other = Authority(self.folder / "other", "Other CA")
        for certificate, pattern in (
                (self.authority.issue("name", "DNS:example.org"), "is for another name than localhost"),
                (self.authority.issue("old", "DNS:localhost", days=(-3, -1)), "is expired: it ended at"),
                (other.issue("foreign", "DNS:localhost"), 'did not send the certificate of its issuer "CN=Other CA"')):
            with self.subTest(pattern=pattern):
                hook = self.secure(certificate)
                self.sending_to(hook, trusted=self.authority)
                self.failing(f"^TLS: the server's certificate .*{pattern}")
                self.assertEqual(hook.requests, [])

    def test_a_file_that_others_can_write_is_refused(self):
        self.authority.path.chmod(0o666)
        config = self.configured(http={"allow": ["x.test"], "ca_file": str(self.authority.path)})
        agent = self.agent("--config", config)
        self.assertEqual(agent.finish(), 2)
        self.assertTrue(any(f"http.ca_file: {self.authority.path} has mode 0666" in line and
                            f"chmod go-w {self.authority.path}" in line for line in agent.err), agent.err)


if __name__ == "__main__":
    unittest.main()
