# SPDX-License-Identifier: Apache-2.0
"""Whom beckon-agent trusts."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program_case import AGENT, WAIT_S, Case  # noqa: E402
from stream_server import StreamServer  # noqa: E402

@unittest.skipUnless(shutil.which("openssl"), "openssl is not there: apt-get install openssl")
class Tls(Case):
    def setUp(self):
        super().setUp()
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test CA")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def serve(self, names, days="2", version=ssl.TLSVersion.TLSv1_2):
        """A server with a certificate for these names, signed by the test's authority."""
        (self.folder / "names").write_text(f"subjectAltName={names}")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server")
        self.openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                     "-CAcreateserial", "-out", "server.pem", "-days", days, "-extfile", "names")
        server = StreamServer(certificate=(self.folder / "server.pem", self.folder / "server.key"), version=version)
        self.addCleanup(server.stop)
        return server

    def trusting(self, server, host="localhost"):
        return self.agent("--cacert", str(self.folder / "ca.pem"), url=server.url.replace("127.0.0.1", host))

    def refused(self, server, why, host="localhost"):
        agent = self.trusting(server, host)
        agent.wait_log(f"cannot connect: TLS: the server's certificate is {why}")
        self.assertEqual(server.handshakes, [])

    def test_a_trusted_certificate_is_accepted_by_name_and_by_address(self):
        server = self.serve("DNS:localhost,IP:127.0.0.1")
        for host in ("localhost", "127.0.0.1"):
            agent = self.trusting(server, host)
            agent.wait_log("online")
        server.post()
        agent.wait_events(1)

    def test_another_name_is_refused(self):
        self.refused(self.serve("DNS:example.org"), "for another name than localhost")

    def test_another_address_is_refused(self):
        self.refused(self.serve("DNS:localhost"), "for another name than 127.0.0.1", "127.0.0.1")

    def test_an_expired_certificate_is_refused(self):
        self.refused(self.serve("DNS:localhost", days="-1"), "expired")

    def test_an_unknown_authority_is_refused(self):
        server = self.serve("DNS:localhost")
        agent = self.agent(url=server.url.replace("127.0.0.1", "localhost"))
        agent.wait(lambda: any("certificate is not trusted (its authority" in line or "no file of trusted" in line
                               for line in agent.err), "the refusal")
        self.assertEqual(server.handshakes, [])

    def test_a_server_that_speaks_only_tls_1_3_is_not_called_untrusted(self):
        server = self.serve("DNS:localhost", version=ssl.TLSVersion.TLSv1_3)
        self.trusting(server).wait_log(f"TLS: localhost:{server.port} refused the handshake; this agent speaks TLS 1.2")

    def test_a_server_without_tls_is_not_called_untrusted(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            agent = self.agent("--cacert", str(self.folder / "ca.pem"), url=f"wss://localhost:{port}/dev")
            accepted, _ = server.accept()
            accepted.recv(4096)
            accepted.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            accepted.close()
            agent.wait_log(f"TLS: localhost:{port} showed no certificate; it does not seem to speak TLS")

    def test_a_file_that_holds_no_certificates_is_said(self):
        (self.folder / "ca.pem").write_text("nonsense")
        agent = self.agent("--cacert", str(self.folder / "ca.pem"), url="wss://localhost:1/dev")
        self.assertEqual(agent.finish(), 2)
        self.assertTrue(any("ca.pem holds no certificate" in line for line in agent.err), agent.err)

    def test_a_file_that_is_not_there_is_said(self):
        agent = self.agent("--cacert", "/nowhere/ca.pem", url="wss://localhost:1/dev")
        self.assertEqual(agent.finish(), 2)
        self.assertTrue(any("/nowhere/ca.pem" in line for line in agent.err))

    def test_check_looks_into_the_file_without_connecting(self):
        def check(path):
            return subprocess.run([AGENT, "--check", "--url", "wss://localhost:1/dev", "--user", "B", "--device",
                                   "d", "--cacert", str(path)], capture_output=True, text=True, timeout=WAIT_S,
                                  check=False)
        good = self.folder / "ca.pem"
        self.assertEqual((check(good).returncode, check(good).stderr), (0, ""))
        damaged = self.folder / "damaged.pem"
        damaged.write_text(good.read_text() + good.read_text().replace("MI", "IM", 1))
        key = self.folder / "ca.key"
        for path, text in ((damaged, "damaged.pem holds 1 certificates that cannot be read"),
                           (key, "ca.key holds no certificate"), (self.folder, "Is a directory"),
                           (self.folder / "none.pem", "none.pem: No such file")):
            done = check(path)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(text, done.stderr)


if __name__ == "__main__":
    unittest.main()
