"""Who of a corpus is named to others: who wishes it, and whose terms promise it."""

from __future__ import annotations

from yesand.agreements.models import Agreement
from yesand.corpus.models import Manifest, ManifestPerformer


def credit_names(manifest: Manifest) -> dict[str, str]:
    """Return handle → credit name of those who have one, wish to be named, and were promised it."""
    parts = ManifestPerformer.objects.filter(manifest=manifest).select_related("performer")
    promised = _promised({part.agreement for part in parts})
    return {
        part.performer.handle: part.performer.credit_name
        for part in parts
        if part.performer.credited and part.performer.credit_name and part.agreement in promised
    }


def _promised(digests: set[str]) -> set[str]:
    """Return the agreements whose terms promise credit."""
    rows = Agreement.objects.filter(digest__in=digests).values_list("digest", "terms")
    return {digest for digest, terms in rows if terms.get("credit", True)}
