# SPDX-License-Identifier: Apache-2.0
"""beckon-agent and addresses of IPv6: the connection itself and the http action."""

import os
import socket
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_program_http import SecureCase  # noqa: E402
from test_program_tls import TlsCase  # noqa: E402

SKIPPED = 77


class Connection(TlsCase):
    def test_an_address_is_accepted_if_the_certificate_has_it(self):
        good, bad = (self.serve(self.authority.issue(name, names), host="::1")
                     for name, names in (("server", "IP:::1"), ("other", "IP:::2,DNS:localhost")))
        self.trusting(good, host="[::1]").wait_log("online")
        self.assertEqual(good.handshakes[0]["host"], f"[::1]:{good.port}")
        self.refused(bad, "the server's certificate is for another name than ::1", host="[::1]")

    def test_an_address_behind_a_proxy_is_not_verified_by_the_proxys_address(self):
        proxy = self.serve(self.authority.issue("proxy", "IP:::1"), host="::1", tunnel=True)
        agent = self.agent("--cacert", str(self.authority.path), url="wss://[2001:db8::1]/dev",
                           environment={**os.environ, "http_proxy": f"[::1]:{proxy.port}"})
        agent.wait_log("TLS: 2001:db8::1 cannot be verified through ::1")
        self.assertEqual(proxy.handshakes, [])


class Hooks(SecureCase):
    def test_an_address_is_understood(self):
        hook = self.hook(host="::1")
        self.acting({"url": f"http://[::1]:{hook.port}/"}, [f"[::1]:{hook.port}"])
        self.assertEqual(self.handled(), [])
        self.assertEqual(hook.requests[0].headers["host"], f"[::1]:{hook.port}")

    def test_an_address_in_the_certificate_is_verified(self):
        hook = self.secure(self.authority.issue("server", "IP:::1"), host="::1")
        other = self.secure(self.authority.issue("other", "IP:::2,DNS:localhost"), host="::1")
        self.sending_to(hook, "::1", self.authority)
        self.assertEqual(self.handled(), [])
        self.sending_to(other, "::1", self.authority)
        self.failing("TLS: the server's certificate is for another name than ::1")
        self.assertEqual(other.requests, [])


if __name__ == "__main__":
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError as error:
        print(f"needs ::1 ({error}): sysctl -w net.ipv6.conf.lo.disable_ipv6=0")
        sys.exit(SKIPPED)
    unittest.main()
