from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput, YesAndError
from yesand.kernel.keys import Signer
from yesand.provenance import bundle as files
from yesand.provenance import dsse
from yesand.provenance.bundle import Bundle, Logged, Part
from yesand.provenance.commitment import commit, entry_bytes, new_salt
from yesand.provenance.errors import BundleBroken
from yesand.provenance.evidence import check, origin_of
from yesand.provenance.proof import Proof
from yesand.provenance.tiles import Log

HOUSE, ACTOR = Signer.generate(), Signer.generate()
ORIGIN = origin_of(HOUSE.public)
AT = "2026-10-01T00:00:00Z"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    made = {
        "report": (dsse.seal({"about": "report"}, [HOUSE]), ("house",)),
        "agreement": (dsse.seal({"about": "us"}, [HOUSE, ACTOR]), ("house", "performer")),
    }
    log = Log(tmp_path_factory.mktemp("bundle") / "log", ORIGIN, HOUSE)
    log.append([b"before %d" % i for i in range(300)])
    salts = {name: new_salt() for name in made}
    for name, (envelope, _) in made.items():
        commitment = commit(salts[name], Part(name, name, envelope, LOGGED, b"").record)
        log.append([entry_bytes(f"{name}.signed", AT, commitment)])
    log.append([b"after"])
    parts = tuple(
        Part(
            name,
            name,
            envelope,
            Logged(kind=f"{name}.signed", at=AT, salt=salts[name].hex()),
            bytes(Proof(300 + i, tuple(log.inclusion(300 + i)), log.checkpoint())),
            signers,
        )
        for i, (name, (envelope, signers)) in enumerate(made.items())
    )
    keys = {"house": HOUSE.public.hex(), "performer": ACTOR.public.hex()}
    return Bundle("test", ORIGIN, keys, parts, {"agreement": {"own": 1}})


LOGGED = Logged(kind="x", at=AT, salt="0" * 64)


def rezipped(
    data: bytes, change: Callable[[dict[str, bytes]], None], how: int = zipfile.ZIP_STORED
) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    change(held)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as archive:
        for name in sorted(held):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), held[name], how)
    return made.getvalue()


def refused(tmp_path: Path, data: bytes) -> YesAndError:
    path = tmp_path / "evidence.zip"
    path.write_bytes(data)
    with pytest.raises((BundleBroken, BadInput)) as caught:
        check(files.read(path))
    return caught.value


def test_a_bundle_reads_back_and_holds(bundle: Bundle, tmp_path: Path) -> None:
    files.write(bundle, tmp_path / "evidence.zip")
    read = files.read(tmp_path / "evidence.zip")
    assert read == bundle and bytes(read) == bytes(bundle)
    names = [c.name for c in check(read)]
    assert "report signed" in names and "agreement logged" in names and "checkpoint" in names


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unnoticed(bundle: Bundle, tmp_path: Path, at: int, bit: int) -> None:
    data = bytearray(bytes(bundle))
    data[at % len(data)] ^= 1 << bit
    refused(tmp_path, bytes(data))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(end=st.integers(0))
def test_a_truncated_bundle_is_refused(bundle: Bundle, tmp_path: Path, end: int) -> None:
    data = bytes(bundle)
    refused(tmp_path, data[: end % len(data)])


def test_a_missing_extra_or_moved_file_is_named(bundle: Bundle, tmp_path: Path) -> None:
    data, part = bytes(bundle), "parts/report.json"

    def swap(held: dict[str, bytes]) -> None:
        held[part], held["parts/agreement.json"] = held["parts/agreement.json"], held[part]

    changes: dict[str, Callable[[dict[str, bytes]], None]] = {
        part: lambda held: held.pop(part) and None,
        "parts/extra.json": lambda held: held.update({"parts/extra.json": b"{}"}),
        "../escaped.json": lambda held: held.update({"../escaped.json": b"{}"}),
        "/etc/passwd": lambda held: held.update({"/etc/passwd": b"{}"}),
        "parts/": swap,
        "proofs/report.tlog-proof": lambda held: held.pop("proofs/report.tlog-proof") and None,
        "bundle.json": lambda held: held.pop("bundle.json") and None,
    }
    for where, change in changes.items():
        assert where in refused(tmp_path, rezipped(data, change)).where
    assert not (tmp_path.parent / "escaped.json").exists()


def test_a_zip_bomb_is_not_unpacked(bundle: Bundle, tmp_path: Path) -> None:
    bomb = rezipped(
        bytes(bundle),
        lambda held: held.update({"parts/report.json": bytes(50_000_000)}),
        zipfile.ZIP_DEFLATED,
    )
    assert len(bomb) < 200_000
    assert "compressed" in refused(tmp_path, bomb).what


def test_a_file_twice_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    made = io.BytesIO(bytes(bundle))
    with zipfile.ZipFile(made, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("parts/report.json", b"{}")
    assert "twice" in refused(tmp_path, made.getvalue()).what


def test_something_before_or_after_the_zip_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    refused(tmp_path, b"#!/bin/sh\n" + bytes(bundle))
    refused(tmp_path, bytes(bundle) + b"\n")


def test_what_is_no_bundle_is_bad_input(tmp_path: Path) -> None:
    for data in (b"", b"PK", b"not a zip", bytes(1000)):
        assert isinstance(refused(tmp_path, data), BadInput)
    with pytest.raises(BadInput, match="Cannot read"):
        files.read(tmp_path / "nowhere.zip")
    with pytest.raises(BadInput, match="Cannot read"):
        files.read(tmp_path)
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    refused(tmp_path, empty.getvalue())


def test_a_newer_format_says_upgrade(bundle: Bundle, tmp_path: Path) -> None:
    def newer(held: dict[str, bytes]) -> None:
        held["bundle.json"] = json.dumps({**json.loads(held["bundle.json"]), "format": 2}).encode()

    assert "Upgrade" in refused(tmp_path, rezipped(bytes(bundle), newer)).remedy


def test_each_part_must_be_signed_logged_and_of_this_house(bundle: Bundle) -> None:
    report, agreement = bundle.parts
    stranger = Signer.generate()
    resealed = dsse.seal({"about": "another"}, [HOUSE])
    other_keys = {**bundle.keys, "performer": stranger.public.hex()}
    wrong = {
        "report": [
            replace(report, envelope=resealed),
            replace(report, signers=("performer",)),
            replace(report, signers=()),
            replace(report, entry=report.entry.model_copy(update={"salt": "1" * 64})),
            replace(report, entry=report.entry.model_copy(update={"kind": "other"})),
            replace(report, entry=report.entry.model_copy(update={"at": "2020-01-01"})),
            replace(report, proof=agreement.proof),
            replace(report, proof=b"nothing"),
            replace(report, payload_type="text/plain"),
            replace(report, envelope={"payload": "", "signatures": []}),
        ]
    }
    for name, changed in wrong.items():
        for part in changed:
            with pytest.raises(BundleBroken) as caught:
                check(replace(bundle, parts=(part, agreement)))
            assert caught.value.where == name
    with pytest.raises(BundleBroken, match="signature"):
        check(replace(bundle, keys=other_keys))
    with pytest.raises(BundleBroken, match="lacks a key"):
        check(replace(bundle, keys={"house": bundle.keys["house"]}))
    with pytest.raises(BundleBroken, match="key is not the log"):
        check(replace(bundle, keys={**bundle.keys, "house": stranger.public.hex()}))
    with pytest.raises(BundleBroken, match="nothing"):
        check(replace(bundle, parts=()))


def test_names_that_no_file_may_have_are_refused_when_writing(bundle: Bundle) -> None:
    report, agreement = bundle.parts
    for name in ("../up", "agreement", "", "a/b", "UPPER"):
        with pytest.raises(BadInput):
            bytes(replace(bundle, parts=(replace(report, name=name), agreement)))
