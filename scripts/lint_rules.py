# SPDX-License-Identifier: Apache-2.0
"""The house rules, one function each. A rule takes a File and yields (line number, message).

A line that must break a rule says so itself: `lint-allow(rule-name): reason` in a comment on it.
"""

import functools
import hashlib
import pathlib
import re
from typing import Iterator, NamedTuple

Finding = tuple[int, str]


class File(NamedTuple):
    path: str   # relative to the project, with slashes
    text: str
    code: str   # text with comments and the insides of string literals blanked, same lines
    root: pathlib.Path

    @property
    def is_cpp(self) -> bool:
        return self.path.endswith((".h", ".cpp"))

    @property
    def is_cmake(self) -> bool:
        return self.path.endswith((".cmake", "CMakeLists.txt"))

    @property
    def is_script(self) -> bool:
        return self.path.endswith((".py", ".sh")) or self.text.startswith("#!")

    def inside(self, *folders: str) -> bool:
        return any(self.path == f or self.path.startswith(f + "/") for f in folders)


_LITERALS = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)


def blank_literals(text: str, keep_comments: bool = False) -> str:
    """C++ text without what strings (and comments) say. Includes keep their file name."""
    def blank(match: re.Match) -> str:
        line_start = text.rfind("\n", 0, match.start()) + 1
        is_comment = match[0].startswith(("//", "/*"))
        if text[line_start:match.start()].lstrip().startswith("#include") or (is_comment and keep_comments):
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])
    return _LITERALS.sub(blank, text)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    yield from enumerate(text.splitlines(), 1)


# Who may include whom: the first row whose folder holds the file counts. A file may always include
# its own folder. tests/ and bench/ may include anything and nobody may include them.
LAYERS = (
    ("common/base", ()),
    ("common/json", ("common/base",)),
    ("common/crypto", ("common/base",)),
    ("common/sigv4", ("common/base", "common/crypto")),
    ("common/identity", ("common/base", "common/json", "common/crypto", "common/protocol")),
    ("common/signature", ("common/base", "common/json", "common/crypto", "common/protocol")),
    ("common", ("common/base", "common/json")),
    ("agent", ("agent", "common")),
    ("platform/lws", ("agent", "common")),
    ("platform", ("platform/lws", "platform/linux", "agent", "common")),
    ("lambdas/aws", ("common",)),
    ("lambdas/runtime", ("lambdas/aws", "common")),
    ("lambdas/backend", ("lambdas/aws", "common")),
    ("lambdas/service", ("lambdas/aws", "lambdas/runtime", "lambdas/backend", "common")),
    ("lambdas", ("lambdas/service", "lambdas/aws", "lambdas/runtime", "lambdas/backend", "common")),
    ("emulator", ("emulator", "common")),
    ("cli", ("cli", "lambdas/aws", "lambdas/backend/schema.h", "lambdas/backend/device_registry.h",
             "common")),
)
_OURS = ("common", "agent", "platform", "lambdas", "emulator", "cli", "tests", "bench")
_INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def layers(file: File) -> Iterator[Finding]:
    row = next((r for r in LAYERS if file.inside(r[0])), None)
    if not file.is_cpp or row is None:
        return
    for number, line in _lines(file.code):
        match = _INCLUDE.match(line)
        if not match or match[2].split("/")[0] not in _OURS or "/" not in match[2]:
            continue
        target = match[2]
        allowed = (file.path.rpartition("/")[0], *row[1])
        if not any(target == a or target.startswith(a + "/") for a in allowed):
            yield number, f"{file.path.rpartition('/')[0]} may not include {target}; it may include " \
                          f"{', '.join(row[1]) or 'nothing of ours'}"


# Each third-party header has one owner, so that a library can be replaced in one place.
OWNERS = (
    ("cJSON.h", ("common/json",)), ("mbedtls/", ("common/crypto", "emulator/tls", "platform/lws")),
    ("psa/", ("common/crypto", "emulator/tls", "platform/lws")),
    ("libwebsockets.h", ("platform/lws",)), ("wslay/", ("emulator/gateway",)),
    ("http_parser.h", ("emulator/gateway", "emulator/http")), ("sqlite3.h", ("emulator/dynamodb",)),
    ("curl/", ("lambdas/aws",)), ("yaml.h", ("emulator/template",)), ("fmt/", ("emulator", "cli")),
    ("CLI/", ("cli", "emulator")), ("gtest/", ("tests",)), ("gmock/", ("tests",)), ("benchmark/", ("bench",)),
)


def owners(file: File) -> Iterator[Finding]:
    if not file.is_cpp or file.inside("tests", "bench"):
        return
    for number, line in _lines(file.code):
        match = _INCLUDE.match(line)
        for header, folders in OWNERS if match else ():
            if match[2].startswith(header) and not file.inside(*folders):
                yield number, f"<{match[2]}> belongs to {' and '.join(folders)} alone; use what that folder offers"


_PLATFORM = re.compile(r"\s*#\s*(?:if|ifdef|ifndef|elif)\b.*\b(__linux__|__unix__|_WIN32|__APPLE__|ESP_PLATFORM|"
                       r"__ANDROID__|__x86_64__|__aarch64__|__GLIBC__)\b")


def platform_conditions(file: File) -> Iterator[Finding]:
    if not file.is_cpp or file.inside("platform", "common/base"):
        return
    for number, line in _lines(file.code):
        if match := _PLATFORM.match(line):
            yield number, f"no condition on {match[1]} here: what differs between platforms is a file in platform/"


BANNED_CALLS = (
    (r"\b(?:strcpy|strcat|stpcpy|strncpy|strncat)\s*\(", "std::string, or std::memcpy with a length"),
    (r"\b(?:sprintf|vsprintf|gets)\s*\(", "std::snprintf, or fmt::format in emulator/ and cli/"),
    (r"\b(?:rand|srand|drand48)\s*\(", "base::random_bytes, or the entropy port"),
    (r"\b(?:strtok|asctime|ctime|localtime|gmtime)\s*\(", "the _r form, or common/base/time.h"),
    (r"\bstd::(?:cout|cerr|cin|clog|endl)\b", "common/base/log.h, fmt::print or std::fputs"),
    (r"#\s*include\s*<iostream>", "common/base/log.h; <iostream> doubles a static binary"),
    (r"#\s*include\s*<(?:format|print)>", "fmt; GCC 12 has no <format>"),
    (r"\b(?:system|popen|alloca|setjmp|longjmp)\s*\(", "an argv array and posix_spawn or fork/exec"),
    (r"(?<![:\w.])assert\s*\(", "BECKON_ASSERT, which is on in every build"),
)
BANNED_OUTSIDE_TESTS = (
    (r"\bstd::regex\b", "a written-out match; std::regex recurses over its input"),
    (r"\b(?:atoi|atol|atoll|atof)\s*\(", "std::from_chars, or base's number readers"),
)
_BANNED_CALLS = [(re.compile(pattern), instead) for pattern, instead in BANNED_CALLS]
_BANNED_OUTSIDE_TESTS = [(re.compile(pattern), instead) for pattern, instead in BANNED_OUTSIDE_TESTS]


def banned_calls(file: File) -> Iterator[Finding]:
    if not file.is_cpp:
        return
    banned = _BANNED_CALLS + ([] if file.inside("tests") else _BANNED_OUTSIDE_TESTS)
    for number, line in _lines(file.code):
        for pattern, instead in banned:
            if match := pattern.search(line):
                yield number, f"'{match[0].strip()}' is not used here; use {instead}"


def sleeping_tests(file: File) -> Iterator[Finding]:
    if not file.is_cpp or not file.inside("tests"):
        return
    for number, line in _lines(file.code):
        if re.search(r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(", line):
            yield number, "a test waits for what it needs (a line, an event, a condition), it does not sleep"


def hidden_skips(file: File) -> Iterator[Finding]:
    if not file.path.endswith(".py") or not file.inside("tests", "bench"):
        return
    for number, line in _lines(file.text):
        if re.search(r"skip(?:Test|If|Unless)\(|unittest\.skip\b", line):
            yield number, "ctest does not see unittest's skips: a program that cannot run prints `needs WHAT: " \
                          "COMMAND` and exits with 77"


LINES_WARN, LINES_MAX = 250, 450


def length(file: File) -> Iterator[Finding]:
    count = file.text.count("\n")
    if (file.is_cpp or file.is_cmake or file.is_script) and count > LINES_MAX:
        yield count, f"{count} lines; a file has one idea and at most {LINES_MAX} lines"


def spdx(file: File) -> Iterator[Finding]:
    if not (file.is_cpp or file.is_cmake or file.is_script or file.path.endswith((".yaml", ".yml"))):
        return
    first = file.text.splitlines()[:2]
    if first and first[0].startswith("#!"):
        first = first[1:]
    if not first or not re.fullmatch(r"(?://|#) SPDX-License-Identifier: Apache-2\.0", first[0]):
        yield 1, "the first line says SPDX-License-Identifier: Apache-2.0"


def header_guard(file: File) -> Iterator[Finding]:
    is_ours = file.path.endswith(".h") and not file.inside("cmake")
    if is_ours and "#pragma once" not in file.code:
        yield 1, "a header has #pragma once"


_UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|ha" r"ck(?:y|s)?|for" r" now|not imple" r"mented|"
                         r"place" r"holder (?:for|until|implementation)|st" r"ub(?:s|bed)?)\b", re.I)


def unfinished(file: File) -> Iterator[Finding]:
    if not (file.is_cpp or file.is_cmake or file.is_script):
        return
    text = blank_literals(file.text, keep_comments=True) if file.is_cpp else file.text
    for number, line in _lines(text):
        if match := _UNFINISHED.search(line):
            yield number, f"'{match[1]}': finish it, or answer with an error that names what is unsupported"


_MACHINE_PATH = re.compile(r"(?<![\w.~}])/(?:work|root)/")
# SHA-256 of package registries' host names, so that this file does not hold them either.
_REGISTRIES = frozenset(("0dc11026ac75 8743857e3ea0 3ca29e55be4b e680c440a2e9 75adac515f0b 1ba4e37997a2 a0f007d863a0 "
    "a4aa2ac280bb c899567ee906 789e46d79514 3d01f3609be8 00a7dc5a0cc3 317d2d52829b 43c04ed1dabe "
    "c3db8466ffcd 4a8b734fb5be ae0e9bceb9fb 71741fe2460a 70bb4000cd2f").split())
_HOST = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\b", re.I)


def _host_hash(host: str) -> str:
    return hashlib.sha256(host.lower().encode()).hexdigest()[:12]


def machine_names(file: File) -> Iterator[Finding]:
    for number, line in _lines(file.text):
        if match := _MACHINE_PATH.search(line):
            yield number, f"'{match[0]}…' is a path of one machine"
        for host in _HOST.findall(line):
            labels = host.split(".")
            if any(_host_hash(".".join(labels[i:])) in _REGISTRIES for i in range(len(labels) - 1)):
                yield number, f"'{host}' is a package registry's host; name the package, its client knows the host"


_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def dead_links(file: File) -> Iterator[Finding]:
    if not file.path.endswith(".md"):
        return
    folder = (file.root / file.path).parent
    for number, line in _lines(file.text):
        for target in _LINK.findall(re.sub(r"`[^`]*`", "", line)):
            path = target.partition("#")[0]
            if path and not re.match(r"\w+:", target) and not (folder / path).exists():
                yield number, f"the link to {target} leads nowhere"


_PROTOCOL = "docs/PROTOCOL.md"
_RULE_DEFINED = re.compile(r"- \*\*(P-\d+)\*\*")
_RULE_CITED = re.compile(r"(?<![\w-])P-\d{1,2}(?!\d)")  # P-256 is a curve
_COMMENT = re.compile(r"\s*(?://|#)")


def _cited_by_tests(root: pathlib.Path) -> set[str]:
    """The rules that comments of tests name, in their sources only: tests/clients holds packages too."""
    paths = (path for kind in ("*.cpp", "*.h", "*.py") for path in (root / "tests").rglob(kind)
             if "node_modules" not in path.parts)
    lines = (line for path in paths for line in path.read_text(errors="replace").splitlines())
    return {rule for line in lines if _COMMENT.match(line) for rule in _RULE_CITED.findall(line)}


def protocol_rules(file: File) -> Iterator[Finding]:
    """Every rule of the protocol is cited by a test, and what is cited anywhere is a rule."""
    defined = {}
    if (protocol := file.root / _PROTOCOL).is_file():
        text = file.text if file.path == _PROTOCOL else protocol.read_text()
        for number, line in _lines(text):
            if match := _RULE_DEFINED.match(line):
                if file.path == _PROTOCOL and match[1] in defined:
                    yield number, f"{match[1]} is defined twice"
                defined[match[1]] = number
    if file.path == _PROTOCOL and defined:
        cited = _cited_by_tests(file.root)
        for rule, number in defined.items():
            if rule not in cited:
                yield number, f"no test cites {rule}; write one that shows it, or name the rule above the one that does"
    for number, line in _lines(file.text):
        for rule in _RULE_CITED.findall(line):
            if rule not in defined:
                yield number, f"{rule} is no rule of {_PROTOCOL}"


_TEST_NAMED = re.compile(r"`(test_\w+|\w+_test)`")


@functools.cache
def _tests(root: pathlib.Path) -> set[str]:
    return {path.stem for path in (root / "tests").rglob("*test*") if path.suffix in (".cpp", ".py")}


def named_tests(file: File) -> Iterator[Finding]:
    """A test that a document names as the proof of something is there."""
    if not file.path.endswith(".md"):
        return
    for number, line in _lines(file.text):
        for name in _TEST_NAMED.findall(line):
            if name not in _tests(file.root):
                yield number, f"there is no test {name}"


def whitespace(file: File) -> Iterator[Finding]:
    for number, line in _lines(file.code):  # What a raw string holds is its own affair.
        if file.code is file.text and line != line.rstrip():
            yield number, "white space at the end of the line"
        if "\t" in line:
            yield number, "a tab; this project indents with spaces"
    if file.text and not file.text.endswith("\n"):
        yield file.text.count("\n") + 1, "the last line does not end"


RULES = (layers, owners, platform_conditions, banned_calls, sleeping_tests, hidden_skips, length, spdx,
         header_guard, unfinished, machine_names, dead_links, protocol_rules, named_tests, whitespace)
