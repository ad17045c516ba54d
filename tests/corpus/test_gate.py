from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

import yesand
from small_troupe import START, ask, record, troupe
from strategies_of_terms import TAKES, fitting, requests, terms, withdrawals
from yesand.agreements import services as agreements
from yesand.agreements.decision import Decision, Request, decide
from yesand.agreements.film import of_film
from yesand.agreements.models import Agreement
from yesand.agreements.scope import Scope
from yesand.agreements.standing import Standing
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Action, Modality, Purpose, UseClass
from yesand.corpus import services as corpus
from yesand.corpus.auditing.services import audit_completeness
from yesand.corpus.completeness import Audit
from yesand.corpus.errors import NothingPermitted, Overtaken
from yesand.corpus.gate import MODALITIES, STATES, Columns, evaluate
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import CheckFailed, NotFound, Refused
from yesand.people import services as people
from yesand.people.models import Organisation
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.takes import services as takes
from yesand.takes.models import Take


@pytest.fixture
def filled(house: yesand.House, tmp_path: Path) -> yesand.House:
    troupe(house, tmp_path / "troupe")
    return house


def performers(result: corpus.GateResult) -> set[str]:
    return {take.performer for take in result.manifest.takes}


@pytest.mark.both_databases
def test_the_gate_lets_through_what_the_terms_permit(filled: yesand.House) -> None:
    result = corpus.gate(filled.place, ask(filled))
    assert result.new and result.permitted == 9 and result.denied == 0
    assert performers(result) == {"Alba", "Bert", "Cleo"}
    row = Manifest.objects.get()
    assert row.digest == result.manifest.digest and row.permitted == 9 and not row.trial
    assert row.entry.kind == Kind.MANIFEST_SIGNED
    told = dict(ManifestPerformer.objects.values_list("performer__handle", "takes"))
    assert told == {"Alba": 3, "Bert": 3, "Cleo": 3}
    assert corpus.find(filled.place, row.digest) == result.manifest


def test_the_same_request_over_the_same_state_is_the_same_manifest(
    filled: yesand.House, clock: SetClock
) -> None:
    first = corpus.gate(filled.place, ask(filled))
    clock.advance(hours=5)
    again = corpus.gate(filled.place, ask(filled))
    assert not again.new and again.manifest == first.manifest
    assert Manifest.objects.count() == 1
    assert Entry.objects.filter(kind=Kind.MANIFEST_SIGNED).count() == 1


def test_another_request_is_another_manifest(filled: yesand.House) -> None:
    first = corpus.gate(filled.place, ask(filled))
    second = corpus.gate(filled.place, ask(filled, purpose=Purpose.HEALTH))
    assert second.new and first.manifest.digest != second.manifest.digest


def test_a_lost_manifest_file_is_written_again(filled: yesand.House) -> None:
    first = corpus.gate(filled.place, ask(filled))
    corpus.path_of(filled.place, first.manifest.digest).unlink()
    corpus.gate(filled.place, ask(filled))
    assert corpus.find(filled.place, first.manifest.digest) == first.manifest


def test_withdrawn_take_is_not_in_the_next_manifest(filled: yesand.House) -> None:
    before = corpus.gate(filled.place, ask(filled))
    agreements.withdraw(filled.place, people.performer("Bert"))
    after = corpus.gate(filled.place, ask(filled))
    assert after.new and performers(after) == {"Alba", "Cleo"}
    assert [c.term for c in after.denials[0][0].clauses] == ["withdrawal"]
    assert after.denials[0][1] == 3
    with pytest.raises(Overtaken, match="withdrew"):
        corpus.check_current(filled.place, before.manifest)
    corpus.check_current(filled.place, after.manifest)


@pytest.mark.both_databases
def test_a_withdrawal_that_comes_while_the_gate_decides_is_obeyed(filled: yesand.House) -> None:
    once = ["Bert"]

    def meanwhile(done: int, whole: int, what: str = "") -> None:
        if once:
            filled.withdraw(once.pop())

    result = corpus.gate(filled.place, ask(filled), progress=meanwhile)
    assert not once and performers(result) == {"Alba", "Cleo"}
    assert [m.digest for m in Manifest.objects.all()] == [result.manifest.digest]
    assert [p.stem for p in filled.place.manifests.iterdir()] == [result.manifest.digest]
    assert filled.check()


def test_a_gate_that_is_never_left_in_peace_gives_up(filled: yesand.House) -> None:
    def always(done: int, whole: int, what: str = "") -> None:
        slug = f"lab-{Entry.objects.count()}"
        people.found(filled.place, slug, "A lab", Organisation.Kind.LICENSEE)
        filled.withdraw("Bert", licensees=[slug])

    with pytest.raises(Refused, match="faster"):
        corpus.gate(filled.place, ask(filled), progress=always)
    assert not Manifest.objects.exists() and not list(filled.place.manifests.iterdir())


def test_a_narrow_withdrawal_takes_back_no_more_than_it_says(filled: yesand.House) -> None:
    health = Scope(purposes=frozenset({Purpose.HEALTH}))
    agreements.withdraw(filled.place, people.performer("Bert"), health)
    assert performers(corpus.gate(filled.place, ask(filled))) == {"Alba", "Bert", "Cleo"}
    narrowed = corpus.gate(filled.place, ask(filled, purpose=Purpose.HEALTH))
    assert performers(narrowed) == {"Alba", "Cleo"}


def test_a_single_take_that_was_taken_back_is_the_only_one_to_stay_out(
    filled: yesand.House,
) -> None:
    before = corpus.gate(filled.place, ask(filled))
    bert = people.performer("Bert")
    take = Take.objects.filter(performer=bert).order_by("entry_id")[1]
    agreements.withdraw(filled.place, bert, {"takes": [take.sha256]})
    after = corpus.gate(filled.place, ask(filled))
    gone = {t.sha256 for t in before.manifest.takes} - {t.sha256 for t in after.manifest.takes}
    assert gone == {take.sha256} and performers(after) == {"Alba", "Bert", "Cleo"}
    ((decision, takes),) = after.denials
    assert takes == 1 and [clause.term for clause in decision.clauses] == ["withdrawal"]
    with pytest.raises(Overtaken, match="1 of its 9 takes"):
        corpus.check_current(filled.place, before.manifest)
    corpus.check_current(filled.place, after.manifest)
    assert audit_completeness(filled.place, after.manifest).denied == 1


def test_nobody_takes_back_the_take_of_another_by_naming_it(filled: yesand.House) -> None:
    take = Take.objects.filter(performer__handle="Alba").first()
    assert take is not None
    agreements.withdraw(filled.place, people.performer("Bert"), {"takes": [take.sha256]})
    assert corpus.gate(filled.place, ask(filled)).permitted == 9


def test_a_new_signature_after_a_withdrawal_lets_the_takes_in_again(filled: yesand.House) -> None:
    bert = people.performer("Bert")
    agreements.withdraw(filled.place, bert)
    first = Agreement.objects.get(performer=bert)
    agreements.sign(
        filled.place,
        standard("recognition", START, territories=["DE"]),
        bert,
        people.organisation("producer"),
        supersedes=first,
    )
    result = corpus.gate(filled.place, ask(filled))
    assert performers(result) == {"Alba", "Bert", "Cleo"}
    assert first.digest not in {take.agreement for take in result.manifest.takes}


def test_a_superseding_agreement_overtakes_a_manifest(filled: yesand.House) -> None:
    before = corpus.gate(filled.place, ask(filled))
    bert = people.performer("Bert")
    agreements.sign(
        filled.place,
        standard("research", START),
        bert,
        people.organisation("producer"),
        supersedes=Agreement.objects.get(performer=bert),
    )
    with pytest.raises(Overtaken, match="3 of its 9 takes"):
        corpus.check_current(filled.place, before.manifest)


def test_the_end_of_training_time_overtakes_a_manifest(
    filled: yesand.House, clock: SetClock
) -> None:
    result = corpus.gate(filled.place, ask(filled))
    clock.advance(days=3 * 366)
    with pytest.raises(Overtaken, match="train_until"):
        corpus.check_current(filled.place, result.manifest)
    with pytest.raises(NothingPermitted, match="train_until"):
        corpus.gate(filled.place, ask(filled))


def test_a_dispute_keeps_both_takes_out(filled: yesand.House, tmp_path: Path) -> None:
    before = corpus.gate(filled.place, ask(filled))
    other = tmp_path / "other"
    other.mkdir()
    stolen = (tmp_path / "troupe" / "Alba-calm.wav").read_bytes()
    (other / "mine.wav").write_bytes(stolen)
    (other / "takes.csv").write_text("path,performer,emotion\nmine.wav,Dora,calm\n")
    takes.import_corpus(filled.place, other, agreement=standard("recognition", START))
    with pytest.raises(Overtaken, match="two performers"):
        corpus.check_current(filled.place, before.manifest)
    after = corpus.gate(filled.place, ask(filled))
    assert after.permitted == 8 and after.denied == 2
    assert [c.term for c in after.denials[0][0].clauses] == ["state"]
    audit = audit_completeness(filled.place, before.manifest)
    assert audit == Audit(takes=9, permitted=9, denied=0, changed_since=1)


def test_nothing_permitted_is_refused_with_every_clause_and_leaves_nothing(
    filled: yesand.House,
) -> None:
    with pytest.raises(NothingPermitted) as fault:
        corpus.gate(filled.place, ask(filled, purpose=Purpose.ADVERTISING, territory="*"))
    assert "purposes" in fault.value.what and fault.value.exit_code == 1
    with pytest.raises(NothingPermitted, match=r"5\(1\)\(f\)"):
        corpus.gate(filled.place, ask(filled, purpose=Purpose.WORKPLACE))
    assert Manifest.objects.count() == 0
    assert not filled.place.manifests.exists() or not list(filled.place.manifests.iterdir())


def test_a_house_without_takes_says_so(house: yesand.House) -> None:
    with pytest.raises(NothingPermitted, match="no takes yet"):
        corpus.gate(house.place, ask(house))


def test_an_unknown_licensee_is_not_found(filled: yesand.House) -> None:
    with pytest.raises(NotFound):
        corpus.gate(filled.place, ask(filled, licensee="nobody"))


def test_a_manifest_is_complete_as_well_as_sound(filled: yesand.House) -> None:
    agreements.withdraw(filled.place, people.performer("Bert"))
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    agreements.withdraw(filled.place, people.performer("Alba"))
    audit = audit_completeness(filled.place, manifest)
    assert audit == Audit(takes=9, permitted=6, denied=3, changed_since=0)


def test_a_take_that_is_in_neither_list_is_found(
    filled: yesand.House, unguard: Callable[[str], None]
) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    hidden = Take.objects.order_by("entry_id").last()
    assert hidden
    unguard("takes_take")
    Take.objects.filter(pk=hidden.pk).delete()
    with pytest.raises(CheckFailed, match="not logged"):
        audit_completeness(filled.place, manifest)
    with pytest.raises(Overtaken, match="gone"):
        corpus.check_current(filled.place, manifest)


def test_a_manifest_of_another_house_is_not_found(filled: yesand.House) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    object.__setattr__(manifest, "digest", "0" * 64)
    with pytest.raises(NotFound):
        corpus.check_current(filled.place, manifest)


def test_nobody_changes_a_manifest_in_the_database(filled: yesand.House) -> None:
    corpus.gate(filled.place, ask(filled))
    for sql in (
        "UPDATE corpus_manifest SET trial = true",
        "DELETE FROM corpus_manifestperformer",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_ravdess_under_its_licence_is_for_research_and_not_for_money(
    house: yesand.House, tmp_path: Path
) -> None:
    folder = record(tmp_path / "ravdess")
    takes.import_corpus(house.place, folder)
    with pytest.raises(NothingPermitted, match=r"CC-BY-NC-SA-4\.0"):
        corpus.gate(house.place, ask(house))
    research = ask(house, purpose=Purpose.RESEARCH, commercial=False)
    result = corpus.gate(house.place, research)
    assert result.permitted == 9 and not result.manifest.trial
    (source,) = result.manifest.predicate["sources"]
    assert source["licence"] == "CC-BY-NC-SA-4.0" and source["share_alike"] is True


def test_trial_terms_mark_the_manifest_and_stay_inside(house: yesand.House, tmp_path: Path) -> None:
    takes.import_corpus(house.place, record(tmp_path / "ravdess"), trial=UseClass.RECOGNITION)
    result = corpus.gate(house.place, ask(house))
    assert result.manifest.trial and Manifest.objects.get().trial
    assert result.manifest.predicate["sources"][0]["licence"] == "CC-BY-NC-SA-4.0"
    with pytest.raises(NothingPermitted, match="never reach outside"):
        corpus.gate(house.place, ask(house, action=Action.EXPORT))
    agreements.withdraw(house.place, people.performer("Bert"))
    assert performers(corpus.gate(house.place, ask(house))) == {"Alba", "Cleo"}


@st.composite
def registries(draw: st.DrawFn) -> tuple[Request, Columns, dict[str, Standing]]:
    request = draw(requests)
    each = terms() | st.just(fitting(request))
    several = draw(st.lists(st.tuples(each, st.lists(withdrawals, max_size=2)), max_size=6))
    standings = {
        str(n): Standing(str(n), own, own.digest, tuple(taken))
        for n, (own, taken) in enumerate(several)
    }
    names = (*standings, "nobody's", *(f"again {name}" for name in standings))
    standings |= {f"again {name}": standing for name, standing in standings.items()}
    size = draw(st.integers(0, 30))

    def column(most: int) -> Any:
        chosen = st.lists(st.integers(0, most - 1), min_size=size, max_size=size)
        return np.array(draw(chosen), dtype=np.int32)

    named = [draw(st.sampled_from([*TAKES, "c" * 64])) for _ in range(size)]
    known = draw(st.booleans())
    columns = Columns(
        np.arange(size),
        column(len(names)),
        column(3),
        column(2),
        names,
        named if known else None,
    )
    return request, columns, standings


@settings(max_examples=400, deadline=None)
@given(registries(), st.booleans())
def test_the_gate_decides_each_take_as_it_would_be_decided_alone(
    registry: tuple[Request, Columns, dict[str, Standing]], strike: bool
) -> None:
    request, columns, standings = registry
    ruling = evaluate(columns, standings, request, strike=strike)
    seen: dict[Decision, int] = {}
    for n, number in enumerate(ruling.decision.tolist()):
        standing = standings.get(columns.agreements[columns.agreement[n]])
        against = [
            *([STATES[columns.state[n]]] if columns.state[n] else []),
            *(
                [MODALITIES[columns.modality[n]]]
                if columns.modality[n] != MODALITIES.index(request.modality)
                else []
            ),
        ]
        found = ruling.decisions[number]
        assert seen.setdefault(found, len(seen)) == number  # in the order of the takes, none twice
        assert bool(ruling.permit[n]) == found.permit
        if standing is None:
            assert not found.permit
            continue
        take = columns.sha256[n] if columns.sha256 else ""
        alone = decide(standing.terms, request, standing.withdrawals, strike=strike, take=take)
        if request.modality == MODALITIES[columns.modality[n]] == Modality.FACE:
            heard = replace(request, modality=Modality.VOICE)
            sound = decide(standing.terms, heard, standing.withdrawals, strike=strike, take=take)
            assert found.permit == (alone.permit and sound.permit and not against)
            alone = of_film(alone, sound)
        assert found.permit == (alone.permit and not against)
        own, others = found.clauses[: len(against)], found.clauses[len(against) :]
        assert [clause.value for clause in own] == against
        assert others == (() if alone.permit and against else alone.clauses)
    assert sum(ruling.counts()) == len(columns.entry) and len(ruling.decisions) == len(seen)


def test_a_result_tells_what_stayed_out_and_why(filled: yesand.House) -> None:
    agreements.withdraw(
        filled.place, people.performer("Bert"), {"purposes": ["emotion-recognition"]}
    )
    result = corpus.gate(filled.place, ask(filled))
    first, second, third = result.lines()
    assert first == "6 takes of 2 performers permitted, 3 denied."
    assert second.startswith("3 denied: withdrawal = 2026-10-01")
    assert result.manifest.digest[:16] in third
    told = result.as_dict()
    assert (told["permitted"], told["denied"], told["performers"]) == (6, 3, 2)
    assert told["denials"][0]["clauses"][0]["term"] == "withdrawal"
    assert "the same as before" in corpus.gate(filled.place, ask(filled)).lines()[-1]
