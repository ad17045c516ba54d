from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from test_obligations import deployed, trained

import yesand
from small_troupe import ask, troupe
from yesand.agreements import services as agreements
from yesand.agreements.models import Withdrawal
from yesand.agreements.scope import EVERYTHING, Scope
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.models import Manifest
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput
from yesand.oversight.foreseen import Foreseen
from yesand.oversight.withdrawing.services import foresee, take_back
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.takes.models import Take

SCOPES: list[dict[str, Any]] = [
    {},
    {"purposes": ["emotion-recognition"]},
    {"use_classes": ["synthesis"]},
    {"licensees": ["house-lab"], "modalities": ["voice"]},
]


@pytest.fixture
def filled(house: yesand.House, tmp_path: Path) -> yesand.House:
    """Two corpora for two purposes, one of them with a model in service."""
    troupe(house, tmp_path / "troupe")
    manifest = corpus.gate(house.place, ask(house)).manifest
    deployed(house, trained(house, manifest.digest))
    research = house.request(purpose="research", use_class="recognition", territory="DE")
    trained(house, corpus.gate(house.place, research).manifest.digest, "study")
    return house


def holds(house: yesand.House, manifest: Manifest) -> bool:
    try:
        corpus.check_current(house.place, corpus.find(house.place, manifest.digest))
    except Overtaken:
        return False
    return True


def lost(house: yesand.House) -> set[str]:
    return {m.digest for m in Manifest.objects.all() if not holds(house, m)}


@pytest.mark.parametrize("narrowed", SCOPES, ids=str)
def test_what_was_foreseen_is_exactly_what_happens(
    filled: yesand.House, narrowed: dict[str, Any]
) -> None:
    bert, scope = people.performer("Bert"), Scope.parse(narrowed)
    foreseen = foresee(filled.place, bert, scope)
    assert lost(filled) == set()
    withdrawal, new = take_back(filled.place, bert, scope)
    assert new
    assert {c.manifest for c in foreseen.corpora} == lost(filled)
    raised = [(o.duty, o.bearer.slug, o.subject, o.due, o.clause) for o in _raised(withdrawal)]
    said = [(d.duty.value, d.bearer, d.subject, d.due, d.clause) for d in foreseen.duties]
    assert sorted(raised, key=str) == sorted(said, key=str)


@pytest.mark.parametrize("narrowed", [{}, {"purposes": ["research"]}], ids=str)
def test_what_was_foreseen_of_single_takes_is_exactly_what_happens(
    filled: yesand.House, narrowed: dict[str, Any]
) -> None:
    bert = people.performer("Bert")
    before = {m.digest: len(takes_in(filled, m, bert)) for m in Manifest.objects.all()}
    take, other = Take.objects.filter(performer=bert).order_by("entry_id")[:2]
    scope = Scope.parse({"takes": [take.sha256, other.sha256], **narrowed})
    foreseen = foresee(filled.place, bert, scope)
    assert foreseen.takes == 2 and {c.takes for c in foreseen.corpora} == {2}
    withdrawal, _ = take_back(filled.place, bert, scope)
    assert {c.manifest for c in foreseen.corpora} == lost(filled)
    raised = [(o.duty, o.bearer.slug, o.subject, o.due, o.clause) for o in _raised(withdrawal)]
    said = [(d.duty.value, d.bearer, d.subject, d.due, d.clause) for d in foreseen.duties]
    assert sorted(raised, key=str) == sorted(said, key=str)
    deleted = {o.subject for o in _raised(withdrawal) if o.duty == "delete recordings"}
    assert ("takes:2 of Bert" in deleted) is (not narrowed)
    corpus.gate(filled.place, ask(filled))
    later = Manifest.objects.order_by("entry_id").last()
    assert later is not None
    kept = before[foreseen.corpora[0].manifest] - (0 if narrowed else 2)
    assert len(takes_in(filled, later, bert)) == kept


def takes_in(house: yesand.House, manifest: Manifest, performer: Performer) -> list[str]:
    found = corpus.find(house.place, manifest.digest)
    return [take.sha256 for take in found.takes if take.performer == performer.handle]


def test_a_corpus_without_the_single_take_is_not_concerned(filled: yesand.House) -> None:
    bert = people.performer("Bert")
    first, second = Take.objects.filter(performer=bert).order_by("entry_id")[:2]
    take_back(filled.place, bert, Scope(takes=frozenset({first.sha256})))
    corpus.gate(filled.place, ask(filled))
    again = foresee(filled.place, bert, Scope(takes=frozenset({first.sha256})))
    assert again.already and len(again.corpora) == 2
    assert len(foresee(filled.place, bert, Scope(takes=frozenset({second.sha256}))).corpora) == 3


@pytest.mark.parametrize("of", ["Alba", "nobody"])
def test_a_take_that_is_not_ones_own_cannot_be_taken_back(filled: yesand.House, of: str) -> None:
    alba = Take.objects.filter(performer__handle="Alba").first()
    assert alba is not None
    named = alba.sha256 if of == "Alba" else "f" * 64
    scope = Scope(takes=frozenset({named}))
    for act in (foresee, take_back):
        with pytest.raises(BadInput, match="No take of Bert"):
            act(filled.place, people.performer("Bert"), scope)
    with pytest.raises(BadInput, match="No take of Bert"):
        filled.withdraw("Bert", takes=[named[:10]])
    assert not Withdrawal.objects.exists()


def test_a_name_of_few_signs_or_of_none_takes_nothing_back(filled: yesand.House) -> None:
    mine = Take.objects.filter(performer__handle="Bert").first()
    assert mine is not None
    for name in ("", mine.sha256[:7], "%", "x" * 64):
        with pytest.raises(BadInput):
            filled.withdraw("Bert", takes=[name])
    made = filled.withdraw("Bert", takes=[mine.sha256[:8].upper()])
    assert made.scope["takes"] == [mine.sha256]
    assert agreements.check_withdrawal(made).takes == {mine.sha256}
    assert made.obligations.exists()  # raised with it, in one step


def test_a_withdrawal_from_before_there_were_single_takes_still_verifies() -> None:
    """Written by the version before, byte by byte."""
    old = {"licensees": [], "modalities": [], "purposes": ["health"], "use_classes": []}
    assert Scope.parse(old).as_json() == old
    assert Scope().as_json() == {**old, "purposes": []}
    assert canonical(Scope.parse(old).as_json()) == canonical(old)


def _raised(withdrawal: Withdrawal) -> list[Any]:
    return list(withdrawal.obligations.select_related("bearer"))


def test_as_many_takes_are_lost_to_new_requests_as_was_said(filled: yesand.House) -> None:
    bert = people.performer("Bert")
    before = corpus.gate(filled.place, ask(filled)).permitted
    foreseen = foresee(filled.place, bert, EVERYTHING)
    take_back(filled.place, bert, EVERYTHING)
    assert corpus.gate(filled.place, ask(filled)).permitted == before - foreseen.takes


def test_foreseeing_changes_nothing(filled: yesand.House) -> None:
    before = filled.counts()
    foresee(filled.place, people.performer("Bert"), EVERYTHING)
    assert filled.counts() == before and not Withdrawal.objects.exists()


def test_what_stays_in_service_is_named_with_what_it_pays_for(filled: yesand.House) -> None:
    foreseen = foresee(filled.place, people.performer("Bert"), EVERYTHING)
    assert [s.name for s in foreseen.services] == ["ear-live"]
    assert [d.subject for d in foreseen.pays] == ["deployment:ear-live"]
    assert foreseen.models == 2


def test_a_second_time_it_is_said_that_it_is_done(filled: yesand.House) -> None:
    bert = people.performer("Bert")
    made, _ = take_back(filled.place, bert, EVERYTHING)
    again = foresee(filled.place, bert, EVERYTHING)
    assert again.already == made.digest and all(c.ended for c in again.corpora)
    assert take_back(filled.place, bert, EVERYTHING) == (made, False)


def test_a_form_is_stale_once_there_is_more_to_say(filled: yesand.House) -> None:
    bert = people.performer("Bert")
    shown = foresee(filled.place, bert, EVERYTHING)
    filled.place.clock.advance(days=1)  # type: ignore[attr-defined]
    assert _print(filled, bert) == shown.fingerprint  # other dates, the same form
    deployed(filled, trained(filled, shown.corpora[0].manifest, "ear-2"), "ear-2-live")
    assert _print(filled, bert) != shown.fingerprint


def _print(house: yesand.House, performer: Any) -> str:
    found: Foreseen = foresee(house.place, performer, EVERYTHING)
    return found.fingerprint


@pytest.mark.both_databases
def test_withdrawing_twice_at_once_is_one_withdrawal(filled: yesand.House) -> None:
    bert, results, together = (
        people.performer("Bert"),
        list[tuple[str, bool]](),
        threading.Barrier(4),
    )

    def withdraw() -> None:
        together.wait()
        try:
            made, new = take_back(filled.place, bert, EVERYTHING)
            results.append((made.digest, new))
        finally:
            connection.close()

    threads = [threading.Thread(target=withdraw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({digest for digest, _ in results}) == 1 and len(results) == 4
    assert sum(new for _, new in results) == 1
    assert Withdrawal.objects.count() == 1
    assert agreements.check_withdrawal(Withdrawal.objects.get()) == EVERYTHING
    assert filled.check()
