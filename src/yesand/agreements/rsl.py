"""Terms as an RSL 1.0 licence (https://rslstandard.org/rsl): for crawlers and licensing agents.

RSL is coarser than terms: it has six uses, and neither purposes nor kinds of system. So it never
says more than all agreements together do, and it sends whoever may do anything to the gate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from yesand.agreements.mining import in_term, open_uses
from yesand.agreements.naming import uri
from yesand.agreements.standing import Standing
from yesand.agreements.terms import WORLD
from yesand.agreements.vocabulary import Modality, UseClass

NAMESPACE = "https://rslstandard.org/rsl"
MEDIA_TYPE = "application/rsl+xml"
#: What is learnt from content; ``evaluation`` teaches nothing.
_LEARNING = frozenset({UseClass.RECOGNITION, UseClass.SYNTHESIS, UseClass.REPLICA})
#: RSL's uses that no agreement of ours can name.
_NEVER = "ai-input ai-index search"


@dataclass(frozen=True)
class Links:
    """Where more is told; what is empty is left out.

    Attributes
    ----------
    ask : where to ask for a licence. contact : who answers, a URL or ``mailto:``.
    proofs : evidence of the rights (transparency log, agreements). house : who declares them.
    """

    ask: str = ""
    contact: str = ""
    proofs: tuple[str, ...] = ()
    house: str = ""


def document(
    asset: str, standings: Sequence[Standing], modality: Modality, on: date, links: Links
) -> bytes:
    """Return the licence of an asset that holds takes under these agreements.

    Parameters
    ----------
    asset : its address or name, the document's ``url``.
    """
    places = _places(standings)
    able = len(standings) > 0 and all(_learnable(s, modality, on) for s in standings)
    rules = list(_permitted(standings, places, links) if able and places else _NOTHING)
    return _written(asset, rules, links, [uri(name) for name in _names(standings)])


def _learnable(standing: Standing, modality: Modality, on: date) -> bool:
    """Tell whether anything may be learnt from takes under an agreement without asking again."""
    terms = standing.terms
    late = terms.training_over(on)
    uses = (open_uses(standing, modality) & _LEARNING) - terms.approval_per_use
    return in_term(terms, on) and not late and bool(uses)


def _places(standings: Sequence[Standing]) -> frozenset[str]:
    """Return where all agreements permit anything at all."""
    limited = [s.terms.territories for s in standings if WORLD not in s.terms.territories]
    return frozenset.intersection(*limited) if limited else frozenset({WORLD})


def closed(asset: str, links: Links) -> bytes:
    """Return the licence of a place where nothing is licensed without asking."""
    return _written(asset, [_rule("prohibits", "usage", "ai-all"), *_payment("", links)], links, [])


def _names(standings: Sequence[Standing]) -> list[str]:
    return sorted({standing.agreement for standing in standings})


def _permitted(
    standings: Sequence[Standing], places: frozenset[str], links: Links
) -> Iterator[str]:
    terms = [standing.terms for standing in standings]
    yield _rule("permits", "usage", "ai-train")
    yield _rule("prohibits", "usage", _NEVER)
    if not all(t.commercial for t in terms):
        yield _rule("permits", "user", "non-commercial education personal")
        yield _rule("prohibits", "user", "commercial")
    if WORLD not in places:
        yield _rule("permits", "geo", " ".join(sorted(places)))
    yield from _payment(_price(standings), links)


def _price(standings: Sequence[Standing]) -> str:
    """Return the price of one request that is answered, where all agreements have the same."""
    found = {s.terms.pay.per_unit.get("request") for s in standings}
    amount = found.pop() if len(found) == 1 else None
    if amount is None:
        return ""
    whole, micro = divmod(amount.micro, 1_000_000)
    number = f"{whole}.{micro:06d}".rstrip("0").rstrip(".")
    return f'<amount currency="{escape(amount.currency)}">{number}</amount>'


def _payment(price: str, links: Links) -> Iterator[str]:
    asked = f"<custom>{escape(links.ask)}</custom>" if links.ask else ""
    if asked or price:
        yield f'<payment type="{"use" if price else "training"}">{price}{asked}</payment>'
    else:
        yield '<payment type="training"/>'  # without one, RSL takes a licence to be free


def _rule(kind: str, about: str, said: str) -> str:
    return f'<{kind} type="{about}">{escape(said)}</{kind}>'


_NOTHING = [_rule("prohibits", "usage", "all")]


def _written(asset: str, rules: list[str], links: Links, agreements: list[str]) -> bytes:
    proofs = " ".join([*links.proofs, *agreements])
    legal = [
        _rule("legal", "attestation", "true"),
        *([_rule("legal", "contact", links.contact)] if links.contact else []),
        *([_rule("legal", "proof", proofs)] if proofs else []),
    ]
    inside = "\n      ".join([*rules, *legal])
    holder = f'\n    <copyright type="organization">{escape(links.house)}</copyright>'
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<rsl xmlns="{NAMESPACE}" max-age="1">
  <content url="{escape(asset)}">
    <license>
      {inside}
    </license>{holder if links.house else ""}
  </content>
</rsl>
""".encode()
