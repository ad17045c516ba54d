"""Consent receipts (ISO/IEC TS 27560 by DPV): every field, and no word of them changed unseen."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Namespace, URIRef

import yesand
from yesand.agreements import services as agreements
from yesand.agreements.consent import meaning
from yesand.agreements.consent.fields import RECORD, missing
from yesand.agreements.consent.receipt import check
from yesand.agreements.consent.record import Addresses, Consent, Controller, record, scope_of
from yesand.agreements.consent.services import consent_receipt, odrl
from yesand.agreements.models import Agreement
from yesand.agreements.odrl.names import named
from yesand.agreements.odrl.reading import read
from yesand.agreements.scope import Scope
from yesand.agreements.templates import corpus_licence, standard
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.cli import _run as run
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, Refused, YesAndError
from yesand.kernel.place import Place
from yesand.people import services as people
from yesand.provenance.services import key_of

START = date(2026, 10, 1)
WHERE = "https://house.example"
SCOPES = (
    Scope(),
    Scope(purposes=frozenset({Purpose.HEALTH, Purpose.RESEARCH})),
    Scope(use_classes=frozenset({UseClass.EVALUATION}), licensees=frozenset({"house-lab"})),
    Scope(modalities=frozenset({Modality.FACE})),
    Scope(takes=frozenset({"ab" * 32})),
)
DPV = Namespace("https://w3id.org/dpv#")


@pytest.fixture
def introduced(settings_of_controller: None, house: yesand.House) -> yesand.House:
    """A house that says who answers for it."""
    return house


@pytest.fixture
def settings_of_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    told = {"address": "Lindenweg 1, Berlin", "contact": "mail@house.example", "country": "DE"}
    monkeypatch.setattr(settings, "CONTROLLER", told)


def signed(house: yesand.House, **more: Any) -> Agreement:
    performer, _ = people.join(house.place, "Alba")
    draft = more.pop("draft", standard("recognition", START))
    return agreements.sign(house.place, draft, performer, people.organisation("producer"), **more)


def made(house: yesand.House) -> Any:
    """Return a receipt as it comes over a wire."""
    return json.loads(json.dumps(consent_receipt(house.place, signed(house), WHERE)))


def test_a_receipt_has_every_field_and_proves_itself(introduced: yesand.House) -> None:
    told = made(introduced)
    assert missing(told) == []
    verdict = check(told, key_of(introduced.place))
    assert "research" in verdict.purposes and verdict.states == ("ConsentGiven",)
    assert "has every mandatory field" in verdict.lines()[-1]


def test_a_house_that_does_not_say_where_it_is_gives_a_receipt_that_says_so(
    house: yesand.House,
) -> None:
    told = made(house)
    assert "party address (§8.4.4.1)" in missing(told)
    assert "lacks" in check(told).lines()[-1]


@pytest.mark.parametrize("field", RECORD, ids=lambda f: f.name)
def test_a_record_without_a_field_is_told_which(introduced: yesand.House, field: Any) -> None:
    told = made(introduced)["dpv:hasRecordOfActivity"]
    parts: list[Any] = [told]
    for step in field.path[:-1]:
        parts = [e for p in parts for e in (p[step] if isinstance(p[step], list) else [p[step]])]
    for part in parts:
        part[field.path[-1]] = []
    assert f"{field.name} (§{field.section})" in missing(told)


def _purpose(told: Any) -> None:
    told["dpv:hasRecordOfActivity"]["dpv:hasProcess"][0]["dpv:hasPurpose"][0]["@id"] = "ya:x"


def _never_withdrawn(told: Any) -> None:
    told["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"] = []


def _older(told: Any) -> None:
    told["dct:created"] = "2020-01-01T00:00:00Z"


def _more(told: Any) -> None:
    told["ya:note"] = "all is permitted"


def _seal(told: Any) -> None:
    seal = told["ya:proof"]["@value"]["seal"]["signatures"][0]
    seal["sig"] = seal["sig"][:-4] + "AAA="


def _agreement(told: Any) -> None:
    told["ya:proof"]["@value"]["agreement"]["entry"]["index"] += 1


def _another_house(told: Any) -> None:
    told["ya:proof"]["@value"]["agreement"]["log"] = told["ya:proof"]["@value"]["agreement"][
        "log"
    ].replace("yes-and", "no-but")


@pytest.mark.parametrize(
    "spoil", [_purpose, _never_withdrawn, _older, _more, _seal, _agreement, _another_house]
)
def test_a_tampered_receipt_is_found_out(
    introduced: yesand.House, spoil: Callable[[Any], None]
) -> None:
    told = made(introduced)
    spoil(told)
    with pytest.raises(YesAndError):
        check(told)


def test_another_houses_key_is_not_taken_for_this_one(
    introduced: yesand.House, tmp_path: Path
) -> None:
    key = key_of(Place.create(tmp_path / "other", "Other"))
    with pytest.raises(CheckFailed):
        check(made(introduced), key)


def test_not_even_the_house_can_state_other_purposes_than_were_signed(
    introduced: yesand.House,
) -> None:
    from yesand.agreements.consent.receipt import PAYLOAD_TYPE
    from yesand.provenance import dsse

    told = made(introduced)
    del told["dpv:hasRecordOfActivity"]["dpv:hasProcess"][1:]
    plain = {k: v for k, v in told.items() if k != "ya:proof"}
    sealed = dsse.seal(plain, [introduced.place.signer], PAYLOAD_TYPE)
    told["ya:proof"]["@value"]["seal"] = sealed
    with pytest.raises(CheckFailed, match="other than was signed"):
        check(told)


def test_a_withdrawal_and_the_end_of_a_term_stand_in_the_next_receipt(
    introduced: yesand.House, clock: SetClock
) -> None:
    agreement = signed(introduced)
    agreements.withdraw(
        introduced.place, agreement.performer, Scope(purposes=frozenset({Purpose.HEALTH}))
    )
    clock.advance(days=6 * 366)
    told = consent_receipt(introduced.place, agreement, WHERE)
    assert "health" not in check(told).purposes and "research" in check(told).purposes
    assert "withdrawn: purposes: health" in check(told).lines()
    assert check(told).states == ("ConsentGiven", "ConsentWithdrawn", "ConsentExpired")
    assert read(odrl(agreement)).withdrawals[0].purposes == {Purpose.HEALTH}


@pytest.mark.parametrize("scope", SCOPES, ids=str)
def test_a_receipt_says_what_was_taken_back_and_what_is_left(scope: Scope) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    terms = standard("recognition", START).terms
    consent = Consent(
        "cd" * 32,
        terms,
        "en",
        "ef" * 32,
        Controller("ab" * 32, "P"),
        at,
        Addresses(),
        (scope.since(at),),
    )
    *_, event = record(consent)["dpv:hasConsentStatus"]
    assert scope_of(event["dct:coverage"]) == scope


def test_each_right_is_exercised_where_its_page_lies(introduced: yesand.House) -> None:
    rights = made(introduced)["dpv:hasRecordOfActivity"]["dpv:hasRight"]
    where = {each["@type"][1].rpartition(":")[2]: each["dpv:isExercisedAt"] for each in rights}
    assert where["A7-3"] == f"{WHERE}/withdraw/" and where["A15"] == f"{WHERE}/account/export/"
    assert where["A17"] == f"{WHERE}/account/leave/" and where["A20"] == where["A15"]
    assert "edpb.europa.eu" in where["A77"]


def test_where_nobody_consented_there_is_no_receipt(introduced: yesand.House) -> None:
    licence = signed(
        introduced, draft=corpus_licence("ravdess", START), kind=Agreement.Kind.LICENCE
    )
    with pytest.raises(Refused, match="Nobody consented"):
        consent_receipt(introduced.place, licence, WHERE)


def test_a_country_that_is_none_is_refused_by_the_name_of_its_setting(
    introduced: yesand.House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    monkeypatch.setitem(settings.CONTROLLER, "country", "Germany")
    with pytest.raises(BadInput, match="YESAND_COUNTRY"):
        made(introduced)


def test_a_receipt_is_json_ld_that_others_can_read(introduced: yesand.House) -> None:
    told = made(introduced)
    graph = Graph().parse(data=json.dumps(told), format="json-ld")
    receipt = URIRef(told["@id"])
    assert graph.value(receipt, DPV.hasRecordOfActivity / DPV.hasConsentStatus)
    purposes = set(graph.objects(None, DPV.hasPurpose))
    assert DPV.ResearchAndDevelopment in purposes


def test_receipts_and_the_odrl_profile_mean_the_same_by_a_purpose() -> None:
    from importlib.resources import files

    profile = Graph().parse(data=(files("yesand.agreements.odrl") / "profile.ttl").read_text())
    skos = Namespace("http://www.w3.org/2004/02/skos/core#")
    for purpose, dpv in meaning.PURPOSES.items():
        ours = URIRef("https://yes-and.org/odrl/v1#" + named(purpose).removeprefix("ya:"))
        assert (ours, skos.broader, DPV[dpv.removeprefix("dpv:")]) in profile


@given(st.dictionaries(st.text(max_size=5), st.none() | st.booleans() | st.text(max_size=5)))
def test_no_json_object_breaks_the_checker(told: dict[str, Any]) -> None:
    with pytest.raises(YesAndError):
        check({**copy.deepcopy(told), "@type": "dpv:ConsentReceipt"})


def test_the_command_writes_what_verify_then_checks(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agreement, root = signed(house), str(house.place.root)
    out = str(tmp_path / "consent.json")
    begins = agreement.digest[:12]
    assert run(["agreement", begins, "--house", root, "--as", "consent", "--out", out]) == 0
    assert run(["verify", out]) == 1  # this house does not say where it is
    told = capsys.readouterr().out
    assert "consent: to accessibility" in told and "withdrawal address" in told
    assert run(["agreement", begins, "--house", root]) == 0
    assert read(json.loads(capsys.readouterr().out)).frame.uid.endswith(agreement.digest)
    assert run(["agreement", begins, "--house", root, "--beside", begins]) == 0
    assert "They are compatible." in capsys.readouterr().out
    assert run(["agreement", "f00d" * 4, "--house", root]) == 2
