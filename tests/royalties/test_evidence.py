from __future__ import annotations

import base64
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from evidence_world import HANDLES, SHARES, World, predicate_of, record

import yesand
from yesand.kernel.errors import CheckFailed
from yesand.provenance import bundle as files
from yesand.provenance import dsse
from yesand.provenance.bundle import Bundle, Part
from yesand.provenance.errors import BundleBroken
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.royalties.evidence import verify
from yesand.royalties.statement import parse_settled, parse_statement


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "log")


def told(tmp_path: Path, bundle: Bundle) -> Any:
    files.write(bundle, tmp_path / "evidence.zip")
    return verify(tmp_path / "evidence.zip")


def refused(tmp_path: Path, bundle: Bundle) -> CheckFailed:
    files.write(bundle, tmp_path / "evidence.zip")
    with pytest.raises(BundleBroken) as caught:
        verify(tmp_path / "evidence.zip")
    return caught.value


def with_part(bundle: Bundle, role: str, part: Part) -> Bundle:
    return replace(bundle, parts=tuple(part if p.role == role else p for p in bundle.parts))


def test_every_performers_statement_verifies(world: World, tmp_path: Path) -> None:
    for handle in HANDLES:
        for month in ("2026-09", "2026-10"):
            verdict = told(tmp_path, world.bundle(handle, month))
            issued = world.issued(handle, month)
            assert (verdict.performer, verdict.period) == (handle, month)
            assert verdict.total.micro == issued.total_micro
            assert verdict.payable.micro == issued.payable_minor * 10_000
            assert handle in verdict.lines()[-1] and "SYNTHETIC" in verdict.lines()[-1]


def test_the_public_name_is_the_same(world: World, tmp_path: Path) -> None:
    files.write(world.bundle(), tmp_path / "evidence.zip")
    assert yesand.verify(tmp_path / "evidence.zip").performer == "Ben"


def test_the_total_is_what_one_reckons_by_hand(world: World, tmp_path: Path) -> None:
    # 7,654,321 requests at 137 micro, three tenths of it; over the minimum of 80 EUR.
    verdict = told(tmp_path, world.bundle("Ben", "2026-10"))
    assert verdict.total.micro == (7_654_321 * 137 * 3 + 5) // 10
    # 1,234,567 requests earn Cleo 33.83 EUR, so the minimum tops it up to 80.
    assert told(tmp_path, world.bundle("Cleo", "2026-09")).total.micro == 80_000_000


def test_it_needs_no_network_and_no_house(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write(world.bundle(), tmp_path / "evidence.zip")

    def no(*_: Any, **__: Any) -> None:
        raise AssertionError("asked for the network")

    monkeypatch.setattr(socket, "socket", no)
    monkeypatch.chdir(tmp_path)
    verify("evidence.zip")


def test_a_bundle_names_no_other_performer(world: World) -> None:
    data = bytes(world.bundle("Ben"))
    clear = data + b"".join(
        base64.b64decode(found) for found in re.findall(rb'"payload":"([^"]+)"', data)
    )
    assert b"Ben" in clear
    for other in ("Ada", "Cleo"):
        assert other.encode() not in clear
        assert world.people[other].public.hex().encode() not in clear
        assert record(world.agreements[other]).encode() not in clear
        assert str(SHARES[other]).encode() not in clear


def test_a_swapped_statement_is_refused(world: World, tmp_path: Path) -> None:
    bundle = world.bundle("Ben")
    for other in (("Ada", "2026-10"), ("Ben", "2026-09")):
        swapped = world.part("statement", world.statements[other])
        refused(tmp_path, with_part(bundle, "statement", swapped))


def test_parts_of_another_performers_bundle_are_refused(world: World, tmp_path: Path) -> None:
    bundle, other = world.bundle("Ben"), world.bundle("Ada")
    for theirs in (p for p in other.parts if p not in bundle.parts):
        refused(tmp_path, with_part(bundle, theirs.role, theirs))
    for name in ("manifest", "reliance"):
        mixed = {**bundle.openings, name: other.openings[name]}
        assert refused(tmp_path, replace(bundle, openings=mixed)).where == name
    refused(tmp_path, replace(bundle, keys=other.keys))


def test_an_edited_amount_is_refused(world: World, tmp_path: Path) -> None:
    bundle, part = world.bundle(), world.bundle().parts[0]
    payload = dsse.payload_of(part.envelope)
    total = str(world.issued("Ben", "2026-10").total_micro).encode()
    assert total in payload
    more = base64.b64encode(payload.replace(total, b"9" + total[1:])).decode()
    edited = replace(part, envelope={**part.envelope, "payload": more})
    assert "signature" in refused(tmp_path, with_part(bundle, "statement", edited)).what


def change_total(made: dict[str, Any]) -> None:
    made["total_micro"] += 1


def change_line(made: dict[str, Any]) -> None:
    made["lines"][0]["micro"] += 1
    made["total_micro"] += 1


def change_share(made: dict[str, Any]) -> None:
    made["lines"][0]["share_ppb"] += 1


def change_minutes(made: dict[str, Any]) -> None:
    made["weights"][0]["parts"][0]["duration_ms"] += 1


def change_carry(made: dict[str, Any]) -> None:
    made["brought_forward_micro"] += 1


def change_handle(made: dict[str, Any]) -> None:
    made["performer"] = "Ada"


def change_settlement(made: dict[str, Any]) -> None:
    made["evidence"]["settlement"] = "0" * 64


def drop_line(made: dict[str, Any]) -> None:
    made["total_micro"] -= made["lines"].pop(0)["micro"]


def change_trial(made: dict[str, Any]) -> None:
    made["trial"] = True


@pytest.mark.parametrize(
    "change",
    [
        change_total,
        change_line,
        change_share,
        change_minutes,
        change_carry,
        change_handle,
        change_settlement,
        drop_line,
        change_trial,
    ],
)
def test_a_signed_statement_that_does_not_recompute_is_refused(
    world: World, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """Even the house itself cannot sign a figure that its own inputs do not give."""
    made = world.issued("Ben", "2026-10").model_dump(mode="json")
    change(made)
    world.issue("Ben", "2026-10", parse_statement(made))
    assert refused(tmp_path, world.bundle("Ben")).where


def test_usage_that_was_settled_otherwise_is_refused(world: World, tmp_path: Path) -> None:
    made = predicate_of(world.months["2026-10"])
    made["usage"][0]["quantity"] -= 1
    world.months["2026-10"] = world.seal(
        Predicate.SETTLEMENT, Kind.PERIOD_SETTLED, parse_settled(made).model_dump(mode="json")
    )
    issued = world.issued("Ben", "2026-10")
    named = issued.evidence.model_copy(update={"settlement": record(world.months["2026-10"])})
    world.issue("Ben", "2026-10", issued.model_copy(update={"evidence": named}))
    assert "lines[0]" in refused(tmp_path, world.bundle("Ben")).where


def test_a_part_too_few_or_too_many_is_refused(world: World, tmp_path: Path) -> None:
    bundle = world.bundle("Ben")
    for part in bundle.parts:
        left = tuple(p for p in bundle.parts if p is not part)
        refused(tmp_path, replace(bundle, parts=left))
    for role in ("agreement", "manifest", "gossip"):
        extra = replace(world.part("agreement", world.agreements["Ada"]), name="x", role=role)
        refused(tmp_path, replace(bundle, parts=(*bundle.parts, extra)))
    for name in bundle.openings:
        refused(
            tmp_path,
            replace(bundle, openings={k: v for k, v in bundle.openings.items() if k != name}),
        )


def test_malformed_openings_are_refused(world: World, tmp_path: Path) -> None:
    bundle = world.bundle("Ben")
    shown = dict(bundle.openings["manifest"])
    wrong: list[Any] = [
        None,
        [],
        {},
        {**shown, "indexes": [0]},
        {**shown, "indexes": ["a"] * len(shown["indexes"])},
        {**shown, "hashes": shown["hashes"][1:]},
        {**shown, "hashes": ["?"]},
        {**shown, "takes": shown["takes"][1:], "indexes": shown["indexes"][1:]},
        {**shown, "takes": [{**shown["takes"][0], "duration_ms": 9}, *shown["takes"][1:]]},
    ]
    for value in wrong:
        refused(tmp_path, replace(bundle, openings={**bundle.openings, "manifest": value}))
    for value in (None, {}, {"row": {}, "salt": "zz"}, {"row": bundle.openings["reliance"]["row"]}):
        refused(tmp_path, replace(bundle, openings={**bundle.openings, "reliance": value}))


def test_a_report_too_unsure_to_pay_by_is_refused(world: World, tmp_path: Path) -> None:
    unsure = {**world.report_predicate(), "sets_shares": False}
    envelope = world.seal(Predicate.RELIANCE, Kind.RELIANCE_REPORTED, unsure)
    world.report = envelope
    world.statements.clear()
    world.settle("2026-09", 5)
    world.settle("2026-10", 5)
    assert "unsure" in refused(tmp_path, world.bundle("Ben")).what


def test_a_known_house_is_held_to_its_log(world: World, tmp_path: Path) -> None:
    files.write(world.bundle(), tmp_path / "evidence.zip")
    verify(tmp_path / "evidence.zip", origin=world.log.origin)
    with pytest.raises(BundleBroken, match="another house"):
        verify(tmp_path / "evidence.zip", origin="yes-and/" + "0" * 16)


def test_another_kind_of_bundle_is_refused(world: World, tmp_path: Path) -> None:
    assert "statement" in refused(tmp_path, replace(world.bundle(), kind="rumour")).what
