from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yesand
from small_troupe import ask, troupe
from yesand.agreements import services as agreements
from yesand.corpus import leaves
from yesand.corpus import services as corpus
from yesand.corpus.errors import ManifestBroken
from yesand.corpus.manifest import SignedManifest, load, of_bytes
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import NotFound
from yesand.kernel.keys import Signer
from yesand.people import services as people
from yesand.provenance import dsse

Keys = dict[str, bytes]


@pytest.fixture
def signed(house: yesand.House, tmp_path: Path) -> tuple[SignedManifest, Keys]:
    troupe(house, tmp_path / "troupe")
    agreements.withdraw(house.place, people.performer("Bert"))
    manifest = corpus.gate(house.place, ask(house)).manifest
    return manifest, {house.place.signer.id: house.place.signer.public}


def test_a_saved_manifest_is_loaded_as_it_was(
    signed: tuple[SignedManifest, Keys], tmp_path: Path
) -> None:
    manifest, keys = signed
    manifest.save(tmp_path / "corpus.json")
    assert load(tmp_path / "corpus.json", keys) == manifest
    assert manifest.asked().licensee == "house-lab"
    assert [d.permit for d in manifest.decisions] == [True, False]


def test_one_changed_byte_anywhere_is_refused(signed: tuple[SignedManifest, Keys]) -> None:
    manifest, keys = signed
    whole = manifest.to_bytes()
    chance = random.Random(20261001)
    for at in range(len(whole)):
        other = bytes([whole[at] ^ (1 << chance.randrange(8))])
        with pytest.raises(ManifestBroken):
            of_bytes(whole[:at] + other + whole[at + 1 :], keys)


def test_one_byte_more_or_less_is_refused(signed: tuple[SignedManifest, Keys]) -> None:
    manifest, keys = signed
    whole = manifest.to_bytes()
    for at in range(0, len(whole) + 1, 17):
        for added in (b" ", b"0", b"\n"):
            with pytest.raises(ManifestBroken):
                of_bytes(whole[:at] + added + whole[at:], keys)
        if at < len(whole):
            with pytest.raises(ManifestBroken):
                of_bytes(whole[:at] + whole[at + 1 :], keys)


def change_take(value: dict[str, Any]) -> None:
    value["takes"][0]["emotion"] = "sad"


def drop_take(value: dict[str, Any]) -> None:
    value["takes"].pop()


def let_in(value: dict[str, Any]) -> None:
    value["denied"].pop()


def swap_reason(value: dict[str, Any]) -> None:
    value["denied"][0][1] = 0


def add_field(value: dict[str, Any]) -> None:
    value["takes"][0]["note"] = "x"


def add_name(value: dict[str, Any]) -> None:
    value["note"] = "x"


def add_to_envelope(value: dict[str, Any]) -> None:
    value["envelope"]["note"] = "x"


def sign_twice(value: dict[str, Any]) -> None:
    value["envelope"]["signatures"] *= 2


def as_float(value: dict[str, Any]) -> None:
    value["takes"][0]["duration_ms"] = 500.0


def as_truth(value: dict[str, Any]) -> None:
    value["denied"][0][1] = True


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (change_take, "takes"),
        (drop_take, "takes"),
        (add_field, "takes"),
        (as_float, "takes"),
        (let_in, "denied"),
        (swap_reason, "denied"),
        (as_truth, "denied"),
        (add_name, ""),
        (add_to_envelope, "envelope"),
        (sign_twice, ""),
    ],
)
def test_a_change_in_good_form_is_refused_and_says_where(
    signed: tuple[SignedManifest, Keys], change: Any, where: str
) -> None:
    manifest, keys = signed
    value = json.loads(manifest.to_bytes())
    change(value)
    with pytest.raises(ManifestBroken) as fault:
        of_bytes(leaves.plain_bytes(value), keys, where="corpus.json")
    assert "corpus.json" in fault.value.where and where in fault.value.where


def test_a_manifest_signed_by_somebody_else_is_refused(
    signed: tuple[SignedManifest, Keys],
) -> None:
    manifest, keys = signed
    forger = Signer.generate()
    value = json.loads(manifest.to_bytes())
    payload = json.loads(dsse.payload_of(manifest.envelope))
    value["envelope"] = dsse.seal(payload, [forger])
    with pytest.raises(ManifestBroken, match="signature"):
        of_bytes(leaves.plain_bytes(value), keys)
    with pytest.raises(ManifestBroken, match="signature"):
        of_bytes(manifest.to_bytes(), {forger.id: forger.public})


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"takes":1}', b"[" * 9999])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(ManifestBroken):
        of_bytes(data, {"0": b"0" * 32})


def test_a_manifest_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load(tmp_path / "corpus.json", {})


names = st.text(st.characters(max_codepoint=127), max_size=6)
plain = st.recursive(
    st.integers(-(2**53) + 1, 2**53 - 1)
    | st.booleans()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
)


@given(plain)
def test_plain_bytes_are_canonical_bytes(value: Any) -> None:
    assert leaves.plain_bytes(value) == canonical(value)
