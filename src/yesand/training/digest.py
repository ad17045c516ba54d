"""A model's digest, in the layout of OpenSSF model signing, so that its tools can check ours.

Specification: https://github.com/sigstore/model-transparency, predicate
``https://model_signing/signature/v1.0`` with serialization by files and SHA-256.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.kernel.ids import digest_file
from yesand.provenance.dsse import STATEMENT

PREDICATE_TYPE = "https://model_signing/signature/v1.0"
#: What the reference implementation leaves out by default, as it names them.
_IGNORED = (".git", ".gitattributes", ".github", ".gitignore")


def resources(folder: Path) -> dict[str, str]:
    """Return the model's files (path within the folder, as POSIX) with their SHA-256, in order.

    Raises
    ------
    NotFound : no such folder. BadInput : it is empty, or holds a link or a special file.
    """
    if not folder.is_dir():
        raise NotFound("No model folder here", where=str(folder))
    found = {}
    for path in sorted(folder.rglob("*"), key=lambda p: PurePosixPath(p.relative_to(folder))):
        name = path.relative_to(folder)
        if name.parts[0] in _IGNORED:
            continue
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise BadInput("A model holds plain files only", where=str(path))
        if path.is_file():
            found[name.as_posix()] = digest_file(path)
    if not found:
        raise BadInput("The model folder is empty", where=str(folder))
    return found


def root(files: Mapping[str, str]) -> str:
    """Return the model's digest: SHA-256 over its files' digests (raw), in the order of names."""
    whole = hashlib.sha256()
    for name in sorted(files, key=PurePosixPath):
        whole.update(bytes.fromhex(files[name]))
    return whole.hexdigest()


def model_digest(folder: Path) -> str:
    """Return the digest of the model in a folder."""
    return root(resources(folder))


def statement(name: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Return the in-toto Statement that model signing would sign for these files.

    Parameters
    ----------
    name : the model's; the reference implementation uses its folder's name.
    """
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": root(files)}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "serialization": {
                "method": "files",
                "hash_type": "sha256",
                "allow_symlinks": False,
                "ignore_paths": list(_IGNORED),
            },
            "resources": [
                {"name": n, "algorithm": "sha256", "digest": files[n]}
                for n in sorted(files, key=PurePosixPath)
            ],
        },
    }


def check(folder: Path, known: Mapping[str, str]) -> None:
    """Check that a folder holds exactly the files that were registered.

    Raises
    ------
    CheckFailed : a file was changed, added or removed; it is named.
    """
    here = resources(folder)
    for name in sorted(here.keys() | known.keys()):
        if here.get(name) != known.get(name):
            fate = (
                "was added" if name not in known else "is gone" if name not in here else "differs"
            )
            raise CheckFailed(
                f"The model is not the one that was registered: {name} {fate}",
                where=str(folder / name),
                remedy="Restore the file, or register the folder as another model.",
            )
