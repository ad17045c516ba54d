"""A statement's documents: readable, reproducible, and safe with any name."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from test_statement import AGREEMENT, MODEL, made, per_request, usage

from yesand.agreements.terms import Amount
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed, Unavailable
from yesand.kernel.ids import digest
from yesand.kernel.keys import Signer
from yesand.kernel.money import Money
from yesand.provenance import dsse
from yesand.provenance.statements import Predicate
from yesand.royalties import document
from yesand.royalties.deducted import AdvanceAccount
from yesand.royalties.documents import apart
from yesand.royalties.documents.wording import Issuer, words
from yesand.royalties.facts import Advance, SessionHeld
from yesand.royalties.stacked import BESIDES, stacked
from yesand.royalties.statement import Statement

HOUSE, ORIGIN, NAMES = "Demo House", "yes-and/0123456789abcdef", {MODEL: "voice-demo"}
SIGNER = Signer.generate()
HELD = SessionHeld(session="s-12", agreement=AGREEMENT, payer="studio", on="2026-10-03")


def issued(count: int = 1, **change: Any) -> Statement:
    fee = Amount.of("EUR", "150")
    terms = per_request(4_000, session_fee=fee, contribution_ppm=200_000)
    rows = [usage(1_234_567, deployment=f"coach-{i}") for i in range(count)]
    return made(terms, *rows, usage(9, usage_period="2026-09"), sessions=(HELD,), **change)


def envelope(statement: Statement) -> dict[str, Any]:
    predicate = json.loads(statement.model_dump_json())
    return dsse.seal(dsse.attest(Predicate.STATEMENT, {"s": "1" * 64}, predicate), [SIGNER])


def pdf(statement: Statement) -> bytes:
    return document.pdf(envelope(statement), HOUSE, ORIGIN, NAMES)


def html(statement: Statement) -> str:
    return document.html(envelope(statement), HOUSE, ORIGIN, NAMES)


def text(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


class Reading(HTMLParser):
    """The text of a page and the tags it opens."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_pdf_says_who_when_what_and_why() -> None:
    statement = issued()
    told = text(pdf(statement))
    for expected in (
        "Actor_07",
        "October 2026",
        "€643.83",
        "493.82680 EUR",
        "1,234,567 × request",
        "10.000",
        "studio",
        "voice-demo",
        "Royalty, late usage",
        "Session fee",
        "pension and health fund",
        "yesand verify evidence.zip",
        digest(dsse.payload_of(envelope(statement)))[:16],
        ORIGIN,
    ):
        assert expected in told


def test_every_line_says_why_in_every_document() -> None:
    statement = issued(3)
    printed, shown = text(pdf(statement)), " ".join(Reading(html(statement)).words)
    for line in statement.lines:
        assert line.why in shown
        assert line.why.replace(" ", "") in printed.replace(" ", "")


def test_every_digest_of_the_evidence_is_there_whole() -> None:
    statement = issued()
    printed, shown = text(pdf(statement)), html(statement)
    held = statement.evidence
    for name in (held.settlement, *held.agreements, *held.reports, *held.manifests):
        assert name in printed and name in shown


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ("By model and month", "September 2026 5.00 0.00", "Not for a model"),
        ),
        ("de", ("Nach Modell und Monat", "Oktober 2026 −1,50 150,00", "Okt")),
    ],
)
def test_earnings_by_model_and_month_are_drawn_and_told_in_figures(
    language: str, said: tuple[str, ...]
) -> None:
    earned = {
        "2026-09": {MODEL: 5_000_000},
        "2026-10": {MODEL: -1_500_000, BESIDES: 150_000_000},
    }
    picture = stacked("EUR", earned, Period(2026, 10), NAMES)
    sealed = envelope(issued())
    data = document.pdf(sealed, HOUSE, ORIGIN, NAMES, language, None, picture)
    printed = text(data)
    assert [each for each in (*said, "voice-demo", ", EUR") if each not in printed] == []
    assert data == document.pdf(sealed, HOUSE, ORIGIN, NAMES, language, None, picture)
    assert b"pdfuaid" in PdfReader(io.BytesIO(data)).trailer["/Root"]["/Metadata"].get_data()


def test_one_month_alone_is_no_picture() -> None:
    picture = stacked("EUR", {"2026-10": {MODEL: 5_000_000}}, Period(2026, 10), NAMES)
    sheets = [
        document.sheet(envelope(issued()), HOUSE, ORIGIN, NAMES, picture=p) for p in (picture, None)
    ]
    assert [sheet.told["earnings"] for sheet in sheets] == [None, None]


def test_a_month_that_only_takes_back_counts_for_the_picture() -> None:
    earned = {"2026-09": {MODEL: 5_000_000}, "2026-10": {MODEL: -1_500_000}}
    picture = stacked("EUR", earned, Period(2026, 10), NAMES)
    data = document.pdf(envelope(issued()), HOUSE, ORIGIN, NAMES, "en", None, picture)
    assert "By model and month" in text(data) and "-1.50" in text(data).replace("−", "-")


@pytest.mark.parametrize(
    ("language", "column", "note"),
    [
        ("en", "Earned beyond it", "A correction took 0.80 EUR from what was earned beyond it."),
        ("de", "Darüber hinaus verdient", "Eine Berichtigung hat 0,80 EUR von dem genommen"),
    ],
)
def test_what_is_earned_beyond_an_advance_is_shown_and_what_a_correction_takes_of_it(
    language: str, column: str, note: str
) -> None:
    was = Advance(
        payer="studio", name="advance", granted_micro=9, open_micro=0, over_micro=1_000_000
    )
    less = AdvanceAccount(
        payer="studio", name="advance", agreement=AGREEMENT, granted_micro=9, opening_micro=0,
        paid_micro=0, recouped_micro=0, closing_micro=0, over_micro=200_000,
    )  # fmt: skip
    for over, taken in ((200_000, True), (1_000_000, False)):
        account = less.model_copy(update={"over_micro": over})
        sealed = envelope(issued().model_copy(update={"advances": (was,), "accounts": (account,)}))
        printed = text(document.pdf(sealed, HOUSE, ORIGIN, NAMES, language))
        page = Reading(document.html(sealed, HOUSE, ORIGIN, NAMES, language)).words
        for told in (printed, " ".join(page)):
            said = " ".join(told.split())
            assert column in said and (note in said) is taken


def test_the_same_statement_is_the_same_bytes() -> None:
    sealed = envelope(issued())
    one, other = (document.pdf(sealed, HOUSE, ORIGIN, NAMES) for _ in range(2))
    assert one == other
    assert document.html(sealed, HOUSE, ORIGIN) == document.html(sealed, HOUSE, ORIGIN)


def test_the_pdf_is_tagged_titled_and_accessible() -> None:
    reader = PdfReader(io.BytesIO(pdf(issued())))
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"].startswith("en")
    assert reader.metadata is not None
    assert reader.metadata.title == "Statement of Actor_07 for October 2026"
    assert b"pdfuaid" in catalog["/Metadata"].get_data()


def test_the_pdf_brings_its_fonts_along() -> None:
    reader = PdfReader(io.BytesIO(pdf(issued())))
    fonts = [
        font.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    assert fonts
    for font in fonts:
        kind = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(kind)


@pytest.mark.parametrize("trial", [True, False])
@pytest.mark.parametrize("synthetic", [True, False])
def test_trial_and_synthetic_are_marked_on_every_page(trial: bool, synthetic: bool) -> None:
    statement = issued(14, trial=trial, synthetic=synthetic)
    reader = PdfReader(io.BytesIO(pdf(statement)))
    assert len(reader.pages) > 1
    for page in reader.pages:
        told = page.extract_text()
        assert ("TRIAL" in told) is trial and ("SYNTHETIC" in told) is synthetic
    shown = html(statement)
    assert ("TRIAL" in shown) is trial and ("SYNTHETIC" in shown) is synthetic
    assert ("Would be paid" in shown) is trial


@pytest.mark.parametrize(
    "name",
    ['Zoë "Q" O\'Neil', "#panic()", '#read("/etc/passwd")', "[*x*] $y$ \\ @ref <l>",
     "</h1><script>", "A" * 80, "מאיה כהן", "李小龍 🎭", "a\u202eb", "\u0000",
     "{{ x }} {% y %}", ""],
)  # fmt: skip
def test_a_name_is_only_ever_a_name(name: str) -> None:
    statement = issued(performer=name)
    assert pdf(statement).startswith(b"%PDF-")
    read = Reading(html(statement))
    assert "script" not in read.tags
    assert name.replace("\0", "") in " ".join(read.words).replace("\u200b", "").replace("\0", "")


def test_markup_in_a_name_is_printed_as_it_is() -> None:
    assert "#let x = [*1*] $y$" in text(pdf(issued(performer="#let x = [*1*] $y$")))


@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=25, deadline=None)
def test_no_name_breaks_the_documents(name: str) -> None:
    statement = issued(performer=name)
    assert pdf(statement).startswith(b"%PDF-")
    assert "script" not in Reading(html(statement)).tags


def test_a_month_without_lines_says_so() -> None:
    statement = made(per_request(4_000))
    assert not statement.lines
    for told in (text(pdf(statement)), html(statement)):
        assert "No model that learned from you was used" in told


def test_the_figures_on_top_bear_out_the_sum() -> None:
    statement = issued(brought_forward_micro=3_217, previous="7" * 64)
    told = words(statement, Issuer(HOUSE, ORIGIN, "1" * 64, {}))
    rows = {row["label"]: row["amount"] for row in told["sums"]}
    assert rows["Brought forward"].startswith("0.003217")
    micro = {
        k: int(v.split("\u00a0")[0].replace(",", "").replace(".", "")) for k, v in rows.items()
    }
    paid = statement.payable_minor * 10_000
    assert (
        micro["Brought forward"] + micro["Earned this month"]
        == paid + micro["Carried to the next month"]
    )


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "¥"), ("KWD", "KWD"), ("USD", "$")])
def test_other_currencies_are_written_with_their_own_minor_unit(currency: str, shown: str) -> None:
    statement = made(per_request(4_000), usage(1_000_000))
    moved = statement.model_copy(update={"currency": currency, "payable_minor": 1_234})
    told = words(moved, Issuer(HOUSE, ORIGIN, "1" * 64, {}))
    assert shown in told["payable"]["amount"]
    assert told["total"].endswith(currency)


def test_a_model_without_a_name_is_named_by_its_digest() -> None:
    issuer = Issuer(HOUSE, ORIGIN, "1" * 64, NAMES)
    named, unnamed = (words(issued(), i)["lines"][0] for i in (issuer, replace(issuer, models={})))
    assert "voice-demo" in named["subtitle"] and MODEL[:8] in unnamed["subtitle"]


def test_the_json_is_the_signed_statement_itself() -> None:
    sealed = envelope(issued())
    read = json.loads(document.signed_json(sealed))
    assert dsse.opened(read, {SIGNER.id: SIGNER.public})["predicate"]["performer"] == "Actor_07"


def test_german_says_the_same_figures_and_leaves_the_signed_words() -> None:
    statement = issued(brought_forward_micro=3_217, previous="7" * 64)
    told = text(document.pdf(envelope(statement), HOUSE, ORIGIN, NAMES, "de-AT"))
    for expected in (
        "Abrechnung für Oktober 2026",
        "Auszuzahlen",
        "643,83",
        "493,8268",
        "Ihr Anteil",
    ):
        assert expected in told
    for line in statement.lines:
        assert line.why.replace(" ", "") in told.replace(" ", "")
    shown = document.html(envelope(statement), HOUSE, ORIGIN, NAMES, "de")
    assert '<html lang="de">' in shown and 'lang="en"' in shown


def test_each_line_names_what_bears_it_out() -> None:
    statement = issued()
    told = words(statement, Issuer(HOUSE, ORIGIN, "1" * 64, {}))["lines"]
    settlement = statement.evidence.settlement[:12]
    assert all(AGREEMENT[:12] in line["evidence"] for line in told)
    assert all(settlement in line["evidence"] for line in told)
    assert any("s-12" in line["evidence"] for line in told)
    printed = text(pdf(statement)).replace(" ", "")
    assert told[0]["evidence"].replace("\u00a0", "").replace(" ", "") in printed


def test_another_process_sets_the_same_bytes_and_they_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = envelope(issued())
    sheet = document.sheet(sealed, HOUSE, ORIGIN, NAMES)
    made = apart.kept(tmp_path, sheet)
    assert made == document.pdf(sealed, HOUSE, ORIGIN, NAMES)
    assert apart.place_of(tmp_path, sheet).read_bytes() == made
    monkeypatch.setattr(sys, "executable", "/nowhere/python")  # nothing can be set from now on
    assert apart.kept(tmp_path, sheet) == made


def test_who_finds_no_turn_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 0.05)
    sheet = document.sheet(envelope(issued()), HOUSE, ORIGIN)
    for _ in range(apart.AT_ONCE):
        apart._turns.acquire()
    try:
        with pytest.raises(Unavailable, match="Try again"):
            apart.set_apart(sheet)
    finally:
        for _ in range(apart.AT_ONCE):
            apart._turns.release()


def test_what_cannot_be_set_is_said() -> None:
    with pytest.raises(CheckFailed, match="cannot be set"):
        apart.set_apart(apart.Sheet({"title": "half a document"}, 0))


def read_csv(statement: Statement) -> list[dict[str, str]]:
    told = document.csv(envelope(statement)).decode()
    return list(csv.DictReader(io.StringIO(told, newline="")))


def test_the_table_has_a_row_a_line_that_adds_up() -> None:
    statement = issued(2)
    rows = read_csv(statement)
    assert len(rows) == len(statement.lines)
    micro = [int(row["micro"]) for row in rows if row["kind"] != "contribution"]
    assert sum(micro) == statement.total_micro
    first, line = rows[0], statement.lines[0]
    assert first["why"] == line.why and first["agreement"] == line.agreement
    assert Money.of("EUR", first["amount"]).micro == line.micro
    assert first["settlement"] == statement.evidence.settlement


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_name_becomes_a_formula(name: str) -> None:
    assert read_csv(issued(performer=name))[0]["performer"] == f"'{name}"


@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
@settings(max_examples=25, deadline=None)
def test_no_name_breaks_the_table(name: str) -> None:
    assert read_csv(issued(performer=name))[0]["performer"].removeprefix("'") == name.removeprefix(
        "'"
    )
