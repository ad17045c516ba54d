"""What a withdrawal will do, said before it is made: corpora, models, duties and money.

Plain values, so that a page, the API and a test can compare them with what happens after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yesand.agreements.scope import Scope
from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money
from yesand.oversight.duties import Due, Duty


@dataclass(frozen=True)
class Service:
    """A deployment whose use goes on being paid until its licensee signs the end of it.

    ``earned`` is what it brought the performer in the last month that was settled.
    """

    name: str
    licensee: str
    model: str
    earned: tuple[Money, ...] = ()


@dataclass(frozen=True)
class Corpus:
    """A corpus that holds takes of the performer, with what was made from it.

    ``models`` are (digest, name). ``ended`` says that an earlier withdrawal ended it already.
    ``batches`` are those of synthetic takes that descend from the performer's: (digest, takes).
    """

    manifest: str
    licensee: str
    purpose: str
    use_class: str
    takes: int
    duration_ms: int
    models: tuple[tuple[str, str], ...] = ()
    services: tuple[Service, ...] = ()
    ended: bool = False
    batches: tuple[tuple[str, int], ...] = ()

    @property
    def synthetic(self) -> int:
        """How many synthetic takes descend from the performer's here."""
        return sum(number for _, number in self.batches)


@dataclass(frozen=True)
class Together:
    """What somebody must do by a date, and about what: ``kind:name`` each."""

    due: datetime
    bearer: str
    duty: Duty
    about: tuple[str, ...]


@dataclass(frozen=True)
class Foreseen:
    """What a withdrawal of this scope, made now, will do.

    Attributes
    ----------
    takes : recordings that no new request within the scope will get.
    already : the digest of a withdrawal of the same scope that stands; then nothing new happens.
    """

    scope: Scope
    takes: int
    corpora: tuple[Corpus, ...]
    duties: tuple[Due, ...]
    already: str | None = None

    @property
    def services(self) -> tuple[Service, ...]:
        """What stays in service for now, and is paid for meanwhile; each once."""
        found = {service.name: service for corpus in self.corpora for service in corpus.services}
        return tuple(found[name] for name in sorted(found))

    @property
    def models(self) -> int:
        """How many models were made from these corpora."""
        return len({digest for corpus in self.corpora for digest, _ in corpus.models})

    @property
    def together(self) -> tuple[Together, ...]:
        """The duties with a date, one row for each day, bearer and duty; the soonest first."""
        found: dict[tuple[datetime, str, Duty], list[str]] = {}
        for each in self.duties:
            if each.due:
                found.setdefault((each.due, each.bearer, each.duty), []).append(each.subject)
        rows = (Together(*key, tuple(sorted(about))) for key, about in found.items())
        return tuple(sorted(rows, key=lambda row: (row.due, row.bearer, row.duty)))

    @property
    def pays(self) -> tuple[Due, ...]:
        """The duties to go on paying."""
        return tuple(due for due in self.duties if due.duty is Duty.PAY)

    @property
    def fingerprint(self) -> str:
        """Name all that it says but for dates: a form that was shown another is stale."""
        return digest_of(
            {
                "scope": self.scope.as_json(),
                "takes": self.takes,
                "corpora": [[c.manifest, c.takes, c.ended] for c in self.corpora],
                "duties": [[d.duty.value, d.bearer, d.subject, d.clause] for d in self.duties],
            }
        )
