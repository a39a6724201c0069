# SPDX-License-Identifier: Apache-2.0
"""What is missing is said when Beckon is configured: system libraries that are too old or built
otherwise (BECKON_SYSTEM_DEPS), and ca-certificates, whose roots the agent has built in."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]


class CMake(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_script(self, included: str, text: str):
        script = self.folder / "script.cmake"
        script.write_text(f"include({ROOT}/cmake/{included})\n{text}\n")
        done = subprocess.run(["cmake", "-P", script], capture_output=True, text=True, check=False)
        return done.returncode, " ".join((done.stdout + done.stderr).split())


class SystemLibraries(CMake):
    def run_text(self, text: str):
        return self.run_script("system_libraries.cmake", text)

    def test_an_old_library_is_named_with_both_versions_and_the_way_out(self):
        status, said = self.run_text('beckon_expect_version(mbedTLS "2.28.3" 3.6 libmbedtls-dev)')
        self.assertNotEqual(status, 0)
        self.assertIn("mbedTLS: Beckon needs 3.6 or newer, and the system has 2.28.3. "
                      "Leave BECKON_SYSTEM_DEPS off", said)

    def test_a_missing_library_is_named_with_its_package(self):
        status, said = self.run_text('beckon_expect_version(mbedTLS "" 3.6 libmbedtls-dev)')
        self.assertNotEqual(status, 0)
        self.assertIn("apt-get install libmbedtls-dev", said)

    def test_one_that_is_new_enough_is_taken(self):
        for found in ("3.6", "3.6.6", "4.0"):
            status, said = self.run_text(f'beckon_expect_version(mbedTLS "{found}" 3.6 x)')
            self.assertEqual((status, said), (0, ""))

    def test_the_version_is_the_headers(self):
        (self.folder / "new.h").write_text('#define  MBEDTLS_VERSION_STRING         "3.6.6"\n')
        (self.folder / "old.h").write_text('#define MBEDTLS_VERSION_STRING "2.28.3"\n')
        for files, expected in (("none.h new.h", "3.6.6"), ("old.h", "2.28.3"), ("none.h", "")):
            paths = " ".join(str(self.folder / name) for name in files.split())
            _, said = self.run_text(f"beckon_header_version(v MBEDTLS_VERSION_STRING {paths})\n"
                                    'message("<${v}>")')
            self.assertEqual(said, f"<{expected}>")

    def test_libwebsockets_over_openssl_is_refused(self):
        config = self.folder / "lws_config.h"
        call = f"beckon_expect_mbedtls_in_websockets({self.folder})"
        config.write_text("#define LWS_WITH_TLS\n/* #undef LWS_WITH_MBEDTLS */\n")
        status, said = self.run_text(call)
        self.assertNotEqual(status, 0)
        self.assertIn("built over mbedTLS", said)
        config.write_text("#define LWS_WITH_TLS\n#define LWS_WITH_MBEDTLS\n")
        self.assertEqual(self.run_text(call), (0, ""))


class Roots(CMake):
    def test_without_ca_certificates_the_configuration_says_what_to_install_and_goes_on(self):
        made = self.folder / "amazon_roots.cpp"
        status, said = self.run_script(
            "amazon_roots.cmake", f"set(BECKON_ROOTS_DIR {self.folder})\nbeckon_amazon_roots({made})")
        self.assertEqual(status, 0, said)
        self.assertIn("Amazon_Root_CA_1.crt is not there", said)
        self.assertIn("apt-get install ca-certificates", said)
        self.assertIn('kAmazonRoots[] = R"PEM()PEM"', made.read_text())


if __name__ == "__main__":
    unittest.main()
