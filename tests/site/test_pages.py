"""What the pages say of the records they are about."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from stage import ROWS, Stage, reported

from yesand.agreements import services as agreements
from yesand.agreements.models import Agreement
from yesand.agreements.reading import readable
from yesand.agreements.terms import Terms
from yesand.agreements.wording import passages
from yesand.corpus.membership import holds, index_of
from yesand.people.models import Performer
from yesand.reliance.bars import drawn
from yesand.royalties.evidence import verify
from yesand.site.templatetags.writing import money, paid, share, span, when
from yesand.takes.models import Take
from yesand.takes.waveform import HEIGHT, WIDTH, envelope, outline
from yesand.training.shading import shaded


def text(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_a_take_shows_its_sound_its_terms_and_where_it_went(
    stage: Stage, as_: dict[str, Client]
) -> None:
    page = text(as_["ada"], "take", stage.take.sha256)
    assert '<svg class="wave"' in page and f'href="/agreements/{stage.agreement.digest}/"' in page
    assert f'href="/corpora/{stage.manifest.digest}/"' in page
    assert f'href="/models/{stage.model.digest}/"' in page
    assert f'href="/log/{stage.take.entry_id}/"' in page
    assert "Nothing was found wrong with it." in page


def test_a_rejected_take_says_why_and_went_nowhere(stage: Stage, as_: dict[str, Client]) -> None:
    rejected = Take.objects.get(state="rejected")
    page = text(as_["ada"], "take", rejected.sha256)
    assert "rejects" in page and "Silent" in page and "No corpus holds it" in page


def test_a_drawing_is_made_once(stage: Stage, as_: dict[str, Client]) -> None:
    kept = stage.house.place.cache / "waveforms" / f"{stage.take.sha256}.json"
    assert not kept.exists()
    first = text(as_["ada"], "take", stage.take.sha256)
    kept.write_text("[[-0.5, 0.5]]")
    assert text(as_["ada"], "take", stage.take.sha256) != first


def test_an_agreement_shows_every_term_and_every_word(stage: Stage, as_: dict[str, Client]) -> None:
    page = text(as_["ada"], "agreement", stage.agreement.digest)
    assert stage.agreement.summary.splitlines()[0] in page
    assert "320.00 EUR" in page and "worldwide" in page and "Never for" in page
    for clause in passages(stage.agreement.text, stage.agreement.terms):
        assert escape(clause.says) in page and escape(clause.value) in page
        assert not clause.field or f'id="clause-{clause.field}"' in page
    assert 'href="#clause-territories"' in page and 'href="#term-territories"' in page
    keys = [s["keyid"] for s in stage.agreement.envelope["signatures"]]
    assert len(keys) == 2 and all(key in page for key in keys)


def test_the_readable_terms_leave_no_field_out() -> None:
    told = {line.field for s in readable(Terms(valid_from="2026-01-01")) for line in s.lines}  # type: ignore[arg-type]
    heads = {field.split(".")[0] for field in told}
    apart = {"version", "minor", "trial", "share_alike"}
    names = {f for f in Terms.model_fields if f not in apart}
    conditional = {"corpus", "corpus_licence", "attribution", "majority_on", "described_use"}
    assert names - conditional - {"based_on"} <= heads


def test_a_withdrawal_shows_on_the_agreement_and_at_home(
    stage: Stage, as_: dict[str, Client]
) -> None:
    agreements.withdraw(stage.house.place, stage.ada, reason="I changed my mind")
    assert "I changed my mind" in text(as_["ada"], "agreement", stage.agreement.digest)
    assert "Withdrawn on" in text(as_["ada"], "me")
    assert Agreement.objects.filter(pk=stage.agreement.pk).exists()


def test_a_statement_shows_each_line_and_where_it_comes_from(
    stage: Stage, as_: dict[str, Client]
) -> None:
    page = text(as_["ada"], "statement", stage.statement.digest)
    assert "4,170 × request" in page and "52.000" in page and "Royalty" in page
    for link in (stage.agreement, stage.report, stage.manifest):
        assert link.digest in page
    line = page.split('<tr class="because">')[1].split("</tr>")[0]
    for name, one in (
        ("agreement", stage.agreement),
        ("report", stage.report),
        ("model", stage.model),
    ):
        assert f'href="{reverse(name, args=[one.digest])}"' in line


def test_a_statement_shows_earnings_by_month_and_reliance_over_time(
    stage: Stage, as_: dict[str, Client]
) -> None:
    page = text(as_["ada"], "statement", stage.statement.digest)
    assert "By model and month" in page and page.count("<svg") >= 2
    assert "How much each model relies on these takes" in page


def test_a_statement_goes_home_as_pdf(stage: Stage, as_: dict[str, Client]) -> None:
    response = as_["ada"].get(reverse("statement_pdf", args=[stage.statement.digest]))
    assert response.content.startswith(b"%PDF-")
    assert response.content == as_["auditor"].get(response.wsgi_request.path).content
    name = "statement-Ada-2026-10-EUR.pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_the_evidence_that_a_performer_takes_home_verifies(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    response = as_["ada"].get(reverse("statement_evidence", args=[stage.statement.digest]))
    assert response.headers["Content-Type"] == "application/zip"
    (tmp_path / "evidence.zip").write_bytes(response.content)
    assert verify(tmp_path / "evidence.zip").statement == stage.statement.digest


def test_home_gathers_what_is_ones_own(stage: Stage, as_: dict[str, Client]) -> None:
    page = text(as_["ada"], "me")
    assert "Hello, Ada Actor" in page and "52.0" in page
    assert f'href="/statements/{stage.statement.digest}/"' in page
    assert f'href="/models/{stage.model.digest}/"' in page
    lab = text(as_["lab"], "me")
    assert f'href="/models/{stage.model.digest}/"' in lab and "Ada" not in lab


def test_the_worst_performer_is_named_to_those_who_may_know(
    stage: Stage, as_: dict[str, Client]
) -> None:
    assert "worst performer, Cleo (" in text(as_["producer"], "model", stage.model.digest)
    assert "worst performer, Cleo Actor (" in text(as_["lab"], "model", stage.model.digest)
    Performer.objects.filter(handle="Cleo").update(credited=False)
    lab = text(as_["lab"], "model", stage.model.digest)
    assert "worst performer (recall)" in lab and "Cleo" not in lab
    ada = text(as_["ada"], "model", stage.model.digest)
    assert "worst performer (recall)" in ada and "For you" in ada and "Cleo" not in ada


def test_payouts_are_what_the_ledger_says(stage: Stage, as_: dict[str, Client]) -> None:
    page = text(as_["ada"], "payouts")
    assert "performer:Ada" in page and "performer:Ben" not in page and "licensee" not in page
    assert money(stage.statement.total_micro, "EUR") in page
    assert "Owed to the house" in text(as_["lab"], "payouts")


def test_lists_are_cut_into_pages(stage: Stage, as_: dict[str, Client]) -> None:
    page = text(as_["auditor"], "log")
    assert "in all" in page
    kinds = as_["auditor"].get("/log/?kind=take.recorded").content.decode()
    assert "13 in all" in kinds and "agreement.signed</td>" not in kinds


@pytest.mark.parametrize("asked", ["page=nonsense", "page=99999", "page=-1", "kind=%00", "kind='"])
def test_nonsense_in_an_address_gets_a_page(asked: str, as_: dict[str, Client]) -> None:
    assert as_["auditor"].get(f"/log/?{asked}").status_code in {200, 400}


def test_signing_up_is_closed(stage: Stage) -> None:
    for path in ("/signup/", "/accounts/signup/"):
        assert Client().get(path).status_code == 404


def test_the_others_are_summed_up_without_a_name() -> None:
    shares = {r.performer: r.as_json() for r in ROWS}
    own, others = drawn(shares, {"Ben": "Ben Actor"})
    assert (own.name, others.others) == ("Ben Actor", 2)
    assert own.share_ppb + others.share_ppb == 10**9 and others.low_ppb is None
    assert [bar.name for bar in drawn(shares, {h: h for h in shares})] == ["Ada", "Ben", "Cleo"]


def test_a_share_below_what_can_be_told_from_none_is_marked() -> None:
    shares = {r.performer: r.as_json() for r in ROWS}
    names = {handle: handle for handle in shares}
    assert [bar.faint for bar in drawn(shares, names, 200 * 10**6)] == [False, False, True]
    assert not any(bar.faint for bar in drawn(shares, names))


def test_a_report_shows_what_it_rests_on_and_which_shares_are_not_sure(
    stage: Stage, as_: dict[str, Client]
) -> None:
    page = text(as_["auditor"], "report", stage.report.digest)
    assert "-1.386" in page and "-0.900" in page and "0.410 – 0.560" in page
    assert stage.manifest.digest in page and "<code>l2=10" in page
    assert "joy 75.0" in page and "covers chance in who was asked" in page
    assert page.count("(not surely told from none)") == 1 and "Below 20.0" in page
    assert "(not surely told from none)" not in text(as_["ada"], "report", stage.report.digest)


def test_a_report_that_a_later_one_replaced_leads_to_it(
    stage: Stage, as_: dict[str, Client]
) -> None:
    before = stage.report.digest
    later = reported(stage.house.place, stage.model)
    page = text(as_["auditor"], "report", before)
    assert "set shares before" in page and f'href="/reliance/{later.digest}/"' in page
    assert "set shares before" not in text(as_["auditor"], "report", later.digest)


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert share(-400_000) == share(0) == "0.0\N{NO-BREAK SPACE}%"
    assert share(-20_000_000) == "\N{MINUS SIGN}2.0\N{NO-BREAK SPACE}%"


def test_an_outline_stays_in_its_box() -> None:
    import numpy as np

    loud = np.array([1.5, -2.0, 0.0, 1.0] * 300, dtype=np.float32)
    points = outline(envelope(loud))[1:-1].split("L")
    for point in points:
        x, y = map(float, point.split())
        assert 0 <= x <= WIDTH and 0 <= y <= HEIGHT
    assert outline(envelope(loud[:0])) == ""


def test_an_index_tells_members_from_others(tmp_path: Path) -> None:
    index_of([5, 3, 900], tmp_path / "index.npy")
    assert [n for n in (0, 3, 4, 5, 899, 900, 901) if holds(tmp_path / "index.npy", n)] == [
        3,
        5,
        900,
    ]


def test_a_row_without_takes_is_blank() -> None:
    assert [cell.percent for cell in shaded([[0, 0], [1, 3]])[0]] == [0, 0]
    assert [cell.shade for cell in shaded([[0, 0], [1, 3]])[1]] == [2, 8]


def test_what_is_paid_is_written_in_cents_and_what_accrues_to_the_last() -> None:
    assert paid(329_980_000, "EUR").replace("\xa0", " ") == "329.98 EUR"
    assert money(329_980_000, "EUR").replace("\xa0", " ") == "329.980000 EUR"


def test_figures_keep_their_units() -> None:
    assert span(59_949) == "59.9\u00a0s" and span(725_000) == "12\u00a0min 5\u00a0s"
    assert span(5_880_000) == "1\u00a0h 38\u00a0min" and share(124_000_000) == "12.4\u00a0%"
    assert money(2_585_400, "EUR") == "2.585400\u00a0EUR"
    assert 'datetime="2026-10-01T00:00:00Z"' in when("2026-10-01T00:00:00Z")


def test_the_log_download_is_bytes(stage: Stage, as_: dict[str, Client]) -> None:
    response = as_["lab"].get(reverse("manifest_document", args=[stage.manifest.digest]))
    sent = io.BytesIO(b"".join(response)).getvalue()  # type: ignore[arg-type]
    assert sent == (stage.house.place.manifests / f"{stage.manifest.digest}.json").read_bytes()
