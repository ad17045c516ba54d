"""Raters are paid: once an answer, at the rate of its day, whatever is broken off or repeated."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yesand
from small_troupe import troupe
from yesand.affect.golden.services import set_gold
from yesand.affect.showing.services import answer, begin, enrolled, skip
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.kernel.money import Money
from yesand.people.leaving.services import erase
from yesand.people.models import Organisation, Seat, User
from yesand.people.services import found
from yesand.provenance.dsse import payload_of
from yesand.royalties.ledger import Draft
from yesand.royalties.models import PaidAnswer, Posting, RaterPay, RaterRate
from yesand.royalties.paying.banking.services import _rater
from yesand.royalties.paying.payees.services import owed, payees
from yesand.royalties.raters import services
from yesand.royalties.raters.rate import (
    Answer,
    Pay,
    Rate,
    Version,
    draft_of,
    pays,
    priced,
    rater_account,
)
from yesand.royalties.raters.services import (
    accruing,
    check_raters,
    earned,
    pay_raters,
    set_rate,
    unpaid,
)
from yesand.royalties.services import balance, check_books
from yesand.takes.models import Take

OCTOBER = Period(2026, 10)
SAID = {"label": ["anger"], "intensity-anger": ["70"], "valence": ["2"], "arousal": ["8"],
        "dominance": ["6"]}  # fmt: skip
RATE = {"effective": "2026-10-01", "currency": "EUR", "micro": 120_000, "payer": "producer"}


@pytest.fixture
def rated(house: yesand.House, tmp_path: Path) -> yesand.House:
    """A house of nine takes."""
    troupe(house, tmp_path / "troupe")
    return house


def rater(name: str) -> User:
    """Somebody with a rater's seat."""
    user = User.objects.create(username=name)
    Seat.objects.create(user=user, role=Seat.Role.RATER)
    return user


def judge(house: yesand.House, user: User, number: int) -> None:
    """Judge so many takes."""
    for _ in range(number):
        showing = begin(house.place, user)
        assert showing is not None
        answer(house.place, showing, SAID, 1)


def owed_to(user: User) -> dict[str, int]:
    return balance(rater_account(enrolled(user).pseudonym.hex))


def test_each_answer_is_paid_once_gold_and_unheard_alike_and_a_correction_not_again(
    rated: yesand.House, clock: SetClock
) -> None:
    rita, place = rater("rita"), rated.place
    set_rate(place, RATE)
    set_gold(place, Take.objects.order_by("pk")[0], "ekman", "anger")
    judge(rated, rita, 3)
    showing = begin(place, rita)
    assert showing is not None
    skip(place, showing, "cannot-tell")
    answer(place, showing, SAID, 1)  # heard after all: that was paid already
    answer(place, showing, {**SAID, "valence": ["3"]}, 2)
    assert accruing(place, enrolled(rita)) == {"EUR": Money("EUR", 480_000)}
    with pytest.raises(Refused, match="is not over"):
        pay_raters(place, OCTOBER)
    clock.advance(days=40)
    (made,) = pay_raters(place, OCTOBER)
    assert (made.answers, made.micro, made.currency) == (4, 480_000, "EUR")
    assert owed_to(rita) == {"EUR": -480_000}
    assert balance("licensee:producer") == {"EUR": 480_000}
    answer(place, showing, {**SAID, "valence": ["4"]}, 3)
    assert pay_raters(place, OCTOBER) == [] == pay_raters(place, Period(2026, 9))
    clock.advance(days=30)
    assert pay_raters(place, Period(2026, 11)) == []
    assert earned(enrolled(rita)) == {"EUR": Money("EUR", 480_000)}
    assert "4 answers paid once each" in check_raters(place)
    assert "every account" in check_books() and rated.check()
    assert owed("EUR") == {rater_account(enrolled(rita).pseudonym.hex): 480_000}


def test_an_answer_is_worth_what_the_rate_of_its_day_says(
    rated: yesand.House, clock: SetClock
) -> None:
    place, (rita, otto) = rated.place, map(rater, ("rita", "otto"))
    found(place, "acme", "Acme", Organisation.Kind.LICENSEE)
    judge(rated, rita, 1)  # before there is a rate
    set_rate(place, {**RATE, "effective": "2026-10-02"})
    clock.advance(days=1)
    judge(rated, rita, 2)
    assert set_rate(place, {**RATE, "effective": "2026-10-02"}).version == 1
    set_rate(place, {**RATE, "effective": "2026-10-10", "micro": 150_000, "payer": "acme"})
    clock.advance(days=8)
    judge(rated, otto, 4)
    judge(rated, rita, 1)
    clock.advance(days=30)
    assert unpaid(OCTOBER) == (7, 1)
    by_name = {row.rater.name: row for row in pay_raters(place, OCTOBER)}
    assert {name: (p.answers, p.micro) for name, p in by_name.items()} == {
        "rita": (3, 390_000),
        "otto": (4, 600_000),
    }
    assert balance("licensee:producer") == {"EUR": 240_000}
    assert balance("licensee:acme") == {"EUR": 750_000}
    assert unpaid(OCTOBER) == (0, 1)
    assert b"rita" not in payload_of(by_name["rita"].envelope)


def test_what_raters_have_done_is_not_priced_anew(house: yesand.House, clock: SetClock) -> None:
    set_rate(house.place, {**RATE, "effective": "2026-09-01"})  # the first may look back
    clock.advance(days=9)
    with pytest.raises(Refused, match="until today"):
        set_rate(house.place, {**RATE, "effective": "2026-10-10", "micro": 1})
    assert set_rate(house.place, {**RATE, "effective": "2026-10-11"}).version == 2


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"micro": 0}, BadInput),
        ({"micro": 1.5}, BadInput),
        ({"currency": "XXZ"}, BadInput),
        ({"effective": "2026-02-30"}, BadInput),
        ({"payer": "nobody-here"}, NotFound),
        ({"effective": "2026-10-01", "micro": 130_000}, Refused),
        ({"effective": "2026-09-01"}, Refused),
        ({"words": "hello"}, BadInput),
    ],
)
def test_a_rate_that_does_not_hold_is_refused(
    house: yesand.House, wrong: dict[str, Any], fault: type[Exception]
) -> None:
    set_rate(house.place, RATE)
    with pytest.raises(fault):
        set_rate(house.place, {**RATE, **wrong})
    assert RaterRate.objects.count() == 1


def test_who_has_left_is_owed_and_nobody_is_there_to_be_paid(
    rated: yesand.House, clock: SetClock
) -> None:
    (rita, otto), place = map(rater, ("rita", "otto")), rated.place
    set_rate(place, RATE)
    judge(rated, rita, 2)
    judge(rated, otto, 1)
    clock.advance(days=40)
    pay_raters(place, OCTOBER)
    gone, stays = (rater_account(enrolled(user).pseudonym.hex) for user in (rita, otto))
    assert _rater(gone) == rita and _rater("rater:nobody") is None
    erase(place, rita, forgoing=True)
    there = {payee.account: payee for payee in payees(place, "EUR")}
    assert (there[gone].erased, there[stays].erased) == (True, False)
    assert there[gone].micro == 240_000 and _rater(gone) is None
    assert "3 answers" in check_raters(place) and rated.check()


def test_two_that_pay_at_once_or_one_that_is_killed_pay_once(
    rated: yesand.House, clock: SetClock
) -> None:
    rita, place = rater("rita"), rated.place
    set_rate(place, RATE)
    judge(rated, rita, 6)
    code = (
        "import sys, os, signal, yesand\n"
        "from pathlib import Path\n"
        "from datetime import datetime, UTC\n"
        "from yesand.kernel.clock import Period, SetClock\n"
        "clock = SetClock(datetime(2026, 11, 2, tzinfo=UTC))\n"
        "place = yesand.open(Path(sys.argv[1]), clock=clock).place\n"
        "from yesand.royalties.raters import services\n"
        "post = services.post\n"
        "def posting(*given):\n"
        "    made = post(*given)\n"
        "    if sys.argv[2] == 'kill':\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return made\n"
        "services.post = posting\n"
        "print(len(services.pay_raters(place, Period(2026, 10))))\n"
    )
    command = [sys.executable, "-c", code, str(place.root)]
    killed = subprocess.run([*command, "kill"], env=dict(os.environ), check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not RaterPay.objects.exists() and not PaidAnswer.objects.exists()
    both = [subprocess.Popen([*command, "go"], stdout=subprocess.PIPE, text=True)
            for _ in range(2)]  # fmt: skip
    told = sorted(each.communicate()[0].strip() for each in both)
    assert told == ["0", "1"]
    clock.advance(days=32)
    assert pay_raters(place, OCTOBER) == [] and owed_to(rita) == {"EUR": -720_000}
    check_books()


def test_pay_that_follows_from_no_answer_is_found(
    rated: yesand.House, clock: SetClock, unguard: Any
) -> None:
    rita, place = rater("rita"), rated.place
    set_rate(place, RATE)
    judge(rated, rita, 2)
    clock.advance(days=40)
    pay_raters(place, OCTOBER)
    check_raters(place)
    unguard("royalties_paidanswer")
    paid = PaidAnswer.objects.first()
    assert paid is not None
    PaidAnswer.objects.filter(pk=paid.pk).update(on=date(2026, 10, 7))
    with pytest.raises(CheckFailed, match="nobody gave on that day"):
        check_raters(place)
    PaidAnswer.objects.filter(pk=paid.pk).delete()
    with pytest.raises(CheckFailed, match="does not follow"):
        check_raters(place)


def test_a_transaction_that_no_rating_made_is_found(rated: yesand.House, unguard: Any) -> None:
    from yesand.royalties.books.services import post
    from yesand.royalties.ledger import Draft, Side

    name = rater_account("0" * 32)
    sides = (Side("licensee:producer", "EUR", 5), Side(name, "EUR", -5))
    post(rated.place, [Draft("rating:made-up", "ratings of 2026-10", sides)])
    with pytest.raises(CheckFailed, match="what raters were paid differ"):
        check_books()
    assert Posting.objects.count() == 2


def test_a_month_s_pay_that_the_ledger_debits_another_for_is_found(
    rated: yesand.House, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrongly(pay: Pay) -> Draft:
        right = draft_of(pay)
        sides = [replace(s, account=s.account.replace("producer", "another")) for s in right.sides]
        return replace(right, sides=tuple(sides))

    found(rated.place, "another", "Another", Organisation.Kind.LICENSEE)
    set_rate(rated.place, RATE)
    judge(rated, rater("rita"), 2)
    clock.advance(days=40)
    with monkeypatch.context() as doctored:
        doctored.setattr(services, "draft_of", wrongly)
        pay_raters(rated.place, OCTOBER)
    with pytest.raises(CheckFailed, match="what raters were paid differ"):
        check_books()


DAYS = st.dates(date(2026, 10, 1), date(2026, 10, 31))


@given(
    days=st.lists(DAYS, max_size=30),
    rates=st.dictionaries(DAYS, st.tuples(st.integers(1, 10**9), st.sampled_from(["EUR", "USD"])),
                          max_size=5),
)  # fmt: skip
def test_pay_is_the_sum_of_the_rates_of_the_days_and_balances(
    days: list[date], rates: dict[date, tuple[int, str]]
) -> None:
    versions = [
        Version(f"{n:064x}", Rate(version=n, effective=f"{day}", currency=rates[day][1],
                                  micro=rates[day][0], payer="producer"))
        for n, day in enumerate(sorted(rates), 1)
    ]  # fmt: skip
    answers = [Answer(f"{n:032x}", day) for n, day in enumerate(days)]
    expected: dict[str, int] = {}
    for day in days:
        begun = [d for d in rates if d <= day]
        if begun:
            micro, currency = rates[max(begun)]
            expected[currency] = expected.get(currency, 0) + micro
    made = pays("a" * 32, "2026-10", priced(answers, versions))
    assert {pay.currency: pay.micro for pay in made} == expected
    for pay in made:
        assert sum(side.micro for side in draft_of(pay).sides) == 0
        assert {s.micro for s in draft_of(pay).sides if s.account.startswith("rater:")} == {
            -pay.micro
        }
