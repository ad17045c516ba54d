"""What performers are called in what leaves the house: the same in exports and in models."""

from __future__ import annotations

from collections.abc import Iterable

from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.takes.crediting.naming import pseudonym


def pseudonyms(place: Place, handles: Iterable[str]) -> dict[str, str]:
    """Return handle → pseudonym: each stands for one performer, and tells outsiders nobody."""
    rows = Performer.objects.filter(handle__in=set(handles))
    keys = rows.values_list("handle", "public_key")
    return {handle: pseudonym(place.signer, key) for handle, key in keys}
