# SPDX-License-Identifier: Apache-2.0
"""The emulator under TLS, with the agent, the operator's tool and other clients."""

import json
import os
import pathlib
import shutil
import socket
import ssl
import stat
import subprocess

import harness
from harness import Case, WebSocket, paths


class Tls(Case):
    def setUp(self):
        super().setUp()
        self.folder = self.directory / "ca"

    def secure(self, *args):
        return self.emulator("--tls", "--ca-dir", str(self.folder), *args)

    def shake_hands(self, port, lowest=None, highest=None, ca_file=None, name="localhost"):
        """A TLS connection to the emulator."""
        context = ssl.create_default_context(cafile=str(ca_file or self.folder / "ca.pem"))
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or OpenSSL would not even try TLS 1.1
        context.minimum_version = lowest or ssl.TLSVersion.TLSv1_2
        context.maximum_version = highest or ssl.TLSVersion.TLSv1_3
        plain = socket.create_connection(("127.0.0.1", port), 15)
        try:
            return context.wrap_socket(plain, server_hostname=name)
        except BaseException:
            plain.close()
            raise


class Product(Tls):
    def test_an_event_reaches_the_agent_and_is_seen_by_the_operator(self):
        emulator = self.secure()
        ready = emulator.ready
        self.assertTrue(ready["websocket_url"].startswith("wss://"), ready)
        self.assertTrue(ready["endpoint"].startswith("https://"), ready)
        self.assertEqual(ready["ca_file"], str(self.folder / "ca.pem"))
        agent = self.agent(emulator, "Bob", "Laptop", args=["--cacert", ready["ca_file"]])
        by_flag = self.beckon_json(emulator, "--ca-bundle", ready["ca_file"], "post", "Bob", "hey")
        agent.wait_event(by_flag["event_id"])
        by_variable = self.run_beckon("--endpoint-url", emulator.endpoint, "--json", "connections",
                                      env={"AWS_CA_BUNDLE": ready["ca_file"]})
        self.assertIn("Laptop", by_variable.stdout)
        # A large answer: many records, and the agent's acknowledgement behind them.
        for number in range(20):
            last = emulator.post("Bob", {"n": number, "text": "x" * 20_000})
        agent.wait_event(last)

    def test_whoever_does_not_trust_the_authority_is_told_so(self):
        emulator = self.secure()
        done = self.run_beckon("--endpoint-url", emulator.endpoint, "connections", status=1)
        self.assertIn("the server's certificate is not trusted", done.stderr)
        self.assertIn("--ca-bundle", done.stderr)
        agent = self.agent(emulator, "Bob", "Laptop", wait=False)
        agent.wait_line(lambda line: 'of its issuer "O=Beckon, CN=Beckon local CA", which is unknown here' in line,
                        "the refusal", kind="stderr")
        emulator.wait_line(lambda line: "does not trust the local authority" in line, "the log", kind="stderr")

    def test_names_and_addresses_of_this_machine_are_in_the_certificate(self):
        emulator = self.secure("--allow-host", "my-box.lan")
        for name in ("localhost", "127.0.0.1", "::1", "my-box.lan"):
            self.shake_hands(emulator.port, name=name).close()
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.shake_hands(emulator.port, name="example.org")

    def test_1_2_and_1_3_are_spoken_and_nothing_older(self):
        port = self.secure().port
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            with self.shake_hands(port, version, version) as connection:
                self.assertEqual(connection.version(), name)
        with self.assertRaises(ssl.SSLError):
            self.shake_hands(port, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1)

    def test_plain_http_is_answered_with_what_to_do(self):
        port = self.secure().port
        with socket.create_connection(("127.0.0.1", port), 15) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b"".join(iter(lambda: plain.recv(4096), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 400 "), answer)
        self.assertIn(f"Content-Length: {len(body)}".encode(), head)
        self.assertEqual(json.loads(body)["message"],
                         "This port speaks TLS: write https:// or wss:// into the URL")

    def test_curl_keeps_its_connection_and_uploads_megabytes(self):
        emulator = self.secure()
        large = self.directory / "large"
        large.write_bytes(b"x" * 3_000_000)
        done = subprocess.run(
            ["curl", "-sS", "--cacert", emulator.ready["ca_file"], "--data-binary", f"@{large}",
             f"{emulator.endpoint}/", "--next", "-sS", "--cacert", emulator.ready["ca_file"], "-w",
             "%{num_connects}", f"{emulator.endpoint}/dev"],
            capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.endswith("0"), done.stdout)  # no second connection


class Streams(Tls):
    def test_a_client_that_does_not_read_gets_everything_later_in_order(self):
        emulator = self.secure()
        socket_ = emulator.connect("Bob", "Laptop")
        connection = self.wait_until(lambda: emulator.rows("connections"), "the row")[0]["connectionId"]
        sent = []
        while True:  # until its buffers are full
            text = f"{len(sent)}:" + "x" * 30_000
            status = emulator.aws.connection("POST", connection, text.encode()).status
            if status == 429:
                break
            self.assertEqual(status, 200)
            sent.append(text)
        for text in sent:
            self.assertEqual(socket_.recv(), text)
        self.assertGreater(len(sent), 5)

    def test_bytes_that_come_one_by_one_and_garbage_disturb_nobody(self):
        emulator = self.secure()
        with socket.create_connection(("127.0.0.1", emulator.port), 15) as garbage:
            garbage.sendall(b"\x17\x03\x03\x00\x05hello")
            garbage.settimeout(15)
            self.assertTrue(garbage.recv(100)[:1] in (b"\x15", b""))  # an alert, or the end
        # The handshake and a request through a pair of buffers, byte by byte.
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with socket.create_connection(("127.0.0.1", emulator.port), 15) as slow:
            slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

            def step(call):
                while True:
                    try:
                        result = call()
                    except ssl.SSLWantReadError:
                        result = None
                    for byte in outgoing.read():
                        slow.sendall(bytes([byte]))
                    if result is not None:
                        return result
                    incoming.write(slow.recv(65536))
            step(lambda: tls.do_handshake() or True)
            step(lambda: tls.write(b"GET /dev HTTP/1.1\r\nHost: localhost\r\n\r\n"))
            self.assertTrue(step(lambda: tls.read(65536)).startswith(b"HTTP/1.1 426"))

    def test_a_websocket_is_closed_with_both_goodbyes(self):
        emulator = self.secure()
        laptop = emulator.connect("Bob", "Laptop")
        laptop.send_frame(harness.CLOSE, b"\x03\xe8")
        with self.assertRaises(harness.Closed) as closed:
            laptop.recv()
        self.assertEqual(closed.exception.code, 1000)
        self.assertEqual(laptop.socket.recv(1), b"")  # close_notify: an unexpected end would raise


class TheAuthority(Tls):
    def ca(self, *args, status=0, env=None):
        done = subprocess.run([paths.binary("beckon-emulator"), "ca", *args], capture_output=True, text=True,
                              check=False, timeout=30, env={**paths.clean_environment(), **(env or {})})
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def mode(self, path):
        return stat.S_IMODE(os.stat(path).st_mode)

    def test_it_is_made_once_for_its_owner_alone_and_printed(self):
        home = {"XDG_DATA_HOME": str(self.directory / "data"), "HOME": "/nonexistent"}
        first = self.ca(env=home).stdout
        folder = self.directory / "data" / "beckon" / "ca"
        self.assertTrue(first.startswith("-----BEGIN CERTIFICATE-----"), first)
        self.assertEqual(first, (folder / "ca.pem").read_text(encoding="utf-8"))
        self.assertEqual((self.mode(folder), self.mode(folder / "ca.key")), (0o700, 0o600))
        self.assertEqual(self.ca(env=home).stdout, first)
        home = {"HOME": str(self.directory), "XDG_DATA_HOME": ""}
        self.ca(env=home)
        self.assertTrue((self.directory / ".local" / "share" / "beckon" / "ca" / "ca.pem").exists())

    def test_every_emulator_of_a_person_has_the_same(self):
        first = self.secure()
        second = self.secure()
        for emulator in (first, second):
            self.shake_hands(emulator.port).close()
            self.assertEqual(emulator.ready["ca_file"], first.ready["ca_file"])

    def test_what_cannot_be_trusted_is_refused_with_what_to_do(self):
        folder = self.folder
        self.ca("--ca-dir", str(folder))
        os.chmod(folder / "ca.key", 0o644)
        self.assertIn("ca.key can be read by others than its owner",
                      self.ca("--ca-dir", str(folder), status=1).stderr)
        os.chmod(folder / "ca.key", 0o600)
        other = self.directory / "other"
        self.ca("--ca-dir", str(other))
        shutil.copy(other / "ca.key", folder / "ca.key")
        emulator = self.emulator("--tls", "--ca-dir", str(folder), wait=False)
        self.assertEqual(emulator.wait_exit(), 1)
        self.assertIn("its key belongs to another certificate; remove the folder and a new one is made",
                      "\n".join(emulator.lines("stderr")))
        os.remove(folder / "ca.key")
        self.assertIn("ca.key is missing", self.ca("--ca-dir", str(folder), status=1).stderr)
        pathlib.Path(folder / "ca.pem").write_text("nonsense", encoding="utf-8")
        done = self.ca(status=1, env={"HOME": "", "XDG_DATA_HOME": ""})
        self.assertIn("say with --ca-dir", done.stderr)


if __name__ == "__main__":
    harness.main()
