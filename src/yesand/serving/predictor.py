"""The predictor: hears recordings and streams for a deployment, and meters every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import chain
from math import ceil
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

from yesand.corpus.manifest import SignedManifest
from yesand.kernel.clock import Clock
from yesand.kernel.errors import BadInput, TooLarge, YesAndError
from yesand.metering import BufferFull, Meter, MeterError
from yesand.metering.meter import REFUSED
from yesand.oversight.feed.watching import LONGEST
from yesand.serving.answer import NO_TRACE, SILENCE, Answer, judged
from yesand.serving.errors import Unmetered
from yesand.serving.intake import Bad, groups
from yesand.serving.opening import PathLike, in_service
from yesand.serving.permitting import Permission, Use
from yesand.serving.sound import Sound
from yesand.serving.standing import Said, Standing
from yesand.serving.streaming import Stream
from yesand.serving.voice import Voice
from yesand.training.folder import Enrolment

#: What is counted, unless the agreement prices something else: seconds that were listened to.
SECONDS, REQUEST = "inference-second", "request"
UNITS = (SECONDS, REQUEST)
#: How often the house is asked whether the model is still in service.
EVERY = timedelta(minutes=1)
USAGE = "usage"
_Hears = Callable[[Sequence[Sound]], list[Answer]]


class Predictor:
    """A model in service. Threads may share it.

    >>> import yesand
    >>> from yesand.serving import Predictor
    >>> try:
    ...     Predictor.open("model", deployment="", house="https://house.example", token="")
    ... except yesand.YesAndError as fault:
    ...     print(fault.what)
    Without a deployment nothing is answered
    """

    def __init__(
        self,
        voice: Voice,
        standing: Standing,
        manifest: SignedManifest,
        meter: Meter,
        units: Sequence[str] = (SECONDS,),
        threshold: float | None = None,
    ) -> None:
        self.voice, self.standing, self.manifest, self.meter = voice, standing, manifest, meter
        self.units, self._permission = tuple(units), Permission.of(manifest)
        self.threshold = voice.threshold if threshold is None else threshold
        check_settings(self.units, self.threshold)
        self._over = Event()

    @classmethod
    def open(
        cls,
        folder: PathLike,
        *,
        deployment: str,
        house: str,
        token: str,
        state: PathLike | None = None,
        manifest: PathLike | None = None,
        key: str = "",
        threshold: float | None = None,
        units: Sequence[str] = (SECONDS,),
        every: timedelta = EVERY,
        longest: timedelta = LONGEST,
        clock: Clock | None = None,
    ) -> Self:
        """Open a model's folder to answer for a deployment.

        Parameters
        ----------
        deployment : its name at the house. token : with the scopes ``models:read``,
            ``corpus:read`` and ``usage:write``.
        state : a folder for usage that waits and for what the house said; kept between runs. None:
            ``<folder>.state`` beside the model.
        manifest : the signed manifest, if it lies here; else it is fetched once.
        key : the log's key, if you know it; else it is asked for once and remembered.
        threshold : abstain if no emotion is as likely; none: as the model's card says.
        units : what is counted, as the agreement prices it: ``inference-second``, ``request``.
        every : how often the house is asked whether the model is still in service.

        Raises
        ------
        NotServing : no deployment of exactly these files is in service.
        NotFound, BadInput, CheckFailed : no model there, or something is not as it was signed.
        """
        check_settings(units, 0.0 if threshold is None else threshold)
        standing, signed = in_service(
            folder, deployment=deployment, house=house, token=token, state=state,
            manifest=manifest, key=key, longest=longest, clock=clock,
        )  # fmt: skip
        voice = Voice.open(Path(folder))
        try:
            usage = standing.state / USAGE
            meter = Meter(house, token, buffer=usage, licensee=standing.check().licensee)
        except MeterError as fault:
            raise BadInput(str(fault), where=house) from fault
        made = cls(voice, standing, signed, meter, units, threshold)
        made._follow(every)
        return made

    @property
    def labels(self) -> tuple[str, ...]:
        """The emotions that it tells apart."""
        return self.voice.loaded.labels

    @property
    def axes(self) -> tuple[str, ...]:
        """Those of valence, arousal and dominance that it reads out."""
        return self.voice.axes[0]

    @property
    def traced(self) -> tuple[str, ...]:
        """Those that it tells over a recording's time, too."""
        return self.voice.axes[1]

    def predict(
        self,
        recording: PathLike | bytes | Any,
        rate: int | None = None,
        *,
        use: Use,
        threshold: float | None = None,
        enrolled: Enrolment | None = None,
        trace: bool = False,
    ) -> Answer:
        """Hear one recording: metered, and then answered.

        Parameters
        ----------
        recording : a file's path or its bytes; or samples, shape (samples,) or
            (samples, channels), with their ``rate`` in Hz.
        enrolled : what is usual for who speaks (``enrol``).
        trace : whether valence, arousal and dominance are wanted over the recording's time, too.

        Raises
        ------
        NotServing, NotPermitted, Unmetered : it may not be answered. BadInput : it cannot be heard.
        """
        (one,) = self.predict_all(
            [recording], rate, use=use, threshold=threshold, enrolled=enrolled, trace=trace
        )
        if isinstance(one, Bad):
            raise one.fault
        return one

    def predict_all(
        self,
        recordings: Sequence[Any],
        rate: int | None = None,
        *,
        use: Use,
        threshold: float | None = None,
        enrolled: Enrolment | None = None,
        trace: bool = False,
    ) -> list[Answer | Bad]:
        """Hear many, each metered by itself; what cannot be heard says why, and the rest goes on.

        Raises
        ------
        NotServing, NotPermitted : none may be answered.
        """
        self.check(use)
        below = self._threshold(threshold)
        taken = groups(recordings, rate)
        hear = partial(self._answers, below=below, enrolled=enrolled, trace=trace)
        return [self._counted(one) for group in taken for one in self._group(group, hear)]

    def enrol(self, recordings: Sequence[Any], rate: int | None = None) -> Enrolment:
        """Learn what is usual for one speaker, by recordings of which nobody says what is felt.

        No emotion is told, so nothing is metered. What comes back describes a voice: it is kept by
        nobody but who asked.

        Raises
        ------
        BadInput : a recording cannot be heard, or is silent, or there is none.
        """
        return self.voice.enrol(map(_sound, chain.from_iterable(groups(recordings, rate))))

    def stream(
        self,
        rate: int,
        *,
        use: Use,
        every: float = 1.0,
        threshold: float | None = None,
        enrolled: Enrolment | None = None,
        trace: bool = False,
    ) -> Stream:
        """Open a stream of one speaker; see ``Stream``. It stops when the deployment does.

        Raises
        ------
        NotServing, NotPermitted : it may not be answered. BadInput : no such rate.
        """
        self.check(use)
        below = self._threshold(threshold)

        units = list(self.units)

        def hears(latest: Sound) -> Answer:
            self.check(use)
            with _kept():  # it is counted later: what then could not be kept is not given now
                self.meter.check_room()
            return self._answers([latest], below, enrolled, trace)[0]

        def counts(seconds: float, mix: Mapping[str, float] | None) -> None:
            self._count(int(seconds), mix, units, realtime=True)
            if REQUEST in units:
                units.remove(REQUEST)  # however many pieces it is counted in, it is one call

        return Stream(rate, every, hears, counts)

    def check(self, use: Use) -> Said:
        """Check that the model is in service, and that law and terms permit this use.

        Raises
        ------
        NotServing, NotPermitted : not so.
        """
        said = self.standing.check()
        self._permission.check(said.licensee, use, self.standing.clock.now())
        return said

    @property
    def usage_refused(self) -> bool:
        """Whether the house refused usage for good: it lies in ``refused.jsonl``, with why."""
        return (self.standing.state / USAGE / REFUSED).exists()

    def close(self, timeout: float = 5.0) -> None:
        """Stop asking the house, and send what usage can be sent; the rest waits on the disk."""
        if not self._over.is_set():
            self._over.set()
            self.meter.close(timeout)

    def __enter__(self) -> Self:
        """Use it in ``with``."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _group(self, group: Sequence[Sound | Bad], hear: _Hears) -> Iterator[Answer | Bad]:
        """Yield the answer to each sound of a group, in its order."""
        sounds = [one for one in group if isinstance(one, Sound)]
        try:
            answers: Iterator[Answer | Bad] = iter(hear(sounds))
        except TooLarge as fault:  # for the memory here: one of them may be, and not the others
            alone = ([one] for one in sounds)
            answers = (
                iter([Bad(fault)])
                if len(sounds) == 1
                else chain.from_iterable(self._group(one, hear) for one in alone)
            )
        for one in group:
            yield one if isinstance(one, Bad) else next(answers)

    def _counted(self, one: Answer | Bad) -> Answer | Bad:
        """Return an answer once it is metered; what cannot be metered is not given."""
        if isinstance(one, Bad):
            return one
        try:
            mix = None if one.why == SILENCE else one.emotions
            self._count(ceil(one.seconds), mix, self.units)
        except Unmetered as fault:
            return Bad(fault)
        return one

    def _answers(
        self,
        sounds: Sequence[Sound],
        below: float,
        enrolled: Enrolment | None = None,
        trace: bool = False,
    ) -> list[Answer]:
        if not sounds:
            return []
        found, note = self.voice.read(sounds, enrolled, trace=trace)
        lacks = NO_TRACE if trace and found.curves is None else ""
        more = tuple(filter(None, (note, lacks)))
        none = [None] * len(sounds)
        return [
            judged(
                dict(zip(self.labels, row.tolist(), strict=True)),
                one.seconds,
                below,
                silent=one.silent,
                notes=one.notes + more,
                dimensions=values,
                trace=curves,
            )
            for one, row, values, curves in zip(
                sounds, found.probability, found.values or none, found.curves or none, strict=True
            )
        ]

    def _count(
        self,
        seconds: int,
        mix: Mapping[str, float] | None,
        units: Sequence[str],
        *,
        realtime: bool = False,
    ) -> None:
        quantity = {SECONDS: seconds, REQUEST: 1}
        with _kept():
            for unit in units:
                self.meter.used(self.standing.deployment, unit, quantity[unit], realtime, mix)

    def _threshold(self, told: float | None) -> float:
        below = self.threshold if told is None else told
        check_settings(self.units, below)
        return below

    def _follow(self, every: timedelta) -> None:
        """Ask the house again and again, beside all that is answered."""

        def follow() -> None:
            while not self._over.wait(every.total_seconds()):
                try:
                    self.standing.refresh()
                except YesAndError as fault:  # what does not hold changes nothing of what is known
                    self.standing.fault = fault.sentence()
                except (
                    Exception
                ) as fault:  # must outlive whatever befalls it: an end is learnt here
                    self.standing.fault = f"Asking the house failed: {fault!r:.200}"

        Thread(target=follow, name="yesand-standing", daemon=True).start()


def _sound(one: Sound | Bad) -> Sound:
    if isinstance(one, Bad):
        raise one.fault
    return one


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except BufferFull as full:
        raise Unmetered("Usage cannot be kept, so nothing is answered", where=str(full)) from full


def check_settings(units: Sequence[str], threshold: float) -> None:
    """Check what is counted, and below which probability it abstains.

    Raises
    ------
    BadInput : no unit that is counted here; not from 0 to 1.
    """
    if not units or set(units) - set(UNITS):
        raise BadInput(f"Units {', '.join(units) or 'none'}", remedy=f"Of {', '.join(UNITS)}.")
    if not 0 <= threshold <= 1:
        raise BadInput(f"A threshold of {threshold}", where="threshold", remedy="From 0 to 1.")
