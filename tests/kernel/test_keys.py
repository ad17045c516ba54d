from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.keys import KeyStore, Signer, key_id, verify

SIGNER = Signer.generate()
seeds = st.binary(min_size=32, max_size=32)


def test_the_first_vector_of_rfc_8032_holds() -> None:
    # RFC 8032 §7.1, test 1: the empty message.
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    signer = Signer(Ed25519PrivateKey.from_private_bytes(seed))
    assert signer.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )


@given(seeds, st.binary())
def test_a_signature_verifies_and_is_always_the_same(seed: bytes, message: bytes) -> None:
    signer = Signer(Ed25519PrivateKey.from_private_bytes(seed))
    signature = signer.sign(message)
    assert verify(signer.public, signature, message)
    assert signer.sign(message) == signature
    assert signer.id == key_id(signer.public)


@given(st.binary(min_size=1), st.integers(0), st.sampled_from(["message", "signature"]))
def test_a_flipped_bit_does_not_verify(message: bytes, bit: int, where: str) -> None:
    parts = {"message": message, "signature": SIGNER.sign(message)}
    data = bytearray(parts[where])
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    parts[where] = bytes(data)
    assert not verify(SIGNER.public, parts["signature"], parts["message"])


@given(st.binary(max_size=70), st.binary(max_size=70), st.binary(max_size=10))
def test_any_bytes_verify_or_do_not(public: bytes, signature: bytes, message: bytes) -> None:
    assert verify(public, signature, message) is False


def test_a_kept_key_comes_back_and_is_its_owners_alone(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    name = store.add(SIGNER)
    assert store.get(name).public == SIGNER.public
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    before = (tmp_path / "keys" / f"{name}.pem").stat().st_mtime_ns
    assert store.add(SIGNER) == name
    assert (tmp_path / "keys" / f"{name}.pem").stat().st_mtime_ns == before
    assert [p.name for p in (tmp_path / "keys").iterdir()] == [f"{name}.pem"]
    assert stat.S_IMODE((tmp_path / "keys" / f"{name}.pem").stat().st_mode) == 0o600


def test_a_key_that_is_not_here_is_not_found(tmp_path: Path) -> None:
    for name in ("0" * 64, "../../etc/passwd"):
        with pytest.raises(NotFound):
            KeyStore(tmp_path).get(name)


def test_what_is_no_ed25519_key_is_bad_input(tmp_path: Path) -> None:
    other = X25519PrivateKey.generate()
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, data in (("a" * 64, pem), ("b" * 64, b"not a key"), ("c" * 64, b"")):
        (tmp_path / f"{name}.pem").write_bytes(data)
        with pytest.raises(BadInput):
            KeyStore(tmp_path).get(name)
