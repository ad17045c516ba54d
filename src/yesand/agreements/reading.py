"""Terms as a person reads them: a short table of what is allowed, for how much, until when.

The table is in the reader's language, whatever language the agreement was signed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from yesand.agreements.clauses_of_care import HELPERS, KEPT
from yesand.agreements.clauses_of_use import AIMS, CHANNELS, FORMS, USES
from yesand.agreements.deductions_wording import GUARANTEED
from yesand.agreements.pay import MILLION, Amount, Pay
from yesand.agreements.pay_wording import POOL, TO, UNCERTAINTY, UNITS, decimal, percent
from yesand.agreements.terms import WORLD, Terms
from yesand.agreements.tongue import LANGUAGES, Tongue, tongue


@dataclass(frozen=True)
class Line:
    """One term: its name, what it says, and the field of the terms that it is."""

    name: str
    says: str
    field: str

    @property
    def clause(self) -> str:
        """The field that has a clause in the text: a part's is that of the whole."""
        return self.field.partition(".")[0]


@dataclass(frozen=True)
class Section:
    """A group of terms under one heading."""

    title: str
    lines: tuple[Line, ...]


def readable(terms: Terms, language: str = "en") -> tuple[Section, ...]:
    """Return every term in plain words, in the order in which people ask.

    Parameters
    ----------
    language : the reader's; one that agreements are not worded in reads English.
    """
    say = tongue(language if language in LANGUAGES else "en")
    _ = say.gettext
    return (
        Section(_("What it may be used for"), tuple(_permission(terms, say))),
        Section(_("How long"), tuple(_time(terms, say))),
        Section(_("What is paid"), tuple(_pay(terms, say))),
        Section(_("After a withdrawal"), tuple(_withdrawing(terms, say))),
        Section(_("Control and credit"), tuple(_control(terms, say))),
        Section(_("Who signs"), tuple(_signing(terms, say))),
    )


def _permission(terms: Terms, say: Tongue) -> Iterable[Line]:
    _ = say.gettext
    yield Line(_("Kinds of system"), _words(USES, terms.use_classes, say), "use_classes")
    yield Line(_("Purposes"), _words(AIMS, terms.purposes, say), "purposes")
    yield Line(_("Never for"), _words(AIMS, terms.banned_purposes, say), "banned_purposes")
    if terms.described_use:
        yield Line(_("What exactly"), terms.described_use, "described_use")
    asked = _words(USES, terms.approval_per_use, say)
    yield Line(_("Only after asking each time"), asked, "approval_per_use")
    yield Line(_("Channels"), _words(CHANNELS, terms.modalities, say), "modalities")
    yield Line(_("Leaves the house as"), _words(FORMS, terms.materials, say), "materials")
    yield Line(_("Where"), _places(terms.territories, say), "territories")
    yield Line(_("Commercial use"), _yes(terms.commercial, say), "commercial")
    yield Line(_("Exclusive"), _yes(terms.exclusive, say), "exclusive")
    yield Line(_("May be passed on"), _yes(terms.onward_licensing, say), "onward_licensing")


def _time(terms: Terms, say: Tongue) -> Iterable[Line]:
    _ = say.gettext
    yield Line(_("From"), say.day(terms.valid_from), "valid_from")
    until = say.day(terms.valid_until) if terms.valid_until else _("no end named")
    yield Line(_("Until"), until, "valid_until")
    training = say.day(terms.train_until) if terms.train_until else _("as above")
    yield Line(_("Training allowed until"), training, "train_until")
    yield Line(_("Days of the time zone"), terms.zone, "zone")
    stops = _yes(terms.suspended_in_strike, say)
    yield Line(_("Suspended during a strike"), stops, "suspended_in_strike")
    yield Line(_("Notice to end it"), _days(terms.notice_days, say), "notice_days")


def _pay(terms: Terms, say: Tongue) -> Iterable[Line]:
    _, pay = say.gettext, terms.pay
    yield Line(_("For each session"), _amount(pay.session_fee, say), "pay.session_fee")
    for unit, amount in sorted(pay.per_unit.items()):
        told = {"unit": _(UNITS[unit]) if unit in UNITS else unit}
        name = _("For each %(unit)s, to the pool") % told
        yield Line(name, _amount(amount, say), f"pay.per_unit.{unit}")
    if pay.revenue_share_ppm:
        share = _parts(pay.revenue_share_ppm, say)
        yield Line(_("Of declared revenue"), share, "pay.revenue_share_ppm")
    yield from _earned(pay, say)
    times = say.number(decimal(pay.realtime_multiple_ppm, MILLION))
    real_time = _("%(times)s times") % {"times": times}
    yield Line(_("Real-time generation counts"), real_time, "pay.realtime_multiple_ppm")
    yield Line(_("The pool is shared by"), _basis(pay, say), "pay.basis")
    fallback = {"equal": _("equal parts"), "minutes": _("minutes")}[pay.fallback]
    yield Line(_("While no report sets shares, by"), fallback, "pay.fallback")
    least = _amount(pay.minimum_per_period, say)
    yield Line(_("At least, a month"), least, "pay.minimum_per_period")
    fund = _parts(pay.contribution_ppm, say)
    yield Line(_("Pension and health, on top"), fund, "pay.contribution_ppm")
    yield from _taken_off(pay, say)
    yield Line(
        _("For how long"), _("while a system that relies on it is used"), "pays_while_in_use"
    )


def _taken_off(pay: Pay, say: Tongue) -> Iterable[Line]:
    """Yield what is taken off, and when it is paid: only what the terms name."""
    _ = say.gettext
    if pay.advance:
        yield Line(_("Advance, paid once"), _amount(pay.advance, say), "pay.advance")
        part = _parts(pay.recoup_ppm, say)
        yield Line(_("Paid back from royalties"), part, "pay.recoup_ppm")
        across = _yes(pay.cross_collateral, say)
        yield Line(_("From all agreements with the producer"), across, "pay.cross_collateral")
        also = say.named(GUARANTEED, pay.recoup_from)
        yield Line(_("And from"), also, "pay.recoup_from")
    if pay.agent:
        share = f"{pay.agent}: {_parts(pay.agent_ppm, say)}"
        yield Line(_("To the agent, of what is left"), share, "pay.agent")
    if pay.withhold:
        yield Line(_("Tax withheld for"), say.place(pay.withhold), "pay.withhold")
    if pay.least_payout:
        least = _amount(pay.least_payout, say)
        yield Line(_("Paid out from"), least, "pay.least_payout")
    if pay.audit_shortfall_ppm:
        part = _parts(pay.audit_shortfall_ppm, say)
        name = _("The producer pays an audit that finds unpaid more than")
        yield Line(name, part, "pay.audit_shortfall_ppm")
    if pay.one_currency:
        yield Line(_("Paid in one currency"), _yes(pay.one_currency, say), "pay.one_currency")


def _earned(pay: Pay, say: Tongue) -> Iterable[Line]:
    """Yield what not every agreement says."""
    _ = say.gettext
    if pay.tariff:
        yield Line(_("Prices by the table"), pay.tariff, "pay.tariff")
    if pay.period_fee:
        fee = f"{_amount(pay.period_fee, say)}, {_(TO[pay.period_fee_to])}"
        yield Line(_("For each month in use"), fee, "pay.period_fee")
    if pay.bonus:
        told = {"amount": _amount(pay.bonus, say), "count": pay.bonus_after}
        after = _("%(amount)s after %(count)s × %(unit)s") % {**told, "unit": pay.bonus_unit}
        yield Line(_("Once, as a bonus"), after, "pay.bonus")
    if pay.non_featured_ppm:
        share = _parts(pay.non_featured_ppm, say)
        yield Line(_("Of each pool, equally to all"), share, "pay.non_featured_ppm")
    if pay.pool != "deployment":
        yield Line(_("Whose revenue is pooled"), _(POOL[pay.pool]), "pay.pool")
    if pay.uncertainty != "point":
        yield Line(
            _("What an unsure share pays"), _(UNCERTAINTY[pay.uncertainty]), "pay.uncertainty"
        )
    if not pay.descendants:
        yield Line(_("Models made from a model pay"), _("no"), "pay.descendants")


def _withdrawing(terms: Terms, say: Tongue) -> Iterable[Line]:
    _, after = say.gettext, terms.withdrawing
    for name, days in (
        (_("No new training"), "stop_training_days"),
        (_("Licensees are told"), "notify_days"),
        (_("Recordings deleted"), "delete_recordings_days"),
        (_("Models retrained or retired"), "retrain_or_retire_days"),
    ):
        yield Line(name, _within(getattr(after, days), say), f"withdrawing.{days}")
    deleted = _yes(after.delete_replica, say)
    yield Line(_("A replica is deleted too"), deleted, "withdrawing.delete_replica")
    if terms.version > 1:
        within = _within(after.delete_replica_days, say)
        if after.delete_replica:
            yield Line(_("The replica deleted"), within, "withdrawing.delete_replica_days")
        told = _yes(after.confirm_deletion, say)
        yield Line(_("Deletion confirmed in writing"), told, "withdrawing.confirm_deletion")


def _control(terms: Terms, say: Tongue) -> Iterable[Line]:
    _ = say.gettext
    yield Line(_("Named in credits"), _yes(terms.credit, say), "credit")
    mocking = _("no") if terms.no_derogatory_use else _("not excluded")
    yield Line(_("Derogatory use"), mocking, "no_derogatory_use")
    moral = _("given up") if terms.moral_rights_waived else _("kept")
    yield Line(_("Moral rights"), moral, "moral_rights_waived")
    notice = _yes(terms.third_party_training_notice, say)
    yield Line(_("Told of third-party training"), notice, "third_party_training_notice")
    yield Line(_("How it is stored"), _(KEPT[terms.security]), "security")
    hours = say.ngettext("within %(n)d hour", "within %(n)d hours", terms.breach_notice_hours)
    yield Line(_("Told of a leak"), hours, "breach_notice_hours")
    months = say.ngettext("every month", "every %(n)d months", terms.report_every_months)
    yield Line(_("A report"), months, "report_every_months")
    yield Line(_("Goes on after death"), _yes(terms.post_mortem, say), "post_mortem")


def _signing(terms: Terms, say: Tongue) -> Iterable[Line]:
    _ = say.gettext
    yield Line(_("Represented by"), _(HELPERS[terms.represented_by]), "represented_by")
    if terms.majority_on:
        yield Line(_("A minor, who comes of age on"), say.day(terms.majority_on), "majority_on")
    if terms.based_on:
        yield Line(_("Standard agreement"), terms.based_on, "based_on")
    if terms.corpus:
        yield Line(_("Public corpus"), terms.corpus, "corpus")
        unnamed = _("not named")
        yield Line(_("Its own licence"), terms.corpus_licence or unnamed, "corpus_licence")
        yield Line(_("To be named as"), terms.attribution or unnamed, "attribution")


def _words(words: Mapping[Any, str], chosen: Iterable[Any], say: Tongue) -> str:
    return say.named(words, chosen)


def _places(codes: frozenset[str], say: Tongue) -> str:
    if WORLD in codes:
        return say.gettext("worldwide")
    return ", ".join(sorted(map(say.place, codes))) or say.gettext("nowhere")


def _yes(value: bool, say: Tongue) -> str:
    return say.gettext("yes") if value else say.gettext("no")


def _days(number: int, say: Tongue) -> str:
    return say.ngettext("%(n)d day", "%(n)d days", number)


def _within(days: int, say: Tongue) -> str:
    if not days:
        return say.gettext("at once")
    return say.ngettext("within %(n)d day", "within %(n)d days", days)


def _amount(amount: Amount | None, say: Tongue) -> str:
    return say.money(amount.money()) if amount else say.gettext("nothing agreed")


def _parts(ppm: int, say: Tongue) -> str:
    return say.number(percent(ppm)) if ppm else say.gettext("nothing agreed")


def _basis(pay: Pay, say: Tongue) -> str:
    _ = say.gettext
    parts = {
        _("reliance"): pay.basis.reliance,
        _("minutes"): pay.basis.minutes,
        _("equal parts"): pay.basis.equal,
    }
    return ", ".join(f"{say.number(percent(ppm))} {name}" for name, ppm in parts.items() if ppm)
