"""With which certificate a house signs credentials, and whom it trusts when it reads them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from yesand.kernel import durable
from yesand.kernel.keys import key_id
from yesand.kernel.place import Place
from yesand.provenance.credentials import certificates
from yesand.provenance.credentials.errors import CannotSign

#: Where real certificates are told; both or neither.
_CHAIN, _KEY = "YESAND_C2PA_CERTIFICATES", "YESAND_C2PA_KEY"
_STAMPS, _TRUST = "YESAND_C2PA_TSA", "YESAND_C2PA_TRUST"
_FILE = "credentials.pem"
#: The names of C2PA's signature algorithms (C2PA 2.2 §13.2) by the curve of a key.
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Identity:
    """A chain of certificates with the leaf's private key.

    Attributes
    ----------
    chain : PEM, the leaf first. algorithm : ``ed25519``, ``es256`` … ``ps256``.
    stamps : address of a time-stamping authority (RFC 3161), if one is set.
    development : the house made it for itself; nobody else trusts it unasked.
    """

    chain: str
    key: bytes
    algorithm: str
    stamps: str = ""
    development: bool = False


def ensure(place: Place) -> None:
    """Make the house's development authority and its certificate, if there are none."""
    path = _path(place)
    if path.exists():
        return
    authority, leaf = place.keys.create(), place.keys.create()
    made = certificates.development(place.name, authority, leaf, place.clock.now())
    partial = path.with_name(f".{_FILE}.{token_hex(4)}")
    durable.write(partial, made.encode())
    partial.chmod(0o600)  # as everything in this folder, though it is no secret
    # Of two processes that make one at once, the first one's stands.
    with suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()


def identity(place: Place) -> Identity:
    """Return what the house signs with: the keeper's certificate, or its own.

    Raises
    ------
    CannotSign : the settings name what cannot be read, or a key that is another certificate's.
    """
    chain, key = os.environ.get(_CHAIN, ""), os.environ.get(_KEY, "")
    if bool(chain) != bool(key):
        raise CannotSign(f"{_CHAIN} and {_KEY} go together", remedy="Set both, or neither.")
    if chain:
        return _told(_text(chain, _CHAIN), _text(key, _KEY).encode())
    ensure(place)
    made = _path(place).read_text("utf-8")
    leaf = _chain(made)[0].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    private = place.keys.get(key_id(leaf)).private
    return Identity(made, _pkcs8(private), _algorithm(private), _stamps(), development=True)


def anchors(place: Place) -> str:
    """Return the roots that this house trusts when it reads a credential, in PEM.

    Its own authority, the root of the keeper's certificate, and those that the keeper adds; the
    file that is set may be C2PA's own list.

    Raises
    ------
    CannotSign : a file that is set cannot be read.
    """
    ensure(place)
    roots = [authority(place)]
    for name in (_CHAIN, _TRUST):
        told = os.environ.get(name, "")
        if told:
            found = _chain(_text(told, name))
            roots += [certificates.pem(c) for c in (found[-1:] if name == _CHAIN else found)]
    return "".join(roots)


def authority(place: Place) -> str:
    """Return the certificate of the house's own authority: whoever adds it trusts our credentials.

    It is no secret.
    """
    ensure(place)
    return certificates.pem(_chain(_path(place).read_text("utf-8"))[-1])


def _path(place: Place) -> Path:
    return place.keys.folder / _FILE


def _stamps() -> str:
    return os.environ.get(_STAMPS, "")


def _told(chain: str, key: bytes) -> Identity:
    try:
        private = load_pem_private_key(key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise CannotSign("Not a private key in PEM without a password", where=_KEY) from fault
    if not isinstance(private, Private):
        raise CannotSign("No key that credentials are signed with", where=_KEY)
    leaf = _chain(chain)[0].public_key()
    shape = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if leaf.public_bytes(*shape) != private.public_key().public_bytes(*shape):
        raise CannotSign(
            "The key is another certificate's", where=_KEY, remedy="Put the leaf first in the file."
        )
    return Identity(chain, _pkcs8(private), _algorithm(private), _stamps())


def _pkcs8(private: Private) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _algorithm(private: Private) -> str:
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    if private.curve.name not in _CURVES:
        raise CannotSign(f"No credential is signed on the curve {private.curve.name}", where=_KEY)
    return _CURVES[private.curve.name]


def _chain(text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError as fault:
        raise CannotSign("No certificates in PEM", where=_CHAIN) from fault


def _text(path: str, name: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, ValueError) as fault:
        raise CannotSign(f"Cannot be read: {path}", where=name, remedy="Name a file.") from fault
