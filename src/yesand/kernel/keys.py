"""Ed25519 keys (RFC 8032): made, kept private (mode 0600, sealed), named by their public half."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from yesand.kernel.durable import sync
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest

_SEALED = "Set YESAND_KEY_PASSPHRASE or YESAND_KEY_PASSPHRASE_FILE as your vault keeps it."


def key_id(public: bytes) -> str:
    """Return the SHA-256 of the 32 raw public bytes in hex."""
    return digest(public)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether the signature is the key's over the message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class Signer:
    """A private key with its public half (32 raw bytes)."""

    private: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> Signer:
        """Make a new key."""
        return cls(Ed25519PrivateKey.generate())

    @cached_property
    def public(self) -> bytes:
        """The 32 raw public bytes."""
        return self.private.public_key().public_bytes_raw()

    @cached_property
    def id(self) -> str:
        """The key's name."""
        return key_id(self.public)

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""
        return self.private.sign(message)

    def pem(self, passphrase: bytes | None = None) -> bytes:
        """Return the private key as PKCS #8 in PEM, encrypted if there is a passphrase."""
        seal: KeySerializationEncryption = NoEncryption()
        if passphrase:
            seal = BestAvailableEncryption(passphrase)
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, seal)


@dataclass(frozen=True)
class KeyStore:
    """A folder of private keys, one PKCS #8 PEM file a key, named by key id.

    With a passphrase, new keys are encrypted under it; older ones are read either way.
    """

    folder: Path
    passphrase: bytes | None = None

    def add(self, signer: Signer) -> str:
        """Keep the key, durably and readable by its owner only; return its id."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(signer.id)
        if not path.exists():
            _write_private(path, signer.pem(self.passphrase))
        return signer.id

    def create(self) -> Signer:
        """Make a key and keep it."""
        signer = Signer.generate()
        self.add(signer)
        return signer

    def get(self, name: str) -> Signer:
        """Return the key of that id.

        Raises
        ------
        NotFound : no such key here.
        BadInput : not an Ed25519 key, or sealed with another passphrase.
        """
        path = self._path(name)
        if not path.exists():
            raise NotFound("No such private key here", where=name[:16])
        pem = path.read_bytes()
        sealed = b"ENCRYPTED" in pem
        if sealed and self.passphrase is None:
            raise BadInput("The key is sealed", where=str(path), remedy=_SEALED)
        try:
            key = load_pem_private_key(pem, password=self.passphrase if sealed else None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
            what = "The passphrase does not open the key" if sealed else "Not a private key"
            raise BadInput(what, where=str(path), remedy=_SEALED if sealed else "") from fault
        if not isinstance(key, Ed25519PrivateKey):
            raise BadInput("Not an Ed25519 key", where=str(path))
        return Signer(key)

    def seal(self, before: bytes | None = None) -> int:
        """Write every key anew under the passphrase, and return how many were not so before.

        ``before`` opens those that another passphrase sealed. Again changes nothing.

        Raises
        ------
        BadInput : a key opens with neither; those before it are sealed anew, and nothing is lost.
        """
        sealed = 0
        for path in sorted(self.folder.glob(f"{'[0-9a-f]' * 64}.pem")):
            if not self._opens(path):
                signer = KeyStore(self.folder, before).get(path.stem)
                _write_private(path, signer.pem(self.passphrase))
                sealed += 1
        return sealed

    def _opens(self, path: Path) -> bool:
        """Tell whether a key is sealed as this store seals."""
        if (b"ENCRYPTED" in path.read_bytes()) != (self.passphrase is not None):
            return False
        try:
            self.get(path.stem)
        except BadInput:
            return False
        return True

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.pem"


def _write_private(path: Path, data: bytes) -> None:
    partial = path.with_suffix(".part")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync(path.parent)
