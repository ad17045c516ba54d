from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from test_obligations import deployed, trained

import yesand
from served_house import between, served
from small_troupe import ask, troupe
from yesand.agreements import services as agreements
from yesand.agreements.vocabulary import Purpose
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.keys import Signer
from yesand.oversight.feed import pages, services
from yesand.oversight.feed.following import Followed, follow
from yesand.oversight.feed.line import Line, NoAnswer
from yesand.oversight.feed.notice import FeedBroken, Notice
from yesand.oversight.feed.pages import PER_PAGE, Position, open_head, open_page
from yesand.oversight.feed.watching import Silent, Watch
from yesand.oversight.models import Revocation
from yesand.oversight.services import obligations
from yesand.people import services as people
from yesand.people.models import Organisation
from yesand.people.security.services import make_token
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.models import Take


@pytest.fixture
def filled(house: yesand.House, tmp_path: Path) -> yesand.House:
    troupe(house, tmp_path / "troupe")
    manifest = corpus.gate(house.place, ask(house)).manifest
    deployed(house, trained(house, manifest.digest))
    return house


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
    return [services.notice_of(row) for row in Revocation.objects.order_by("number")]


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
    filled.withdraw("Bert", licensees=["somebody-else"])
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


# Over HTTP, from a second process -----------------------------------------------------------------


@dataclass
class Licensee:
    """A licensee's machine: a manifest, a token, and the house's address."""

    house: yesand.House
    url: str
    token: str
    manifest: Path
    signed: SignedManifest

    def watch(self, url: str = "", **how: Any) -> Watch:
        return Watch.of(Line(url or self.url, self.token), self.manifest, **how)

    def run(self, *more: str, url: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command as a licensee does: no house, no database."""
        command = [sys.executable, "-m", "yesand.cli", "revocations", url or self.url]
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        return subprocess.run(
            [*command, "--manifest", str(self.manifest), "--json", *more],
            env={**environment, "YESAND_TOKEN": self.token},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def licensee(filled: yesand.House, tmp_path: Path) -> Iterator[Licensee]:
    user = people.account("lab", "licensee", "a line of one's own", organisation=lab())
    _, token = make_token(filled.place, user, "training", ["corpus:read"], None)
    signed = corpus.gate(filled.place, ask(filled)).manifest
    path = tmp_path / "elsewhere" / "corpus.json"
    path.parent.mkdir()
    signed.save(path)
    with served(filled.place.root) as url:
        yield Licensee(filled, url, token, path, signed)


@pytest.mark.browser
def test_a_licensee_learns_what_must_go_and_goes_on_from_there(licensee: Licensee) -> None:
    quiet = licensee.run()
    assert quiet.returncode == 0, quiet.stderr
    assert json.loads(quiet.stdout)["manifests"][0]["gone"] == []
    (name,) = taken(licensee.house, "Bert")
    told = licensee.run()
    (seen,) = json.loads(told.stdout)["manifests"]
    assert told.returncode == 1 and seen["gone"] == [name]
    assert {t["duty"] for t in seen["tasks"]} >= {"stop training", "delete recordings"}
    state = Followed.load(licensee.manifest.with_name("corpus.json.revocations"))
    assert state and state.position.number == 1
    licensee.house.withdraw("Alba")
    gone = licensee.watch().look().gone
    assert gone == {name, *(t.sha256 for t in licensee.signed.takes if t.performer == "Alba")}


@pytest.mark.browser
def test_without_the_house_what_was_known_is_still_known(
    licensee: Licensee, clock: SetClock
) -> None:
    clock.at = yesand.kernel.clock.Clock().now()
    (name,) = taken(licensee.house, "Bert")
    assert licensee.watch().look().gone == {name}
    nowhere = "http://127.0.0.1:9"
    seen = licensee.watch(nowhere).look()
    assert seen.gone == {name} and "does not answer" in seen.fault
    said = licensee.run(url=nowhere)
    assert said.returncode == 1 and json.loads(said.stdout)["manifests"][0]["gone"] == [name]


@pytest.mark.browser
def test_a_house_that_is_silent_for_long_permits_nothing(
    licensee: Licensee, clock: SetClock
) -> None:
    now = SetClock(yesand.kernel.clock.Clock().now())
    licensee.watch(clock=now).still_holds()
    nowhere = "http://127.0.0.1:9"
    licensee.watch(nowhere, clock=now).still_holds()
    now.advance(days=8)
    with pytest.raises(Silent, match="not known"):
        licensee.watch(nowhere, clock=now).still_holds()
    licensee.watch(clock=now).still_holds()
    new = Watch.of(
        Line(nowhere),
        licensee.manifest,
        licensee.manifest.with_name("empty"),
        str(log.key_of(licensee.house.place)),
    )
    with pytest.raises(Silent, match="not answered yet"):
        new.still_holds()


@pytest.mark.browser
def test_training_elsewhere_stops_at_the_next_checkpoint(licensee: Licensee) -> None:
    watch, done = licensee.watch(), 0
    with pytest.raises(Overtaken, match="1 of its 9 takes"):
        for epoch in range(5):
            watch.still_holds()
            done = epoch + 1
            if epoch == 1:
                taken(licensee.house, "Cleo")
    assert done == 2


@pytest.mark.browser
@pytest.mark.parametrize("path", ["pages", "revocations?", "revocations"])
def test_who_stands_between_and_changes_anything_is_found(licensee: Licensee, path: str) -> None:
    taken(licensee.house, "Bert", 2)

    def edit(asked: str, body: bytes) -> bytes:
        if path not in asked:
            return body
        told = json.loads(body)
        payload = base64.b64decode(told["payload"])
        changed = payload.replace(b'"licensee":"house-lab"', b'"licensee":"other-lab"')
        assert changed != payload
        return json.dumps({**told, "payload": base64.b64encode(changed).decode()}).encode()

    with between(licensee.url, edit) as url, pytest.raises(FeedBroken, match="signature"):
        licensee.watch(url).look()
    assert licensee.watch().look().gone  # nothing was lost


@pytest.mark.browser
def test_an_old_answer_that_is_played_back_is_found(licensee: Licensee) -> None:
    kept = dict[str, bytes]()

    def remember(asked: str, body: bytes) -> bytes:
        return kept.setdefault(asked.partition("?")[0], body)

    with between(licensee.url, remember) as url:
        assert not licensee.watch(url).look().gone
        taken(licensee.house, "Bert")
        assert licensee.watch().look().gone
        with pytest.raises(FeedBroken, match="was seen before"):
            licensee.watch(url).look()


@pytest.mark.browser
def test_another_house_cannot_answer_for_this_one(licensee: Licensee, tmp_path: Path) -> None:
    other = Signer.generate()
    from yesand.provenance.evidence import origin_of
    from yesand.provenance.note import Verifier

    theirs = Verifier(origin_of(other.public), other.public)
    with pytest.raises(CheckFailed, match="not that of the house"):
        licensee.watch(key=str(theirs))
    with pytest.raises(CheckFailed):
        follow(
            Line(licensee.url, licensee.token), Followed(theirs), licensee.house.place.clock.now()
        )


@pytest.mark.browser
def test_a_wrong_token_and_what_is_no_house_are_said_so(licensee: Licensee) -> None:
    with pytest.raises(Refused, match="401"):
        Watch.of(Line(licensee.url, "ya_wrong"), licensee.manifest).look()
    with between(licensee.url, lambda path, body: b"<html>") as url, pytest.raises(NoAnswer):
        licensee.watch(url)
    state = licensee.manifest.with_name("corpus.json.revocations")
    state.write_text("{")
    with pytest.raises(BadInput, match="remembered"):
        licensee.watch()


@pytest.mark.parametrize(
    "url",
    ["", "house.example", "ftp://house.example", "http://house.example", "https://h.example:no"],
)
def test_a_token_goes_to_no_address_that_would_tell_it(url: str) -> None:
    with pytest.raises(BadInput):
        Line(url, "ya_secret")
    assert "secret" not in repr(Line("https://house.example", "ya_secret"))
