"""What terms say of machines in a credential: never more than the gate would permit."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from yesand.agreements.decision import Request, Withdrawn, decide
from yesand.agreements.mining import mining
from yesand.agreements.naming import digest_of_uri, uri
from yesand.agreements.standing import Standing
from yesand.agreements.templates import standard
from yesand.agreements.terms import WORLD, Terms
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.provenance.credentials.mining import Aim, Use

DAY = date(2026, 10, 1)
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
AGREEMENT = "ab" * 32


def standing(terms: Terms, *withdrawn: Withdrawn) -> Standing:
    return Standing(AGREEMENT, terms, terms.digest, withdrawn)


def uses(terms: Terms, *withdrawn: Withdrawn, on: date = DAY) -> dict[Aim, Use]:
    found = mining(standing(terms, *withdrawn), Modality.VOICE, on)
    return {aim: said.use for aim, said in found.items()}


def test_the_standards_say_what_they_are_for() -> None:
    recognition = uses(standard("recognition", DAY).terms)
    assert recognition[Aim.AI_TRAINING] == Use.CONSTRAINED
    assert recognition[Aim.AI_GENERATIVE_TRAINING] == Use.NOT_ALLOWED
    synthesis = uses(standard("synthesis", DAY).terms)
    assert synthesis[Aim.AI_TRAINING] == Use.NOT_ALLOWED
    assert synthesis[Aim.AI_GENERATIVE_TRAINING] == Use.CONSTRAINED


def test_the_condition_is_the_agreement_by_its_hash() -> None:
    found = mining(standing(standard("recognition", DAY).terms), Modality.VOICE, DAY)
    (condition,) = found.conditions()
    assert digest_of_uri(condition) == AGREEMENT
    assert digest_of_uri("https://example.com/terms") is None
    assert digest_of_uri(uri("00" * 32) + "x") is None


def test_empty_terms_and_another_modality_allow_nothing() -> None:
    assert set(uses(Terms(valid_from=DAY)).values()) == {Use.NOT_ALLOWED}
    voice = standard("recognition", DAY).terms.model_copy(
        update={"modalities": frozenset({Modality.VOICE})}
    )
    found = mining(standing(voice), Modality.FACE, DAY)
    assert not found.conditions()


def test_withdrawal_whole_or_of_a_use_is_obeyed_and_of_one_licensee_is_not_all() -> None:
    terms = standard("recognition", DAY).terms
    assert set(uses(terms, Withdrawn(NOW)).values()) == {Use.NOT_ALLOWED}
    part = uses(terms, Withdrawn(NOW, use_classes=frozenset({UseClass.RECOGNITION})))
    assert part[Aim.AI_TRAINING] == Use.NOT_ALLOWED
    assert part[Aim.AI_INFERENCE] == Use.CONSTRAINED
    one = uses(terms, Withdrawn(NOW, licensees=frozenset({"acme-lab"})))
    assert one[Aim.AI_TRAINING] == Use.CONSTRAINED


def test_purposes_taken_back_one_by_one_leave_nothing_in_the_end() -> None:
    terms = standard("recognition", DAY).terms
    taken = [Withdrawn(NOW, purposes=frozenset({p})) for p in terms.purposes]
    assert uses(terms, *taken[1:])[Aim.AI_TRAINING] == Use.CONSTRAINED
    assert uses(terms, *taken)[Aim.AI_TRAINING] == Use.NOT_ALLOWED


def test_days_are_kept() -> None:
    terms = standard("recognition", DAY).terms.model_copy(
        update={"valid_until": date(2027, 1, 1), "train_until": date(2026, 12, 1)}
    )
    assert uses(terms, on=date(2026, 9, 30))[Aim.AI_TRAINING] == Use.NOT_ALLOWED
    assert uses(terms, on=date(2026, 12, 2))[Aim.AI_TRAINING] == Use.NOT_ALLOWED
    assert uses(terms, on=date(2026, 12, 2))[Aim.AI_INFERENCE] == Use.CONSTRAINED
    assert set(uses(terms, on=date(2027, 1, 2)).values()) == {Use.NOT_ALLOWED}


def test_allowed_is_said_only_where_nothing_is_held_back() -> None:
    everything = Terms(
        valid_from=DAY,
        use_classes=set(UseClass) - {UseClass.REPLICA},
        valid_until=None,
        train_until=None,
        purposes=set(Purpose),
        banned_purposes=set(),
        approval_per_use=set(),
        modalities=set(Modality),
        materials=set(Material),
        territories={WORLD},
        commercial=True,
        onward_licensing=True,
    )
    assert set(uses(everything).values()) == {Use.ALLOWED}
    for change in ({"commercial": False}, {"valid_until": date(2030, 1, 1)}):
        held = uses(everything.model_copy(update=change))
        assert set(held.values()) == {Use.CONSTRAINED}


def sets(kind: type) -> st.SearchStrategy[frozenset]:  # type: ignore[type-arg]
    return st.frozensets(st.sampled_from(list(kind)))


terms_ = st.builds(
    lambda uses, aims, channels, forms, commercial, trial: Terms(
        valid_from=DAY,
        use_classes={UseClass.REPLICA} if UseClass.REPLICA in uses else uses,
        described_use="For a test",
        purposes=aims,
        banned_purposes=set(Purpose) - aims,
        approval_per_use=set(),
        modalities=channels,
        materials=forms,
        territories={"DE"},
        commercial=commercial,
        trial=trial,
    ),
    sets(UseClass),
    sets(Purpose),
    sets(Modality),
    sets(Material),
    st.booleans(),
    st.booleans(),
)
withdrawals = st.lists(
    st.builds(Withdrawn, st.just(NOW), sets(Purpose), sets(UseClass), sets(Modality)), max_size=3
)
TRAINED = {
    UseClass.RECOGNITION: Aim.AI_TRAINING,
    UseClass.SYNTHESIS: Aim.AI_GENERATIVE_TRAINING,
    UseClass.REPLICA: Aim.AI_GENERATIVE_TRAINING,
}


@given(terms_, withdrawals, st.sampled_from(sorted(TRAINED)), st.sampled_from(list(Purpose)))
def test_what_the_gate_permits_to_train_the_credential_never_denies(
    terms: Terms, taken: list[Withdrawn], use: UseClass, purpose: Purpose
) -> None:
    said = uses(terms, *taken)[TRAINED[use]]
    for material in Material:
        request = Request(
            "acme-lab", purpose, use, NOW, Action.TRAIN, Modality.VOICE, material, "DE", False
        )
        if decide(terms, request, tuple(taken)).permit:
            assert said == Use.CONSTRAINED


@given(terms_, withdrawals, st.sampled_from(sorted(TRAINED)))
def test_what_the_gate_denies_for_every_purpose_the_credential_denies(
    terms: Terms, taken: list[Withdrawn], use: UseClass
) -> None:
    asked = [
        Request("acme-lab", p, u, NOW, Action.TRAIN, Modality.VOICE, m, "DE", False)
        for p in Purpose
        for m in Material
        for u in TRAINED
        if TRAINED[u] == TRAINED[use]
    ]
    lawful = terms.purposes - {Purpose.WORKPLACE, Purpose.EDUCATION}
    if lawful == terms.purposes and terms.materials:
        denied = not any(decide(terms, r, tuple(taken)).permit for r in asked)
        assert (uses(terms, *taken)[TRAINED[use]] == Use.NOT_ALLOWED) == denied
