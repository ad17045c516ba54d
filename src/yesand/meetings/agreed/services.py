"""Which agreement stands for a performer at the time of a performance."""

from __future__ import annotations

from datetime import datetime

from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.scope import EVERYTHING, Scope
from yesand.agreements.terms import Terms
from yesand.kernel.errors import Refused
from yesand.kernel.wording import Sentence
from yesand.kernel.wording import marked as _
from yesand.people.models import Performer, User


def agreement_for(performer: Performer, at: datetime) -> Agreement | None:
    """Return the performer's own agreement that stands at a moment; the newest, if there are more.

    A public corpus's licence and trial terms are signed by no performer: nobody performs under
    them. What was withdrawn as a whole does not stand until it is signed anew.
    """
    own = Agreement.objects.filter(
        performer=performer, kind=Agreement.Kind.INDIVIDUAL, superseded_by=None
    )
    withdrawn = _whole_withdrawal(performer)
    if withdrawn is not None:
        own = own.filter(entry_id__gt=withdrawn)
    return next((a for a in own.order_by("-entry_id") if _covers(a, at)), None)


def agreement_of(user: User, at: datetime) -> Agreement | None:
    """Return the agreement under which an account's performer would perform at a moment.

    Raises
    ------
    Refused : they are a performer, and none stands then.
    """
    performer = Performer.objects.filter(user=user).first()
    if performer is None:
        return None
    found = agreement_for(performer, at)
    if found is None:
        raise Refused(
            Sentence(_("No agreement with %(who)s is in force at that time"), who=str(performer)),
            remedy=_("Sign one first; a performance is always under an agreement."),
        )
    return found


def _whole_withdrawal(performer: Performer) -> int | None:
    """Return the log's index of the last withdrawal of everything."""
    for row in Withdrawal.objects.filter(performer=performer).order_by("-entry_id"):
        if Scope.parse(row.scope) == EVERYTHING:
            return int(row.entry_id)
    return None


def _covers(agreement: Agreement, at: datetime) -> bool:
    return Terms.parse(agreement.terms).in_term(at)
