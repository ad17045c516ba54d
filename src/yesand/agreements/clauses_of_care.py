"""What an agreement promises beside pay, a sentence for each field of the terms."""

from __future__ import annotations

from yesand.agreements.terms import Terms
from yesand.agreements.tongue import Tongue, gettext_noop

_ = gettext_noop
HELPERS = {
    "none": _("nobody"),
    "counsel": _("a lawyer of their own"),
    "union": _("their union"),
    "guardian": _("a parent or guardian"),
}
KEPT = {
    "encrypted-at-rest": _("encrypted wherever they are stored"),
    "encrypted-and-audited": _("encrypted, and outsiders check it"),
}


def based_on(t: Terms, say: Tongue) -> str:
    """Say which standard agreement the terms began from."""
    _ = say.gettext
    if not t.based_on:
        return _("These terms follow no standard agreement.")
    return _("These terms began from the standard agreement %(name)s.") % {"name": t.based_on}


def withdrawing(t: Terms, say: Tongue) -> str:
    """Say what happens when the performer withdraws."""
    _, w = say.gettext, t.withdrawing
    said = [
        _("The performer may withdraw at any time and need not say why."),
        _("Then new training stops at once.")
        if w.stop_training_days == 0
        else _("Then new training stops %(when)s.") % {"when": _by(w.stop_training_days, say)},
        _("Everyone concerned is told %(when)s.") % {"when": _by(w.notify_days, say)},
        _("The recordings are deleted %(when)s.") % {"when": _by(w.delete_recordings_days, say)},
        _("Systems are trained anew without them, or switched off, %(when)s.")
        % {"when": _by(w.retrain_or_retire_days, say)},
        _replica(t, say),
    ]
    if t.version > 1 and w.confirm_deletion:
        said.append(_("The performer is told in writing what was deleted."))
    elif t.version > 1:
        said.append(_("Nobody has to tell the performer what was deleted."))
    return " ".join([*said, _("Until a system is switched off it goes on paying.")])


def _replica(t: Terms, say: Tongue) -> str:
    _, w = say.gettext, t.withdrawing
    if not w.delete_replica:
        return _("A copy of the performer that people would recognise is kept.")
    if t.version == 1:
        return _("A copy of the performer that people would recognise is deleted.")
    told = {"when": _by(w.delete_replica_days, say)}
    return _("A copy of the performer that people would recognise is deleted %(when)s.") % told


def _by(days: int, say: Tongue) -> str:
    if days == 0:
        return say.gettext("at once")
    return say.ngettext("within %(n)d day", "within %(n)d days", days)


def notice_days(t: Terms, say: Tongue) -> str:
    """Say how long before its end the producer gives notice."""
    return say.ngettext(
        "The producer gives %(n)d day's notice before ending the agreement.",
        "The producer gives %(n)d days' notice before ending the agreement.",
        t.notice_days,
    )


def breach_notice_hours(t: Terms, say: Tongue) -> str:
    """Say how soon the performer hears that recordings got into wrong hands."""
    return say.ngettext(
        "If recordings get into the wrong hands, the performer is told within %(n)d hour.",
        "If recordings get into the wrong hands, the performer is told within %(n)d hours.",
        t.breach_notice_hours,
    )


def security(t: Terms, say: Tongue) -> str:
    """Say how the recordings are kept."""
    _ = say.gettext
    return _("The recordings are kept %(how)s.") % {"how": _(KEPT[t.security])}


def report_every_months(t: Terms, say: Tongue) -> str:
    """Say how often the performer gets a report."""
    if t.report_every_months == 1:
        return say.gettext("The performer gets a report every month.")
    return say.ngettext(
        "The performer gets a report every %(n)d month.",
        "The performer gets a report every %(n)d months.",
        t.report_every_months,
    )


def majority_on(t: Terms, say: Tongue) -> str:
    """Say when a minor must sign for themselves."""
    _ = say.gettext
    if t.majority_on is None:
        return _("No day is named on which the performer comes of age.")
    told = {"day": say.day(t.majority_on)}
    return (
        _(
            "The performer comes of age on %(day)s. From that day on nothing is allowed until they "
            "have signed for themselves."
        )
        % told
    )


def represented_by(t: Terms, say: Tongue) -> str:
    """Say who stood by."""
    _ = say.gettext
    told = {"who": _(HELPERS[t.represented_by])}
    return _("While signing, the performer was advised by %(who)s.") % told


def corpus(t: Terms, say: Tongue) -> str:
    """Say which public collection the recordings come from."""
    _ = say.gettext
    if not t.corpus:
        return _("The recordings do not come from a public collection.")
    return _("The recordings come from the public collection %(name)s.") % {"name": t.corpus}


def corpus_licence(t: Terms, say: Tongue) -> str:
    """Say what that collection's own licence is."""
    _ = say.gettext
    if not t.corpus_licence:
        return _("No licence of a public collection applies.")
    return _("That collection's own licence is: %(name)s.") % {"name": t.corpus_licence}


def attribution(t: Terms, say: Tongue) -> str:
    """Say how the source is named."""
    _ = say.gettext
    if not t.attribution:
        return _("No source is named.")
    return _("Name the source like this: %(text)s") % {"text": t.attribution}


def trial(t: Terms, say: Tongue) -> str:
    """Say that nobody agreed to trial terms."""
    _ = say.gettext
    if not t.trial:
        return _("These terms are meant in earnest.")
    return _(
        "TRIAL. These terms are for trying out this system. No performer agreed to them. Nothing "
        "made under them may leave this house, and nobody is paid."
    )
