# SPDX-License-Identifier: Apache-2.0
"""Builds the pinned sources as static libraries into one install folder.

The folder's name is a hash of everything that shapes the result (table, options, mbedTLS
configuration, compiler), so all presets with one compiler share it, sanitizer builds too.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess

from table import Dependency, run, say

_HERE = pathlib.Path(__file__).resolve().parent
MBEDTLS_CONFIG = _HERE.parent / "mbedtls_config.h"
# As cmake/hardening.cmake for our own code; the compiler does not know all of them on every machine.
_C_FLAGS = "-ffunction-sections -fdata-sections -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -w"
_C_FLAGS_WHERE_KNOWN = ("-fstack-clash-protection", "-fcf-protection=full", "-mbranch-protection=standard")

_CJSON = ["-DENABLE_CJSON_TEST=OFF", "-DBUILD_SHARED_AND_STATIC_LIBS=OFF", "-DBUILD_SHARED_LIBS=OFF",
          "-DENABLE_CUSTOM_COMPILER_FLAGS=OFF", "-DENABLE_CJSON_UTILS=OFF"]
_CJSON_FLAGS = "-DCJSON_NESTING_LIMIT=128"

_MBEDTLS = ["-DENABLE_PROGRAMS=OFF", "-DENABLE_TESTING=OFF", "-DMBEDTLS_FATAL_WARNINGS=OFF",
            "-DUSE_SHARED_MBEDTLS_LIBRARY=OFF", "-DUSE_STATIC_MBEDTLS_LIBRARY=ON", "-DGEN_FILES=OFF",
            f"-DMBEDTLS_CONFIG_FILE={MBEDTLS_CONFIG}"]

# A WebSocket client and nothing else. The resolver is libc's: lws's own asynchronous one stays out.
_WEBSOCKETS_ON = "WITH_STATIC WITHOUT_SERVER WITHOUT_EXTENSIONS WITHOUT_TESTAPPS STATIC_PIC IPV6 WITH_SSL " \
    "WITH_MBEDTLS WITH_CUSTOM_HEADERS WITH_HTTP_UNCOMMON_HEADERS CLIENT_HTTP_PROXYING WITHOUT_DAEMONIZE ROLE_RAW_FILE"
_WEBSOCKETS_OFF = "WITH_SHARED WITH_HTTP2 WITH_SYS_ASYNC_DNS WITH_PLUGINS WITH_PLUGINS_API WITH_EVLIB_PLUGINS " \
    "WITH_LEJP WITH_LEJP_CONF WITH_DIR WITH_UDP WITH_CONMON WITH_SYS_SMD WITH_HTTP_BASIC_AUTH WITH_NETLINK " \
    "UNIX_SOCK WITH_TLS_SESSIONS WITH_ZLIB WITH_SECURE_STREAMS LOGS_TIMESTAMP LOG_TAG_LIFECYCLE " \
    "WITH_MINIMAL_EXAMPLES WITH_LWSAC WITH_FTS"
_WEBSOCKETS = [*(f"-DLWS_{n}=ON" for n in _WEBSOCKETS_ON.split()),
               *(f"-DLWS_{n}=OFF" for n in _WEBSOCKETS_OFF.split()), "-DDISABLE_WERROR=ON",
               "-DCMAKE_DISABLE_FIND_PACKAGE_Git=ON"]

# HTTP and HTTPS, getaddrinfo in the calling thread: a Lambda's endpoints resolve once, and a thread
# costs more than it gives.
_CURL_OFF = "BUILD_CURL_EXE BUILD_SHARED_LIBS BUILD_TESTING BUILD_EXAMPLES BUILD_LIBCURL_DOCS BUILD_MISC_DOCS " \
    "ENABLE_CURL_MANUAL ENABLE_THREADED_RESOLVER ENABLE_UNIX_SOCKETS ENABLE_ARES PICKY_COMPILER CURL_USE_OPENSSL " \
    "CURL_USE_LIBPSL CURL_USE_LIBSSH2 USE_LIBIDN2 USE_NGHTTP2 CURL_ZLIB CURL_BROTLI CURL_ZSTD CURL_USE_PKGCONFIG"
_CURL_ON = "BUILD_STATIC_LIBS HTTP_ONLY CURL_USE_MBEDTLS ENABLE_IPV6 CURL_DISABLE_ALTSVC CURL_DISABLE_AWS " \
    "CURL_DISABLE_COOKIES CURL_DISABLE_DOH CURL_DISABLE_HSTS CURL_DISABLE_HTTP_AUTH CURL_DISABLE_MIME " \
    "CURL_DISABLE_BASIC_AUTH CURL_DISABLE_BEARER_AUTH CURL_DISABLE_DIGEST_AUTH CURL_DISABLE_NTLM CURL_DISABLE_SRP " \
    "CURL_DISABLE_NETRC CURL_DISABLE_PARSEDATE CURL_DISABLE_PROGRESS_METER CURL_DISABLE_PROXY " \
    "CURL_DISABLE_WEBSOCKETS CURL_DISABLE_HEADERS_API CURL_DISABLE_GETOPTIONS CURL_DISABLE_SHUFFLE_DNS"
_CURL = [*(f"-D{n}=ON" for n in _CURL_ON.split()), *(f"-D{n}=OFF" for n in _CURL_OFF.split()),
         "-DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt", "-DCURL_CA_PATH=none"]

_STATIC_TLS = ("libmbedtls.a", "libmbedx509.a", "libmbedcrypto.a")


def install_key(table_text: str, compiler: str) -> str:
    digest = hashlib.sha256()
    for text in (table_text, MBEDTLS_CONFIG.read_text(), pathlib.Path(__file__).read_text(), compiler):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:16]


def c_flags(compiler: str) -> str:
    """The flags of every library: those that this compiler has, in this order."""
    known = [flag for flag in _C_FLAGS_WHERE_KNOWN if subprocess.run(
        [compiler, "-Werror", flag, "-x", "c", "-c", "-o", "/dev/null", "/dev/null"],
        capture_output=True, check=False).returncode == 0]
    return " ".join([_C_FLAGS, *known])


def _options(dependency: Dependency, prefix: pathlib.Path) -> tuple[list[str], str]:
    """The dependency's own CMake options and extra C flags."""
    libraries = [str(prefix / "lib" / name) for name in _STATIC_TLS]
    include = prefix / "include"
    if dependency.name == "cjson":
        return _CJSON, _CJSON_FLAGS
    if dependency.name == "mbedtls":
        return _MBEDTLS, ""
    if dependency.name == "libwebsockets":
        # Its checks for mbedTLS functions read the three single names, its build reads the list.
        return [*_WEBSOCKETS, f"-DLWS_MBEDTLS_INCLUDE_DIRS={include}",
                f"-DLWS_MBEDTLS_LIBRARIES={';'.join(libraries)}", f"-DMBEDTLS_LIBRARY={libraries[0]}",
                f"-DMBEDX509_LIBRARY={libraries[1]}", f"-DMBEDCRYPTO_LIBRARY={libraries[2]}"], ""
    return [*_CURL, f"-DMBEDTLS_INCLUDE_DIR={include}", f"-DMBEDTLS_LIBRARY={libraries[0]}",
            f"-DMBEDX509_LIBRARY={libraries[1]}", f"-DMBEDCRYPTO_LIBRARY={libraries[2]}"], ""


def build(dependencies: list[Dependency], root: pathlib.Path, key: str, compiler: str, jobs: int) -> pathlib.Path:
    """Builds all into root/install/<key> and returns that folder; instant when it is there."""
    final = root / "install" / key
    if (final / "complete").exists():
        return final
    scratch = root / "build" / key
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.rmtree(final, ignore_errors=True)
    scratch.mkdir(parents=True)
    launcher = [f"-DCMAKE_C_COMPILER_LAUNCHER={shutil.which('ccache')}"] if shutil.which("ccache") else []
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    common = c_flags(compiler)
    # mbedTLS first: libwebsockets and curl are built over it.
    for dependency in sorted(dependencies, key=lambda d: d.name != "mbedtls"):
        options, flags = _options(dependency, final)
        folder, log = scratch / dependency.name, scratch / f"{dependency.name}.log"
        say(f"{dependency.name} {dependency.version}: configuring")
        run(["cmake", "-S", str(root / dependency.name), "-B", str(folder), *generator, *launcher,
             f"-DCMAKE_C_COMPILER={compiler}", "-DCMAKE_BUILD_TYPE=MinSizeRel",
             "-DCMAKE_POSITION_INDEPENDENT_CODE=ON", f"-DCMAKE_INSTALL_PREFIX={final}",
             "-DCMAKE_INSTALL_LIBDIR=lib", f"-DCMAKE_C_FLAGS={common} {flags}".strip(),
             "-DCMAKE_POLICY_VERSION_MINIMUM=3.5", *options], log)
        say(f"{dependency.name} {dependency.version}: building")
        run(["cmake", "--build", str(folder), "--parallel", str(jobs)], log)
        run(["cmake", "--install", str(folder)], log)
        if dependency.name == "mbedtls":  # Whoever includes its headers must see how it was built.
            shutil.copyfile(MBEDTLS_CONFIG, final / "include" / "mbedtls" / "mbedtls_config.h")
    (final / "complete").write_text(f"{os.path.basename(compiler)}\n")
    (final / "logs").mkdir()
    for log in scratch.glob("*.log"):
        log.rename(final / "logs" / log.name)
    shutil.rmtree(scratch, ignore_errors=True)
    say("third-party libraries are ready")
    return final
