"""What every generator is: takes that may be used and a request go in, synthetic takes come out.

The same generator, takes and seed give the same samples: each take has a seed of its own, made of
the request's and of its place alone, so that neither order nor number of processes matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest, digest_file, digest_of
from yesand.provenance.credentials.claim import Source
from yesand.takes.sound import Sound, read

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]
#: What a seed may be: what databases hold as a whole number.
MOST = 2**63 - 1


@dataclass(frozen=True)
class Parent:
    """A take that may be used; ``performer`` tells voices apart, whatever it says."""

    sha256: str
    emotion: str
    performer: str
    path: Path

    def sound(self) -> Sound:
        """Return it decoded.

        Raises
        ------
        BadMedia : it cannot be read. CheckFailed : its bytes are not those it is named by.
        """
        if self.path.exists() and digest_file(self.path) != self.sha256:
            raise CheckFailed("A recording's bytes do not match its name", where=str(self.path))
        return read(self.path)


@dataclass(frozen=True)
class Corpus:
    """The takes of a manifest, in its order."""

    takes: tuple[Parent, ...]

    def of(self, emotion: str) -> tuple[Parent, ...]:
        """Return the takes of one emotion; of none named, all."""
        return tuple(take for take in self.takes if emotion in {"", take.emotion})


@dataclass(frozen=True)
class Wanted:
    """What is asked of a generator.

    Attributes
    ----------
    each : synthetic takes for every take of the corpus. emotion : of this one only.
    """

    seed: int
    each: int = 1
    emotion: str = ""

    def seed_of(self, place: str) -> int:
        """Return the seed of one take, 0 to 2⁶³ − 1.

        >>> Wanted(1).seed_of("fear 1") == Wanted(1, 9).seed_of("fear 1") != Wanted(2).seed_of("")
        True
        """
        return int.from_bytes(sha256(f"{self.seed}\n{place}".encode()).digest()[:8]) & MOST

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"each": self.each, "emotion": self.emotion, "seed": self.seed}


@dataclass(frozen=True)
class Expected:
    """What a take has to be: rate in Hz, length in seconds."""

    rate: int
    least_s: float
    most_s: float


@dataclass(frozen=True, eq=False)
class Made:
    """One take as a generator made it, before anybody looked at it.

    Attributes
    ----------
    place : which of the request's takes it is, in words. note : what was done.
    samples : float32, shape (samples,), full scale ±1. rate : in Hz.
    parents : SHA-256 of the takes it came from; none: from all that the generator was given.
    """

    place: str
    samples: Samples
    rate: int
    emotion: str
    seed: int
    expected: Expected
    parents: tuple[str, ...] = ()
    note: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """A take that there is not, and why."""

    place: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """Return plain JSON."""
        return {"place": self.place, "reason": self.reason}


Outcome = Made | Refusal
#: Makes one take of every order, here or in other processes, in the orders' order.
Each = Callable[[Callable[[Any], Outcome], Sequence[Any]], Iterable[Outcome]]


@dataclass(frozen=True)
class Around:
    """Where a generator works and whom it asks; nothing of it changes what is made.

    Attributes
    ----------
    still_holds : asked again and again; raises once a take may no longer be used.
    scratch : a folder for what is on its way; its own folder if there is none.
    """

    each: Each = map
    still_holds: Callable[[], None] = lambda: None
    scratch: Path | None = None


ALONE = Around()


class Generator(Protocol):
    """Makes synthetic takes.

    Attributes
    ----------
    source : IPTC's digitalSourceType of what it makes.
    whole : whether what it makes descends from all takes that it was given.
    nobodys_voice : whether no performer's voice can be in what it makes, whatever it is given.
    outside : whether it is somebody else's program, which is handed the recordings themselves.
    unlicensed : nobody says where it comes from; what it makes is usable for nothing.
    """

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def version(self) -> str:
        """Which of its kind it is."""
        ...

    @property
    def source(self) -> Source:
        """IPTC's digitalSourceType of what it makes."""
        ...

    @property
    def whole(self) -> bool:
        """Whether what it makes descends from all takes that it was given."""
        ...

    @property
    def nobodys_voice(self) -> bool:
        """Whether no performer's voice can be in what it makes."""
        ...

    @property
    def outside(self) -> bool:
        """Whether it is somebody else's program, which is handed the recordings themselves."""
        ...

    @property
    def unlicensed(self) -> bool:
        """Whether nobody says where it comes from."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of its code, its settings, and its weights if it has any."""
        ...

    def settings(self) -> dict[str, Any]:
        """Return everything that it was told, as plain JSON without floats of unsure digits."""
        ...

    def make(self, corpus: Corpus, wanted: Wanted, around: Around = ALONE) -> Iterator[Outcome]:
        """Yield the takes, or why there is none, place by place."""
        ...


def named(name: str, version: str, settings: Mapping[str, Any], *code: ModuleType) -> str:
    """Return a generator's digest.

    Parameters
    ----------
    code : the modules that decide what is made.
    """
    files = [digest(Path(str(module.__file__)).read_bytes()) for module in code]
    return digest_of({"code": files, "name": name, "settings": settings, "version": version})
