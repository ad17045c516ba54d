"""Terms as a person reads them: a short table of what is allowed, for how much, until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from babel import Locale

from yesand.agreements.terms import MILLION, WORLD, Amount, Pay, Terms


@dataclass(frozen=True)
class Line:
    """One term: its name, what it says, and whether it is a number to be set in a column."""

    name: str
    says: str
    field: str


@dataclass(frozen=True)
class Section:
    """A group of terms under one heading."""

    title: str
    lines: tuple[Line, ...]


def readable(terms: Terms) -> tuple[Section, ...]:
    """Return every term in plain words, in the order in which people ask."""
    return (
        Section("What it may be used for", tuple(_permission(terms))),
        Section("How long", tuple(_time(terms))),
        Section("What is paid", tuple(_pay(terms.pay))),
        Section("After a withdrawal", tuple(_withdrawing(terms))),
        Section("Control and credit", tuple(_control(terms))),
    )


def _permission(terms: Terms) -> Iterable[Line]:
    yield Line("Kinds of system", _words(terms.use_classes), "use_classes")
    yield Line("Purposes", _words(terms.purposes), "purposes")
    yield Line("Never for", _words(terms.banned_purposes), "banned_purposes")
    yield Line("Only after asking each time", _words(terms.approval_per_use), "approval_per_use")
    yield Line("Channels", _words(terms.modalities), "modalities")
    yield Line("Leaves the house as", _words(terms.materials), "materials")
    yield Line("Where", _places(terms.territories), "territories")
    yield Line("Commercial use", _yes(terms.commercial), "commercial")
    yield Line("Exclusive", _yes(terms.exclusive), "exclusive")
    yield Line("May be passed on", _yes(terms.onward_licensing), "onward_licensing")


def _time(terms: Terms) -> Iterable[Line]:
    yield Line("From", terms.valid_from.isoformat(), "valid_from")
    yield Line("Until", str(terms.valid_until or "no end named"), "valid_until")
    yield Line("Training allowed until", str(terms.train_until or "as above"), "train_until")
    yield Line("Suspended during a strike", _yes(terms.suspended_in_strike), "suspended_in_strike")
    yield Line("Notice to end it", _days(terms.notice_days), "notice_days")


def _pay(pay: Pay) -> Iterable[Line]:
    yield Line("For each session", _amount(pay.session_fee), "pay.session_fee")
    for unit, amount in sorted(pay.per_unit.items()):
        yield Line(f"For each {unit} of use, to the pool", _amount(amount), f"pay.per_unit.{unit}")
    if pay.revenue_share_ppm:
        yield Line("Of declared revenue", _parts(pay.revenue_share_ppm), "pay.revenue_share_ppm")
    yield Line(
        "Real-time generation counts",
        f"{pay.realtime_multiple_ppm / MILLION:g} times",
        "pay.realtime_multiple_ppm",
    )
    yield Line("The pool is shared by", _basis(pay), "pay.basis")
    yield Line("While no report sets shares", f"by {pay.fallback}", "pay.fallback")
    yield Line("At least, a month", _amount(pay.minimum_per_period), "pay.minimum_per_period")
    yield Line("Pension and health, on top", _parts(pay.contribution_ppm), "pay.contribution_ppm")


def _withdrawing(terms: Terms) -> Iterable[Line]:
    after = terms.withdrawing
    yield Line("No new training", _within(after.stop_training_days), "stop_training_days")
    yield Line("Licensees are told", _within(after.notify_days), "notify_days")
    yield Line("Recordings deleted", _within(after.delete_recordings_days), "delete_recordings")
    yield Line("Models retrained or retired", _within(after.retrain_or_retire_days), "retrain")
    yield Line("A replica is deleted too", _yes(after.delete_replica), "delete_replica")


def _control(terms: Terms) -> Iterable[Line]:
    yield Line("Named in credits", _yes(terms.credit), "credit")
    yield Line("Derogatory use", "no" if terms.no_derogatory_use else "not excluded", "derogatory")
    yield Line("Told of third-party training", _yes(terms.third_party_training_notice), "notice")
    yield Line("Kept", terms.security.replace("-", " "), "security")
    yield Line("A report every", f"{terms.report_every_months} month(s)", "report_every_months")
    yield Line("After death", _yes(terms.post_mortem), "post_mortem")
    yield Line("Represented by", terms.represented_by.replace("none", "nobody"), "represented_by")
    if terms.corpus:
        yield Line("Public corpus", terms.corpus, "corpus")
        yield Line("Its own licence", terms.corpus_licence or "not named", "corpus_licence")
        yield Line("To be named as", terms.attribution or "not named", "attribution")


def _words(values: Iterable[str]) -> str:
    return ", ".join(sorted(str(v).replace("-", " ") for v in values)) or "nothing"


def _places(codes: frozenset[str]) -> str:
    names = Locale("en").territories
    if WORLD in codes:
        return "worldwide"
    return ", ".join(sorted(str(names.get(code, code)) for code in codes)) or "nowhere"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _within(days: int) -> str:
    return f"within {_days(days)}" if days else "at once"


def _amount(amount: Amount | None) -> str:
    return str(amount.money()) if amount else "nothing agreed"


def _parts(ppm: int) -> str:
    return f"{ppm / MILLION * 100:g} %" if ppm else "nothing agreed"


def _basis(pay: Pay) -> str:
    parts = {
        "reliance": pay.basis.reliance,
        "minutes": pay.basis.minutes,
        "equal parts": pay.basis.equal,
    }
    return ", ".join(f"{ppm / MILLION * 100:g} % {name}" for name, ppm in parts.items() if ppm)
