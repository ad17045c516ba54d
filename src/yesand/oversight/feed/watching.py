"""Watching over one manifest on a licensee's machine: which takes must go or wait, and by when.

A training loop calls ``still_holds`` at each of its checkpoints; ``yesand revocations`` calls
``look`` and tells what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from yesand.corpus import manifest as manifests
from yesand.corpus.errors import ManifestBroken, Overtaken
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Clock
from yesand.kernel.errors import BadInput, CheckFailed, Refused, YesAndError
from yesand.kernel.keys import key_id
from yesand.oversight.feed.following import Followed, follow
from yesand.oversight.feed.line import Line, NoAnswer
from yesand.oversight.feed.notice import Pause, Task
from yesand.provenance import dsse
from yesand.provenance.evidence import origin_of
from yesand.provenance.note import Verifier

#: So long a house may be silent before its permission counts as unknown.
LONGEST = timedelta(days=7)


class Silent(Refused):
    """A house that has not answered for so long that what it permits is not known any more."""


@dataclass(frozen=True)
class Seen:
    """What is known of a manifest.

    Attributes
    ----------
    gone : its takes that must go.
    tasks : what must be done about it, the soonest first.
    suspended : its takes that may not be used as long as a suspension lasts.
    pauses : those suspensions, as they were told.
    fault : why the house could not be asked just now; then it is what was known before.
    """

    manifest: str
    takes: int
    gone: frozenset[str]
    tasks: tuple[Task, ...]
    asked_at: str
    fault: str = ""
    suspended: frozenset[str] = frozenset()
    pauses: tuple[Pause, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "manifest": self.manifest,
            "takes": self.takes,
            "gone": sorted(self.gone),
            "tasks": [task.model_dump(mode="json") for task in self.tasks],
            "suspended": sorted(self.suspended),
            "suspensions": [_briefly(pause) for pause in self.pauses],
            "asked_at": self.asked_at,
            "fault": self.fault,
        }


@dataclass
class Watch:
    """A manifest, the house that signed it, and the file that remembers what the house said.

    Parameters
    ----------
    state : where it is remembered; the same file may serve several manifests of one licensee.
    licensee : which one, if the token's account sits for several.
    every : the house is asked no more often than that by ``still_holds``.
    longest : so long it may be silent before ``still_holds`` refuses.
    """

    line: Line
    manifest: SignedManifest
    state: Path
    key: Verifier
    licensee: str = ""
    every: timedelta = timedelta(0)
    longest: timedelta = LONGEST
    clock: Clock = field(default_factory=Clock)
    _asked: datetime | None = field(default=None, init=False)

    @classmethod
    def of(
        cls, line: Line, manifest: Path, state: Path | None = None, key: str = "", **how: Any
    ) -> Watch:
        """Watch over a manifest's file; the house's key is told, remembered, or asked for.

        Raises
        ------
        CheckFailed : the key is another house's, or the manifest is not what was signed.
        NoAnswer : the key must be asked for, and the house does not answer.
        """
        where = state or manifest.with_name(f"{manifest.name}.revocations")
        known = Followed.load(where)
        told = Verifier.parse(key) if key else known.key if known else None
        if key and known and known.key != told:
            raise CheckFailed("Another house's feed is remembered there", where=str(where))
        house = _house_of(manifest)
        found = _checked(told or Verifier.parse(_asked_for(line)), house)
        signed = manifests.load(manifest, {key_id(found.public): found.public})
        return cls(line, signed, where, found, **how)

    def look(self) -> Seen:
        """Ask the house, and tell what is known of the manifest then.

        Raises
        ------
        FeedBroken : what the house says does not hold; what was known before is kept.
        """
        known, fault = Followed.load(self.state) or Followed(self.key), ""
        try:
            known = follow(self.line, known, self.clock.now(), self.licensee)
            known.save(self.state)
        except NoAnswer as missing:
            fault = str(missing)
        name = self.manifest.digest
        pauses = known.pauses(name)
        stopped = frozenset[str]().union(*(pause.of(name) for pause in pauses))
        tasks = [task for notice in known.about(name) for task in notice.duties]
        return Seen(
            name,
            len(self.manifest.takes),
            known.takes_of(name),
            tuple(sorted(tasks, key=lambda task: (task.due or "~", task.duty, task.subject))),
            known.asked_at,
            fault,
            frozenset(t.sha256 for t in self.manifest.takes if t.agreement in stopped),
            tuple(pauses),
        )

    def still_holds(self) -> None:
        """Check that all of the manifest's takes may be used; for ``TakeDataset`` and loops.

        Raises
        ------
        Overtaken : one was taken back, or is suspended.
        Silent : the house has not answered for too long.
        """
        now = self.clock.now()
        if self._asked is not None and now - self._asked < self.every:
            return
        seen = self.look()
        if seen.gone:
            raise Overtaken(
                f"{len(seen.gone)} of its {seen.takes} takes were taken back",
                where=f"manifest {seen.manifest[:12]}",
                remedy="Stop, and ask the house for a new manifest.",
            )
        if seen.suspended:
            raise Overtaken(
                f"{len(seen.suspended)} of its {seen.takes} takes are suspended",
                where=f"manifest {seen.manifest[:12]}",
                remedy="Stop until that is lifted, or ask the house for a new manifest.",
            )
        if seen.fault and self.silent_for_too_long():
            when = f"since {seen.asked_at}" if seen.asked_at else "yet"
            raise Silent(
                f"The house has not answered {when}: whether the takes may be used is not known",
                where=self.line.url,
                remedy=seen.fault,
            )
        self._asked = now

    def silent_for_too_long(self) -> bool:
        """Tell whether the house has not answered for so long that nothing is known any more."""
        known = Followed.load(self.state)
        reached = known.reached() if known else None
        return reached is None or self.clock.now() - reached > self.longest


def _briefly(pause: Pause) -> dict[str, Any]:
    return {"entry": pause.suspension, "cause": pause.cause.value, "since": pause.since}


def _house_of(path: Path) -> str:
    """Return the house that a manifest's file names, before its signature can be checked."""
    try:
        told: Mapping[str, Any] = parse(path.read_bytes(), where=str(path))
        return str(parse(dsse.payload_of(told["envelope"]))["predicate"]["house"])
    except OSError as fault:
        raise BadInput(f"Cannot be read: {fault.strerror}", where=str(path)) from fault
    except (KeyError, TypeError, ValueError, YesAndError) as fault:
        raise ManifestBroken("It has not the form of a manifest", where=str(path)) from fault


def _asked_for(line: Line) -> str:
    told = line.get("/api/log/checkpoint")
    try:
        return str(told["key"])
    except (KeyError, TypeError) as fault:
        raise NoAnswer("The house tells no key", where=line.url) from fault


def _checked(key: Verifier, house: str) -> Verifier:
    """Return the key if the house that a manifest names is the one that this key names."""
    if key.name != house or origin_of(key.public) != house:
        raise CheckFailed(
            "The key is not that of the house that signed the manifest", where=str(key)
        )
    return key
