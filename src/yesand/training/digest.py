"""A model's digest, in the layout of OpenSSF model signing, so that its tools can check ours.

Specification: https://github.com/sigstore/model-transparency, predicate
``https://model_signing/signature/v1.0`` with serialization by files and SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, CheckFailed, NotFound
from yesand.kernel.ids import checked, digest_file
from yesand.provenance.dsse import STATEMENT

PREDICATE_TYPE = "https://model_signing/signature/v1.0"
#: A model of more files than this is given by a folder on this machine.
MOST_FILES = 10_000
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


def of_statement(told: Any) -> dict[str, str]:
    """Return the files (path → SHA-256) that a model-signing statement lists.

    Parameters
    ----------
    told : the in-toto Statement itself, a DSSE envelope around it, or the Sigstore bundle that
        ``model_signing sign`` writes. Whether its signature holds is for those who know its key.

    Raises
    ------
    BadInput : none of these, another hash, paths that lead out, or a digest that is not the files'.
    """
    predicate, subject = _statement(told)
    try:
        layout, files = predicate["serialization"], predicate["resources"]
        if layout["hash_type"] != "sha256" or {f["algorithm"] for f in files} - {"sha256"}:
            raise BadInput("The files are named by another hash than SHA-256", where="model")
        found = {_inside(f["name"]): checked(f["digest"], where=str(f["name"])) for f in files}
    except (KeyError, TypeError, AttributeError) as fault:
        raise BadInput(
            "The statement lists no files", where="model", remedy="Use `model_signing`."
        ) from fault
    if not found or len(found) != len(files) or len(found) > MOST_FILES:
        raise BadInput(f"A model has 1 to {MOST_FILES:,} files, each once", where="model")
    if root(found) != subject:
        raise BadInput("The model's digest is not that of its files", where=str(subject)[:16])
    return found


def _statement(told: Any) -> tuple[Any, Any]:
    try:
        if "dsseEnvelope" in told:
            told = told["dsseEnvelope"]
        if "payload" in told:
            told = parse(base64.b64decode(told["payload"], validate=True), where="model")
        if told["predicateType"] != PREDICATE_TYPE:
            raise BadInput(f"The statement is no {PREDICATE_TYPE}", where="model")
        return told["predicate"], told["subject"][0]["digest"]["sha256"]
    except (KeyError, TypeError, ValueError, IndexError) as fault:
        raise BadInput(
            "Not a model-signing statement",
            where="model",
            remedy="Give the file that `model_signing sign` wrote (model.sig).",
        ) from fault


def _inside(name: Any) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or len(name) > 500 or str(path) != name:
        raise BadInput("A file's path is not one within the model's folder", where=str(name)[:80])
    return str(name)


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
