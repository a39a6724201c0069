# SPDX-License-Identifier: Apache-2.0
"""Fetches a source package from Debian's archive and applies Debian's patches.

Works beside the system: the machine's own apt sources say where the archive is and which key signs
it, but the list, the state and the cache are private folders. Only the two tarballs are taken; the
.dsc is not needed, since apt's signed index already carries the hashes of both.
"""

import functools
import pathlib
import re
import shutil
import subprocess

from table import Dependency, Failure, file_sha256, run, say

SUITE = "trixie"
_ETC_APT = pathlib.Path("/etc/apt")


def _codename() -> str:
    fields = {}
    try:
        for line in pathlib.Path("/etc/os-release").read_text().splitlines():
            key, _, value = line.partition("=")
            fields[key] = value.strip('"')
    except OSError:
        return ""
    return fields.get("VERSION_CODENAME", "") if fields.get("ID") == "debian" else ""


def _one_line_entries(text: str):
    """Yields (uri, suites, signed_by) of `deb [options] uri suite component…` lines."""
    for line in text.splitlines():
        match = re.match(r"\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)", line)
        if match:
            options = dict(o.split("=", 1) for o in (match[1] or "").split() if "=" in o)
            yield match[2], [match[3]], options.get("signed-by", "")


def _deb822_entries(text: str):
    """Yields the same of stanzas with Types/URIs/Suites/Signed-By fields."""
    for stanza in re.split(r"\n\s*\n", text):
        fields, key = {}, ""
        for line in stanza.splitlines():
            if line.startswith("#"):
                continue
            if line[:1].isspace() and key:
                fields[key] += "\n" + line
            elif ":" in line:
                key, _, value = line.partition(":")
                key = key.strip().lower()
                fields[key] = value.strip()
        if fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        for uri in fields.get("uris", "").split():
            yield uri, fields.get("suites", "").split(), fields.get("signed-by", "")


def machine_archives(etc_apt: pathlib.Path = _ETC_APT, codename: str = "") -> dict[str, tuple[str, str]]:
    """Maps SUITE and SUITE-security to the (uri, signed_by) this machine uses for its own release."""
    codename = codename or _codename()
    if not codename:
        return {}
    entries = []
    folder = etc_apt / "sources.list.d"
    for path in [etc_apt / "sources.list", *sorted(folder.glob("*.list"))]:
        if path.is_file():
            entries += _one_line_entries(path.read_text(errors="replace"))
    for path in sorted(folder.glob("*.sources")):
        entries += _deb822_entries(path.read_text(errors="replace"))
    found: dict[str, tuple[str, str]] = {}
    for uri, suites, signed_by in entries:
        for ending in ("", "-security"):
            if codename + ending in suites:
                found.setdefault(SUITE + ending, (uri, signed_by))
    return found


class SourceArchive:
    """A private apt with one source list. Made once a run; the index is downloaded once."""

    def __init__(self, folder: pathlib.Path):
        if not shutil.which("apt-get"):
            raise Failure("apt-get is not on this system")
        archives = machine_archives()
        if SUITE not in archives:
            raise Failure("this machine's apt sources name no Debian release of its own")
        self._folder = folder.resolve()
        for name in ("state/lists/partial", "cache/archives/partial"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        sources = self._folder / "debian.sources"
        sources.write_text("\n".join(
            f"Types: deb-src\nURIs: {uri}\nSuites: {suite}\nComponents: main\n"
            + (f"Signed-By: {signed_by}\n" if signed_by else "")
            for suite, (uri, signed_by) in archives.items()))
        self._options = [
            "-o", f"Dir::Etc::SourceList={sources}", "-o", "Dir::Etc::SourceParts=/dev/null",
            "-o", f"Dir::State={self._folder}/state", "-o", f"Dir::State::Lists={self._folder}/state/lists",
            "-o", f"Dir::Cache={self._folder}/cache", "-o", "APT::Sandbox::User=root",
            "-o", "Acquire::Languages=none", "-o", "Acquire::Retries=3"]
        say(f"reading the index of Debian's source archive ({', '.join(archives)})")
        run(["apt-get", *self._options, "update", "-qq"])

    def _versions(self, dependency: Dependency) -> list[str]:
        """Debian's versions based on exactly the pinned upstream version, newest first."""
        text = run(["apt-cache", *self._options, "showsrc", "--only-source", dependency.debian_package])
        def newer(a: str, b: str) -> int:
            return -1 if subprocess.run(["dpkg", "--compare-versions", a, "gt", b]).returncode == 0 else 1
        versions = sorted(set(re.findall(r"^Version: (\S+)$", text, re.M)), key=functools.cmp_to_key(newer))
        versions = [v for v in versions if re.sub(r"^\d+:", "", v).rsplit("-", 1)[0] == dependency.version]
        if not versions:
            raise Failure(f"Debian {SUITE} has no {dependency.debian_package} {dependency.version}")
        return versions

    def _download(self, uri: str, digest: str, path: pathlib.Path) -> pathlib.Path:
        if not path.exists() or file_sha256(path) != digest:
            path.unlink(missing_ok=True)
            run(["/usr/lib/apt/apt-helper", *self._options, "download-file", uri, str(path), f"SHA256:{digest}"])
        if file_sha256(path) != digest:
            raise Failure(f"{path.name}: expected SHA-256 {digest}, got {file_sha256(path)}")
        return path

    def fetch(self, dependency: Dependency, downloads: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path, str]:
        """Downloads the upstream tarball and the newest debian tarball that the archive really holds.

        Returns both and the Debian version. A mirror may list a version in its index before (or
        without) having its files; then the next older one is taken, and that is said.
        """
        failures = []
        for version in self._versions(dependency):
            say(f"{dependency.name}: downloading Debian's source {version}")
            listing = run(["apt-get", *self._options, "source", "--print-uris", "-qq",
                           f"{dependency.debian_package}={version}"])
            files = {name: (uri, digest) for uri, name, digest
                     in re.findall(r"^'([^']+)' (\S+) \d+ SHA256:(\S+)", listing, re.M)}
            packaging = next((name for name in files if ".debian.tar." in name), "")
            if dependency.tarball not in files or not packaging:
                raise Failure(f"Debian's {version} does not list {dependency.tarball} and a debian tarball:\n{listing}")
            try:
                debian = self._download(*files[packaging], downloads / packaging)
                upstream = self._download(files[dependency.tarball][0], dependency.sha256,
                                          downloads / dependency.tarball)
                return upstream, debian, version
            except Failure as failure:
                say(f"{dependency.name}: the archive lists {version} but does not deliver it")
                failures.append(str(failure))
        raise Failure("\n".join(failures))


def apply_patches(debian: pathlib.Path, source: pathlib.Path) -> int:
    """Applies debian/patches/series in order; a patch that does not apply cleanly is an error."""
    series = debian / "patches" / "series"
    count = 0
    for line in series.read_text().splitlines() if series.exists() else []:
        words = line.split("#")[0].split()
        if not words:
            continue
        level = next((w for w in words[1:] if w.startswith("-p")), "-p1")
        run(["patch", level, "--forward", "--batch", "--fuzz=0", "--no-backup-if-mismatch", "--silent",
             "-i", str(debian / "patches" / words[0])], cwd=source)
        count += 1
    return count
