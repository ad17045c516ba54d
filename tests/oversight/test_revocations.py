"""A withdrawal becomes a signed notice in each licensee's feed, and the feed cannot be bent."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

import yesand
from small_troupe import ask
from yesand.agreements import services as agreements
from yesand.agreements.vocabulary import Purpose
from yesand.corpus import services as corpus
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.clock import SetClock
from yesand.kernel.keys import Signer
from yesand.oversight.feed import pages, services
from yesand.oversight.feed.entering.services import item_of
from yesand.oversight.feed.notice import FeedBroken, Notice
from yesand.oversight.feed.pages import PER_PAGE, Position, open_head, open_page
from yesand.oversight.models import Revocation
from yesand.oversight.services import obligations
from yesand.people import services as people
from yesand.people.models import Organisation
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.models import Take


def lab() -> Organisation:
    return people.organisation("house-lab")


def taken(house: yesand.House, handle: str, how_many: int = 1) -> list[str]:
    """Take single takes of a performer back, each by a withdrawal of its own."""
    rows = Take.objects.filter(performer__handle=handle).order_by("entry_id")
    names = [take.sha256 for take in rows[:how_many]]
    for name in names:
        house.withdraw(handle, takes=[name])
    return names


def notices() -> list[Notice]:
    return [item_of(row) for row in Revocation.objects.order_by("number")]


def test_a_withdrawal_tells_each_licensee_what_must_go_and_by_when(filled: yesand.House) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    withdrawal = filled.withdraw("Bert", reason="I am moving to Lisbon")
    (row,) = Revocation.objects.all()
    (told,) = notices()
    assert row.licensee == lab() and row.number == told.number == 1 and told.before is None
    assert row.entry.kind == Kind.REVOCATION_NOTICED and row.entry.record == told.digest
    theirs = {t.sha256 for t in manifest.takes if t.performer == "Bert"}
    assert told.of(manifest.digest) == theirs
    assert told.withdrawal == withdrawal.entry_id
    due = {t.duty: t.until for t in told.duties}
    assert due == {
        "stop training": withdrawal.at,
        "delete recordings": withdrawal.at + timedelta(days=30),
        "retrain or retire": withdrawal.at + timedelta(days=180),
        "go on paying": None,
    }


def test_a_notice_names_nobody_and_gives_no_reason(filled: yesand.House) -> None:
    people.found(filled.place, "other-lab", "Other Lab", Organisation.Kind.LICENSEE)
    filled.withdraw("Bert", reason="I am moving to Lisbon", licensees=["house-lab", "other-lab"])
    bert, (row,) = people.performer("Bert"), Revocation.objects.all()
    said = (
        json.dumps(services.page(filled.place, lab(), 0)[0])
        + dsse.payload_of(row.envelope).decode()
    )
    for word in ("Bert", "Lisbon", "other-lab", bert.public_key, row.withdrawal_id):
        assert word not in said


def test_a_licensee_whom_it_does_not_concern_is_told_nothing(filled: yesand.House) -> None:
    people.found(filled.place, "other-lab", "Other Lab", Organisation.Kind.LICENSEE)
    filled.withdraw("Bert", licensees=["other-lab"])
    filled.withdraw("Alba", purposes=[Purpose.HEALTH])
    assert not Revocation.objects.exists()
    head = services.head(filled.place, lab())
    assert parse(dsse.payload_of(head))["count"] == 0


def test_the_same_withdrawal_again_tells_nothing_new(filled: yesand.House) -> None:
    filled.withdraw("Bert")
    filled.withdraw("Bert")
    services.catch_up(filled.place, lab())
    assert Revocation.objects.count() == 1


def test_a_withdrawal_from_before_there_was_a_feed_is_told_when_it_is_read(
    filled: yesand.House,
) -> None:
    obligations(filled.place, agreements.withdraw(filled.place, people.performer("Bert")))
    assert not Revocation.objects.exists()
    head = services.head(filled.place, lab())
    assert parse(dsse.payload_of(head))["count"] == 1 and Revocation.objects.count() == 1


def test_what_was_told_is_never_changed(filled: yesand.House) -> None:
    filled.withdraw("Bert")
    for act in (
        lambda: Revocation.objects.update(number=2),
        lambda: Revocation.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


def test_a_broken_manifest_hinders_no_withdrawal(filled: yesand.House) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    corpus.path_of(filled.place, manifest.digest).write_bytes(b"{}")
    (name,) = taken(filled, "Bert")
    (told,) = notices()
    assert told.of(manifest.digest) == {name}


# Pages, checked without a network -----------------------------------------------------------------


def read(house: yesand.House, before: Position, page: int = 0) -> list[Notice]:
    sealed, _ = services.page(house.place, lab(), page)
    return open_page(sealed, log.key_of(house.place), "house-lab", page, PER_PAGE, before)[0]


def test_a_page_is_the_same_bytes_whenever_it_is_asked_for(
    filled: yesand.House, clock: SetClock
) -> None:
    taken(filled, "Bert", 2)
    first, full = services.page(filled.place, lab(), 0)
    assert not full
    clock.advance(days=9)
    corpus.gate(filled.place, ask(filled, purpose=Purpose.HEALTH))  # the log has grown
    assert canonical(services.page(filled.place, lab(), 0)[0]) == canonical(first)
    assert [n.number for n in read(filled, Position())] == [1, 2]


def test_a_full_page_is_full_and_the_next_one_follows_it(
    filled: yesand.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pages, services):
        monkeypatch.setattr(module, "PER_PAGE", 2)
    taken(filled, "Bert", 3)
    taken(filled, "Alba", 2)
    key = log.key_of(filled.place)
    position, seen = Position(), list[int]()
    for page in range(3):
        sealed, full = services.page(filled.place, lab(), page)
        assert full is (page < 2)
        new, _ = open_page(sealed, key, "house-lab", page, 2, position)
        seen += [n.number for n in new]
        position = Position(new[-1].number, new[-1].digest)
    assert seen == [1, 2, 3, 4, 5]
    with pytest.raises(yesand.YesAndError, match="no such page"):
        services.page(filled.place, lab(), 3)


def resealed(house: yesand.House, change: Callable[[Any], object], page: int = 0) -> dict[str, Any]:
    """A page changed and signed again: what a house itself could try."""
    payload = parse(dsse.payload_of(services.page(house.place, lab(), page)[0]))
    change(payload)
    return dsse.seal(payload, [house.place.signer], pages.PAGE_TYPE)


def _swap(payload: Any) -> None:
    payload["items"].reverse()


def _drop(payload: Any) -> None:
    del payload["items"][0]


def _twice(payload: Any) -> None:
    payload["items"].insert(1, payload["items"][0])


def _other_receipt(payload: Any) -> None:
    payload["items"][0]["logged"] = payload["items"][1]["logged"]


def _nothing(payload: Any) -> None:
    payload["items"] = []


def _elsewhere(payload: Any) -> None:
    payload["page"] = 1


@pytest.mark.parametrize("change", [_swap, _drop, _twice, _other_receipt, _nothing, _elsewhere])
def test_not_even_the_house_can_reorder_drop_or_repeat_notices(
    filled: yesand.House, change: Callable[[Any], object]
) -> None:
    taken(filled, "Bert", 3)
    key = log.key_of(filled.place)
    with pytest.raises(FeedBroken):
        open_page(resealed(filled, change), key, "house-lab", 0, PER_PAGE, Position())


def test_a_page_of_another_key_or_of_changed_bytes_is_refused(filled: yesand.House) -> None:
    taken(filled, "Bert", 2)
    sealed, _ = services.page(filled.place, lab(), 0)
    key, payload = log.key_of(filled.place), dsse.payload_of(sealed)
    forged = dsse.seal(parse(payload), [Signer.generate()], pages.PAGE_TYPE)
    changed = payload.replace(b'"page":0', b'"page":0.0')
    assert changed != payload
    edited = {**sealed, "payload": base64.b64encode(changed).decode()}
    for wrong in (forged, edited, {}, [], None, {"payload": "?"}):
        with pytest.raises(FeedBroken):
            open_page(wrong, key, "house-lab", 0, PER_PAGE, Position())
    with pytest.raises(FeedBroken, match="another page"):
        open_page(sealed, key, "other-lab", 0, PER_PAGE, Position())


def test_a_head_that_goes_back_is_refused(filled: yesand.House, clock: SetClock) -> None:
    key = log.key_of(filled.place)
    taken(filled, "Bert", 1)
    old = services.head(filled.place, lab())
    clock.advance(minutes=5)
    taken(filled, "Bert", 2)
    first = open_head(services.head(filled.place, lab()), key, Position())
    now = Position(first.count, first.last, first.at, first.checkpoint)
    assert first.checkpoint and open_head(
        services.head(filled.place, lab(), [first.checkpoint.size]), key, now
    )
    with pytest.raises(FeedBroken, match="was seen before"):
        open_head(old, key, now)  # an old answer played back
    with pytest.raises(FeedBroken, match="notices were read"):
        open_head(old, key, Position(first.count, first.last, "", None))
    with pytest.raises(FeedBroken, match="and now it has"):
        open_head(old, key, Position(0, None, "", first.checkpoint))  # the log was rolled back


def test_a_log_that_was_rewritten_is_found(filled: yesand.House, clock: SetClock) -> None:
    taken(filled, "Bert", 1)
    key = log.key_of(filled.place)
    first = open_head(services.head(filled.place, lab()), key, Position())
    other = Position(first.count, first.last, first.at, _forged(first.checkpoint))
    told = services.head(filled.place, lab(), [first.checkpoint.size])
    with pytest.raises(FeedBroken, match="does not begin"):
        open_head(told, key, other)
    taken(filled, "Alba", 1)
    told = services.head(filled.place, lab(), [first.checkpoint.size])
    with pytest.raises(FeedBroken, match="does not begin"):
        open_head(told, key, other)


def _forged(head: Any) -> Any:
    return type(head)(head.origin, head.size, bytes(32))
