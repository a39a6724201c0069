# SPDX-License-Identifier: Apache-2.0
"""Brings the pinned sources under third_party/<name>.

Order: what is there already (a stamp of ours, or a folder somebody put there); Debian's source
archive; upstream's git at the pinned commit. A stamped folder is made in one rename, so a run that
was cut short leaves nothing half done.
"""

import os
import pathlib
import shutil
import tarfile

from debian import SourceArchive, apply_patches
from table import Dependency, Failure, run, say

_STAMP = ".beckon-source"


def _stamp_text(dependency: Dependency) -> str:
    return f"{dependency.version} {dependency.sha256} {dependency.git_commit}"


def _present(dependency: Dependency, folder: pathlib.Path) -> bool:
    if not folder.is_dir():
        return False
    stamp = folder / _STAMP
    if not stamp.exists():
        return True  # Placed by hand: used as it is.
    return stamp.read_text().splitlines()[0] == _stamp_text(dependency)


def _unpack(tarball: pathlib.Path, into: pathlib.Path) -> None:
    with tarfile.open(tarball) as archive:
        root = into.resolve()
        for member in archive.getmembers():
            if not (root / member.name).resolve().is_relative_to(root):
                raise Failure(f"{tarball.name} holds a path outside of itself: {member.name}")
        archive.extractall(into)


def _from_debian(dependency: Dependency, archive: SourceArchive, scratch: pathlib.Path,
                 downloads: pathlib.Path) -> tuple[pathlib.Path, str]:
    upstream, debian, version = archive.fetch(dependency, downloads)
    _unpack(upstream, scratch / "upstream")
    _unpack(debian, scratch / "packaging")
    tops = [p for p in (scratch / "upstream").iterdir() if p.is_dir()]
    if len(tops) != 1:
        raise Failure(f"{upstream.name}: expected one top folder, found {len(tops)}")
    count = apply_patches(scratch / "packaging" / "debian", tops[0])
    say(f"{dependency.name}: unpacked, {count} patches applied")
    return tops[0], f"debian {version}, {count} patches"


def _from_upstream(dependency: Dependency, scratch: pathlib.Path) -> tuple[pathlib.Path, str]:
    say(f"{dependency.name}: cloning upstream's {dependency.git_tag}")
    folder = scratch / "clone"
    run(["git", "clone", "--quiet", "--depth", "1", "--recurse-submodules", "--shallow-submodules",
         "--branch", dependency.git_tag, dependency.git_url, str(folder)])
    commit = run(["git", "rev-parse", "HEAD"], cwd=folder).strip()
    if commit != dependency.git_commit:
        raise Failure(f"{dependency.name}: tag {dependency.git_tag} is commit {commit}, "
                      f"the pinned one is {dependency.git_commit}")
    say(f"{dependency.name}: upstream's sources as they are, without Debian's security patches")
    return folder, "upstream git, no patches"


def provide(dependencies: list[Dependency], root: pathlib.Path) -> None:
    """After it every dependency is in root/<name>. Raises Failure with every route's reason."""
    missing = [d for d in dependencies if not _present(d, root / d.name)]
    if not missing:
        return
    downloads = root / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    archive, reasons = None, []
    try:
        archive = SourceArchive(root / "apt")
    except Failure as failure:
        reasons.append(f"Debian's archive: {failure}")
    for dependency in missing:
        scratch = root / f"unpack-{dependency.name}-{os.getpid()}"
        scratch.mkdir()
        try:
            tree = None
            failures = list(reasons)
            if archive:
                try:
                    tree, origin = _from_debian(dependency, archive, scratch, downloads)
                except Failure as failure:
                    failures.append(f"Debian's archive: {failure}")
            if tree is None:
                say(f"{dependency.name}: {failures[-1].splitlines()[0]}; trying upstream")
                try:
                    tree, origin = _from_upstream(dependency, scratch)
                except Failure as failure:
                    failures.append(f"upstream's git: {failure}")
                    raise Failure(
                        f"no source of {dependency.name} {dependency.version} could be had:\n  "
                        + "\n  ".join(failures) + f"\nPut an unpacked copy into {root / dependency.name}, or "
                        "configure with -DBECKON_SYSTEM_DEPS=ON to use the system's libraries, which must "
                        "be new enough (cmake/dependencies.cmake); Debian's and Ubuntu's are not.") from None
            (tree / _STAMP).write_text(f"{_stamp_text(dependency)}\n{origin}\n")
            shutil.rmtree(root / dependency.name, ignore_errors=True)
            tree.rename(root / dependency.name)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
