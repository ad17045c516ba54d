"""Playing a seed's history in a real house: killed on the way, and as a clean run beside it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from django.db import connection

from yesand.kernel.clock import SetClock
from yesand.kernel.errors import YesAndError
from yesand.kernel.place import Place
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.dealing import history
from yesand.royalties.simulating.housed.faults.services import Chance, seeded
from yesand.royalties.simulating.housed.services import Housed
from yesand.royalties.simulating.oracle import Oracle
from yesand.royalties.simulating.picture import Picture
from yesand.royalties.simulating.running import (
    REPLAYED,
    Engine,
    Failure,
    Faulty,
    Ran,
    compare,
    run,
    shrunk,
)
from yesand.royalties.simulating.steps import Act, History

#: Opens the house of a folder: joins Django to its database.
Opening = Callable[[Path, SetClock], Place]
#: What changes what waits in escrow.
_MOVES_USE = (steps.Deliver, steps.Settle, steps.Deploy, steps.Retire)
#: After each how many acts it is looked at: that takes longer than all else.
_LOOKS = 4
#: What may change who is owed or paid what.
_MOVES_MONEY = (
    steps.Settle, steps.Prepare, steps.Decide, steps.Tell, steps.Void, steps.Bank, steps.Rot,
)  # fmt: skip
_MEMORY = Path("/dev/shm")  # nosec B108: tmpfs(5), only for its speed; folders there are our own


@dataclass(frozen=True)
class Setting:
    """Where a house is played: its database, and an empty house to copy.

    Attributes
    ----------
    opening : opens the house of a folder. closing : what is left to do when that house is gone.
    """

    name: str
    template: Path
    opening: Opening
    closing: Callable[[], None] = lambda: None


def play(seed: int, setting: Setting, *others: Setting, most: int = 40) -> Ran:
    """Play a seed's history; what fails is made as small as it goes.

    Parameters
    ----------
    setting : where it is killed on its way. others : where it is played as well, and must end with
        the same digests (invariant 9).
    most : how many runs making it small may take.
    """
    dealt = history(seed)
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        rooms = _Rooms(Path(folder), setting, others)
        ran = rooms.run(dealt)
        if ran.failure is None:
            return ran
        small = shrunk(ran.failure, dealt, rooms.make, acted, most=most)
        rooms.leave()
        return Ran(small, "", ran.tally)


class _Rooms:
    """Houses for a history, one after the other, each a copy of its setting's template."""

    def __init__(self, folder: Path, setting: Setting, others: Sequence[Setting]) -> None:
        self.folder, self.setting, self.others = folder, setting, others
        self.made: Housed | None = None
        self.left: Callable[[], None] = lambda: None

    def make(self, dealt: History, setting: Setting | None = None) -> Housed:
        """Make the house of a history; the one before it is gone."""
        self.leave()
        place = setting or self.setting
        root = self.folder / "house"
        shutil.copytree(place.template, root)
        clock = SetClock(dealt.begins)
        chance = Chance(dealt.seed)
        self.left = place.closing
        with seeded(chance):
            self.made = Housed(root, clock, place.opening, chance, last=len(dealt.acts))
        return self.made

    def leave(self) -> None:
        """Let the house go that was made last."""
        connection.close()
        shutil.rmtree(self.folder / "house", ignore_errors=True)
        self.left()
        self.left = lambda: None

    def run(self, dealt: History) -> Ran:
        """Run a history with its kills, and then without: all must end the same."""
        with self._closing():
            ran = run(dealt, self.make, acted)
            if ran.failure is not None or self.made is None:
                return ran
            ran.tally["writes"] += self.made.machine.writes
            fault = self._audited(self.made)
            killed = self.made.named()
            if not fault and any(act.kills for act in dealt.acts):
                fault = self._differs(dealt, killed, self.setting)
            for other in self.others:
                fault = fault or self._differs(dealt, killed, other)
                ran.tally[f"on {other.name}"] += 1
        if fault:
            failure = Failure(dealt.seed, len(dealt.acts), (fault,), dealt.acts)
            return replace(ran, failure=failure)
        return ran

    def _audited(self, made: Housed) -> str:
        try:
            made.audit()
        except YesAndError as fault:
            return fault.sentence()
        return ""

    def _differs(self, dealt: History, killed: list[str], setting: Setting) -> str:
        """Run without kills; return the first digest that then is another."""
        clean = self.make(dealt, setting)
        for act in dealt.acts:
            done(clean, act.step)
        there, called = clean.named(), f"a clean run on {setting.name}"
        for one, other in zip(there, killed, strict=False):
            if one != other:
                return f"{called} has {one}, the killed and resumed one {other}"
        if len(there) != len(killed):
            return f"{called} has {len(there)} records, the other {len(killed)}"
        return ""

    @contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.leave()


def done(house: Housed, step: steps.Step) -> str:
    """Do the next step to its end."""
    house.begin()
    with seeded(house.chance):
        return house.do(step)


def acted(engine: Engine, oracle: Oracle, act: Act) -> str:
    """Do an act, killed as often as it says, and compare with the oracle.

    After a kill everything must be as before the step or as after it (invariant 10); a step that
    is done again must change nothing (invariant 8).
    """
    assert isinstance(engine, Housed)
    between = list[Picture]()
    if act.kills:
        between.append(engine.picture())
        _attempts(engine, act, between)
    due, came = oracle.do(act.step), done(engine, act.step)
    if not act.kills and due != came:
        raise Faulty([f"{due} is due, and it came to {came}"])
    engine.stale = engine.stale or isinstance(act.step, _MOVES_USE)
    last = engine.acts == engine.last
    if engine.stale and (engine.acts % _LOOKS == 0 or last):
        engine.look()
    if isinstance(act.step, steps.Pass) and not last:
        return came
    fresh = not engine.stale
    compare(engine, oracle, within=isinstance(act.step, _MOVES_MONEY), escrow=fresh)
    _check_between(between, engine.picture())
    if isinstance(act.step, REPLAYED) and engine.acts % 3 == 0:
        engine.do(act.step)
        compare(engine, oracle, within=False, escrow=fresh)
    return "" if act.kills else came


def _attempts(engine: Housed, act: Act, between: list[Picture]) -> None:
    engine.begin()
    with seeded(engine.chance):
        for attempt, writes in enumerate(act.kills):
            if not engine.killed(act.step, writes, attempt):
                break
            engine.check()
            between.append(engine.picture())
    engine.acts -= 1


def _check_between(between: list[Picture], after: Picture) -> None:
    """Check that each picture after a kill is the one before the step or the one after it."""
    for seen in between[1:]:
        ends = [replace(end, escrow={}) for end in (between[0], after)]
        if replace(seen, escrow={}) not in ends:
            raise Faulty(["after a kill the house is neither as before the step nor as after it"])
