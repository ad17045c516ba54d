"""A licensee's obligations on the pages: counted down, and closed by a signed statement."""

from __future__ import annotations

import re

from django.test import Client
from django.urls import reverse
from opened_pages import prove
from stage import Stage, withdrawn

from yesand.agreements.scope import Scope
from yesand.kernel.clock import Clock
from yesand.oversight.models import Fulfilment, Obligation
from yesand.oversight.withdrawing.services import take_back


def owed(stage: Stage, duty: str) -> Obligation:
    return withdrawn(stage).obligations.get(bearer__slug="house-lab", duty=duty)


def test_a_licensee_sees_how_many_days_are_left_for_each_model(
    stage: Stage, as_: dict[str, Client]
) -> None:
    duty = owed(stage, "retrain or retire")
    assert duty.due
    days = (duty.due.date() - Clock().now().date()).days
    for address in (reverse("obligations"), reverse("me"), reverse("model", args=[stage.model.pk])):
        page = as_["lab"].get(address).content.decode()
        assert f"{days} days left" in page, address
    shown = as_["lab"].get(reverse("obligations"), {"model": "late-train-1", "state": "open"})
    assert f"{days} days left" in shown.content.decode()
    none = as_["lab"].get(reverse("obligations"), {"state": "done"}).content.decode()
    assert "Try a wider filter" in none


def test_a_licensee_states_that_recordings_are_deleted(
    stage: Stage, as_: dict[str, Client]
) -> None:
    duty = owed(stage, "delete recordings")
    address, lab = reverse("obligation", args=[duty.pk]), as_["lab"]
    prove(lab)
    assert "every copy" in lab.get(address).content.decode()
    again = lab.post(address, {"statement": " "})
    assert again.status_code == 422 and not Fulfilment.objects.exists()
    assert lab.post(address, {"statement": "Deleted, on every disk."}).status_code == 302
    for who in ("lab", "ada", "producer", "auditor"):
        page = as_[who].get(address).content.decode()
        assert "Deleted, on every disk." in page and 'name="statement"' not in page, who
    other = lab.post(address, {"statement": "Not quite."})
    assert other.status_code == 409 and "Not quite" not in str(Fulfilment.objects.get().statement)


def test_a_performer_takes_one_take_back_from_its_page(
    stage: Stage, as_: dict[str, Client]
) -> None:
    ada, take = as_["ada"], stage.take
    prove(ada)
    page = ada.get(reverse("take", args=[take.sha256])).content.decode()
    link = f"{reverse('withdrawal_preview')}?how=part&amp;takes={take.sha256}"
    assert link in page
    shown = ada.get(link.replace("&amp;", "&")).content.decode()
    assert re.search(r"no new request gets</dt><dd[^>]*>1<", shown)
    assert f'value="{take.sha256}" checked' in re.sub(r' id="[^"]*"', "", shown)
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', shown)
    assert seen
    told = {"how": "part", "takes": [take.sha256], "seen": seen[1]}
    done = ada.post(reverse("withdrawal_preview"), told, follow=True)
    assert "1 single take" in done.content.decode()
    assert take.sha256[:12] in done.content.decode()


def test_a_withdrawal_in_part_is_said_in_plain_words(stage: Stage, as_: dict[str, Client]) -> None:
    address, part = reverse("withdrawal_preview"), "for games, films and other entertainment"
    told = {"how": "part", "purposes": ["entertainment"]}
    page = as_["ada"].get(address, told).content.decode()
    assert f"Takes that no new request gets {part}" in page
    take_back(stage.house.place, stage.ada, Scope.parse({"purposes": ["entertainment"]}))
    take_back(stage.house.place, stage.ada, Scope.parse({"licensees": ["house-lab"]}))
    for shown in (address, reverse("me")):
        page = as_["ada"].get(shown).content.decode()
        assert f", {part}: <a" in page and "(house lab): <a" in page, shown


def test_a_take_of_anothers_cannot_be_chosen_and_a_part_of_nothing_is_none(
    stage: Stage, as_: dict[str, Client]
) -> None:
    ada = as_["ada"]
    prove(ada)
    for told in (
        {"how": "part", "takes": [stage.bens_take.sha256]},
        {"how": "part", "takes": ["f" * 64]},
        {"how": "part"},
    ):
        answer = ada.post(reverse("withdrawal_preview"), told)
        assert 'role="alert"' in answer.content.decode()
    assert not stage.ada.withdrawals.exists()


def test_the_feeds_page_names_takes_and_nobody(stage: Stage, as_: dict[str, Client]) -> None:
    withdrawn(stage)
    page = as_["lab"].get(reverse("revocations")).content.decode()
    assert stage.take.sha256[:12] in page and "yesand revocations http" in page
    listed = page[page.index('id="listing"') :]
    assert "Ada" not in listed
    assert "Nothing was taken back" in as_["other"].get(reverse("revocations")).content.decode()


def test_a_page_of_the_feed_is_sent_once_and_kept(stage: Stage, as_: dict[str, Client]) -> None:
    withdrawn(stage)
    first = as_["lab"].get("/api/revocations/pages/0")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = as_["lab"].get("/api/revocations/pages/0", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    for wrong in ("seen=x", "seen=-1", "&".join(["seen=1"] * 61), "licensee=other-lab"):
        assert as_["lab"].get(f"/api/revocations?{wrong}").status_code in {404, 422}, wrong
