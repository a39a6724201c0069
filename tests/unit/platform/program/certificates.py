# SPDX-License-Identifier: Apache-2.0
"""Certificates made up for a test, by openssl."""

import base64
import datetime
import hashlib
import pathlib
import subprocess

# How openssl ca issues: nothing but what the test says.
_CONFIG = """[ca]
default_ca = it
[it]
dir = .
database = index.txt
new_certs_dir = .
default_md = sha256
policy = names
rand_serial = yes
unique_subject = no
[names]
commonName = supplied
"""


def openssl(folder, *arguments, given=None):
    # Files that others can write are not trusted, whatever the umask is.
    return subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True,
                          input=given, umask=0o022).stdout


def _time(days):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.strftime("%Y%m%d%H%M%SZ")


class Certificate:
    """A certificate and its key, as files."""

    def __init__(self, path, key):
        self.path, self.key = pathlib.Path(path), pathlib.Path(key)

    def pin(self):
        der = openssl(self.path.parent, "pkey", "-in", self.key, "-pubout", "-outform", "DER")
        return "sha256//" + base64.b64encode(hashlib.sha256(der).digest()).decode()


class Authority(Certificate):
    """A root, or with a parent an intermediate authority."""

    def __init__(self, folder, name="Test CA", parent=None):
        folder = pathlib.Path(folder)
        folder.mkdir(exist_ok=True)
        self.folder = folder
        (folder / "ca.conf").write_text(_CONFIG, encoding="utf-8")
        (folder / "index.txt").touch()
        super().__init__(folder / "ca.pem", folder / "ca.key")
        if parent is None:
            openssl(folder, "req", "-x509", *_new_key("ca.key"), "-out", "ca.pem", "-days", "2",
                    "-subj", f"/CN={name}")
            return
        issued = parent.issue(f"/{name}", extensions="basicConstraints=critical,CA:TRUE")
        issued.path.rename(self.path)
        issued.key.rename(self.key)

    def issue(self, name, alternatives=None, days=(-1, 2), extensions=""):
        """A certificate, valid from and to so many days from now."""
        stem = name.strip("/").replace(" ", "-")
        lines = [f"subjectAltName={alternatives}"] if alternatives else []
        lines += [extensions] if extensions else []
        (self.folder / "extensions").write_text("\n".join(lines) + "\n", encoding="utf-8")
        openssl(self.folder, "req", *_new_key(f"{stem}.key"), "-out", "request", "-subj",
                f"/CN={name.strip('/')}")
        openssl(self.folder, "ca", "-batch", "-notext", "-config", "ca.conf", "-cert", self.path, "-keyfile",
                self.key, "-in", "request", "-out", f"{stem}.pem", "-extfile", "extensions", "-startdate",
                _time(days[0]), "-enddate", _time(days[1]))
        return Certificate(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")


def self_signed(folder, name, alternatives):
    openssl(folder, "req", "-x509", *_new_key("self.key"), "-out", "self.pem", "-days", "2", "-subj",
            f"/CN={name}", "-addext", f"subjectAltName={alternatives}")
    return Certificate(pathlib.Path(folder) / "self.pem", pathlib.Path(folder) / "self.key")


def _new_key(file):
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file]
