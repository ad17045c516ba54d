"""Audits of pay on the pages: a form, what it found, who sees it, and the file that is checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.cli import _run as run
from yesand.provenance.note import Verifier
from yesand.royalties.models import Audit

pytestmark = pytest.mark.one_database
FORM = {
    "name": "ada-october", "performer": "Ada", "since": "2026-10", "until": "2026-10",
    "begun": "2026-11-01", "due": "100", "unpaid": "6", "cost": "9", "cost_currency": "EUR",
    "paid_by": "union", "document": "a" * 64, "words": "Two games were not declared.",
}  # fmt: skip


def test_an_auditor_records_and_its_performer_reads(
    stage: Stage, as_: dict[str, Client], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = reverse("new_pay_audit")
    wrong = as_["auditor"].post(page, {**FORM, "unpaid": "200"})
    assert wrong.status_code == 422 and "between nothing and what was due" in wrong.content.decode()
    assert not Audit.objects.exists()
    for who in ("auditor", "producer"):  # the same again is the one that is there
        assert as_[who].post(page, FORM).headers["Location"] == "/pay-audits/ada-october/"
    (row,) = Audit.objects.all()
    assert row.by == stage.users["auditor"] and not row.payer_bears
    told = as_["ada"].get(reverse("pay_audit", args=[row.name]), HTTP_ACCEPT_LANGUAGE="de")
    shown = told.content.decode()
    assert "Two games were not declared." in shown and "the terms have no audit clause" in shown
    assert "ada-october" in as_["ada"].get(reverse("pay_audits")).content.decode()
    assert "ada-october" not in as_["ben"].get(reverse("pay_audits")).content.decode()
    assert as_["ben"].get(reverse("pay_audit_document", args=[row.name])).status_code == 404
    kept = tmp_path / "audit.json"
    kept.write_bytes(as_["ada"].get(reverse("pay_audit_document", args=[row.name])).content)
    place = stage.house.place
    key = str(Verifier(place.origin, place.signer.public))
    assert run(["verify", str(kept), "--key", key]) == 0
    assert "pay_audit statement: signed" in capsys.readouterr().out
