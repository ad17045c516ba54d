"""What an export says of itself: its request in words, its licence and its offer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from yesand.agreements import rsl
from yesand.agreements.clause import Request
from yesand.agreements.days import last_whole_day
from yesand.agreements.odrl.names import licensee
from yesand.agreements.odrl.offer import offer
from yesand.agreements.standing import Standing
from yesand.agreements.terms import WORLD
from yesand.agreements.vocabulary import Action
from yesand.corpus.exporting.record import About, LeftOut
from yesand.corpus.manifest import SignedManifest


def about(
    manifest: SignedManifest,
    standings: Sequence[Standing],
    *,
    house: str,
    origin: str,
    at: datetime,
    url: str,
    credits: Iterable[str],
    links: rsl.Links,
) -> About:
    """Return it. It is in English, as what is signed is: the same for whoever exports.

    Parameters
    ----------
    standings : what stands for the takes' agreements. url : the corpus's page for the world.
    """
    asked = manifest.asked()
    name = f"urn:yes-and:corpus:{manifest.digest}"
    made = f"{asked.purpose.value.replace('-', ' ')}, {asked.use_class.value}"
    return About(
        title=f"Takes for {asked.licensee}: {made}",
        house=house,
        origin=origin,
        at=at,
        url=url or name,
        licence=rsl.document(url or name, standings, asked.modality, at.date(), links),
        offer=offer(asked, name, licensee("producer"), _until(standings, asked)),
        request=tuple(words(asked)),
        credits=tuple(sorted(credits)),
    )


def words(asked: Request) -> Iterator[tuple[str, str]]:
    """Yield a request in words."""
    yield "Licensee", asked.licensee
    for name, word in (
        ("Purpose", asked.purpose),
        ("Kind of system", asked.use_class),
        ("Action", asked.action),
        ("Channel", asked.modality),
        ("As", asked.material),
    ):
        yield name, word.value.replace("-", " ")
    yield "Where", "worldwide" if asked.territory == WORLD else asked.territory
    yield "Commercial", "yes" if asked.commercial else "no"


def _until(standings: Iterable[Standing], asked: Request) -> date | None:
    """Return the first of the last days, as days in UTC."""
    ends = list[date]()
    for terms in (standing.terms for standing in standings):
        late = terms.train_until if asked.action == Action.TRAIN else None
        own = (day for day in (terms.valid_until, late) if day is not None)
        ends += [last_whole_day(day, terms.zone) for day in own]
    return min(ends, default=None)


def left_out(manifest: SignedManifest) -> list[LeftOut]:
    """Return what the gate kept out, and why: those of most takes first."""
    told = zip(manifest.predicate["decisions"], manifest.decisions, strict=True)
    found = [
        LeftOut(made["takes"], "; ".join(map(str, decision.clauses)))
        for made, decision in told
        if not decision.permit
    ]
    return sorted(found, key=lambda part: (-part.takes, part.reason))
