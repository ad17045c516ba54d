"""A new statement is told by a letter, in the reader's language, with a link and no figure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.test import override_settings
from stage import Stage

from yesand.kernel.clock import Period, SetClock, stamp
from yesand.kernel.errors import BadInput
from yesand.royalties.models import Statement
from yesand.royalties.settling.services import settle
from yesand.site.settings import public
from yesand.site.working import Worker


def test_a_statement_is_told_once_with_its_address_and_no_figure(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "outbox", [], raising=False)  # other tests of this process write too
    ada, clock = stage.users["ada"], stage.house.place.clock
    ada.email, ada.language = "ada@mail.example", "de"
    ada.save()
    assert isinstance(clock, SetClock)
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    monkeypatch.setenv("YESAND_NOW", stamp(clock.now()))
    post = "django.core.mail.backends.locmem.EmailBackend"
    with override_settings(PUBLIC_URL="https://yes-and.example", EMAIL_BACKEND=post):
        for _ in range(2):
            settle(stage.house.place, Period(2026, 11))
        Worker(stage.house.place).run(once=True)
    (letter,) = mail.outbox
    made = Statement.objects.get(performer=stage.ada, settlement__period="2026-11")
    assert letter.to == ["ada@mail.example"] and "Abrechnung" in letter.subject
    assert f"https://yes-and.example/statements/{made.digest}/" in letter.body
    assert "EUR" not in letter.body


@pytest.mark.parametrize("given", ["yes-and.example", "ftp://a.example", "https://a.example/pages"])
def test_a_public_address_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(BadInput, match="YESAND_PUBLIC_URL"):
        public(given)
    assert public("") == "" and public(" https://a.example:8443/ ") == "https://a.example:8443"
