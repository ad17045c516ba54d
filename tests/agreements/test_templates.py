from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.agreements import wording
from yesand.agreements.readability import AT_FOURTEEN, reading_ease
from yesand.agreements.standards import ALL, versions
from yesand.agreements.templates import STANDARDS, corpora, corpus_licence, standard, trial
from yesand.agreements.terms import Amount, Pay, Terms
from yesand.agreements.tongue import LANGUAGES
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput

START = date(2026, 10, 1)


@pytest.mark.parametrize("name", STANDARDS)
def test_a_standard_is_worded_from_its_own_terms(name: str) -> None:
    draft = standard(name, START)
    assert draft.text == wording.text(draft.terms)
    assert draft.summary == wording.summary(draft.terms)
    assert Terms.parse(draft.terms.as_json()) == draft.terms


def test_a_standard_takes_other_pay_and_territories() -> None:
    pay = Pay(session_fee=Amount.of("EUR", "99.50"))
    draft = standard("recognition", START, pay=pay, territories=["DE", "FR"])
    assert draft.terms.pay == pay
    assert "99.50 EUR for each session" in draft.summary
    assert "France" in draft.summary and "Germany" in draft.summary


def test_a_standard_that_does_not_exist_is_bad_input() -> None:
    with pytest.raises(BadInput, match="recognition"):
        standard("everything", START)
    with pytest.raises(BadInput, match="territories"):
        standard("recognition", START, territories=["Narnia"])


def test_a_standard_signed_on_leap_day_ends_on_the_28th() -> None:
    assert standard("research", date(2028, 2, 29)).terms.train_until == date(2031, 2, 28)


def test_ravdess_is_for_research_and_not_for_money() -> None:
    terms = corpus_licence("ravdess", START).terms
    assert terms.purposes == {Purpose.RESEARCH}
    assert not terms.commercial and terms.share_alike
    assert "CC-BY-NC-SA-4.0" in corpus_licence("ravdess", START).summary
    assert "10.1371/journal.pone.0196391" in terms.attribution


@pytest.mark.parametrize("corpus", sorted(corpora()))
def test_every_known_corpus_gives_terms(corpus: str) -> None:
    draft = corpus_licence(corpus, START)
    assert UseClass.REPLICA not in draft.terms.use_classes
    assert not draft.terms.trial


def test_an_unknown_corpus_permits_nothing_but_what_is_given() -> None:
    terms = corpus_licence("my-own", START).terms
    assert not (terms.use_classes | terms.purposes | terms.modalities | terms.materials)
    given = corpus_licence("my-own", START, {"purposes": ["research"]}).terms
    assert given.purposes == {Purpose.RESEARCH}
    with pytest.raises(BadInput, match="purposes"):
        corpus_licence("my-own", START, {"purposes": ["world domination"]})


def test_trial_terms_keep_the_corpus_licence_and_say_that_nobody_agreed() -> None:
    licence = corpus_licence("ravdess", START).terms
    draft = trial(UseClass.RECOGNITION, licence, START)
    assert draft.terms.trial and draft.terms.commercial
    assert draft.terms.corpus_licence == "CC-BY-NC-SA-4.0"
    assert draft.terms.attribution == licence.attribution
    assert draft.summary.startswith("TRIAL")
    assert draft.terms.pay.per_unit["inference-second"].micro > 0


def test_nobody_tries_out_a_replica() -> None:
    with pytest.raises(BadInput, match="replica"):
        trial(UseClass.REPLICA, corpus_licence("ravdess", START).terms, START)


def test_every_field_has_a_clause_and_no_other() -> None:
    assert list(wording.SENTENCES) == list(Terms.model_fields)


OTHER = {
    "use_classes": [["recognition"], ["synthesis"]],
    "based_on": ["", "standard/research@2"],
    "described_use": ["", "A talking tram"],
    "zone": ["UTC", "Europe/Berlin"],
    "breach_notice_hours": [72, 24],
    "purposes": [["research"], ["health"]],
    "banned_purposes": [["political"], []],
    "approval_per_use": [["replica"], []],
    "modalities": [["voice"], ["face"]],
    "materials": [["raw"], ["features"]],
    "territories": [["DE"], ["*"]],
    "valid_until": ["2030-01-01", None],
    "train_until": ["2029-01-01", None],
    "notice_days": [30, 31],
    "report_every_months": [1, 3],
    "security": ["encrypted-at-rest", "encrypted-and-audited"],
    "represented_by": ["none", "union"],
    "valid_from": ["2026-10-01", "2026-10-02"],
    "corpus": ["", "RAVDESS"],
    "corpus_licence": ["", "CC0"],
    "attribution": ["", "Someone 2026"],
    "pay": [{}, {"revenue_share_ppm": 5}],
    "withdrawing": [{}, {"notify_days": 3}],
    "withdrawing ": [{}, {"confirm_deletion": False}],
    "withdrawing  ": [{"delete_replica_days": 9}, {"delete_replica_days": 8}],
    **{
        flag: [True, False]
        for flag in (
            "commercial exclusive onward_licensing suspended_in_strike credit no_derogatory_use "
            "third_party_training_notice post_mortem share_alike trial moral_rights_waived"
        ).split()
    },
}


@pytest.mark.parametrize("field", sorted(OTHER))
def test_another_value_is_another_sentence(field: str) -> None:
    field, told = field.strip(), OTHER[field]
    one, two = (Terms.parse({"valid_from": "2026-10-01", field: v}) for v in told)
    assert wording.sentence(one, field) != wording.sentence(two, field)


@given(
    st.frozensets(st.sampled_from(UseClass)),
    st.frozensets(st.sampled_from(Modality)),
    st.frozensets(st.sampled_from(Material)),
    st.frozensets(st.sampled_from(Purpose)),
    st.integers(0, 1_000_000),
)
def test_different_terms_never_have_the_same_text(
    uses: frozenset[UseClass],
    modalities: frozenset[Modality],
    materials: frozenset[Material],
    banned: frozenset[Purpose],
    share: int,
) -> None:
    if UseClass.REPLICA in uses:
        uses = frozenset({UseClass.REPLICA})
    base = Terms(valid_from=START)
    other = Terms(
        valid_from=START,
        use_classes=uses,
        described_use="A talking tram" if UseClass.REPLICA in uses else "",
        modalities=modalities,
        materials=materials,
        banned_purposes=banned,
        pay=Pay(revenue_share_ppm=share),
    )
    assert (wording.text(base) == wording.text(other)) == (base == other)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ALL)
def test_a_reader_of_14_understands_the_summary(name: str, language: str) -> None:
    known = {"use": "A talking tram", "project": "Tram", "producer": "House"}
    for version in versions(name):
        said = standard(version, START, language=language, variables=known).summary
        assert reading_ease(said, language) >= AT_FOURTEEN
    hard = "Notwithstanding antecedent contractual stipulations, indemnification obligations apply."
    assert reading_ease(hard) < 0


@pytest.mark.parametrize("name", STANDARDS)
def test_a_summary_is_short_enough_to_be_read(name: str) -> None:
    sentences = standard(name, START).summary.replace("\n", " ").split(". ")
    assert sum(len(s.split()) for s in sentences) / len(sentences) < 18
    assert max(len(s.split()) for s in sentences) <= 45
