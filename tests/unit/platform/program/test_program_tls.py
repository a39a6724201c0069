# SPDX-License-Identifier: Apache-2.0
"""Whom beckon-agent trusts, and what it says of the others: real handshakes, made-up certificates."""

import os
import re
import socket
import ssl
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from certificates import Authority, self_signed  # noqa: E402
from program_case import AGENT, WAIT_S, Case  # noqa: E402
from stream_server import StreamServer  # noqa: E402

V1_1, V1_2, V1_3 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
OTHER_AUTHORITY = "; if this is the right server, name its authority's certificate (--cacert FILE)"
NOT_SENT = ('the server\'s certificate is not trusted: the server did not send the certificate of its issuer "{}", '
            "which is unknown here: it leaves out an intermediate certificate, or its authority is not trusted")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class TlsCase(Case):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "authority")

    def serve(self, certificate, lowest=V1_2, highest=V1_3, chain=(), **options):
        """A server with this certificate, and what it sends besides."""
        file = self.folder / "served.pem"
        file.write_text("".join(one.path.read_text() for one in (certificate, *chain)), encoding="utf-8")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or OpenSSL would not even try TLS 1.1
        context.minimum_version, context.maximum_version = lowest, highest
        context.load_cert_chain(file, certificate.key)
        server = StreamServer(tls=context, **options)
        self.addCleanup(server.stop)
        return server

    def good(self, **options):
        return self.serve(self.authority.issue("server", "DNS:localhost,IP:127.0.0.1"), **options)

    def trusting(self, server, *arguments, host="localhost"):
        return self.agent("--cacert", str(self.authority.path), *arguments,
                          url=server.url.replace("127.0.0.1", host))

    def refused(self, server, sentence, *arguments, host="localhost"):
        """The agent says exactly this, and has sent nothing, least of all a token."""
        agent = self.trusting(server, *arguments, host=host)
        pattern = re.compile(rf"cannot connect: TLS: {sentence}(; next attempt|$)")
        agent.wait(lambda: any(pattern.search(line) for line in agent.err), pattern.pattern)
        self.assertEqual(server.handshakes, [])
        return agent


class Certificates(TlsCase):
    def test_a_trusted_certificate_is_accepted_by_name_and_by_address(self):
        server = self.good()
        for host in ("localhost", "127.0.0.1"):
            self.trusting(server, host=host).wait_log("online")

    def test_another_name_is_refused(self):
        self.refused(self.serve(self.authority.issue("server", "DNS:example.org")),
                     "the server's certificate is for another name than localhost")

    def test_another_address_is_refused(self):
        self.refused(self.serve(self.authority.issue("server", "DNS:localhost")),
                     "the server's certificate is for another name than 127.0.0.1", host="127.0.0.1")

    def test_an_expired_certificate_is_refused_and_the_clock_shown(self):
        self.refused(self.serve(self.authority.issue("server", "DNS:localhost", days=(-3, -1))),
                     f"the server's certificate is expired: it ended at {TIME}, and this device's clock "
                     rf"shows {TIME} \(is it right\?\)")

    def test_a_certificate_of_tomorrow_is_refused_and_the_clock_suspected(self):
        self.refused(self.serve(self.authority.issue("server", "DNS:localhost", days=(1, 2))),
                     f"the server's certificate is not valid yet: it begins at {TIME}, and this device's "
                     rf"clock shows {TIME} \(is it right\?\)")

    def test_another_authority_is_refused_by_name(self):
        other = Authority(self.folder / "other", "Other CA")
        certificate = other.issue("server", "DNS:localhost")
        self.refused(self.serve(certificate), re.escape(NOT_SENT.format("CN=Other CA") + OTHER_AUTHORITY))
        self.refused(self.serve(certificate, chain=[other]), re.escape(
            'the server\'s certificate is not trusted: its authority "CN=Other CA", whose certificate the server '
            "sent, is unknown here" + OTHER_AUTHORITY))

    def test_an_authority_of_the_same_name_is_refused(self):
        other = Authority(self.folder / "other")
        self.refused(self.serve(other.issue("server", "DNS:localhost")), re.escape(
            'the server\'s certificate is not trusted: an authority of the name "CN=Test CA" is trusted here, but '
            "it did not sign this one" + OTHER_AUTHORITY))

    def test_a_self_signed_certificate_is_refused(self):
        self.refused(self.serve(self_signed(self.folder, "localhost", "DNS:localhost")), re.escape(
            "the server's certificate is not trusted: it is self-signed, and not among the trusted ones" +
            OTHER_AUTHORITY))

    def test_a_chain_is_followed_and_a_truncated_one_refused(self):
        between = Authority(self.folder / "between", "Between", parent=self.authority)
        certificate = between.issue("server", "DNS:localhost")
        self.trusting(self.serve(certificate, chain=[between])).wait_log("online")
        self.refused(self.serve(certificate), re.escape(NOT_SENT.format("CN=Between") + OTHER_AUTHORITY))

    def test_all_that_is_wrong_is_said_at_once(self):
        other = Authority(self.folder / "other", "Other CA")
        self.refused(self.serve(other.issue("server", "DNS:example.org", days=(-3, -1))),
                     "the server's certificate is for another name than localhost; it is also expired: .*; it is "
                     'also not trusted: .* its issuer "CN=Other CA", .*')

    def test_amazons_roots_are_the_default_and_the_systems_by_request(self):
        server = self.good()
        url = server.url.replace("127.0.0.1", "localhost")
        for arguments in ((), ("--cacert", "system")):
            agent = self.agent(*arguments, url=url, state=False)
            agent.wait_log('is not trusted: the server did not send the certificate of its issuer "CN=Test CA"')
        self.assertEqual(server.handshakes, [])


class Versions(TlsCase):
    def test_1_3_is_spoken_where_the_server_has_it_and_1_2_where_not(self):
        for lowest, highest, spoken in ((V1_2, V1_3, "TLSv1.3"), (V1_3, V1_3, "TLSv1.3"),
                                        (V1_2, V1_2, "TLSv1.2")):
            with self.subTest(spoken=spoken, lowest=lowest):
                server = self.good(lowest=lowest, highest=highest)
                agent = self.agent(
                    "--cacert", str(self.authority.path), "--start", "oldest", state=False,
                    url=server.url.replace("127.0.0.1", "localhost"))
                agent.wait_log("online")
                self.assertEqual(server.tls_versions, [spoken])
                # Session tickets came behind the handshake; messages of many records come, and go.
                for _ in range(3):
                    server.post(data={"text": "x" * 20_000})
                agent.wait_events(3)
                server.wait_until(lambda: server.acknowledged() == 3, "the acknowledgement")  # pylint: disable=cell-var-from-loop
                self.assertEqual(agent.end(), 0)
                self.assertEqual(len(server.connections), 1)

    def test_1_1_is_refused_by_name(self):
        server = self.good(lowest=V1_1, highest=V1_1)
        self.refused(server, f"localhost:{server.port} speaks no TLS newer than 1.1, and this agent none older "
                             "than 1.2")

    def test_a_server_without_tls_is_not_called_untrusted(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            agent = self.agent("--cacert", str(self.authority.path), url=f"wss://localhost:{port}/dev")
            accepted, _ = server.accept()
            accepted.recv(4096)
            accepted.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            accepted.close()
            agent.wait_log(f"TLS: localhost:{port} does not seem to speak TLS (ws:// instead?)")

    def test_a_server_that_hangs_up_is_not_called_untrusted(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            agent = self.agent("--cacert", str(self.authority.path), url=f"wss://localhost:{port}/dev")
            accepted, _ = server.accept()
            accepted.recv(4096)
            accepted.close()
            agent.wait_log(f"TLS: localhost:{port} closed the connection in the middle of the handshake")


class Pins(TlsCase):
    def pinned(self, server, *pins):
        path = self.configured(tls={"ca_file": str(self.authority.path), "pins": list(pins)})
        return self.agent("--config", path, url=server.url.replace("127.0.0.1", "localhost"))

    def test_the_right_pin_and_the_backup_pin_are_accepted(self):
        certificate = self.authority.issue("server", "DNS:localhost")
        backup = self.authority.issue("backup", "DNS:localhost")
        for served in (certificate, backup):
            agent = self.pinned(self.serve(served), certificate.pin(), backup.pin())
            agent.wait_log("online")
            self.assertFalse([line for line in agent.err if "backup pin" in line])
            self.assertEqual(agent.end(), 0)

    def test_a_wrong_pin_is_refused_before_anything_is_sent(self):
        certificate = self.authority.issue("server", "DNS:localhost")
        other = self.authority.issue("other", "DNS:localhost")
        server = self.serve(certificate)
        agent = self.pinned(server, other.pin(), self.authority.pin())
        agent.wait_log("cannot connect: TLS: the server's public key is none of the pinned ones: it is "
                       f"{certificate.pin()}; if that is right, add it to tls.pins")
        self.assertEqual(server.handshakes, [])

    def test_a_pin_is_no_substitute_for_trust(self):
        other = Authority(self.folder / "other", "Other CA")
        certificate = other.issue("server", "DNS:localhost")
        agent = self.pinned(self.serve(certificate), certificate.pin(), other.pin())
        agent.wait_log('is not trusted: the server did not send the certificate of its issuer "CN=Other CA"')

    def test_a_single_pin_is_warned_of(self):
        certificate = self.authority.issue("server", "DNS:localhost")
        agent = self.pinned(self.serve(certificate), certificate.pin())
        agent.wait_log("tls.pins holds one pin only")
        agent.wait_log("online")


class Settings(TlsCase):
    def test_plain_text_to_another_machine_is_refused_and_when_allowed_said_at_every_start(self):
        url = "ws://192.0.2.1/dev"
        self.assertEqual(self.agent(url=url).finish(), 2)
        for _ in range(2):
            agent = self.agent("--insecure", url=url)
            agent.wait_log("NO TLS (insecure): everybody on the way to 192.0.2.1 can read and change all")
            agent.end()
        here = self.online()
        self.assertFalse([line for line in here.err if "NO TLS" in line])

    def test_a_file_that_holds_no_certificates_is_said(self):
        self.authority.path.write_text("nonsense")
        agent = self.agent("--cacert", str(self.authority.path), url="wss://localhost:1/dev")
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
        good = self.authority.path
        for path in (good, "system"):
            self.assertEqual((check(path).returncode, check(path).stderr), (0, ""))
        damaged = self.folder / "damaged.pem"
        damaged.write_text(good.read_text() + good.read_text().replace("MI", "IM", 1))
        damaged.chmod(0o644)  # whatever the umask is
        for path, text in ((damaged, "damaged.pem holds 1 certificates that cannot be read"),
                           (self.authority.key, "ca.key holds no certificate"), (self.folder, "Is a directory"),
                           (self.folder / "none.pem", "none.pem: No such file")):
            done = check(path)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(text, done.stderr)
        good.chmod(0o664)
        self.assertIn(f"tls.ca_file: {good} has mode 0664: others than its owner can change what this agent does; "
                      f"chmod go-w {good}", check(good).stderr)


if __name__ == "__main__":
    unittest.main()
