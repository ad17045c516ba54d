from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dishonest import Change, audited, forged, laid_open

import yesand
from small_troupe import START, ask, troupe
from yesand.agreements import services as agreements
from yesand.agreements.models import Agreement
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose
from yesand.corpus import services as corpus
from yesand.corpus.auditing.audit import audit
from yesand.corpus.auditing.register import Register
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import CheckFailed, YesAndError
from yesand.people import services as people
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.provenance.disclosure import read
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.takes.models import Take
from yesand.takes.reviewing.services import review


@pytest.fixture
def lived(house: yesand.House, tmp_path: Path) -> yesand.House:
    """A house in which takes were rejected and taken back, and somebody signed anew."""
    troupe(house, tmp_path / "troupe")
    place = house.place
    corpus.gate(place, ask(house))
    producer = User.objects.create(username="paula")
    take = Take.objects.filter(performer__handle="Alba").order_by("entry_id")[0]
    review(place, take, producer, "rejected", "A siren")
    corpus.gate(place, ask(house))
    house.withdraw("Bert", reason="I have thought again.")
    house.withdraw("Cleo", purposes=["health"])
    corpus.gate(place, ask(house))
    corpus.gate(place, ask(house, purpose=Purpose.HEALTH))
    bert = people.performer("Bert")
    first = Agreement.objects.get(performer=bert)
    new = standard("recognition", START, territories=["DE"])
    agreements.sign(place, new, bert, people.organisation("producer"), supersedes=first)
    corpus.gate(place, ask(house))
    return house


def test_an_auditor_finds_every_manifest_complete_and_what_was_withdrawn_absent(
    lived: yesand.House, tmp_path: Path
) -> None:
    found = audited(lived, tmp_path)
    assert (found.takes, found.agreements, found.erased) == (9, 4, 0)
    counts = [(m.permitted, m.denied, m.decided, m.told) for m in found.manifests]
    assert counts == [(9, 0, 9, 0), (8, 1, 9, 0), (5, 4, 9, 0), (2, 7, 9, 0), (8, 1, 9, 0)]
    bert, cleo = found.withdrawals
    # Of three manifests signed after Bert withdrew, the last came after he had signed anew.
    assert (bert.later, bert.kept_out, bert.open) == (3, 3, 1)
    # Cleo took one purpose back; one manifest asks for that.
    assert (cleo.later, cleo.kept_out, cleo.open) == (3, 3, 2)


def test_what_an_auditor_reads_names_nobody(lived: yesand.House, tmp_path: Path) -> None:
    told = "\n".join(audited(lived, tmp_path).lines())
    assert "permitted" in told
    assert not any(name in told for name in ("Alba", "Bert", "Cleo", "paula", "thought", "siren"))


def test_the_log_tells_at_every_position_what_stood_in_the_house(
    lived: yesand.House, tmp_path: Path
) -> None:
    told = read(laid_open(lived, tmp_path / "d.jsonl"))
    register = Register.of(told)
    for size in range(told.head.size + 1):
        assert register.standings(size) == agreements.standings(size)
    now = dict(Take.objects.values_list("entry_id", "state"))
    assert register.state(told.head.size) == now


def test_nothing_else_of_the_log_is_laid_open(lived: yesand.House, tmp_path: Path) -> None:
    told = read(laid_open(lived, tmp_path / "d.jsonl"))
    closed = {kind for n, kind in enumerate(told.kinds) if n not in told.opened}
    assert Kind.REVOCATION_NOTICED in closed
    assert {entry.kind for entry in told.opened.values()} == {
        Kind.AGREEMENT_SIGNED,
        Kind.AGREEMENT_WITHDRAWN,
        Kind.MANIFEST_SIGNED,
        Kind.PERFORMER_JOINED,
        Kind.TAKE_RECORDED,
        Kind.TAKE_REVIEWED,
    }


def test_the_same_content_of_two_performers_is_disputed_for_an_auditor_too(
    house: yesand.House, tmp_path: Path
) -> None:
    source = tmp_path / "troupe"
    troupe(house, source)
    corpus.gate(house.place, ask(house))
    (source / "Cleo-calm.wav").write_bytes((source / "Alba-calm.wav").read_bytes())
    house.import_corpus(source, agreement=standard("recognition", START))
    result = corpus.gate(house.place, ask(house))
    assert (result.permitted, result.denied) == (8, 2)
    found = audited(house, tmp_path)
    assert [(m.permitted, m.denied) for m in found.manifests] == [(9, 0), (8, 2)]


def leave_out(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    value["takes"].pop(0)


def let_in_what_was_withdrawn(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    value["takes"], value["denied"] = value["all"], []


def refuse_one(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    entry = value["takes"].pop()["entry"]
    value["denied"] = sorted([*value["denied"], [entry, value["denied"][0][1]]])


def call_it_happy(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    value["takes"][0]["emotion"] = "happy"


def add_a_take(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    value["takes"].append({**value["takes"][-1], "entry": predicate["log"]["size"] - 1})


def list_twice(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    value["takes"].append(value["takes"][-1])


def give_another_reason(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    for decision in predicate["decisions"]:
        if not decision["permit"]:
            decision["clauses"][0]["reason"] = "because"


def give_no_reason(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    value["denied"][0][1] = 99


def claim_the_log_of_before(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    predicate["log"]["size"] -= 1


def claim_a_log_to_come(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    predicate["log"]["size"] += 1_000


def of_another_house(value: dict[str, Any], predicate: dict[str, Any]) -> None:
    predicate["house"] = "yes-and/0000000000000000"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (leave_out, "in neither of its lists"),
        (let_in_what_was_withdrawn, r"holds 3 of the takes that entry \d+ withdrew"),
        (let_in_what_was_withdrawn, "is in it and was to be refused"),
        (refuse_one, "is refused and was permitted"),
        (call_it_happy, "otherwise than it was logged: emotion"),
        (add_a_take, "listed as a take and is none"),
        (list_twice, "listed more than once"),
        (give_another_reason, "refused for other reasons"),
        (give_no_reason, "by a decision that it does not tell"),
        (claim_the_log_of_before, "the log was another at its position"),
        (claim_a_log_to_come, "was in the log before that"),
        (of_another_house, "of another house"),
    ],
)
def test_a_manifest_that_the_gate_did_not_make_is_found_and_named(
    house: yesand.House, tmp_path: Path, change: Change, said: str
) -> None:
    troupe(house, tmp_path / "troupe")
    before = corpus.gate(house.place, ask(house)).manifest
    house.withdraw("Bert")
    after = corpus.gate(house.place, ask(house)).manifest

    def changed(value: dict[str, Any], predicate: dict[str, Any]) -> None:
        value["all"] = [take.as_json() for take in before.takes]
        change(value, predicate)
        del value["all"]

    path = forged(house, after, changed)
    with pytest.raises(CheckFailed, match=said) as fault:
        audited(house, tmp_path)
    assert path.stem[:12] in fault.value.what
    # The honest ones beside it are not blamed.
    assert before.digest[:12] not in fault.value.what and after.digest[:12] not in fault.value.what


def test_a_position_from_before_a_withdrawal_does_not_hide_that_it_was_not_obeyed(
    house: yesand.House, tmp_path: Path
) -> None:
    troupe(house, tmp_path / "troupe")
    before = corpus.gate(house.place, ask(house)).manifest
    house.withdraw("Bert")

    def later(value: dict[str, Any], predicate: dict[str, Any]) -> None:
        predicate["request"]["at"] = "2026-10-02T00:00:00Z"

    forged(house, before, later)
    with pytest.raises(CheckFailed, match="holds 3 of the takes") as fault:
        audited(house, tmp_path)
    assert "came before it was signed and was not obeyed" in fault.value.what


def lines_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def rewritten(path: Path, change: Callable[[list[Any]], None]) -> Path:
    lines = lines_of(path)
    change(lines)
    path.write_bytes(b"".join(canonical(line) + b"\n" for line in lines))
    return path


def first(lines: list[Any], kind: str) -> int:
    return next(n for n, line in enumerate(lines) if line.get("kind") == kind)


def cut_the_end(lines: list[Any]) -> None:
    lines.pop()


def drop_a_take(lines: list[Any]) -> None:
    del lines[first(lines, Kind.TAKE_RECORDED)]


def swap_two(lines: list[Any]) -> None:
    lines[3], lines[4] = lines[4], lines[3]


def hold_a_withdrawal_back(lines: list[Any]) -> None:
    del lines[first(lines, Kind.AGREEMENT_WITHDRAWN)]["opened"]


def hold_a_manifest_back(lines: list[Any]) -> None:
    del lines[first(lines, Kind.MANIFEST_SIGNED)]["opened"]


def tell_another_take(lines: list[Any]) -> None:
    lines[first(lines, Kind.TAKE_RECORDED)]["opened"]["record"]["emotion"] = "sad"


def unsign(lines: list[Any]) -> None:
    opened = lines[first(lines, Kind.AGREEMENT_SIGNED)]["opened"]
    opened["envelope"]["signatures"].pop()


def shorten_a_list(lines: list[Any]) -> None:
    lines[first(lines, Kind.MANIFEST_SIGNED)]["opened"]["beside"]["takes"].pop()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (cut_the_end, "entries are not the"),
        (drop_a_take, "entries are not the"),
        (swap_two, "entries are not the"),
        (hold_a_withdrawal_back, "held back: agreement.withdrawn"),
        (hold_a_manifest_back, "held back: manifest.signed"),
        (tell_another_take, "is about something else"),
        (unsign, "signature is missing"),
        (shorten_a_list, "not those that were signed"),
    ],
)
def test_a_disclosure_that_was_changed_is_refused(
    lived: yesand.House, tmp_path: Path, change: Callable[[list[Any]], None], said: str
) -> None:
    path = rewritten(laid_open(lived, tmp_path / "d.jsonl"), change)
    with pytest.raises(CheckFailed, match=said):
        audit(read(path))


def test_one_changed_byte_anywhere_in_a_disclosure_is_refused(
    lived: yesand.House, tmp_path: Path
) -> None:
    path, chance = laid_open(lived, tmp_path / "d.jsonl"), random.Random(20261001)
    whole = path.read_bytes()
    for at in chance.sample(range(len(whole)), 150):
        other = bytes([whole[at] ^ (1 << chance.randrange(7))])
        path.write_bytes(whole[:at] + other + whole[at + 1 :])
        with pytest.raises(YesAndError):
            audit(read(path))


def test_a_checkpoint_that_was_kept_shows_that_the_log_was_cut_short(
    lived: yesand.House, tmp_path: Path
) -> None:
    early = laid_open(lived, tmp_path / "early.jsonl")
    kept = log.checkpoint(lived.place)
    read(early).begins_with(kept)
    lived.withdraw("Alba")
    later = log.checkpoint(lived.place)
    with pytest.raises(CheckFailed, match="cut short"):
        read(early).begins_with(later)
    read(laid_open(lived, tmp_path / "late.jsonl")).begins_with(kept)


def test_a_manifest_from_elsewhere_must_be_one_of_the_logs(
    lived: yesand.House, tmp_path: Path
) -> None:
    early = read(laid_open(lived, tmp_path / "early.jsonl"))
    known = corpus.gate(lived.place, ask(lived)).manifest
    audit(early, [("corpus.json", known.to_bytes())])

    def later(value: dict[str, Any], predicate: dict[str, Any]) -> None:
        predicate["request"]["at"] = "2026-10-02T00:00:00Z"

    beside = forged(lived, known, later, logged=False)
    with pytest.raises(CheckFailed, match="never entered in the log"):
        audit(early, [("beside.json", beside.read_bytes())])
    lived.withdraw("Alba")
    new = corpus.gate(lived.place, ask(lived)).manifest
    with pytest.raises(CheckFailed, match="The log ends at"):
        audit(early, [("new.json", new.to_bytes())])


def test_takes_that_were_erased_are_counted_and_nothing_is_claimed_of_them(
    lived: yesand.House, tmp_path: Path
) -> None:
    lived.withdraw("Bert")
    gone = Take.objects.filter(performer__handle="Bert")
    log.erase(Entry.objects.filter(pk__in=gone.values("entry_id")))
    corpus.gate(lived.place, ask(lived))
    found = audited(lived, tmp_path)
    assert found.erased == 3 and all(m.erased == 3 and m.decided == 6 for m in found.manifests)
    assert any("erased" in line for line in found.lines())


def test_a_verdict_that_comes_while_the_gate_decides_is_obeyed(
    house: yesand.House, tmp_path: Path
) -> None:
    troupe(house, tmp_path / "troupe")
    producer = User.objects.create(username="paula")
    once = [Take.objects.order_by("entry_id")[0]]

    def meanwhile(done: int, whole: int, what: str = "") -> None:
        if once:
            review(house.place, once.pop(), producer, "rejected", "A siren")

    result = corpus.gate(house.place, ask(house), progress=meanwhile)
    assert (result.permitted, result.denied) == (8, 1)
    assert audited(house, tmp_path).manifests[0].permitted == 8
