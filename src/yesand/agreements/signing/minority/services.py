"""What the house knows of a performer's coming of age: from what a guardian has signed for them."""

from __future__ import annotations

from datetime import date

from yesand.agreements.models import Agreement
from yesand.agreements.terms import Terms
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.people.models import Performer


def comes_of_age(performer: Performer, but_for: Agreement | None = None) -> date | None:
    """Return the last day that an agreement which nothing has followed names; none if none does.

    Parameters
    ----------
    but_for : an agreement that is about to be followed, perhaps because its day was wrong.
    """
    rows = Agreement.objects.filter(performer=performer, terms__minor=True, superseded_by=None)
    if but_for is not None:
        rows = rows.exclude(pk=but_for.pk)
    days = (Terms.parse(terms).majority_on for terms in rows.values_list("terms", flat=True))
    return max((day for day in days if day is not None), default=None)


def check_minor(
    place: Place, performer: Performer, terms: Terms, supersedes: Agreement | None = None
) -> None:
    """Check that nobody whom the house knows to be a minor is taken for of age.

    Raises
    ------
    Refused : the terms do not say it, or that it ends sooner.
    """
    known = comes_of_age(performer, supersedes)
    if known is None or known <= place.clock.now().date():
        return
    if terms.majority_on is None or terms.majority_on < known:
        raise Refused(
            f"{performer} is a minor until {known}, as an agreement signed for them says",
            where="terms",
            remedy="Say that they are a minor, that a guardian stands by them, and that they come "
            f"of age on {known}.",
        )
