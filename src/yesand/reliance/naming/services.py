"""By which names a report speaks of performers, to whom: a handle is the house's own word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext

from yesand.corpus.crediting.services import credit_names
from yesand.people.sight import Sight
from yesand.reliance.models import Report


def names(report: Report, sight: Sight) -> dict[str, str]:
    """Return handle → name of whom a person may read of in a report they see.

    Producers and auditors read handles. A licensee reads credit names where performers wish it
    and their terms promise it, else a number. A performer reads of nobody but themself.
    """
    handles = numbered(report)
    if sight.everything:
        return {handle: handle for handle in handles}
    own = {sight.performer.handle: str(sight.performer)} if sight.performer else {}
    if not sight.licensees:
        return {handle: name for handle, name in own.items() if handle in handles}
    known = {**credit_names(report.model.manifest), **own}
    neutral = gettext("Performer %(number)d")
    told = [known.get(h) or neutral % {"number": n} for h, n in handles.items()]
    return dict(zip(handles, _apart(told), strict=True))


def numbered(report: Report) -> dict[str, int]:
    """Return handle → number, the same for as long as the report is.

    The largest share is 1: what everybody who is shown a number sees anyway. Equal shares are
    put in order by their salts, which are secret, so that no number tells of a handle.
    """
    shares, salts = report.shares, report.salts
    ordered = sorted(shares, key=lambda h: (-shares[h]["share_ppb"], salts.get(h, ""), h))
    return {handle: n for n, handle in enumerate(ordered, 1)}


def _apart(names: Iterable[str]) -> list[str]:
    """Tell namesakes apart, so that no share is lost."""
    seen: Counter[str] = Counter()
    apart = []
    for name in names:
        seen[name] += 1
        apart.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return apart
