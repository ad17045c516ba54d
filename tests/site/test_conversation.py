"""Agreeing, striking and belonging on the pages, with the person asked again before they sign."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

import yesand
from negotiators import PASSWORD, cast, named, word
from yesand.agreements import services as agreements
from yesand.agreements.collective.models import Collective
from yesand.agreements.comparing.values import Voice
from yesand.agreements.models import Agreement, Approval, ApprovalEnd, Offer, Suspension
from yesand.agreements.negotiating.forms import CounterForm
from yesand.agreements.offering.services import offer
from yesand.agreements.offering.speaking.services import on_table
from yesand.agreements.templates import draft
from yesand.agreements.vocabulary import UseClass
from yesand.kernel.clock import Clock, SetClock, stamp
from yesand.people import services as people
from yesand.people.delegating.services import grant
from yesand.people.models import Organisation, Performer

pytestmark = pytest.mark.one_database


@pytest.fixture
def offered(house: yesand.House, clock: SetClock) -> Offer:
    clock.at = Clock().now()  # the pages go by today's
    return offer(house.place, cast(house), "standard/recognition", named("pam"))


def browser(name: str) -> Client:
    client = Client()
    client.force_login(named(name))
    asked_again(client, timedelta(0))
    return client


def asked_again(client: Client, ago: timedelta) -> None:
    session = client.session
    session["proven_at"] = stamp(Clock().now() - ago)
    session.save()


def filled_in(row: Offer, **other: Any) -> dict[str, Any]:
    """The counter's form as a browser sends it when nothing else is touched."""
    form = CounterForm(on_table(row, word(row)).terms, Voice())
    shown = {name: field.initial for name, field in form.fields.items()}
    told = {name: value for name, value in shown.items() if value is not None}
    return {**told, "answers": word(row).digest, **other}


def read(answer: Any) -> str:
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


def test_a_performer_agrees_to_a_single_use_and_takes_it_back_on_the_page(
    house: yesand.House, offered: Offer
) -> None:
    terms = on_table(offered, word(offered)).terms
    asking = terms.model_copy(update={"approval_per_use": frozenset({UseClass.RECOGNITION})})
    made = draft("standard/recognition", asking)
    agreement = agreements.sign(
        house.place, made, offered.performer, people.organisation("producer")
    )
    address, ada = reverse("agreement_approvals", args=[agreement.digest]), browser("ada")
    assert "None was agreed to yet" in read(ada.get(address))
    assert address in read(ada.get(reverse("agreement", args=[agreement.digest])))
    use = {"licensee": "house-lab", "purpose": "research", "use_class": "recognition"}
    day = Clock().now().date()
    late = ada.post(address, {**use, "until": str(day - timedelta(3))})
    assert late.status_code == 422 and "last day has passed" in read(late)
    assert ada.post(address, {**use, "until": str(day + timedelta(9))}).status_code == 302
    approval = Approval.objects.get()
    pam = browser("pam")
    assert "agreed</span>" in read(pam.get(address)) and pam.post(address).status_code == 404
    assert ada.post(address, {"end": approval.digest}).status_code == 302
    assert "taken back" in read(ada.get(address)) and ApprovalEnd.objects.exists()


def test_offer_and_counter_offer_stand_side_by_side_and_are_signed(
    house: yesand.House, offered: Offer
) -> None:
    ada, pam, here = browser("ada"), browser("pam"), reverse("offer", args=[offered.pk])
    answering = reverse("offer_counter", args=[offered.pk])
    assert "Making money with it is allowed." in read(ada.get(answering))
    told = filled_in(offered, commercial="no", territories="de, at", note="Not for sale.")
    asked_again(ada, timedelta(minutes=11))
    assert "next=" in ada.post(answering, told).headers["Location"]
    asked_again(ada, timedelta(0))
    assert ada.post(answering, told).headers["Location"] == here
    page = read(pam.get(here))
    for words in (
        "Offer and counter-offer",
        "Not for sale.",
        "2 better for the performer",
        "Austria, Germany instead of worldwide",
        "Making money with it is not allowed.",
    ):
        assert words in page
    assert "To be answered by" in page and "Take it back" in read(ada.get(here))
    assert read(ada.get(here)).count("Sign it") == 0
    read_first = {"read": "on", "answers": offered.steps.get(number=0).digest}
    stale = pam.post(here, read_first)
    assert stale.status_code == 409 and "since you opened" in read(stale)
    signed = pam.post(here, {"read": "on", "answers": word(offered).digest})
    made = Agreement.objects.get()
    assert signed.headers["Location"] == reverse("agreement", args=[made.digest])
    assert made.terms["territories"] == ["AT", "DE"] and not made.terms["commercial"]
    shown = read(pam.get(signed.headers["Location"]))
    assert f'href="{here}"' in shown
    assert "in force" in shown and "Amend it" in shown and "For the performer: performer" in shown


def test_whoever_can_sign_can_be_offered_an_agreement(offered: Offer) -> None:
    Performer.objects.filter(handle="Ada").update(synthetic=True)
    page = read(browser("pam").get(reverse("offer_new") + "?performer=Ada"))
    assert '<option value="Ada" selected>' in page


def test_a_minor_is_told_to_name_a_guardian(house: yesand.House, offered: Offer) -> None:
    ada, pam = offered.performer, named("pam")
    terms = on_table(offered, word(offered)).terms
    of_age = terms.valid_from.replace(year=terms.valid_from.year + 2)
    of_minor = {"minor": True, "stands_by": "guardian", "comes_of_age": of_age}
    offer(house.place, ada, "standard/synthesis", pam, **of_minor)
    told = "signs “standard/synthesis” for you: make a link for them first"
    assert told in read(browser("ada").get(reverse("me")))
    until = house.place.clock.now() + timedelta(days=30)
    grant(house.place, ada, "guardian", ["sign"], until)
    assert told not in read(browser("ada").get(reverse("me")))


def test_what_was_filled_in_is_kept_when_it_does_not_hold(offered: Offer) -> None:
    ada, answering = browser("ada"), reverse("offer_counter", args=[offered.pk])
    for other, why in (
        ({"territories": "Germany"}, "“GERMANY” is not a country’s code of two letters"),
        ({"purposes": ["political"], "banned_purposes": ["political"]}, "untick it in one of"),
        ({"described_use": "For ${project} only"}, "the place of ${project}"),
        ({"pay.revenue_share_ppm": "101"}, "At most 100 %."),
        ({}, "on the table"),
    ):
        answer = ada.post(answering, filled_in(offered, note="Kept.", **other))
        assert answer.status_code == 422 and why in read(answer) and "Kept." in read(answer)
    assert offered.steps.count() == 1


def beside(page: str, name: str) -> str:
    """What is said of a field, up to the next one."""
    return re.split(r"<label|<fieldset", page.rpartition(f'name="{name}"')[2])[0]


def test_a_producer_sets_the_terms_of_an_offer(house: yesand.House, offered: Offer) -> None:
    pam, whom = browser("pam"), {"performer": "Ada", "template": "standard/research"}
    told = {**whom, "stands_by": "union", "language": "de"}
    address = pam.post(reverse("offer_new"), {**told, "terms": ""}).headers["Location"]
    assert address.startswith(reverse("offer_terms")) and Offer.objects.count() == 1
    page = read(pam.get(address))
    assert "beginning from standard/research" in page and "Sign and offer it" in page
    form = {k: v for k, v in filled_in(offered).items() if k != "answers"} | {"commercial": "no"}
    for name, wrong, why in (
        ("territories", "XX", "“XX” is not a country’s code"),
        ("banned_purposes", ["research"], "untick it in one of the two"),
        ("valid_until", "2001-01-01", "The last day lies before the first"),
    ):
        form["purposes"] = ["research"]
        answer = pam.post(address, {**form, name: wrong, "note": "Kept."})
        assert answer.status_code == 422 and why in beside(read(answer), name)
        assert "Kept." in read(answer)
    asked_again(pam, timedelta(minutes=11))
    assert "next=" in pam.post(address, form).headers["Location"]
    asked_again(pam, timedelta(0))
    here = pam.post(address, {**form, "notice_days": 45, "note": "As we said."}).headers["Location"]
    made = Offer.objects.get(template="standard/research")
    assert here == reverse("offer", args=[made.pk]) and "As we said." in read(pam.get(here))
    assert made.terms["notice_days"] == 45 and made.terms["based_on"].startswith("standard/resea")
    assert (made.language, made.terms["represented_by"]) == ("de", "union")
    again = pam.post(address, {**form, "notice_days": 60})
    assert again.status_code == 422 and "waits for an answer already" in read(again)
    back = read(pam.get(reverse("offer_new") + "?" + address.partition("?")[2]))
    assert '<option value="union" selected>' in back


def test_an_amendment_shows_what_it_would_change(house: yesand.House, offered: Offer) -> None:
    ada, pam = browser("ada"), browser("pam")
    told = {"read": "on", "answers": word(offered).digest}
    ada.post(reverse("offer", args=[offered.pk]), told)
    made = Agreement.objects.get()
    form = {k: v for k, v in filled_in(offered).items() if k != "answers"}
    amending = reverse("agreement_amend", args=[made.digest])
    there = pam.post(amending, {**form, "notice_days": 90}).headers["Location"]
    page = read(ada.get(there))
    assert "What would change" in page and "90 days instead of 30 days" in page
    again, net = Offer.objects.exclude(pk=offered.pk).get(), "Against the agreement that stands"
    assert net not in page
    other = filled_in(again, territories="DE")
    assert ada.post(reverse("offer_counter", args=[again.pk]), other).status_code == 302
    assert "90 days instead of 30 days" in read(pam.get(there)).partition(net)[2]
    answer = filled_in(again, territories="AT")
    assert pam.post(reverse("offer_counter", args=[again.pk]), answer).status_code == 302
    ada.post(there, {"read": "on", "answers": word(again).digest})
    newer = Agreement.objects.get(supersedes=made)
    changes = read(ada.get(reverse("agreement_changes", args=[newer.digest])))
    assert "90 days instead of 30 days" in changes
    assert "amended" in read(ada.get(reverse("agreement", args=[made.digest])))


def test_a_floor_is_proposed_signed_shown_and_kept(house: yesand.House, offered: Offer) -> None:
    union = people.found(house.place, "voices", "Voices United", Organisation.Kind.UNION)
    people.account("una", "union", PASSWORD, organisation=union)
    ada, una, pam = (browser(name) for name in ("ada", "una", "pam"))
    assert "Collective agreements" in read(una.get(reverse("me")))
    told = {"union": "voices", "title": "Voices", "begins": "2026-01-01", "notice_days": "30"}
    empty = una.post(reverse("collective_new"), {**told, "notice_days": ""})
    assert empty.status_code == 422 and "at least one term" in read(empty)
    here = una.post(reverse("collective_new"), told).headers["Location"]
    assert "at least 30 days" in read(ada.get(here))
    assert una.post(here, {"read": "on"}).status_code == 404  # it is her own
    waits = "A collective agreement waits for your signature: Voices"
    assert waits in read(pam.get(reverse("me"))) and waits not in read(una.get(reverse("me")))
    assert pam.post(here, {"read": "on"}).status_code == 302
    assert Collective.objects.get().countersignature and waits not in read(pam.get(reverse("me")))
    ada.post(reverse("unions"), {"union": "voices"})
    assert "you belong to it" in read(ada.get(reverse("unions")))
    page = read(ada.get(reverse("offer", args=[offered.pk])))
    assert "Collective floor" in page and "at least 30 days" in page
    below = ada.post(
        reverse("offer_counter", args=[offered.pk]), filled_in(offered, notice_days="7")
    )
    assert below.status_code == 422 and "Below the collective floor: Notice" in read(below)
    assert "7 days instead of 30 days" in beside(read(below), "notice_days")


def test_a_strike_is_called_shown_on_the_agreement_and_lifted(
    house: yesand.House, offered: Offer
) -> None:
    union = people.found(house.place, "voices", "Voices United", Organisation.Kind.UNION)
    people.account("una", "union", PASSWORD, organisation=union)
    ada, una, pam = (browser(name) for name in ("ada", "una", "pam"))
    ada.post(reverse("unions"), {"union": "voices"})
    told = {"read": "on", "answers": word(offered).digest}
    ada.post(reverse("offer", args=[offered.pk]), told)
    agreement = reverse("agreement", args=[Agreement.objects.get().digest])
    called = {"caller": "voices", "reason": "Talks have failed."}
    assert pam.post(reverse("suspension_new"), called).status_code == 422  # not hers to call
    here = una.post(reverse("suspension_new"), called).headers["Location"]
    assert "Strike called by Voices United" in read(ada.get(here))
    assert "New use stops since" in read(ada.get(agreement))
    assert pam.post(here).status_code == 404
    assert una.post(here, {"reason": "Agreed"}).headers["Location"] == here
    assert Suspension.objects.get().lifted
    assert "New use stops since" not in read(ada.get(agreement))
    ada.post(reverse("unions"), {"union": "voices", "leave": "1"})
    assert "you belong to it" not in read(ada.get(reverse("unions")))
