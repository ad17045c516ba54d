"""Refresh the style and script files we ship from their npm packages (``make vendor``).

Needs ``npm``; a user never does, for the files are committed with their licences. Versions and
integrity hashes are pinned here: to upgrade, change a version, run, and copy the hash it names.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

HOME = Path(__file__).parents[1] / "src" / "yesand" / "site" / "static" / "vendor"


@dataclass(frozen=True)
class Package:
    """One npm package: its pinned tarball and the files we keep (inside → outside)."""

    name: str
    version: str
    #: Subresource-integrity form (SHA-512, base64) of the tarball, as npm publishes it.
    integrity: str
    files: dict[str, str]


PACKAGES = [
    Package(
        "@picocss/pico",
        "2.1.1",
        "sha512-kIDugA7Ps4U+2BHxiNHmvgPIQDWPDU4IeU6TNRdvXQM1uZX+FibqDQT2xUOnnO2yq/LUHcwnGlu1hvf4KfXnMg==",
        {"css/pico.pink.min.css": "pico.min.css", "LICENSE.md": "pico.LICENSE.txt"},
    ),
    Package(
        "htmx.org",
        "4.0.1",
        "sha512-oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2EAbTYUG5SDW1R60mdkdqGg==",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"},
    ),
]


def main() -> int:
    """Fetch every package and put its files in place."""
    HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            tarball = fetch(package, Path(folder))
            keep(package, tarball)
    versions = "".join(f"{p.name} {p.version}\n" for p in PACKAGES)
    (HOME / "VERSIONS.txt").write_text(versions)
    print(versions, end="")
    return 0


def fetch(package: Package, folder: Path) -> Path:
    """Download one tarball and check it against its pinned hash."""
    made = subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    path = folder / made.stdout.strip().splitlines()[-1]
    found = "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if found != package.integrity:
        sys.exit(f"{package.name} {package.version} has {found}, not {package.integrity}")
    return path


def keep(package: Package, tarball: Path) -> None:
    """Copy the files we keep out of a tarball."""
    with tarfile.open(tarball) as archive:
        for inside, outside in package.files.items():
            member = archive.extractfile(f"package/{inside}")
            if member is None:
                sys.exit(f"{package.name} has no {inside}")
            (HOME / outside).write_bytes(member.read())


if __name__ == "__main__":
    sys.exit(main())
